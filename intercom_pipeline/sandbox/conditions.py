"""What can be changed about a server while it runs."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from intercom_pipeline.sandbox.errors import ApiError, unauthorized


@dataclass(kw_only=True, slots=True)
class Conditions:
    """The circumstances that each request meets; set an attribute to change them."""

    token: str | None
    """The access token let in; None lets nobody in, as after a revocation."""
    latency_ms: float = 0
    """Milliseconds each answer is held back."""
    missing_permissions: set[str] = field(default_factory=set)
    """Families of endpoints (each names its own: contacts, tickets, calls) that no token may touch."""
    issued: dict[str, set[str]] = field(default_factory=dict)
    """The tokens given for a consent, oldest first, each with the families that it alone may not touch."""
    revoked: set[str] = field(default_factory=set)
    """Tokens let in no more, `token` or issued ones."""

    def issue(self) -> str:
        """A new token that is let in beside `token`."""
        token = f"sandbox-issued-{secrets.token_hex(12)}"
        self.issued[token] = set()
        return token

    def revoke(self, tokens: Iterable[str]) -> None:
        """Let these tokens in no more."""
        self.revoked.update(tokens)

    def let_in(self, token: str) -> None:
        """Raise 401 `unauthorized` for a token that is not, or no longer, good."""
        good = {self.token, *self.issued} - self.revoked
        if not token or self.token is None or token not in good:
            raise unauthorized()

    def check(self, family: str, token: str) -> None:
        """Raise 403 `token_unauthorized` where the token lacks this family's permission."""
        if family in self.missing_permissions | self.issued.get(token, set()):
            raise ApiError(status=403, code="token_unauthorized", message="Not authorized to access resource")
