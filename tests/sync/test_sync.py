"""A sync brings every table to what the workspace holds, and asks for no more than it needs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from intercom_pipeline.sandbox.faults import Fault, FaultKind
from intercom_pipeline.sync.catalog import stream_named
from intercom_pipeline.sync.results import Outcome
from tests.syncing import assert_equal_to_the_workspace, records_in, select, sync

SMALL = Sizes(contacts=400, conversations=60, articles=12, long_conversations=1)
FAST = Options(limit_per_minute=6_000_000)
WRITTEN = (
    "SELECT id, _synced_at FROM contacts UNION SELECT id, _synced_at FROM conversation_parts ORDER BY ALL"
)
LISTED = ("contacts", "conversations", "articles", "admins", "teams", "tags", "segments")
"""Streams of which one page tells that nothing changed."""
CHANGED = ("contacts", "conversations", "articles")
SEVERAL = (*LISTED, "companies", "tickets", "contact_notes", "activity_logs", "calls")
"""Streams of each way in which records are read."""
VERSIONS = ("2.11", "2.14", "2.16", "2.17")


def test_after_a_first_sync_the_tables_equal_the_workspace(tmp_path: Path) -> None:
    """Record by record and field by field; `test_versions.py` shows it in every API version."""
    with serve(sizes=SMALL, options=FAST, seed=1) as sandbox:
        results = sync(sandbox, tmp_path)
        assert {result.outcome for result in results.values()} == {Outcome.COMPLETE}
        assert_equal_to_the_workspace(sandbox, tmp_path)
        assert select(tmp_path, "SELECT count(*) FROM pipeline.schema_events") == [(0,)]


def test_parts_are_all_stored_up_to_the_apis_cap(tmp_path: Path) -> None:
    """Every part of every conversation, of long ones the 500 newest; each belongs to its conversation."""
    with serve(sizes=SMALL, options=FAST, seed=1) as sandbox:
        sync(sandbox, tmp_path, "conversations")
        stored = select(
            tmp_path, "SELECT conversation_id, list(id ORDER BY id) FROM conversation_parts GROUP BY 1"
        )
        conversations = sandbox.workspace.records("conversations", version="2.14")
    true = {
        record["id"]: sorted(
            str(part["id"]) for part in record["conversation_parts"]["conversation_parts"][-500:]
        )
        for record in conversations
    }
    assert dict(stored) == {key: ids for key, ids in true.items() if ids}
    assert max(len(ids) for ids in true.values()) == 500


def test_a_second_sync_asks_only_for_what_changed(tmp_path: Path) -> None:
    """One page a stream and the details of the last few seconds; nothing is written."""
    with serve(sizes=SMALL, options=FAST, seed=2) as sandbox:
        sync(sandbox, tmp_path, *LISTED)
        before = select(tmp_path, WRITTEN)
        sandbox.requests.reset()
        results = sync(sandbox, tmp_path, *LISTED)
        details = sandbox.requests.count("GET /conversations/{id}") + sandbox.requests.count(
            "GET /articles/{id}"
        )
        assert details <= 2  # the newest of each may have changed again in the same second
        assert len(sandbox.requests) - details == len(LISTED) + 1  # and one for /me
        assert all(result.total.inserted + result.total.updated == 0 for result in results.values())
        assert select(tmp_path, WRITTEN) == before


@pytest.mark.parametrize("version", VERSIONS)
def test_changes_arrive_with_the_next_sync(tmp_path: Path, version: str) -> None:
    """New, changed and answered; only the changed conversations are asked for one by one."""
    with serve(sizes=SMALL, options=FAST, seed=3) as sandbox:
        sync(sandbox, tmp_path, *CHANGED, version=version)
        workspace = sandbox.workspace
        first, second = (record["id"] for record in workspace.records("conversations")[:2])
        workspace.reply(first, body="<p>Thank you</p>")
        workspace.close(second)
        changed = workspace.records("contacts")[5]["id"]
        workspace.update_contact(changed, name="Somebody Else")
        created = workspace.create_contact(email="new@example.com")["id"]
        article = workspace.records("articles")[3]["id"]
        workspace.update_article(article, title="A new title")
        sandbox.requests.reset()
        results = sync(sandbox, tmp_path, *CHANGED, version=version)
        assert sandbox.requests.count("GET /conversations/{id}") in {2, 3}  # and the newest of before
        assert results["contacts"].total.inserted == 1
        assert results["contacts"].total.updated == 1
        assert created in records_in(tmp_path, stream_named("contacts").table)
        assert_equal_to_the_workspace(sandbox, tmp_path, *CHANGED, version=version)


def test_a_second_change_in_the_same_second_arrives(tmp_path: Path) -> None:
    """Times are whole seconds: the bookmark's own seconds are looked at again."""
    with serve(sizes=SMALL, options=FAST, seed=17) as sandbox:
        sandbox.workspace.clock.freeze()
        changed = sandbox.workspace.records("conversations")[0]["id"]
        for body in ("<p>One</p>", "<p>Two</p>"):
            sandbox.workspace.reply(changed, body=body)
            sync(sandbox, tmp_path, "conversations")
        assert_equal_to_the_workspace(sandbox, tmp_path, "conversations")
        bodies = select(
            tmp_path, f"SELECT body_text FROM conversation_parts WHERE conversation_id = '{changed}'"
        )
        assert {("One",), ("Two",)} <= set(bodies)


def test_one_conversation_that_cannot_be_had_keeps_no_other_away(tmp_path: Path) -> None:
    """The stream fails, naming the reason; all others are stored, and once it is mended it arrives."""
    with serve(sizes=SMALL, options=FAST, seed=19) as sandbox:
        poisoned = sandbox.workspace.records("conversations")[5]["id"]
        fault = Fault(kind=FaultKind.ERROR_500, match=f"GET /conversations/{poisoned}")
        sandbox.faults.add(fault)
        result = sync(sandbox, tmp_path, "conversations")["conversations"]
        assert result.outcome is Outcome.FAILED
        assert len(records_in(tmp_path, stream_named("conversations").table)) == SMALL.conversations - 1
        sandbox.faults.clear()
        sync(sandbox, tmp_path, "conversations")
        assert_equal_to_the_workspace(sandbox, tmp_path, "conversations")


def test_a_full_refresh_gives_what_the_increments_gave(tmp_path: Path) -> None:
    """And writes nothing, since nothing changed."""
    sizes = replace(SMALL, contacts=200, conversations=20, long_conversations=0)
    with serve(sizes=sizes, options=FAST, seed=4) as sandbox:
        sync(sandbox, tmp_path, *SEVERAL)
        sandbox.workspace.update_contact(sandbox.workspace.records("contacts")[0]["id"], name="X")
        sync(sandbox, tmp_path, *SEVERAL)
        results = sync(sandbox, tmp_path, *SEVERAL, full_refresh=True)
        assert results["contacts"].total.read >= sizes.contacts
        assert all(result.total.inserted + result.total.updated == 0 for result in results.values())
        assert_equal_to_the_workspace(sandbox, tmp_path, *SEVERAL)


def test_a_conversation_that_is_gone_when_asked_for_is_flagged(tmp_path: Path) -> None:
    """Listed a moment ago and 404 now: a deletion, not a failure."""
    options = Options(limit_per_minute=6_000_000, searchable_after_seconds=0)
    with serve(sizes=SMALL, options=options, seed=5) as sandbox:
        sync(sandbox, tmp_path, "conversations")
        gone = sandbox.workspace.records("conversations")[0]["id"]
        sandbox.workspace.reply(gone, body="<p>One more thing</p>")
        lose_detail(sandbox, gone)
        results = sync(sandbox, tmp_path, "conversations")
        assert results["conversations"].outcome is Outcome.COMPLETE
        assert results["conversations"].total.removed == 1
        flagged = "SELECT id, _deleted_reason FROM conversations WHERE _deleted_at IS NOT NULL"
        assert select(tmp_path, flagged) == [(gone, "deleted")]


def lose_detail(sandbox: Sandbox, conversation_id: str) -> None:
    """Let the conversation be found by a search and be gone when it is asked for."""
    sandbox.faults.add(Fault(kind=FaultKind.NOT_FOUND, match=f"GET /conversations/{conversation_id}"))


def test_what_a_full_list_no_longer_holds_has_vanished(tmp_path: Path) -> None:
    """A tag that was deleted is flagged, not forgotten."""
    with serve(sizes=SMALL, options=FAST, seed=6) as sandbox:
        sync(sandbox, tmp_path, "tags")
        assert select(tmp_path, "SELECT count(*) FROM tags") == [(SMALL.tags,)]
    with serve(sizes=Sizes(contacts=5, conversations=0, tags=SMALL.tags - 3), options=FAST, seed=6) as fewer:
        sync(fewer, tmp_path, "tags")
        assert len(records_in(tmp_path, stream_named("tags").table)) == len(fewer.workspace.records("tags"))


def test_a_run_is_kept_with_what_it_did(tmp_path: Path) -> None:
    """One row a stream: read, written, asked for, bookmark before and after, result."""
    with serve(sizes=SMALL, options=FAST, seed=7) as sandbox:
        results = sync(sandbox, tmp_path, "contacts")
        [row] = select(
            tmp_path,
            "SELECT result, error, records_read, rows_inserted, requests, received_bytes > 0, seconds > 0, "
            "bookmark_before, bookmark_after = (SELECT max(updated_at) FROM contacts) "
            "FROM pipeline.runs WHERE stream = 'contacts'",
        )
    cost = results["contacts"].cost
    assert row[:2] == ("complete", None)
    assert row[2] >= SMALL.contacts
    assert row[3:] == (SMALL.contacts, cost.requests, True, True, None, True)
    about_contacts = [path for path in sandbox.requests.paths() if path.split()[1].startswith("/contacts")]
    assert cost.requests == len(about_contacts)


def test_fields_without_a_column_and_values_that_do_not_fit_never_stop_a_sync(tmp_path: Path) -> None:
    """They are kept, and noted."""
    with serve(sizes=Sizes(contacts=30, conversations=0), options=FAST, seed=8) as sandbox:
        changed = sandbox.workspace.records("contacts")[0]["id"]
        sandbox.workspace.update_contact(changed, mood="sunny", owner_id={"odd": 1})
        sync(sandbox, tmp_path, "contacts")
        [(extra,)] = select(tmp_path, f"SELECT _extra FROM contacts WHERE id = '{changed}'")
        assert json.loads(extra) == {"mood": "sunny", "owner_id": {"odd": 1}}
        noted = select(tmp_path, "SELECT field, drift FROM pipeline.schema_events ORDER BY field")
        assert noted == [("mood", "new field"), ("owner_id", "misfit")]
