"""What a stream does when a part of what it asks for cannot be had, or is odd."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from intercom_pipeline.intercom.client import connect
from intercom_pipeline.intercom.paging import Page
from intercom_pipeline.sandbox import Fault, FaultKind, Options, Request, Sandbox, Sizes, serve
from intercom_pipeline.sync.catalog import stream_named
from intercom_pipeline.sync.heads import name_of
from intercom_pipeline.sync.listing import Walk
from intercom_pipeline.sync.rests import completed, is_partial
from intercom_pipeline.sync.results import Outcome
from tests.sync.test_streams import run_with
from tests.syncing import connection_to, select, sync

FAST = Options(limit_per_minute=6_000_000)
SMALL = Sizes(
    contacts=40, conversations=60, articles=0, companies=0, tickets=0, calls=60, long_conversations=0
)
HALF = rb'"\ud83d"'


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=SMALL, options=FAST, seed=8) as served:
        yield served


def with_many_tags(sandbox: Sandbox) -> str:
    contact = str(sandbox.workspace.records("contacts")[0]["id"])
    for tag in sandbox.workspace.records("tags")[:14]:
        sandbox.workspace.tag_contact(contact, tag["id"])
    return contact


def test_a_list_that_is_not_there_says_nothing_of_its_record(sandbox: Sandbox, tmp_path: Path) -> None:
    """A contact whose tags answer 404 is not deleted: its stream fails, and mends with the next run."""
    contact = with_many_tags(sandbox)
    sandbox.faults.add(Fault(kind=FaultKind.NOT_FOUND, match=f"GET /contacts/{contact}/tags"))
    failed = sync(sandbox, tmp_path, "contacts")["contacts"]
    assert failed.outcome is Outcome.FAILED
    assert failed.error
    assert f"/contacts/{contact}/tags" in failed.error.what
    sandbox.faults.clear()
    sync(sandbox, tmp_path, "contacts")
    gone = "SELECT count(*) FROM contacts WHERE _deleted_at IS NOT NULL"
    tags = f"SELECT count(*) FROM contact_tags WHERE contact_id = '{contact}' AND _deleted_at IS NULL"
    assert select(tmp_path, gone) == [(0,)]
    assert select(tmp_path, tags) == [(14,)]


def test_entries_that_were_shown_stay_though_the_list_lacks_them() -> None:
    """An endpoint that lags behind the record takes nothing away."""

    async def completed_late(sandbox: Sandbox, contact: str) -> bytes:
        async with connect(connection_to(sandbox)) as client:
            shown = await client.get(f"/contacts/{contact}")
            for tag in sandbox.workspace.records("tags"):
                sandbox.workspace.untag_contact(contact, tag["id"])
            return await completed(client, stream_named("contacts"), contact, msgspec.Raw(shown.content))

    with serve(sizes=SMALL, options=FAST, seed=8) as sandbox:
        whole = asyncio.run(completed_late(sandbox, with_many_tags(sandbox)))
    tags = msgspec.json.decode(whole)["tags"]
    assert (len(tags["data"]), tags["total_count"], tags["has_more"]) == (10, 10, False)


def test_half_a_character_stops_nothing_that_looks_into_a_record() -> None:
    """Whether a ticket is whole, and what an attribute is called, can be told all the same."""
    parts = rb'{"id":"1","ticket_parts":{"ticket_parts":[{"body":' + HALF + rb'}],"total_count":1}}'
    cut = rb'{"id":"1","ticket_parts":{"ticket_parts":[{"body":' + HALF + rb'}],"total_count":2}}'
    tickets = stream_named("tickets")
    assert [is_partial(tickets, msgspec.Raw(raw)) for raw in (parts, cut)] == [False, True]
    assert name_of(rb'{"name":' + HALF + rb"}") == r"\ud83d"


def test_a_list_that_grows_while_it_is_read_is_read_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """What is new pushes records into sight again, not out of it."""

    def call(request: Request) -> None:
        if request.route == "GET /calls":
            sandbox.workspace.create_call()

    sandbox.after_each_request.append(call)
    result = sync(sandbox, tmp_path, "calls")["calls"]
    assert result.outcome is Outcome.COMPLETE
    assert sandbox.requests.count("GET /calls") == 3


def test_a_list_that_does_not_fall_is_not_left_early() -> None:
    """Where the newest does not come first, what is older than the bookmark proves nothing."""
    walk = Walk()
    for moment in (20, 10, 30):
        record = msgspec.Raw(b'{"id":"%d","updated_at":%d}' % (moment, moment))
        walk.add(Page(records=[record], total_count=None, next=None, bytes=9))
    assert not walk.falling


def test_a_full_refresh_that_was_stopped_is_gone_on_with(sandbox: Sandbox, tmp_path: Path) -> None:
    """The next run, which need not know of it, fetches each record anew before it calls itself complete."""
    sync(sandbox, tmp_path, "conversations")
    held = sandbox.workspace.collections["conversations"]
    for position in held.positions():
        held.put(held.at(position) | {"title": "Changed without a trace"}, 0.0)
    sandbox.faults.add(Fault(kind=FaultKind.ERROR_503, match="GET /conversations/*", after=20))
    stopped = sync(sandbox, tmp_path, "conversations", full_refresh=True)["conversations"]
    assert stopped.outcome is Outcome.FAILED
    sandbox.faults.clear()
    assert sync(sandbox, tmp_path, "conversations")["conversations"].outcome is Outcome.COMPLETE
    titles = "SELECT DISTINCT title FROM conversations"
    assert select(tmp_path, titles) == [("Changed without a trace",)]
    sandbox.requests.reset()
    sync(sandbox, tmp_path, "conversations")
    assert sandbox.requests.count("GET /conversations/{id}") < 10


def test_a_stream_says_that_its_parent_was_never_synced(sandbox: Sandbox, tmp_path: Path) -> None:
    """Notes are asked for by contacts: without any, nothing asked is not the same as nothing there."""
    alone = sync(sandbox, tmp_path, "contact_notes")["contact_notes"]
    assert alone.outcome is Outcome.FAILED
    assert alone.error
    assert "contacts, which were never synced" in alone.error.what
    assert sync(sandbox, tmp_path, "contacts", "contact_notes")["contact_notes"].outcome is Outcome.COMPLETE


def test_a_note_deleted_between_two_pages_hides_no_other(sandbox: Sandbox, tmp_path: Path) -> None:
    """A parent's pages are walked again until they stood still."""
    contact = str(sandbox.workspace.records("contacts")[0]["id"])
    notes = [sandbox.workspace.add_note(contact, f"Note {number}") for number in range(60)]
    sync(sandbox, tmp_path, "contacts", "contact_notes")
    sandbox.workspace.clock.advance(60)
    sandbox.workspace.update_contact(contact, name="Changed")

    def forget_a_note(request: Request) -> None:
        if request.route == "/contacts/{id}/notes":
            sandbox.after_each_request.clear()
            held = sandbox.workspace._notes
            held[contact] = [each for each in held[contact] if each["id"] != notes[-1]["id"]]

    sandbox.after_each_request.append(forget_a_note)
    sync(sandbox, tmp_path, "contacts", "contact_notes")
    flagged = f"SELECT id FROM contact_notes WHERE contact_id = '{contact}' AND _deleted_at IS NOT NULL"
    # The one that went was met before: it is told when the contact is asked for again.
    assert select(tmp_path, flagged) == []


def test_one_record_without_a_verdict_keeps_no_other_from_its_own(sandbox: Sandbox, tmp_path: Path) -> None:
    """The sweep flags what it knows to be gone, and fails by the name of what it could not ask."""
    sync(sandbox, tmp_path, "contacts")
    first, second, *_ = (record["id"] for record in sandbox.workspace.records("contacts"))
    for contact in (first, second):
        sandbox.workspace.delete_contact(contact)
    sandbox.faults.add(Fault(kind=FaultKind.UNPROCESSABLE, match=f"GET /contacts/{second}"))
    result = run_with(sandbox, tmp_path, "contacts", sweep=True)["contacts"]
    assert result.outcome is Outcome.FAILED
    assert result.error
    assert second in result.error.what
    assert select(tmp_path, "SELECT id FROM contacts WHERE _deleted_at IS NOT NULL") == [(first,)]


def test_what_is_merely_missing_from_search_counts_for_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """The share of what may be flagged is taken of what is gone, not of what was not met."""
    sync(sandbox, tmp_path, "contacts")
    sandbox.workspace.searchable_after_seconds = 600
    for record in sandbox.workspace.records("contacts")[:12]:
        sandbox.workspace.update_contact(record["id"], name="Changed just now")
    result = run_with(sandbox, tmp_path, "contacts", sweep=True)["contacts"]
    assert (result.outcome, result.total.removed) == (Outcome.COMPLETE, 0)
