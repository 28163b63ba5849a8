"""`sweep` finds what is gone, says why, and refuses what cannot be right."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.sandbox import Sandbox, Sizes, serve
from tests.cli.conftest import Command
from tests.syncing import select, sync

SIZES = Sizes(contacts=40, conversations=12, articles=5, companies=5, tickets=6, long_conversations=0)


@pytest.fixture(scope="module")
def living() -> Iterator[Sandbox]:
    """A workspace in which things vanish."""
    with serve(sizes=SIZES, seed=8) as served:
        yield served


@pytest.fixture(scope="module")
def folder(living: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was synced before anything vanished."""
    made = tmp_path_factory.mktemp("swept")
    sync(living, made, "contacts", "conversations")
    return made


@pytest.fixture
def swept(command: Command, living: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, aimed at the workspace in which things vanish."""
    monkeypatch.setenv("INTERCOM_BASE_URL", living.url)
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", living.token)
    monkeypatch.setenv("INTERCOM_DATA_DIR", str(folder))
    return command


def some(living: Sandbox, kind: str) -> Iterator[str]:
    return (str(record["id"]) for record in living.workspace.records(kind, version="2.14"))


def test_it_says_what_is_gone_and_why(swept: Command, living: Sandbox, folder: Path) -> None:
    """By stream and reason; the rows are kept, and status tells of the sweep."""
    contacts = some(living, "contacts")
    living.workspace.delete_contact(next(contacts))
    living.workspace.archive_contact(next(contacts))
    living.workspace.delete_conversation(next(some(living, "conversations")))
    living.workspace.clock.advance(3600)
    told = swept("sweep", "contacts", "conversations")
    assert told.code == Exit.OK, told.err
    lines = {line.split()[0]: line for line in told.out.splitlines() if line}
    assert lines["stream"].split()[:2] == ["stream", "compared"]
    assert lines["contacts"].split()[1] == str(SIZES.contacts - 2)
    assert lines["contacts"].endswith("  2: 1 archived, 1 deleted")
    assert lines["conversations"].endswith("  1: 1 deleted")
    assert f"contacts: complete, {SIZES.contacts - 2} compared, 2 gone, " in told.err
    assert select(folder, "SELECT count(*) FROM contacts") == [(SIZES.contacts,)]
    streams = {each["stream"]: each for each in json.loads(swept("status", "--json").out)["streams"]}
    assert streams["contacts"]["swept_at"]
    assert "sweep complete" in swept("status").out
    again = swept("sweep", "contacts", "conversations", "--json")
    assert [each["gone"] for each in json.loads(again.out)["streams"]] == [{}, {}]


def test_a_sweep_that_would_flag_too_much_flags_nothing(
    swept: Command, living: Sandbox, folder: Path
) -> None:
    """Unless it is told that it may."""
    for conversation in list(some(living, "conversations"))[:6]:
        living.workspace.delete_conversation(conversation)
    flagged = "SELECT count(*) FROM conversations WHERE _deleted_at IS NOT NULL"
    before = select(folder, flagged)
    told = swept("sweep", "contacts", "conversations")
    assert told.code == Exit.PARTIAL
    assert told.three_lines[0].startswith("conversations: Over 10%")
    assert "--allow-many" in told.three_lines[2]
    assert swept("sweep", "conversations").code == Exit.FAILED
    assert select(folder, flagged) == before
    allowed = swept("sweep", "conversations", "--allow-many", "--json")
    assert [each["gone"] for each in json.loads(allowed.out)["streams"]] == [{"deleted": 6}]


def test_a_stream_without_anything_to_sweep_is_refused(swept: Command, living: Sandbox) -> None:
    """Before anything is asked."""
    living.requests.reset()
    told = swept("sweep", "contacts", "tags")
    assert told.code == Exit.USAGE
    assert told.three_lines[0] == "There is nothing to sweep in tags."
    assert list(living.requests) == []
