"""A sweep finds what was deleted, merged or archived, and flags nothing else."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from intercom_pipeline.sandbox.faults import Fault, FaultKind
from intercom_pipeline.sync.catalog import stream_named
from intercom_pipeline.sync.options import Options as RunOptions
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.sync.run import run
from intercom_pipeline.warehouse.files import DataFolder
from tests.syncing import connection_to, select, sync

FAST = Options(limit_per_minute=6_000_000)
SMALL = Sizes(contacts=60, conversations=30, articles=20, tickets=20, long_conversations=0)
SWEPT = ("contacts", "conversations", "tickets", "articles")
FLAGGED = "SELECT id, _deleted_reason FROM {} WHERE _deleted_at IS NOT NULL ORDER BY id"


def sweep(
    sandbox: Sandbox, folder: Path, *names: str, allow_many: bool = False, version: str = "2.14"
) -> dict[str, SyncResult]:
    options = RunOptions(run_id=uuid4().hex, sweep=True, allow_many=allow_many, asked=frozenset(names))
    events = run(
        [stream_named(name) for name in names],
        connection=connection_to(sandbox, version=version),
        folder=DataFolder(folder),
        options=options,
    )
    return {event.stream.name: event for event in events if isinstance(event, SyncResult)}


def flagged(folder: Path, table: str) -> list[tuple[str, str]]:
    return select(folder, FLAGGED.format(table))


def an_hour_later(sandbox: Sandbox) -> None:
    """What changed an hour ago is found by every search."""
    sandbox.workspace.clock.advance(3600)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=SMALL, options=FAST, seed=5) as served:
        yield served


def ids(sandbox: Sandbox, kind: str) -> list[str]:
    return [record["id"] for record in sandbox.workspace.records(kind)]


@pytest.mark.parametrize("version", ["2.11", "2.14", "2.16", "2.17", "app"])
def test_contacts_that_are_gone_are_told_apart(sandbox: Sandbox, tmp_path: Path, version: str) -> None:
    """Deleted, archived, and merged into whom: in every API version."""
    workspace = sandbox.workspace
    lead = workspace.create_contact(role="lead")["id"]
    archived, deleted, into, *_ = (
        each["id"] for each in workspace.records("contacts") if each["role"] == "user"
    )
    sync(sandbox, tmp_path, "contacts", version=version)
    workspace.archive_contact(archived)
    workspace.delete_contact(deleted)
    workspace.merge_contacts(lead, into)
    an_hour_later(sandbox)
    result = sweep(sandbox, tmp_path, "contacts", version=version)["contacts"]
    assert result.outcome is Outcome.COMPLETE
    assert result.total.removed == 3
    gone = {archived: "archived", deleted: "deleted", lead: "merged"}
    assert dict(flagged(tmp_path, "contacts")) == gone
    merged = "SELECT id, _merged_into FROM contacts WHERE _merged_into IS NOT NULL"
    assert select(tmp_path, merged) == [(lead, into)]


def test_what_belongs_to_a_record_goes_and_comes_back_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """A deleted conversation's parts are flagged with it, and un-flagged when it is restored."""
    sync(sandbox, tmp_path, "conversations")
    gone = max(
        sandbox.workspace.records("conversations"),
        key=lambda each: len(each["conversation_parts"]["conversation_parts"]),
    )["id"]
    sandbox.workspace.delete_conversation(gone)
    sweep(sandbox, tmp_path, "conversations")
    parts = f"SELECT count(*), count(_deleted_at) FROM conversation_parts WHERE conversation_id = '{gone}'"
    [(all_of_them, flagged_parts)] = select(tmp_path, parts)
    assert flagged(tmp_path, "conversations") == [(gone, "deleted")]
    assert all_of_them == flagged_parts > 0
    sandbox.workspace.restore_conversation(gone)
    sweep(sandbox, tmp_path, "conversations")
    assert flagged(tmp_path, "conversations") == []
    assert select(tmp_path, parts) == [(all_of_them, 0)]


def test_deletions_are_found_in_every_stream_that_is_swept(sandbox: Sandbox, tmp_path: Path) -> None:
    """Contacts, conversations, tickets and articles."""
    sync(sandbox, tmp_path, *SWEPT)
    delete: dict[str, Callable[[str], object]] = {
        "contacts": sandbox.workspace.delete_contact,
        "conversations": sandbox.workspace.delete_conversation,
        "tickets": sandbox.workspace.delete_ticket,
        "articles": sandbox.workspace.delete_article,
    }
    gone = {kind: ids(sandbox, kind)[3] for kind in SWEPT}
    for kind, record_id in gone.items():
        delete[kind](record_id)
    sweep(sandbox, tmp_path, *SWEPT)
    assert {kind: flagged(tmp_path, kind) for kind in SWEPT} == {
        kind: [(record_id, "deleted")] for kind, record_id in gone.items()
    }


def test_a_record_that_search_does_not_find_is_not_gone(sandbox: Sandbox, tmp_path: Path) -> None:
    """A record that changed just now may be missing from search: the answer by its id decides."""
    sync(sandbox, tmp_path, *SWEPT)
    sandbox.workspace.searchable_after_seconds = 600
    for kind in ("contacts", "conversations", "tickets"):
        sandbox.workspace.update(kind, ids(sandbox, kind)[0])
    sweep(sandbox, tmp_path, *SWEPT)
    assert [flagged(tmp_path, kind) for kind in SWEPT] == [[], [], [], []]


def test_a_sweep_that_would_flag_too_much_refuses(sandbox: Sandbox, tmp_path: Path) -> None:
    """Over a tenth of the rows: nothing is flagged, unless it is allowed."""
    sync(sandbox, tmp_path, "contacts")
    for contact_id in ids(sandbox, "contacts")[:7]:
        sandbox.workspace.delete_contact(contact_id)
    refused = sweep(sandbox, tmp_path, "contacts")["contacts"]
    assert refused.outcome is Outcome.FAILED
    assert refused.error
    assert "10%" in refused.error.what
    assert "--allow-many" in refused.error.fix
    assert flagged(tmp_path, "contacts") == []
    allowed = sweep(sandbox, tmp_path, "contacts", allow_many=True)["contacts"]
    assert allowed.total.removed == 7


def test_an_interrupted_sweep_flags_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """Whatever it had found out: flags change at the end, all at once."""
    sync(sandbox, tmp_path, "conversations")
    first, second, *_ = ids(sandbox, "conversations")
    for conversation_id in (first, second):
        sandbox.workspace.delete_conversation(conversation_id)
    sandbox.faults.add(Fault(kind=FaultKind.ERROR_503, match="POST /conversations/search", after=1))
    interrupted = sweep(sandbox, tmp_path, "conversations")["conversations"]
    assert interrupted.outcome is Outcome.FAILED
    assert flagged(tmp_path, "conversations") == []
    sandbox.faults.clear()
    sweep(sandbox, tmp_path, "conversations")
    assert len(flagged(tmp_path, "conversations")) == 2


def test_a_sweep_mends_what_a_sync_missed_and_asks_for_no_more(sandbox: Sandbox, tmp_path: Path) -> None:
    """A change that no increment asks for any more is stored; no other detail is asked for."""
    sync(sandbox, tmp_path, "conversations")
    missed = ids(sandbox, "conversations")[0]
    old = sandbox.workspace.records("conversations")[0]["updated_at"]
    sandbox.workspace.update("conversations", missed, title="Changed long ago", updated_at=old + 1)
    sync(sandbox, tmp_path, "conversations")
    title = f"SELECT title FROM conversations WHERE id = '{missed}'"
    assert select(tmp_path, title) != [("Changed long ago",)]
    sandbox.requests.reset()
    sweep(sandbox, tmp_path, "conversations")
    assert select(tmp_path, title) == [("Changed long ago",)]
    assert sandbox.requests.count("GET /conversations/{id}") == 1


def test_a_sweep_of_nothing_new_writes_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """Not even a bookmark: only its run is kept."""
    sync(sandbox, tmp_path, *SWEPT)
    marks = "FROM pipeline.bookmarks ORDER BY stream"
    rows = "SELECT id, _synced_at FROM contacts ORDER BY id"
    before = select(tmp_path, marks), select(tmp_path, rows)
    results = sweep(sandbox, tmp_path, *SWEPT)
    assert {result.outcome for result in results.values()} == {Outcome.COMPLETE}
    assert (select(tmp_path, marks), select(tmp_path, rows)) == before
    assert select(tmp_path, "SELECT count(*) FROM pipeline.runs WHERE work = 'sweep'") == [(4,)]


def test_what_each_sync_finds_by_itself_cannot_be_swept(sandbox: Sandbox, tmp_path: Path) -> None:
    """A stream that is read whole says so."""
    refused = sweep(sandbox, tmp_path, "tags")["tags"]
    assert refused.error
    assert "nothing to sweep in tags" in refused.error.what


def test_deleted_conversations_are_flagged_by_a_sync_from_2_16_on(sandbox: Sandbox, tmp_path: Path) -> None:
    """Their own endpoint tells of them, so no sweep is needed."""
    sync(sandbox, tmp_path, "conversations", "deleted_conversations", version="2.16")
    gone = ids(sandbox, "conversations")[4]
    sandbox.workspace.delete_conversation(gone)
    sandbox.requests.reset()
    sync(sandbox, tmp_path, "conversations", "deleted_conversations", version="2.16")
    assert flagged(tmp_path, "conversations") == [(gone, "deleted")]
    assert sandbox.requests.count("GET /conversations/deleted") == 1
