"""The consent screen, the code it gives, and the token that the code is exchanged for."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Page as Tab

from intercom_pipeline.sandbox import Fault, FaultKind, Sizes
from tests.browser import headless_tab
from tests.sandbox.conftest import Asker, Start

TINY = Sizes(contacts=5, conversations=2, articles=1, companies=1, long_conversations=0)
BACK = "http://localhost:8976/api/auth/intercom/callback"
APP = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}


@pytest.fixture
def tiny(start: Start) -> Asker:
    """A sandbox with next to nothing in it."""
    return start(TINY)


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[Tab]:
    """A real browser's tab."""
    with headless_tab(tmp_path / "profile", width=800, height=700) as opened:
        yield opened


def _screen(asker: Asker, **changes: str) -> httpx.Response:
    asked = {"client_id": "sandbox-client", "state": "s1", "redirect_uri": BACK} | changes
    return asker.http.get("/oauth", params=asked)


def _pressed(asker: Asker, decision: str = "authorize", **changes: str) -> httpx.Response:
    """The answer to the screen's form, sent with the fields that the screen gave it."""
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', _screen(asker, **changes).text)
    form = {name: unescape(value) for name, value in fields}
    return asker.http.post("/oauth", data=form | {"decision": decision})


def _told(response: httpx.Response) -> dict[str, str]:
    """What the browser brings back to the redirect URL."""
    assert response.status_code == 303, response.text
    url = urlsplit(response.headers["Location"])
    return {name: values[0] for name, values in parse_qs(url.query).items()}


def _exchanged(asker: Asker, code: str, **changes: str) -> httpx.Response:
    return asker.http.post("/auth/eagle/token", json={"code": code, **APP} | changes)


def _token(asker: Asker) -> str:
    answer = _exchanged(asker, _told(_pressed(asker))["code"])
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def _status(asker: Asker, token: str, path: str = "/me", method: str = "GET") -> int:
    return asker.ask(method, path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_consent_leads_to_a_token_that_opens_the_workspace(tiny: Asker) -> None:
    """The code comes back with the state as it was, and its token answers `/me` beside the sandbox's own."""
    back = _pressed(tiny, state="a b&c=é")
    assert back.headers["Location"].startswith(BACK + "?")
    told = _told(back)
    assert told.keys() == {"code", "state"}
    assert told["state"] == "a b&c=é"
    given = _exchanged(tiny, told["code"]).json()
    assert given == {
        "token_type": "Bearer",
        "token": given["access_token"],
        "access_token": given["access_token"],
    }
    assert given["token"] != tiny.sandbox.token
    headers = {"Authorization": f"Bearer {given['token']}"}
    assert tiny.ask("GET", "/me", headers=headers).json() == tiny.get("/me")


def test_the_exchange_takes_a_form_as_well(tiny: Asker) -> None:
    """With a redirect_uri beside it, as clients of OAuth 2 send one."""
    form = {"code": _told(_pressed(tiny))["code"], **APP, "redirect_uri": BACK}
    assert tiny.http.post("/auth/eagle/token", data=form).status_code == 200


def test_a_denial_leads_back_without_a_code(tiny: Asker) -> None:
    """The state shows which login was denied."""
    assert _told(_pressed(tiny, "cancel")) == {"error": "access_denied", "state": "s1"}


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"client_id": ""},
        {"redirect_uri": "https://evil.example/api/auth/intercom/callback"},
        {"redirect_uri": "http://localhost:8976/elsewhere"},
        {"redirect_uri": "http://localhost:8976@evil.example/api/auth/intercom/callback"},
        {"redirect_uri": "http://localhost.evil.example:80/api/auth/intercom/callback"},
        {"redirect_uri": BACK + "?next=elsewhere"},
        {"redirect_uri": BACK + "\n"},
        {"redirect_uri": ""},
    ],
)
def test_an_unknown_app_or_redirect_url_is_never_redirected(tiny: Asker, changes: dict[str, str]) -> None:
    """The screen and its form show a page that says so."""
    shown = _screen(tiny, **changes)
    form = {"client_id": "sandbox-client", "redirect_uri": BACK, "decision": "authorize"} | changes
    for answer in (shown, tiny.http.post("/oauth", data=form)):
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert "cannot be authorized" in answer.text


def test_the_listed_redirect_urls_are_taken_to_the_letter(start: Start) -> None:
    """The first of them is the one taken where none is named."""
    listed = ("https://app.example/back?x=1", "https://other.example/back")
    asker = start(TINY, redirect_urls=listed)
    assert _pressed(asker, redirect_uri=listed[1]).headers["Location"].startswith(listed[1] + "?code=")
    assert _pressed(asker, redirect_uri="").headers["Location"].startswith(listed[0] + "&code=")
    assert _screen(asker, redirect_uri=listed[1] + "/").status_code == 400


def test_nothing_of_a_request_becomes_markup(start: Start) -> None:
    """The page allows no script, and names and states are escaped."""
    asker = start(TINY, app_name="<b>Bold</b>")
    shown = _screen(asker, state='"><script>alert(1)</script>')
    assert "<script" not in shown.text
    assert "<b>" not in shown.text
    policy = shown.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'self' http://localhost:8976;" in policy
    assert "Set-Cookie" not in shown.headers


def test_the_screen_names_what_the_app_may_do(tiny: Asker) -> None:
    """Without the permissions that no token has."""
    assert "Reply to conversations" in _screen(tiny).text
    tiny.sandbox.conditions.missing_permissions = {"reply"}
    shown = _screen(tiny).text
    assert "Reply to conversations" not in shown
    assert "Read and list conversations" in shown


def test_a_code_is_exchanged_once(tiny: Asker) -> None:
    """A replay answers 400, and the token it gave stays good."""
    code = _told(_pressed(tiny))["code"]
    token = _exchanged(tiny, code).json()["token"]
    replayed = _exchanged(tiny, code)
    assert (replayed.status_code, replayed.json()["type"]) == (400, "error.list")
    assert replayed.json()["errors"][0]["field"] == "code"
    assert _status(tiny, token) == 200


def test_a_code_lives_for_five_minutes(tiny: Asker) -> None:
    """By the sandbox's clock."""
    first, second = (_told(_pressed(tiny))["code"] for _ in range(2))
    tiny.sandbox.workspace.clock.advance(299)
    assert _exchanged(tiny, first).status_code == 200
    tiny.sandbox.workspace.clock.advance(1)
    assert _exchanged(tiny, second).status_code == 400


def test_a_code_belongs_to_the_client_it_was_given_to(tiny: Asker) -> None:
    """Another client with its own secret gets nothing for it."""
    code = _told(_pressed(tiny))["code"]
    tiny.sandbox.oauth.client_id = "another"
    assert _exchanged(tiny, code, client_id="another").status_code == 400


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"client_secret": "wrong"}, 401, "unauthorized"),
        ({"client_id": "another"}, 401, "unauthorized"),
        ({"code": "wrong"}, 400, "parameter_invalid"),
        ({"code": ""}, 400, "parameter_not_found"),
    ],
)
def test_a_refused_exchange_uses_no_code_up(
    tiny: Asker, changes: dict[str, str], status: int, code: str
) -> None:
    """Each refusal is in the error envelope; the right request then succeeds."""
    given = _told(_pressed(tiny))["code"]
    refused = _exchanged(tiny, **{"code": given} | changes)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (status, code)
    assert _exchanged(tiny, given).status_code == 200


def test_the_exchange_meets_faults_and_the_rate_limit(start: Start) -> None:
    """A struck exchange leaves the code as it was, unless the fault lets it be applied first."""
    asker = start(TINY, limit_per_minute=60)
    code = _told(_pressed(asker))["code"]
    match = "POST /auth/eagle/token"
    asker.sandbox.faults.add(Fault(kind=FaultKind.ERROR_503_HTML, match=match, times=1))
    asker.sandbox.faults.add(Fault(kind=FaultKind.APPLIED_500, match=match, times=1))
    assert [_exchanged(asker, code).status_code for _ in range(3)] == [503, 500, 400]
    asker.sandbox.limit.consume(10)
    assert _exchanged(asker, code).status_code == 429


def test_a_token_given_back_opens_nothing_any_more(tiny: Asker) -> None:
    """The other tokens stay good, and whoever has none cannot give one back."""
    gone, kept = _token(tiny), _token(tiny)
    assert _status(tiny, gone, "/auth/uninstall", "POST") == 200
    assert [_status(tiny, gone, path) for path in ("/me", "/contacts")] == [401, 401]
    assert _status(tiny, gone, "/auth/uninstall", "POST") == 401
    assert [_status(tiny, each) for each in (kept, tiny.sandbox.token)] == [200, 200]
    assert _status(tiny, tiny.sandbox.token, "/auth/uninstall", "POST") == 200
    assert [_status(tiny, each) for each in (kept, tiny.sandbox.token)] == [200, 401]


def test_giving_one_token_back_may_end_all_of_the_app(start: Start) -> None:
    """Where the options say so; the token of the workspace's own is another app's."""
    asker = start(TINY, uninstall_ends_app=True)
    first, second = _token(asker), _token(asker)
    assert _status(asker, first, "/auth/uninstall", "POST") == 200
    assert [_status(asker, each) for each in (second, asker.sandbox.token)] == [401, 200]
    assert _status(asker, _token(asker)) == 200


def test_a_token_may_lack_a_permission_that_others_have(tiny: Asker) -> None:
    """And where nobody is let in, no token is."""
    token = _token(tiny)
    tiny.sandbox.conditions.issued[token].add("contacts")
    assert [_status(tiny, each, "/contacts") for each in (token, tiny.sandbox.token)] == [403, 200]
    assert _status(tiny, token) == 200
    tiny.sandbox.conditions.token = None
    assert _status(tiny, token) == 401


def test_to_reply_is_a_permission_of_its_own(tiny: Asker) -> None:
    """A token without it reads conversations all the same."""
    one = tiny.get("/conversations")["conversations"][0]["id"]
    admin = tiny.get("/admins")["admins"][0]["id"]
    said = {"message_type": "note", "type": "admin", "admin_id": admin, "body": "Hello"}
    tiny.sandbox.conditions.missing_permissions = {"reply"}
    refused = tiny.ask("POST", f"/conversations/{one}/reply", json=said)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "token_unauthorized")
    assert tiny.ask("GET", f"/conversations/{one}").status_code == 200
    tiny.sandbox.conditions.missing_permissions = set()
    assert tiny.ask("POST", f"/conversations/{one}/reply", json=said).status_code == 200


def test_nobody_replies_as_an_admin_who_is_not_there(tiny: Asker) -> None:
    """The 404 says which of the two is missing, the admin or the conversation."""
    one = tiny.get("/conversations")["conversations"][0]["id"]
    said = {"message_type": "note", "type": "admin", "admin_id": "1", "body": "Hello"}
    codes = [
        (answer.status_code, answer.json()["errors"][0]["code"])
        for identity in (one, "1")
        for answer in [tiny.ask("POST", f"/conversations/{identity}/reply", json=said)]
    ]
    assert codes == [(404, "admin_not_found"), (404, "not_found")]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("button", "brought"), [("Authorize access", {"code", "state"}), ("Cancel", {"error", "state"})]
)
def test_a_browser_is_led_back_by_either_button(
    tab: Tab, tiny: Asker, button: str, brought: set[str]
) -> None:
    """The page's own policy lets its style, its form and the redirect to another origin through."""
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    # The same server under its other name: to the browser, another origin.
    back = tiny.sandbox.url.replace("127.0.0.1", "localhost") + "/api/auth/intercom/callback"
    asked = httpx.QueryParams(client_id="sandbox-client", state="s1", redirect_uri=back)
    tab.goto(f"{tiny.sandbox.url}/oauth?{asked}")
    tab.get_by_text("intercom-pipeline would like access to Trellis (sandbox)").wait_for()
    shown = tab.get_by_role("button", name="Authorize access")
    assert shown.evaluate("each => getComputedStyle(each).backgroundColor") == "rgb(31, 31, 31)"
    tab.get_by_role("button", name=button).click()
    tab.wait_for_url(f"{back}?**")
    assert parse_qs(urlsplit(tab.url).query).keys() == brought
    assert not [each for each in complaints if "Content Security Policy" in each]
