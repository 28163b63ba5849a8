"""What can be changed about a server while it runs."""

from dataclasses import dataclass, field

from intercom_pipeline.sandbox.errors import ApiError


@dataclass(kw_only=True, slots=True)
class Conditions:
    """The circumstances that each request meets; set an attribute to change them."""

    token: str | None
    """The access token let in; None lets nobody in, as after a revocation."""
    latency_ms: float = 0
    """Milliseconds each answer is held back."""
    missing_permissions: set[str] = field(default_factory=set)
    """Families of endpoints (each names its own: contacts, tickets, calls) the token may not touch."""

    def check(self, family: str) -> None:
        """Raise 403 `token_unauthorized` where the token lacks this family's permission."""
        if family in self.missing_permissions:
            raise ApiError(status=403, code="token_unauthorized", message="Not authorized to access resource")
