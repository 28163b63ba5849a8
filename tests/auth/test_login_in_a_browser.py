"""The whole login, watched in a real browser: the command, the consent screen, the page at the end.

`SCREENSHOTS=docs/images uv run pytest tests/auth/test_login_in_a_browser.py -k connects` takes the pictures.
"""

import asyncio
import os
import re
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import FloatRect, expect
from playwright.sync_api import Page as Tab

from intercom_pipeline.auth.answers import redirect_to_port
from intercom_pipeline.auth.login import LoginTimedOut, login
from intercom_pipeline.auth.profiles import Profile, ProfileStore
from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.intercom.connection import Secret
from intercom_pipeline.intercom.oauth import App
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from tests.browser import headless_tab
from tests.cli import running

EXCHANGE = "POST /auth/eagle/token"
SECRET = "canary-secret-5d1c"
_PATIENCE_SECONDS = 60.0
_ADDRESS = re.compile(r"http://\S+/oauth\?\S+")

pytestmark = pytest.mark.browser


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """An `auth login` that waits for its answer."""

    process: "subprocess.Popen[str]"
    address: str
    """The consent screen's, as the command told it."""

    @property
    def asked(self) -> dict[str, str]:
        """What the address asks for."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.address).query).items()}

    def answer(self, **told: str) -> str:
        """The address that the screen leads the browser to, with an answer of one's own."""
        return f"{self.asked['redirect_uri']}?{'&'.join(f'{name}={value}' for name, value in told.items())}"

    def ended(self) -> running.Ended:
        """What the command said and how it ended; it tells no secret or token, and shows no traceback."""
        end = running.ended(self.process)
        assert "Traceback" not in end.err
        assert SECRET not in end.out + end.err
        assert "sandbox-issued" not in end.out + end.err
        return end


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """A person's folder and browser, before a sandbox."""

    sandbox: Sandbox
    folder: Path
    tab: Tab
    running: ExitStack

    def login(self, *options: str, **environment: str) -> Login:
        """Start the command and read the address that it tells; stdin stays open, as on a terminal."""
        show = [] if "BROWSER" in environment else ["--no-browser"]
        command = [running.COMMAND, "auth", "login", "--store", "file", *show, *options]
        process = self.running.enter_context(_started(command, self.folder, self.environment(**environment)))
        assert process.stderr
        with _ended_after(_PATIENCE_SECONDS, process):
            told = next((found for line in process.stderr if (found := _ADDRESS.search(line))), None)
        assert told, "no address was told"
        return Login(process=process, address=told[0])

    def consent(self, login: Login, button: str = "Authorize access") -> None:
        """Open the screen, press a button, and arrive at the command's own page."""
        self.tab.goto(login.address)
        self.tab.get_by_role("button", name=button).click()
        self.tab.wait_for_url(f"{login.asked['redirect_uri']}?**")

    @property
    def stored(self) -> Profile | None:
        """What the command stored."""
        return ProfileStore(self.folder / "configuration").load("default")

    @property
    def exchanges(self) -> int:
        """How many codes were sent to the sandbox."""
        return self.sandbox.requests.count(EXCHANGE)

    def environment(self, **changes: str) -> dict[str, str]:
        """The app's id and secret in the variables that the command reads, aimed at the sandbox."""
        aimed = {
            "INTERCOM_BASE_URL": self.sandbox.url,
            "INTERCOM_CLIENT_ID": self.sandbox.oauth.client_id,
            "INTERCOM_CLIENT_SECRET": SECRET,
            "INTERCOM_CONFIG_DIR": str(self.folder / "configuration"),
        }
        return running.environment() | aimed | changes


@contextmanager
def _started(
    command: list[str], folder: Path, environment: dict[str, str]
) -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def _ended_after(seconds: float, process: "subprocess.Popen[str]") -> Iterator[None]:
    """End a process that keeps the block waiting for so long."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sizes = Sizes(contacts=5, conversations=2, articles=1, companies=1, long_conversations=0)
    with serve(sizes=sizes, options=Options(client_secret=SECRET, limit_per_minute=600_000)) as served:
        yield served


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with headless_tab(tmp_path_factory.mktemp("browser"), width=700, height=620) as opened:
        yield opened


@pytest.fixture
def desk(sandbox: Sandbox, tab: Tab, tmp_path: Path) -> Iterator[Desk]:
    sandbox.requests.reset()
    with ExitStack() as stack:
        opened = stack.enter_context(tab.context.new_page())
        yield Desk(sandbox=sandbox, folder=tmp_path, tab=opened, running=stack)


@pytest.fixture
def port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def test_consent_connects_the_workspace(desk: Desk, port: str) -> None:
    """The code becomes a token that `/me` accepts, it is stored, and the page says that one may close it."""
    waiting = desk.login("--port", port)
    desk.tab.goto(waiting.address)
    expect(desk.tab.get_by_text("would like access to Trellis (sandbox)")).to_be_visible()
    _picture(desk.tab, "consent.png", height=560)
    desk.tab.get_by_role("button", name="Authorize access").click()
    expect(desk.tab.get_by_text("Close this page and go back to the terminal.")).to_be_visible()
    _picture(desk.tab, "connected.png", height=140)
    end = waiting.ended()
    assert end.code == Exit.OK
    assert "Connected to Trellis (sandbox)" in end.out
    assert desk.stored
    assert desk.stored.token.reveal() in desk.sandbox.conditions.issued
    assert desk.stored.timezone == "America/New_York"
    assert desk.sandbox.requests.paths()[-2:] == [EXCHANGE, "GET /me"]


def test_the_browser_is_opened_at_a_page_that_leads_to_the_consent_screen(
    desk: Desk, port: str, tmp_path: Path
) -> None:
    """By the one that BROWSER names; others cannot read the page, or the state in a process's arguments."""
    seen = tmp_path / "seen"
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\n(echo "$@"; env) > {seen}.part && mv {seen}.part {seen}\n')
    script.chmod(0o700)
    waiting = desk.login("--port", port, BROWSER=str(script))
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not seen.exists():
        assert time.monotonic() < deadline, "no browser was opened"
        time.sleep(0.05)
    address, *environment = seen.read_text().splitlines()
    assert waiting.asked["state"] not in seen.read_text()
    assert "PATH" in {line.partition("=")[0] for line in environment}
    assert not [line for line in environment if line.startswith("INTERCOM_")]
    page = Path(urlsplit(address).path)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (page, page.parent)] == [0o600, 0o700]
    desk.tab.goto(address)
    desk.tab.wait_for_url(waiting.address)
    desk.tab.get_by_role("button", name="Authorize access").click()
    assert waiting.ended().code == Exit.OK
    assert not page.parent.exists()


def test_a_connection_that_says_nothing_is_passed_over(desk: Desk, port: str) -> None:
    """Browsers open one to spare; it holds up no consent and leaves no trace in the terminal."""
    waiting = desk.login("--port", port)
    with socket.create_connection(("127.0.0.1", int(port))):
        desk.consent(waiting)
        assert waiting.ended().code == Exit.OK


def test_a_denied_consent_ends_the_login(desk: Desk, port: str) -> None:
    """Nothing is exchanged or stored, on the page as in the terminal."""
    waiting = desk.login("--port", port)
    desk.consent(waiting, "Cancel")
    expect(desk.tab.get_by_text("Nothing was connected.")).to_be_visible()
    end = waiting.ended()
    assert end.code == Exit.AUTHORISATION
    assert "access_denied" in end.three_lines[1]
    assert (desk.exchanges, desk.stored) == (0, None)


def test_an_answer_with_another_state_is_passed_over(desk: Desk, port: str) -> None:
    """However it comes: nothing is exchanged for it, and the login goes on waiting for its own."""
    waiting = desk.login("--port", port)
    for answer in ({"code": "foreign", "state": "another"}, {"code": "foreign"}, {"error": "access_denied"}):
        desk.tab.goto(waiting.answer(**answer))
        expect(desk.tab.get_by_role("heading", name="Not the answer to this login")).to_be_visible()
    assert desk.exchanges == 0
    desk.consent(waiting)
    assert waiting.ended().code == Exit.OK
    assert desk.exchanges == 1


def test_a_replayed_code_gets_nothing(desk: Desk, port: str) -> None:
    """A code that was used, led into another login: refused, and the stored token stays as it was."""
    first = desk.login("--port", port)
    desk.consent(first)
    code = parse_qs(urlsplit(desk.tab.url).query)["code"][0]
    assert first.ended().code == Exit.OK
    before = desk.stored
    second = desk.login("--port", port)
    desk.tab.goto(second.answer(code=code, state=second.asked["state"]))
    end = second.ended()
    assert end.code == Exit.AUTHORISATION
    assert "HTTP 400" in end.three_lines[0]
    assert code not in end.out + end.err
    assert (desk.exchanges, desk.stored) == (2, before)


def test_a_redirect_url_that_is_not_registered_leads_nowhere(desk: Desk) -> None:
    """Intercom's page says so, the browser stays there, and Ctrl-C ends the login with nothing stored."""
    waiting = desk.login("--redirect-url", "https://app.example/api/auth/intercom/callback")
    desk.tab.goto(waiting.address)
    expect(desk.tab.get_by_text("The redirect_uri is none of the app's redirect URLs.")).to_be_visible()
    assert desk.tab.url == waiting.address
    assert desk.tab.get_by_role("button").count() == 0
    waiting.process.send_signal(signal.SIGINT)
    assert waiting.ended().code == Exit.INTERRUPTED
    assert (desk.exchanges, desk.stored) == (0, None)


def test_who_consents_too_late_reaches_nobody(desk: Desk, port: str) -> None:
    """After the time-out nothing listens any more, and no code is exchanged."""
    told: list[str] = []
    ended: list[BaseException] = []
    shown = threading.Event()

    async def wait_briefly() -> None:
        app = App(
            client_id=desk.sandbox.oauth.client_id, client_secret=Secret(SECRET), base_url=desk.sandbox.url
        )
        async with login(app, redirect_to_port(int(port))) as waiting:
            told.append(waiting.url)
            shown.set()
            await waiting.code(seconds=0.2)

    def run() -> None:
        try:
            asyncio.run(wait_briefly())
        except LoginTimedOut as error:
            ended.append(error)

    waiter = threading.Thread(target=run, daemon=True)
    waiter.start()
    assert shown.wait(timeout=30)
    desk.tab.goto(told[0])
    waiter.join(timeout=30)
    assert len(ended) == 1
    with desk.tab.expect_event("requestfailed") as failed:
        desk.tab.get_by_role("button", name="Authorize access").click()
    assert failed.value.url.startswith(redirect_to_port(int(port)).url)
    assert failed.value.failure == "net::ERR_CONNECTION_REFUSED"
    assert desk.exchanges == 0


def _picture(tab: Tab, name: str, *, height: int) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        shown = FloatRect(x=0, y=0, width=700, height=height)
        tab.screenshot(path=Path(folder) / name, clip=shown)
