"""`intercom-pipeline auth`, as people and programs use it; no secret is ever shown but by print-token."""

import io
import json
import os
import pty
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from intercom_pipeline.auth.profiles import Obtained, Profile, ProfileStore
from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.cli.main import run
from intercom_pipeline.intercom.oauth import REDIRECT_PATH
from intercom_pipeline.sandbox import Fault, FaultKind, Options, Sandbox, serve
from tests.auth.conftest import TINY
from tests.auth.consenting import answered, free_port, visited
from tests.cli.running import COMMAND, Ended, ended, environment

CANARY = "canary-token-that-must-never-be-seen"
SECRET = "canary-client-secret"
ELSEWHERE = f"https://shop.example{REDIRECT_PATH}"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    options = Options(token=CANARY, client_secret=SECRET, redirect_urls=(ELSEWHERE,))
    with serve(sizes=TINY, options=options) as served:
        yield served


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(tmp_path / "configuration")


@pytest.fixture
def env(sandbox: Sandbox, store: ProfileStore) -> dict[str, str]:
    """The environment of somebody with an app, and without a token."""
    return environment(
        INTERCOM_BASE_URL=sandbox.url,
        INTERCOM_CLIENT_ID="sandbox-client",
        INTERCOM_CLIENT_SECRET=SECRET,
        INTERCOM_CONFIG_DIR=store.folder,
    )


Auth = Callable[..., Ended]


@pytest.fixture
def auth(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Auth:
    """The command in this process, with what a program writes to its stdin."""
    for name in [each for each in os.environ if each.startswith("INTERCOM_")]:
        monkeypatch.delenv(name)
    for name in [each for each in env if each.startswith("INTERCOM_")]:
        monkeypatch.setenv(name, env[name])
    monkeypatch.chdir(tmp_path)

    def run_here(*arguments: str, piped: str = "", shows_it: bool = False) -> Ended:
        monkeypatch.setattr(sys, "stdin", io.StringIO(piped))
        capsys.readouterr()
        code = run(["auth", *arguments])
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err
        assert shows_it or CANARY not in said.out + said.err
        return Ended(code=code, out=said.out, err=said.err)

    return run_here


@pytest.fixture
def logged_in(auth: Auth, store: ProfileStore) -> Profile:
    """Somebody who handed over the workspace's token."""
    assert auth("login", "--with-token", piped=f"{CANARY}\n").code == Exit.OK
    profile = store.load("default")
    assert profile
    return profile


def begin(
    *arguments: str, env: dict[str, str], cwd: Path, by: Sequence[str] = ()
) -> "tuple[subprocess.Popen[str], str]":
    """Start a login that opens no browser, and read the address that it tells."""
    process = subprocess.Popen(
        [*by, COMMAND, "auth", *arguments, "--no-browser"],
        env=env,
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    for line in process.stderr:
        if "/oauth?" in line:
            return process, line.strip()
    raise AssertionError("no address was told")


def idle_connection(port: int) -> socket.socket:
    """One that a browser opens in advance, and says nothing on."""
    return socket.create_connection(("127.0.0.1", port))


def test_a_login_by_consent(
    sandbox: Sandbox, env: dict[str, str], store: ProfileStore, auth: Auth, tmp_path: Path
) -> None:
    """The token is stored for this user alone, and is what other commands use from then on."""
    port = free_port()
    process, url = begin("login", "--port", str(port), env=env, cwd=tmp_path)
    with idle_connection(port):
        assert visited(answered(url)).status_code == 200
        done = ended(process)
    assert done.code == Exit.OK, done.err
    assert "Traceback" not in done.err
    profile = store.load("default")
    assert profile
    assert profile.obtained is Obtained.OAUTH
    assert profile.token.reveal() not in done.out + done.err
    assert stat.S_IMODE(store.path("default").stat().st_mode) == 0o600
    status = json.loads(auth("status", "--json").out)
    assert (status["source"], status["profile"], status["profiles"]) == ("file", "default", ["default"])
    assert status["workspace_id"] == sandbox.workspace.app()["id_code"]
    assert (status["region"], status["api_version"], status["answered_in"]) == ("us", "2.14", "2.14")


def test_the_redirected_address_can_be_piped(
    env: dict[str, str], store: ProfileStore, tmp_path: Path
) -> None:
    """With a redirect URL that leads elsewhere, too; a line that is no answer is told and passed over."""
    process, url = begin("login", "--redirect-url", ELSEWHERE, env=env, cwd=tmp_path)
    assert process.stdin
    process.stdin.write("what now?\n\n")
    process.stdin.write(f"{answered(url)}\n")
    process.stdin.flush()
    done = ended(process)
    assert done.code == Exit.OK, done.err
    assert "not the address that the browser arrived at" in done.err
    assert store.load("default")


def test_with_nothing_to_paste_and_nowhere_to_listen_a_login_ends(
    env: dict[str, str], store: ProfileStore, tmp_path: Path
) -> None:
    """It does not wait for five minutes."""
    process, _ = begin("login", "--redirect-url", ELSEWHERE, env=env, cwd=tmp_path)
    done = ended(process, seconds=60)
    assert done.code == Exit.FAILED
    assert "stdin has ended" in done.three_lines[1]
    assert store.names() == []


def test_a_login_that_runs_out_of_files_goes_on(
    env: dict[str, str], store: ProfileStore, tmp_path: Path
) -> None:
    """It says so once, in a line, and takes the answer when there is room again."""
    port = free_port()
    limited = ("sh", "-c", 'ulimit -n 32 && exec "$@"', "sh")
    process, url = begin("login", "--port", str(port), env=env, cwd=tmp_path, by=limited)
    with ExitStack() as stack:
        for _ in range(60):
            stack.enter_context(idle_connection(port))
        assert process.stderr
        told = next(line for line in process.stderr if "out of system resource" in line)
    assert told.startswith("While waiting for the browser: ")
    assert visited(answered(url)).status_code == 200
    done = ended(process)
    assert done.code == Exit.OK, done.err
    assert "resource" not in done.err
    assert "Traceback" not in done.err
    assert store.load("default")


def test_a_login_is_stopped_by_ctrl_c(env: dict[str, str], store: ProfileStore, tmp_path: Path) -> None:
    """At once, without a traceback, and nothing is stored."""
    port = free_port()
    process, _ = begin("login", "--port", str(port), env=env, cwd=tmp_path)
    with idle_connection(port):
        process.send_signal(signal.SIGINT)
        done = ended(process, seconds=60)
    assert done.code == Exit.INTERRUPTED
    assert done.three_lines[0] == "Stopped."
    assert store.names() == []


def test_without_an_app_the_steps_are_told(
    auth: Auth, monkeypatch: pytest.MonkeyPatch, store: ProfileStore
) -> None:
    """With the exact redirect URL and the permissions; nothing is started."""
    monkeypatch.delenv("INTERCOM_CLIENT_SECRET")
    told = auth("login", "--port", "4321", "--region", "eu")
    assert told.code == Exit.USAGE
    for each in (
        "https://app.eu.intercom.com/a/apps/_/developer-hub",
        f"http://localhost:4321{REDIRECT_PATH}",
        "Read conversations",
        "--with-token",
    ):
        assert each in told.err
    assert "INTERCOM_CLIENT_SECRET" in told.three_lines[1]
    assert store.names() == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--redirect-url", f"http://shop.example{REDIRECT_PATH}"), "cannot be the redirect URL"),
        (("--redirect-url", ELSEWHERE, "--port", "4321"), "exclude each other"),
        (("--redirect-url", ""), "cannot be the redirect URL"),
        ((CANARY,), "takes no argument"),
        ((CANARY, "--with-token"), "takes no argument"),
        (("--profile", "../me"), "cannot be called"),
        (("--profile", ""), "INTERCOM_PROFILE is blank"),
    ],
)
def test_wrong_options_start_nothing(auth: Auth, arguments: tuple[str, ...], told: str) -> None:
    """Refused before anybody is asked for consent."""
    refused = auth("login", *arguments)
    assert refused.code == Exit.USAGE
    assert told in refused.three_lines[0]


def test_a_port_that_is_taken(auth: Auth) -> None:
    """Named, with the way out."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = auth("login", "--port", str(port))
    assert refused.code == Exit.USAGE
    assert f"Port {port}" in refused.three_lines[0]


def test_a_token_is_checked_before_it_is_stored(auth: Auth, store: ProfileStore) -> None:
    """A refused one is not stored, an empty one neither, and what was stored stays."""
    assert auth("login", "--with-token", piped=f"  {CANARY}\n").code == Exit.OK
    before = store.load("default")
    refused = auth("login", "--with-token", piped="another-token\n")
    assert refused.code == Exit.AUTHORISATION
    assert "another-token" not in refused.err
    assert auth("login", "--with-token").code == Exit.USAGE
    assert auth("login", "--with-token", piped="two words\n").code == Exit.USAGE
    assert store.load("default") == before


def test_a_token_typed_at_a_terminal_is_not_shown(
    env: dict[str, str], store: ProfileStore, tmp_path: Path
) -> None:
    """The question is, and what comes of it."""
    reader, writer = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, "auth", "login", "--with-token"],
        env=env,
        cwd=tmp_path,
        stdin=writer,
        stdout=writer,
        stderr=writer,
        start_new_session=True,
    )
    os.close(writer)
    shown = b""
    while b"not shown" not in shown:
        shown += os.read(reader, 4096)
    os.write(reader, f"{CANARY}\n".encode())
    assert process.wait(timeout=60) == Exit.OK
    shown += os.read(reader, 65536)
    os.close(reader)
    assert b"Connected to" in shown
    assert CANARY.encode() not in shown
    assert store.load("default")


def test_a_workspace_elsewhere_is_told(auth: Auth, store: ProfileStore) -> None:
    """The profile has the region that Intercom names, whatever was said."""
    told = auth("login", "--with-token", "--region", "au", piped=CANARY)
    assert told.code == Exit.OK
    assert "in us, not in au" in told.err
    profile = store.load("default")
    assert profile
    assert profile.region == "us"


def test_status_without_a_token(auth: Auth, logged_in: Profile) -> None:
    """Exit code 4, and the names of the profiles there are."""
    told = auth("status", "--profile", "other")
    assert told.code == Exit.AUTHORISATION
    assert f"Stored profiles: {logged_in.name}" in told.err
    assert told.out == ""


@pytest.mark.usefixtures("logged_in")
def test_status_tells_which_permissions_answer(auth: Auth, sandbox: Sandbox) -> None:
    """By permission for people, with the streams that are not given; by stream for programs."""
    sandbox.conditions.missing_permissions.add("tickets")
    told = auth("status")
    assert told.code == Exit.OK
    lines = {line.split("  ")[0]: " ".join(line.split()) for line in told.out.splitlines()}
    assert lines["Read conversations"] == "Read conversations yes"
    assert lines["Read tickets"].startswith("Read tickets no not given: tickets")
    assert "not known not tried" in lines["Write conversations"]
    given = {
        each["stream"]: each["answers"] for each in json.loads(auth("status", "--json").out)["permissions"]
    }
    assert (given["contacts"], given["tickets"], given["brands"]) == (True, False, None)


@pytest.mark.usefixtures("logged_in")
def test_status_with_a_refused_token(auth: Auth, sandbox: Sandbox) -> None:
    """Exit code 4."""
    sandbox.conditions.token = None
    assert auth("status").code == Exit.AUTHORISATION


@pytest.mark.usefixtures("logged_in")
def test_a_token_of_the_environment_goes_before(
    auth: Auth, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Status says which it is, logging in and out warn of it."""
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", CANARY)
    assert json.loads(auth("status", "--json").out)["source"] == "environment"
    assert "goes before" in auth("status").err
    assert "in the environment and goes before" in auth("login", "--with-token", piped=CANARY).err
    monkeypatch.delenv("INTERCOM_ACCESS_TOKEN")
    (tmp_path / ".env").write_text(f"INTERCOM_ACCESS_TOKEN={CANARY}\n")
    assert json.loads(auth("status", "--json").out)["source"] == ".env"
    assert "in the file .env and goes before" in auth("logout").err


def test_logout_removes_and_revokes(
    auth: Auth, logged_in: Profile, store: ProfileStore, sandbox: Sandbox
) -> None:
    """Without a stored token exit code 4; a token that could not be revoked stays, unless by force."""
    assert auth("logout").code == Exit.OK
    assert store.names() == []
    assert auth("logout").code == Exit.AUTHORISATION
    store.save(logged_in)
    sandbox.faults.add(Fault(kind=FaultKind.ERROR_503, match="POST /auth/uninstall"))
    kept = auth("logout", "--revoke")
    assert (kept.code, store.names()) == (Exit.FAILED, ["default"])
    assert "--force" in kept.three_lines[2]
    forced = auth("logout", "--revoke", "--force")
    assert (forced.code, store.names()) == (Exit.OK, [])
    assert "not revoked" in forced.err
    sandbox.faults.clear()
    store.save(logged_in)
    assert auth("logout", "--revoke").code == Exit.OK
    store.save(logged_in)
    assert auth("status").code == Exit.AUTHORISATION


@pytest.mark.usefixtures("logged_in")
def test_print_token_is_asked_twice(auth: Auth) -> None:
    """The option and the word: without either nothing is printed, with both the token alone."""
    for arguments, word in (
        ((), "print"),
        (("--yes-print-the-secret",), ""),
        (("--yes-print-the-secret",), "y"),
    ):
        assert auth("print-token", *arguments, piped=word).code == Exit.USAGE
    told = auth("print-token", "--yes-print-the-secret", piped="print\n", shows_it=True)
    assert (told.code, told.out, told.err) == (Exit.OK, f"{CANARY}\n", "")


def test_a_rotation_by_token_keeps_the_old_one_until_the_new_one_answers(
    auth: Auth, logged_in: Profile, store: ProfileStore, sandbox: Sandbox
) -> None:
    """A refused one, the same one and another workspace's change nothing."""
    fresh = sandbox.conditions.issue()
    assert auth("rotate", piped="wrong-token").code == Exit.AUTHORISATION
    assert "stored already" in auth("rotate", piped=CANARY).three_lines[0]
    assert store.load("default") == logged_in
    foreign = replace(logged_in, workspace_id="another")
    store.save(foreign)
    assert "opens workspace" in auth("rotate", piped=fresh).three_lines[0]
    assert store.load("default") == foreign
    store.save(logged_in)
    told = auth("rotate", piped=fresh)
    assert told.code == Exit.OK
    assert fresh not in told.out + told.err
    rotated = store.load("default")
    assert rotated
    assert rotated.token.reveal() == fresh
    assert auth("rotate", "--profile", "other").code == Exit.AUTHORISATION


def test_a_rotation_by_consent(
    sandbox: Sandbox, env: dict[str, str], store: ProfileStore, logged_in: Profile, tmp_path: Path
) -> None:
    """As the token was obtained; denied, the old one stays; granted, the old one can be revoked."""
    old = replace(logged_in, obtained=Obtained.OAUTH)
    store.save(old)
    denied, url = begin("rotate", "--port", str(free_port()), env=env, cwd=tmp_path)
    visited(answered(url, "cancel"))
    assert ended(denied).code == Exit.AUTHORISATION
    assert store.load("default") == old
    granted, url = begin("rotate", "--revoke-old", "--port", str(free_port()), env=env, cwd=tmp_path)
    visited(answered(url))
    done = ended(granted)
    assert done.code == Exit.OK, done.err
    assert "the new one answers" in done.out
    rotated = store.load("default")
    assert rotated
    assert rotated.token.reveal() in sandbox.conditions.issued
    assert CANARY in sandbox.conditions.revoked


def test_a_revocation_that_ends_the_new_token_too_is_told(auth: Auth, store: ProfileStore) -> None:
    """Intercom takes it for uninstalling the app: the command says to log in again."""
    with (
        serve(sizes=TINY, options=Options(uninstall_ends_app=True)) as ending,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("INTERCOM_BASE_URL", ending.url)
        first, second = ending.conditions.issue(), ending.conditions.issue()
        assert auth("login", "--with-token", piped=first).code == Exit.OK
        told = auth("rotate", "--revoke-old", piped=second)
    assert told.code == Exit.AUTHORISATION
    assert "ended the new one too" in told.three_lines[0]
    assert store.names() == ["default"]


def test_no_network(auth: Auth, monkeypatch: pytest.MonkeyPatch, store: ProfileStore) -> None:
    """Nothing is stored, the cause is told."""
    monkeypatch.setenv("INTERCOM_BASE_URL", f"http://127.0.0.1:{free_port()}")
    told = auth("login", "--with-token", piped=CANARY)
    assert told.code == Exit.FAILED
    assert "could not be reached" in told.three_lines[0]
    assert store.names() == []
