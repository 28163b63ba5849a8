"""A code becomes a token once, or an error that says what to do and holds no secret."""

import asyncio
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from intercom_pipeline.auth.answers import Redirect, code_in, redirect_to_port
from intercom_pipeline.auth.login import TokenRefused, checked
from intercom_pipeline.auth.profiles import Keeper, Obtained, Profile
from intercom_pipeline.intercom.connection import Connection, Patience, Secret
from intercom_pipeline.intercom.errors import NetworkUnreachable
from intercom_pipeline.intercom.oauth import (
    App,
    CodeRefused,
    ExchangeUncertain,
    RevocationFailed,
    authorize_url,
    exchange_code,
    revoke,
)
from intercom_pipeline.sandbox import Fault, FaultKind, Sandbox
from tests.auth.consenting import answered, app_of, free_port

SECRET = "sandbox-secret"
STATE = "state-canary"
WRONG_SECRET, LOST_CODE = "wrong-canary", "canary-code"
EXCHANGE = "POST /auth/eagle/token"
BACK: Redirect = redirect_to_port(8976)


def consented(sandbox: Sandbox) -> str:
    """A code that somebody consented to."""
    url = authorize_url(app_of(sandbox, SECRET), state=STATE, redirect_url=BACK.url)
    return code_in(urlsplit(answered(url)).query, STATE)


def token_of(sandbox: Sandbox) -> Secret:
    return asyncio.run(exchange_code(app_of(sandbox, SECRET), consented(sandbox)))


@contextmanager
def failing(sandbox: Sandbox, kind: FaultKind, match: str) -> Iterator[None]:
    sandbox.requests.reset()
    sandbox.faults.add(Fault(kind=kind, match=match))
    try:
        yield
    finally:
        sandbox.faults.clear()


def silent_about(error: BaseException, *secrets: str) -> bool:
    told = "".join(traceback.format_exception(error)) + repr(error)
    return not any(secret in told for secret in secrets)


@pytest.mark.parametrize(
    ("region", "place"),
    [
        ("us", "https://app.intercom.com/oauth"),
        ("eu", "https://app.eu.intercom.com/oauth"),
        ("au", "https://app.au.intercom.com/oauth"),
    ],
)
def test_consent_is_asked_where_the_workspace_is(region: str, place: str) -> None:
    """With the client id, the state and the redirect URL, and never with the secret."""
    app = App(client_id="id&1", client_secret=Secret(SECRET), region=region)
    url = authorize_url(app, state="s t", redirect_url=BACK.url)
    assert url.partition("?")[0] == place
    assert parse_qs(urlsplit(url).query) == {
        "client_id": ["id&1"],
        "state": ["s t"],
        "redirect_uri": [BACK.url],
    }


@pytest.mark.parametrize("base_url", ["https://evil.example", "http://10.0.0.1:80", "http://localhost:1@x"])
def test_a_code_goes_to_intercom_or_to_this_machine(base_url: str) -> None:
    """No other address is taken."""
    with pytest.raises(ValueError, match="base URL"):
        App(client_id="id", client_secret=Secret(SECRET), base_url=base_url)


def test_a_code_becomes_a_token_that_works(sandbox: Sandbox) -> None:
    """The profile tells the workspace, the region and the admin that Intercom names."""
    profile = asyncio.run(
        checked(
            Connection(token=token_of(sandbox), base_url=sandbox.url),
            name="shop",
            region="eu",
            base_url=sandbox.url,
            obtained=Obtained.OAUTH,
            kept_in=Keeper.FILE,
        )
    )
    app = sandbox.workspace.app()
    assert isinstance(profile, Profile)
    assert (profile.workspace_id, profile.workspace_name) == (app["id_code"], app["name"])
    assert (profile.region, profile.timezone) == ("us", app["timezone"])
    assert profile.admin_id
    assert profile.saved_at.tzinfo


def test_a_replayed_code_is_refused(sandbox: Sandbox) -> None:
    """The error says that it was used, and holds neither the code nor the secret."""
    code = consented(sandbox)
    asyncio.run(exchange_code(app_of(sandbox, SECRET), code))
    with pytest.raises(CodeRefused, match="HTTP 400") as refused:
        asyncio.run(exchange_code(app_of(sandbox, SECRET), code))
    assert "used before" in refused.value.why
    assert silent_about(refused.value, code, SECRET)


def test_a_wrong_secret_is_refused(sandbox: Sandbox) -> None:
    """The error names both settings to compare, and not their values."""
    code = consented(sandbox)
    with pytest.raises(CodeRefused, match="HTTP 401") as refused:
        asyncio.run(exchange_code(app_of(sandbox, WRONG_SECRET), code))
    assert "INTERCOM_CLIENT_SECRET" in refused.value.fix
    assert silent_about(refused.value, code, WRONG_SECRET)


@pytest.mark.parametrize(
    "kind", [FaultKind.ERROR_503_HTML, FaultKind.HTML, FaultKind.EMPTY, FaultKind.GARBLED, FaultKind.CUT]
)
def test_a_code_whose_answer_is_lost_is_not_sent_again(sandbox: Sandbox, kind: FaultKind) -> None:
    """It may be used up: one request, and the error says to log in again."""
    code = consented(sandbox)
    with failing(sandbox, kind, EXCHANGE), pytest.raises(ExchangeUncertain) as uncertain:
        asyncio.run(exchange_code(app_of(sandbox, SECRET), code))
    assert sandbox.requests.count(EXCHANGE) == 1
    assert "not sent again" in uncertain.value.fix
    assert silent_about(uncertain.value, code, SECRET)


def test_no_network_uses_up_no_code() -> None:
    """The error is the one of a connection that was never there."""
    app = App(client_id="id", client_secret=Secret(WRONG_SECRET), base_url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(NetworkUnreachable) as unreachable:
        asyncio.run(exchange_code(app, LOST_CODE))
    assert silent_about(unreachable.value, LOST_CODE, WRONG_SECRET)


def test_a_redirect_is_not_followed(sandbox: Sandbox) -> None:
    """The code and the secret would go to whoever it leads to."""
    with failing(sandbox, FaultKind.REDIRECT, EXCHANGE), pytest.raises(CodeRefused):
        asyncio.run(exchange_code(app_of(sandbox, SECRET), consented(sandbox)))


def test_a_revoked_token_is_refused_and_revoking_it_again_is_fine(sandbox: Sandbox) -> None:
    """What is no longer valid is as good as revoked."""
    token = token_of(sandbox)
    for _ in range(2):
        asyncio.run(revoke(token, region="us", base_url=sandbox.url))
    connection = Connection(token=token, base_url=sandbox.url, patience=Patience(attempts=1))
    with pytest.raises(TokenRefused) as refused:
        asyncio.run(
            checked(
                connection,
                name="default",
                region="us",
                base_url=sandbox.url,
                obtained=Obtained.TOKEN,
                kept_in=Keeper.FILE,
            )
        )
    assert silent_about(refused.value, token.reveal())


@pytest.mark.parametrize("kind", [FaultKind.ERROR_503_HTML, FaultKind.RESET])
def test_a_revocation_that_was_not_confirmed_is_told(sandbox: Sandbox, kind: FaultKind) -> None:
    """The token may still be valid."""
    token = token_of(sandbox)
    with failing(sandbox, kind, "POST /auth/uninstall"), pytest.raises(RevocationFailed) as failed:
        asyncio.run(revoke(token, region="us", base_url=sandbox.url))
    assert silent_about(failed.value, token.reveal())
