"""A reply from the command line is shown, confirmed, and sent once or not at all."""

import io
import json
import os
import pty
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from intercom_pipeline.cli.conversations import Type
from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.cli.record_list import indented
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.sandbox import Fault, FaultKind, Sandbox, serve
from tests.cli.conftest import SMALL, Command
from tests.cli.running import COMMAND, Ended, ended, environment, start

Reply = Callable[..., Ended]
ROUTE = "POST /conversations/{id}/reply"


@pytest.fixture(scope="module")
def living() -> Iterator[Sandbox]:
    """A workspace that replies change."""
    with serve(sizes=SMALL, seed=6) as served:
        yield served


@pytest.fixture
def arguments(living: Sandbox) -> list[str]:
    """A note to the first conversation."""
    conversation, admin = (living.workspace.records(kind)[0]["id"] for kind in ("conversations", "admins"))
    return ["conversations", "reply", conversation, "--type", "note", "--admin", admin]


@pytest.fixture
def reply(
    command: Command, living: Sandbox, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Reply]:
    """`conversations reply` with further options."""
    monkeypatch.setenv("INTERCOM_BASE_URL", living.url)
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", living.token)
    living.requests.reset()
    yield lambda *more: command(*arguments, *more)
    living.faults.clear()
    living.conditions.missing_permissions.clear()


def writes(living: Sandbox) -> list[Any]:
    return [json.loads(each.body) for each in living.requests if each.endpoint == ROUTE]


def parts(living: Sandbox) -> int:
    return len(living.workspace.records("conversations")[0]["conversation_parts"]["conversation_parts"])


def newest_part(living: Sandbox) -> dict[str, Any]:
    return dict(living.workspace.records("conversations")[0]["conversation_parts"]["conversation_parts"][-1])


def test_the_types_are_those_of_a_reply() -> None:
    """The command has its own list, for the sake of its help; only a plan offers options."""
    assert {each.value for each in Type} == {*MessageType} - {MessageType.QUICK_REPLY}


def test_a_confirmed_reply_is_sent(reply: Reply, living: Sandbox) -> None:
    """As it was given; what became of it is told, as JSON too."""
    told = reply("--body", "Looking into it", "--attach", "https://a.example/b.png", "--yes")
    part = newest_part(living)
    assert told.code == Exit.OK
    assert f"as part {part['id']}" in told.out
    assert (part["part_type"], len(part["attachments"])) == ("note", 1)
    assert "Looking into it" in part["body"]
    sent = json.loads(reply("--body", "Again", "--yes", "--json").out)
    assert sent["part_id"] == newest_part(living)["id"]
    assert len(writes(living)) == 2


def test_a_body_from_standard_input(reply: Reply, living: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it; nobody can confirm there, so --yes is needed."""
    monkeypatch.setattr("sys.stdin", io.StringIO("Two\nlines\n"))
    assert reply("--body", "-").code == Exit.USAGE
    assert reply("--body", "-", "--yes").code == Exit.OK
    assert [each["body"] for each in writes(living)] == ["Two\nlines\n"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--body", "x"], "Nobody can confirm"),
        (["--body", " ", "--yes"], "has a body"),
        (["--body", "<p>&nbsp;</p>", "--yes"], "has a body"),
        (["--body", "a\udcff", "--yes"], "body is text"),
        (["--body", "x", "--yes", "--admin", "404404"], "no admin 404404"),
        (["--body", "x", "--yes", "--admin", "a b"], "is no id of an admin"),
        (["--body", "x", "--yes", *["--attach", "https://a.example/b.png"] * 11], "attachments"),
    ],
)
def test_what_cannot_be_sent_is_told_and_not_sent(
    reply: Reply, living: Sandbox, given: list[str], said: str
) -> None:
    """Exit code 2, in three lines."""
    told = reply(*given)
    assert told.code == Exit.USAGE
    assert said in told.three_lines[0]
    assert writes(living) == []


@pytest.mark.parametrize(
    ("conversation", "said"), [("last", "names its conversation"), ("404404", "no conversation 404404")]
)
def test_a_reply_names_a_conversation_that_is_there(
    reply: Reply, living: Sandbox, arguments: list[str], conversation: str, said: str
) -> None:
    """`last` may be another one by the time it is sent."""
    arguments[2] = conversation
    told = reply("--body", "x", "--yes")
    assert told.code == Exit.USAGE
    assert said in told.three_lines[0]
    assert writes(living) == []


@pytest.mark.parametrize("left_out", ["--type", "--admin", "--body"])
def test_nothing_is_taken_for_granted(
    command: Command, living: Sandbox, arguments: list[str], left_out: str
) -> None:
    """Least of all whether the customer sees it."""
    whole = [*arguments, "--body", "x"]
    at = whole.index(left_out)
    living.requests.reset()
    told = command(*whole[:at], *whole[at + 2 :], "--yes")
    assert told.code == Exit.USAGE
    assert left_out in told.err
    assert len(living.requests) == 0


def test_a_missing_permission(reply: Reply, living: Sandbox) -> None:
    """To reply is one of its own."""
    living.conditions.missing_permissions.add("reply")
    told = reply("--body", "x", "--yes")
    assert told.code == Exit.AUTHORISATION
    assert "may not do this" in told.three_lines[0]
    assert told.three_lines[2].startswith("Tick “Write conversations” on the app")


@pytest.mark.parametrize(
    ("kind", "applied"),
    [
        (FaultKind.HANG, 0),
        (FaultKind.RESET, 0),
        (FaultKind.GARBLED, 1),
        (FaultKind.APPLIED_RESET, 1),
        (FaultKind.APPLIED_HANG, 1),
        (FaultKind.APPLIED_500, 1),
    ],
)
def test_a_reply_of_unknown_outcome_is_not_sent_again(
    reply: Reply, living: Sandbox, kind: FaultKind, applied: int
) -> None:
    """Exit code 5 says to look first; one request reached Intercom."""
    before = parts(living)
    living.faults.add(Fault(kind=kind, match=ROUTE, hang_seconds=0.3))
    told = reply("--body", "x", "--yes")
    assert told.code == Exit.UNCERTAIN
    assert "conversations get" in told.three_lines[2]
    assert len(writes(living)) == 1
    assert parts(living) - before == applied


@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize("out", ["full", "closed"])
def test_a_reply_that_was_sent_is_said_to_be_though_it_cannot_be_printed(
    living: Sandbox, arguments: list[str], tmp_path: Path, form: list[str], out: str
) -> None:
    """Nobody is told to run the command again; exit code 5, as wherever looking comes first."""
    living.requests.reset()
    reader, writer = os.pipe()
    os.close(reader)
    stdout = os.open("/dev/full", os.O_WRONLY) if out == "full" else writer
    told = subprocess.run(
        [COMMAND, *arguments, "--body", "x", "--yes", *form],
        env=environment(living), cwd=tmp_path, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    for opened in {stdout, writer}:
        os.close(opened)
    lines = told.stderr.splitlines()
    assert told.returncode == Exit.UNCERTAIN
    assert lines[0] == f"The reply was sent as part {newest_part(living)['id']}; only printing it failed."
    assert "Do not send it again" in lines[2]
    assert len(lines) == 3
    assert len(writes(living)) == 1


def test_half_a_character_is_printed_as_an_escape() -> None:
    """No UTF-8 holds it."""
    text = indented({"told": ["a", "\ud83d"]})
    assert b'"\\ud83d"' in text
    assert json.loads(text) == {"told": ["a", "\ud83d"]}


def without_stdin(living: Sandbox, folder: Path, *arguments: str) -> Ended:
    shell = ["sh", "-c", 'exec "$@" <&-', "sh", COMMAND, *arguments]
    told = subprocess.run(
        shell, env=environment(living), cwd=folder, capture_output=True, text=True, check=False
    )
    return Ended(code=told.returncode, out=told.stdout, err=told.stderr)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["reply", "--body", "x"], "Nobody can confirm"),
        (["reply", "--body", "-", "--yes"], "Nothing was given"),
        (["auth", "login", "--with-token"], "Nothing was given"),
        (["mcp"], "No assistant can speak"),
        (["query", "-"], "Nothing was given"),
        (["purge", "--email"], "Nobody can confirm"),
        (["purge", "--email", "--dry-run"], "Nothing was given"),
    ],
    ids=["confirm", "body", "token", "mcp", "query", "purge", "addresses"],
)
def test_nobody_reads_from_a_closed_stdin(
    living: Sandbox, arguments: list[str], tmp_path: Path, given: list[str], said: str
) -> None:
    """Exit code 2, in three lines, and nothing was sent."""
    living.requests.reset()
    typed = arguments + given[1:] if given[0] == "reply" else given
    told = without_stdin(living, tmp_path, *typed)
    assert told.code == Exit.USAGE
    assert said in told.three_lines[0]
    assert writes(living) == []


def test_a_body_that_is_no_text(reply: Reply, living: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """stdin may hold any bytes."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a\xff"), encoding="utf-8"))
    told = reply("--body", "-", "--yes")
    assert told.code == Exit.USAGE
    assert "no text" in told.three_lines[0]
    assert writes(living) == []


def in_terminal(
    living: Sandbox,
    folder: Path,
    typed: bytes,
    *arguments: str,
    meanwhile: Callable[[], object] = lambda: None,
) -> tuple[int, str]:
    """Run the command in a terminal, type when it asks, and keep what it showed."""
    reader, writer = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, *arguments], env=environment(living, TERM="dumb", COLUMNS="120"), cwd=folder,
        stdin=writer, stdout=writer, stderr=writer,
    )  # fmt: skip
    os.close(writer)
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(reader, 4096)
    meanwhile()
    os.write(reader, typed)
    try:
        while piece := os.read(reader, 4096):
            shown += piece
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(reader)
    return process.wait(timeout=60), re.sub(r"\x1b\[[0-9;?]*\w", "", shown.decode())


def test_a_person_sees_what_is_sent_and_to_whom(
    living: Sandbox, arguments: list[str], tmp_path: Path
) -> None:
    """The conversation, its last message, who answers, who will see it, and the text; then is asked."""
    living.requests.reset()
    comment = ["comment" if each == "note" else each for each in arguments]
    code, shown = in_terminal(living, tmp_path, b"n\n", *comment, "--body", "Good \x1b[31mnews")
    conversation = living.workspace.records("conversations")[0]
    admin = living.workspace.records("admins")[0]
    assert code == Exit.FAILED
    assert "Nothing was sent." in shown
    for said in (conversation["id"], conversation["source"]["author"]["name"], admin["name"], "THE CUSTOMER"):
        assert said in shown
    assert "Good  [31mnews" in shown
    assert writes(living) == []
    code, shown = in_terminal(living, tmp_path, b"y\n", *arguments, "--body", "Good news")
    assert code == Exit.OK
    assert "teammates alone" in shown
    assert [each["body"] for each in writes(living)] == ["Good news"]


def test_who_confirms_sees_what_was_written_meanwhile(
    living: Sandbox, arguments: list[str], tmp_path: Path
) -> None:
    """The conversation is read again before the sending; where it changed, it is asked again."""
    living.requests.reset()

    def meanwhile() -> None:
        living.workspace.reply(arguments[2], "<p>It has solved itself.</p>")

    code, shown = in_terminal(
        living, tmp_path, b"y\nn\n", *arguments, "--body", "Too quick", meanwhile=meanwhile
    )
    assert code == Exit.FAILED
    first, again = shown.split("The conversation changed while you were asked.")
    assert "It has solved itself." not in first
    assert "It has solved itself." in again
    assert writes(living) == []


def test_ctrl_c_while_a_reply_is_on_its_way(living: Sandbox, arguments: list[str], tmp_path: Path) -> None:
    """It may have been sent, and that is said."""
    living.faults.add(Fault(kind=FaultKind.APPLIED_HANG, match=ROUTE))
    living.requests.reset()
    env = environment(living)
    try:
        with start(*arguments, "--body", "x", "--yes", env=env, cwd=tmp_path) as process:
            deadline = time.monotonic() + 60
            while not writes(living):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            told = ended(process, seconds=20)
    finally:
        living.faults.clear()
    assert told.code == Exit.INTERRUPTED
    assert told.three_lines[1] == "The reply may have been sent."
    assert "conversations get" in told.three_lines[2]
