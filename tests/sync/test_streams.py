"""Each way of reading: parent by parent, whole lists, logs, exports, and parts of a stream."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from intercom_pipeline.intercom.paging import Page
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from intercom_pipeline.sync.catalog import CATALOG, stream_named
from intercom_pipeline.sync.listing import Walk
from intercom_pipeline.sync.options import Options as RunOptions
from intercom_pipeline.sync.plan import Bounds
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.sync.run import run
from intercom_pipeline.sync.stream import Need
from intercom_pipeline.warehouse.files import DataFolder
from tests.syncing import connection_to, select, sync

FAST = Options(limit_per_minute=6_000_000)
SMALL = Sizes(contacts=120, conversations=40, articles=10, companies=30, tickets=20, long_conversations=0)
A_DAY = 86_400


def run_with(
    sandbox: Sandbox, folder: Path, *names: str, version: str = "2.14", **options: object
) -> dict[str, SyncResult]:
    streams = [stream_named(name) for name in names] or CATALOG
    chosen = replace(RunOptions(run_id=uuid4().hex), **options)  # type: ignore[arg-type]  # by name
    connection = connection_to(sandbox, version=version)
    events = run(streams, connection=connection, folder=DataFolder(folder), options=chosen)
    return {event.stream.name: event for event in events if isinstance(event, SyncResult)}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=SMALL, options=FAST, seed=6) as served:
        yield served


def contact_with(sandbox: Sandbox, name: str, least: int) -> str:
    """A contact with so many entries in a list at least."""
    found = (
        each["id"] for each in sandbox.workspace.records("contacts") if each[name]["total_count"] >= least
    )
    return str(next(found))


def test_notes_are_asked_for_where_a_contact_changed(sandbox: Sandbox, tmp_path: Path) -> None:
    """One request for each contact that has notes and is new or changed, none for the others."""
    sync(sandbox, tmp_path, "contacts", "contact_notes")
    true = {note["id"] for note in sandbox.workspace.records("contact_notes")}
    assert {key for (key,) in select(tmp_path, "SELECT id FROM contact_notes")} == true
    sandbox.requests.reset()
    sandbox.workspace.update_contact(contact_with(sandbox, "notes", 1), name="Somebody else")
    sync(sandbox, tmp_path, "contacts", "contact_notes")
    assert sandbox.requests.count("GET /contacts/{id}/notes") == 1


def test_notes_of_a_contact_that_is_gone_are_gone_until_it_is_back(sandbox: Sandbox, tmp_path: Path) -> None:
    """They are flagged with it, and fetched again when it returns."""
    noted = contact_with(sandbox, "notes", 1)
    sync(sandbox, tmp_path, "contacts", "contact_notes")
    there = f"SELECT count(*) FROM contact_notes WHERE contact_id = '{noted}' AND _deleted_at IS NULL"
    [(notes,)] = select(tmp_path, there)
    sandbox.workspace.delete_contact(noted)
    run_with(sandbox, tmp_path, "contacts", sweep=True)
    sync(sandbox, tmp_path, "contacts", "contact_notes")
    assert select(tmp_path, there) == [(0,)]
    sandbox.workspace.restore_contact(noted)
    run_with(sandbox, tmp_path, "contacts", sweep=True)
    sync(sandbox, tmp_path, "contacts", "contact_notes")
    assert select(tmp_path, there) == [(notes,)]


def test_a_contacts_segments_are_found_through_the_segments(sandbox: Sandbox, tmp_path: Path) -> None:
    """One search a segment; who has left one is flagged there."""
    sync(sandbox, tmp_path, "segments", "contact_segments")
    rows = "SELECT contact_id, segment_id FROM contact_segments WHERE _deleted_at IS NULL"
    true = {
        (each["contact_id"], each["segment_id"]) for each in sandbox.workspace.records("contact_segments")
    }
    assert set(select(tmp_path, rows)) == true
    gone, _ = next(iter(true))
    sandbox.workspace.delete_contact(gone)
    sync(sandbox, tmp_path, "segments", "contact_segments")
    assert set(select(tmp_path, rows)) == {each for each in true if each[0] != gone}


def test_lists_over_ten_entries_are_completed_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where Intercom shows ten tags of more, the others are fetched, and not again while nothing changes."""
    contact = sandbox.workspace.records("contacts")[0]["id"]
    for tag in sandbox.workspace.records("tags")[:14]:
        sandbox.workspace.tag_contact(contact, tag["id"])
    sync(sandbox, tmp_path, "contacts")
    tags = f"SELECT count(*) FROM contact_tags WHERE contact_id = '{contact}'"
    assert select(tmp_path, tags) == [(14,)]
    sandbox.workspace.clock.advance(60)
    sync(sandbox, tmp_path, "contacts")
    sandbox.requests.reset()
    sync(sandbox, tmp_path, "contacts")
    assert sandbox.requests.count("GET /contacts/{id}/tags") <= 1  # it may have changed in its last second
    assert select(tmp_path, tags) == [(14,)]


def test_what_happened_is_read_by_time(sandbox: Sandbox, tmp_path: Path) -> None:
    """Activity logs: all of them once, then those since."""
    sync(sandbox, tmp_path, "activity_logs")
    assert select(tmp_path, "SELECT count(*) FROM activity_logs") == [(SMALL.activity_logs,)]
    admin = sandbox.workspace.records("admins")[0]["id"]
    sandbox.workspace.clock.advance(3600)
    sandbox.workspace.set_away(admin)
    sandbox.requests.reset()
    result = sync(sandbox, tmp_path, "activity_logs")["activity_logs"]
    assert result.total.inserted >= 1
    assert sandbox.requests.count("GET /admins/activity_logs") == 1


def test_transcripts_are_kept_as_text(sandbox: Sandbox, tmp_path: Path) -> None:
    """One a call that has one."""
    sync(sandbox, tmp_path, "calls", "call_transcripts")
    true = {each["call_id"]: each["transcript"] for each in sandbox.workspace.records("call_transcripts")}
    assert dict(select(tmp_path, "SELECT call_id, text FROM call_transcripts")) == true


def test_custom_objects_are_those_declared(sandbox: Sandbox, tmp_path: Path) -> None:
    """Instances of the declared types, and no others; a type that does not exist is named."""
    version = "2.16"
    run_with(sandbox, tmp_path, "custom_objects", version=version, custom_objects=("Order",))
    assert {kind for (kind,) in select(tmp_path, "SELECT DISTINCT type FROM custom_objects")} == {"Order"}
    results = run_with(sandbox, tmp_path, "custom_objects", version=version, custom_objects=("Orders",))
    result = results["custom_objects"]
    assert result.outcome is Outcome.FAILED
    assert result.error
    assert "Orders" in result.error.what


def test_reporting_data_is_exported_and_downloaded(sandbox: Sandbox, tmp_path: Path) -> None:
    """A row for each conversation; a second export changes nothing; an unknown dataset is named."""

    def exported(dataset: str) -> SyncResult:
        chosen = (dataset,)
        results = run_with(sandbox, tmp_path, "reporting_data", version="2.16", reporting_datasets=chosen)
        return results["reporting_data"]

    first = exported("conversation")
    assert first.total.inserted == SMALL.conversations
    column = "values ->> 'Conversation ID'"
    true = {record["id"] for record in sandbox.workspace.records("conversations")}
    assert {key for (key,) in select(tmp_path, f"SELECT {column} FROM reporting_data")} == true
    again = exported("conversation")
    assert (again.total.inserted, again.total.removed) == (0, 0)
    wrong = exported("calls")
    assert wrong.error
    assert "calls" in wrong.error.what
    assert "conversation" in wrong.error.why


def test_months_add_up_to_the_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    """Backfills of parts leave no bookmark, meet at their bounds, and together hold every record."""
    records = sandbox.workspace.records("contacts")
    created = sorted(record["created_at"] for record in records)
    middle = created[len(created) // 2]
    for bounds in (Bounds(until=middle), Bounds(since=middle)):
        part = run_with(sandbox, tmp_path, "contacts", bounds=bounds)["contacts"]
        assert part.outcome is Outcome.COMPLETE
        assert part.bookmark_after is None
    assert select(tmp_path, "SELECT count(*) FROM contacts") == [(len(records),)]
    assert select(tmp_path, "SELECT count(*) FROM pipeline.slices") == [(0,)]


def test_a_part_holds_what_was_created_within_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """Nothing of another day than its bounds' own."""
    moment = sandbox.workspace.records("contacts")[60]["created_at"]
    bounds = Bounds(since=moment - 5 * A_DAY, until=moment + 5 * A_DAY)
    run_with(sandbox, tmp_path, "contacts", bounds=bounds, version="2.17")
    times = [each["created_at"] for each in sandbox.workspace.records("contacts")]
    within = sum(moment - 5 * A_DAY <= time < moment + 5 * A_DAY for time in times)
    assert select(tmp_path, "SELECT count(*) FROM contacts") == [(within,)]


def test_what_cannot_be_bounded_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    """Tags have no time of creation to be found by."""
    result = run_with(sandbox, tmp_path, "tags", bounds=Bounds(since=1))["tags"]
    assert result.error
    assert "cannot be read in part" in result.error.what


def test_a_stream_of_a_later_version_is_skipped_unless_asked_for(sandbox: Sandbox, tmp_path: Path) -> None:
    """Nobody asked: skipped, with the version it needs; somebody did: failed, with the same words."""
    skipped = run_with(sandbox, tmp_path, "macros", version="2.14")["macros"]
    asked = run_with(sandbox, tmp_path, "macros", version="2.14", asked=frozenset({"macros"}))["macros"]
    assert (skipped.outcome, asked.outcome) == (Outcome.SKIPPED, Outcome.FAILED)
    assert skipped.error
    assert asked.error
    assert skipped.error.what == asked.error.what == "macros needs API version 2.16 or later; 2.14 is set."


def test_a_missing_permission_fails_what_every_workspace_has(sandbox: Sandbox, tmp_path: Path) -> None:
    """Tickets fail by name and name the permission; brands, which few have, are skipped with the reason."""
    sandbox.conditions.missing_permissions |= {"tickets", "brands"}
    results = run_with(sandbox, tmp_path, "tickets", "brands", "tags", version="2.16")
    tickets, brands = results["tickets"], results["brands"]
    assert (tickets.outcome, brands.outcome) == (Outcome.FAILED, Outcome.SKIPPED)
    assert results["tags"].outcome is Outcome.COMPLETE
    assert tickets.error
    assert tickets.error.what == "The access token may not read tickets."
    assert "tickets" in tickets.error.fix
    assert select(tmp_path, "SELECT result FROM pipeline.runs WHERE stream = 'brands'") == [("skipped",)]


def test_what_hangs_on_a_skipped_stream_is_skipped_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """A workspace without news is no reason to fail for the items of its newsfeeds."""
    sandbox.conditions.missing_permissions |= {"news"}
    results = run_with(sandbox, tmp_path, "newsfeeds", "newsfeed_items", "tags")
    outcomes = [results[name].outcome for name in ("newsfeeds", "newsfeed_items", "tags")]
    assert outcomes == [Outcome.SKIPPED, Outcome.SKIPPED, Outcome.COMPLETE]


def test_a_conversation_told_to_be_gone_ends_its_history(sandbox: Sandbox, tmp_path: Path) -> None:
    """Whichever stream tells it: here the list of deleted conversations."""
    both, kept = ("conversations", "deleted_conversations"), frozenset({"conversations"})
    run_with(sandbox, tmp_path, *both, version="2.16", history=kept)
    gone = sandbox.workspace.records("conversations")[3]["id"]
    sandbox.workspace.delete_conversation(gone)
    run_with(sandbox, tmp_path, *both, version="2.16", history=kept)
    ended = "SELECT id FROM conversations_history WHERE _valid_to IS NOT NULL"
    assert select(tmp_path, ended) == [(gone,)]


def test_a_list_whose_count_is_wrong_is_read_twice_and_believed() -> None:
    """A count that stays too high while the same records are met again is no sign of a moving list."""
    page = Page(records=[msgspec.Raw(b'{"id":"1"}')], total_count=2, next=None, bytes=10)
    first = Walk()
    first.add(page)
    second = Walk(before=first.seen)
    second.add(page)
    assert (first.steady, second.steady) == (False, True)


def test_with_the_apps_own_version_every_stream_can_be_had(sandbox: Sandbox, tmp_path: Path) -> None:
    """A later stream is asked for in the first version that has it."""
    wanted = [stream for stream in CATALOG if stream.need is not Need.ON_REQUEST]
    results = run_with(sandbox, tmp_path, *(stream.name for stream in wanted), version="app")
    assert {result.outcome for result in results.values()} == {Outcome.COMPLETE}


def test_lists_that_tell_their_pages_beside_the_records_are_read_to_the_end(tmp_path: Path) -> None:
    """Audiences and content snippets have no `pages` of their own."""
    sizes = replace(SMALL, audiences=120, content_snippets=120)
    with serve(sizes=sizes, options=FAST, seed=6) as sandbox:
        run_with(sandbox, tmp_path, "audiences", "content_snippets", version="2.16")
        assert sandbox.requests.count("GET /audiences") == 3
    counts = "SELECT (SELECT count(*) FROM audiences), (SELECT count(*) FROM content_snippets)"
    assert select(tmp_path, counts) == [(120, 120)]


def test_a_ticket_that_comes_with_all_its_parts_is_not_asked_for_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Their search gives tickets whole; the detail is for those it gives in part."""
    sync(sandbox, tmp_path, "tickets")
    assert sandbox.requests.count("GET /tickets/{id}") == 0
    true = {
        ticket["id"]: len(ticket["ticket_parts"]["ticket_parts"])
        for ticket in sandbox.workspace.records("tickets")
    }
    stored = "SELECT ticket_id, count(*) FROM ticket_parts GROUP BY ALL"
    assert dict(select(tmp_path, stored)) == {key: count for key, count in true.items() if count}
