"""How an app obtains tokens of the workspace by consent: its credentials, the codes, the redirect URLs."""

import re
import secrets
from dataclasses import dataclass

from intercom_pipeline.sandbox.clock import Clock
from intercom_pipeline.sandbox.conditions import Conditions
from intercom_pipeline.sandbox.errors import ApiError, invalid
from intercom_pipeline.sandbox.options import Options

CODE_SECONDS = 300
"""How long a code can be exchanged; Intercom says about five minutes."""

# Intercom's guide demands https, and others report that loopback is taken all the same.
_LOOPBACK_REDIRECT = re.compile(r"http://(?:localhost|127\.0\.0\.1):[1-9]\d{0,4}/api/auth/intercom/callback")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Code:
    client_id: str
    expires_at: float


class OAuth:
    """The app that asks for consent, and the codes that were given and not yet exchanged."""

    def __init__(self, options: Options, clock: Clock, conditions: Conditions) -> None:
        """The tokens it issues are let in by `conditions`, until they are uninstalled."""
        self.client_id = options.client_id
        self.client_secret = options.client_secret
        """As the Developer Hub shows it; set it anew as if it had been rotated."""
        self.redirect_urls = options.redirect_urls
        self._ends_app = options.uninstall_ends_app
        self._clock = clock
        self._conditions = conditions
        self._codes: dict[str, _Code] = {}

    def registered(self, url: str) -> bool:
        """Whether the browser may be led there: a listed URL to the letter, or this machine's callback."""
        return url in self.redirect_urls or _LOOPBACK_REDIRECT.fullmatch(url) is not None

    def grant(self) -> str:
        """A new code, for someone consented."""
        code = secrets.token_urlsafe(24)
        expires_at = self._clock.now() + CODE_SECONDS
        self._codes[code] = _Code(client_id=self.client_id, expires_at=expires_at)
        return code

    def exchange(self, *, code: str, client_id: str, client_secret: str) -> str:
        """A token for a code, which it uses up.

        Raises ApiError: 401 for a client that is not the app, 400 for a code that is none, was used, has
        expired or is another client's. That they come in Intercom's envelope is seen by others; their
        statuses, codes and words are not documented.
        """
        if client_id != self.client_id or client_secret != self.client_secret:
            raise ApiError(status=401, code="unauthorized", message="Client credentials are invalid")
        held = self._codes.get(code)
        if held is None or held.client_id != client_id or self._clock.now() >= held.expires_at:
            raise invalid("Code is invalid, was used or has expired", field="code")
        del self._codes[code]
        return self._conditions.issue()

    def uninstall(self, token: str) -> None:
        """Let a token in no more, and none of the app's where the options say so."""
        tokens = {token}
        if self._ends_app and token in self._conditions.issued:
            tokens |= self._conditions.issued.keys()
        self._conditions.revoke(tokens)
