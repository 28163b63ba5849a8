"""Consent and codes: how an app obtains a token of a workspace, and gives it back.

    OAuthFailed
    ├── ConsentDenied        nobody consented: nothing to exchange
    ├── CodeRefused          Intercom does not take the code, the client id or the client secret
    ├── ExchangeUncertain    the code was sent, and no answer that can be used came back
    └── RevocationFailed     Intercom did not say that the token is revoked

None of them holds a code, a secret or a token. Source: Intercom's guide "Setting up OAuth".
"""

import asyncio
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

import httpx
import msgspec

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.connection import HOSTS, Secret, check_host
from intercom_pipeline.intercom.diagnosis import Request, error_for
from intercom_pipeline.intercom.errors import (
    Applied,
    AuthenticationFailed,
    DeadlineExceeded,
    Failure,
    IntercomError,
    Retryable,
)
from intercom_pipeline.intercom.exchange import Answer, exchange

REDIRECT_PATH: Final = "/api/auth/intercom/callback"
"""Where the redirect URL of an app has to end."""
CONSENT_HOSTS: Final = MappingProxyType(
    {
        "us": "https://app.intercom.com",
        "eu": "https://app.eu.intercom.com",
        "au": "https://app.au.intercom.com",
    },
)
"""Region -> where people consent. A browser goes there; this program never does."""

_TOKEN_PATH = "/auth/eagle/token"  # noqa: S105 - a path, not a token
_REVOKE_PATH = "/auth/uninstall"
_CONNECT_SECONDS = 10.0
_TIMEOUT_SECONDS = 30.0
_MAX_BYTES = 64 * 1024


class OAuthFailed(PipelineError):
    """No token came of it, or one could not be given back."""


class ConsentDenied(OAuthFailed):
    """Nobody consented."""


class CodeRefused(OAuthFailed):
    """Intercom does not exchange the code."""


class ExchangeUncertain(OAuthFailed):
    """The code was sent, and no answer that can be used came back."""


class RevocationFailed(OAuthFailed):
    """Intercom did not say that the token is revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app of the Developer Hub, and where the workspace is that it is to open.

    Raises ValueError for an unknown region, or an address that is not this machine's.
    """

    client_id: str
    client_secret: Secret
    region: str = "us"
    base_url: str | None = None
    """A sandbox's address; None for Intercom."""

    def __post_init__(self) -> None:
        if self.region not in HOSTS:
            raise ValueError(f"the region is one of {', '.join(HOSTS)}, not {self.region!r}")
        if self.base_url:
            check_host(self.base_url.rstrip("/"))


class _Token(msgspec.Struct):
    """Intercom gives the token under one name, or under both."""

    access_token: str | None = None
    token: str | None = None

    def __repr__(self) -> str:
        return "_Token(***)"


def authorize_url(app: App, *, state: str, redirect_url: str) -> str:
    """The page on which somebody consents; Intercom leads the browser back with a code and the state."""
    place = (app.base_url or CONSENT_HOSTS[app.region]).rstrip("/")
    query = {"client_id": app.client_id, "state": state, "redirect_uri": redirect_url}
    return f"{place}/oauth?{urlencode(query)}"


async def exchange_code(app: App, code: str) -> Secret:
    """Exchange a code for a token. It is sent once: a code lives once, so another try would be refused.

    Raises:
        CodeRefused: Intercom refuses the code, the client id or the client secret.
        ExchangeUncertain: No answer that can be used came back.
        NetworkUnreachable: There was no connection, so the code was not used up.
    """
    # One address for all regions: https://api.intercom.io/auth/eagle/token is the only one documented.
    place = app.base_url or HOSTS["us"]
    form = {"code": code, "client_id": app.client_id, "client_secret": app.client_secret.reveal()}
    try:
        answer = await _post(place, _TOKEN_PATH, form=form)
    except IntercomError as error:
        raise _not_exchanged(error) from None
    return _token(answer.body)


async def revoke(token: Secret, *, region: str, base_url: str | None = None) -> None:
    """Give a token back. Intercom takes that for uninstalling the app: other tokens of it may end as well.

    A token that is no longer valid is as good as revoked.

    Raises:
        RevocationFailed: Intercom did not say that it is revoked.
    """
    headers = {"Authorization": f"Bearer {token.reveal()}"}
    try:
        await _post(base_url or HOSTS[region], _REVOKE_PATH, headers=headers)
    except AuthenticationFailed:
        return
    except IntercomError as error:
        raise RevocationFailed(
            "The token is not revoked, as far as Intercom says.",
            why=_said(error),
            fix="Try again, or uninstall the app in Intercom's Developer Hub, which revokes it.",
        ) from None


async def _post(
    place: str, path: str, *, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """One POST, sent once, within the limits of time and size; raises the error that its answer means."""
    check_host(place.rstrip("/"))
    about = Request(method="POST", path=path)
    async with _http(place) as http:
        request = http.build_request("POST", path, data=form, headers=headers)
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                answer = await exchange(http, request, max_bytes=_MAX_BYTES, on_headers=lambda *_: None)
        except TimeoutError:
            raise DeadlineExceeded(about.failure(f"over {_TIMEOUT_SECONDS:g} seconds")) from None
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - the class of successes
        raise error_for(about, answer.status, answer.headers, answer.body)
    return answer


def _http(place: str) -> httpx.AsyncClient:
    """A connection for one request: no redirects, cookies or environment; TLS is verified."""
    return httpx.AsyncClient(
        base_url=place,
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
        verify=httpx.create_ssl_context(trust_env=False),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )


def _token(body: bytes) -> Secret:
    try:
        answer = msgspec.json.decode(body, type=_Token)
        return Secret(answer.access_token or answer.token or "")
    except (ValueError, RecursionError):
        raise _uncertain(f"The answer holds no token ({len(body)} bytes).") from None


def _not_exchanged(error: IntercomError) -> PipelineError:
    """What a failed exchange means. Intercom's own words are left out: they might repeat what was sent."""
    failure = error.failure
    if not isinstance(error, Retryable):
        return _refused(failure)
    if failure.applied is Applied.NO:
        return type(error)(replace(failure, message=failure.message if failure.status is None else None))
    return _uncertain(_said(error))


def _said(error: IntercomError) -> str:
    return f"HTTP {error.failure.status}." if error.failure.status else error.why


def _refused(failure: Failure) -> CodeRefused:
    return CodeRefused(
        f"Intercom does not exchange the code for a token (HTTP {failure.status}).",
        why="The code was used before or has expired, or the client id or secret is not the app's.",
        fix="Compare INTERCOM_CLIENT_ID and INTERCOM_CLIENT_SECRET with the Developer Hub and log in again.",
    )


def _uncertain(why: str) -> ExchangeUncertain:
    return ExchangeUncertain(
        "The code was sent to Intercom, but no token came back.",
        why=why,
        fix="A code can be used once, so it was not sent again: log in again, which gives a new one.",
    )
