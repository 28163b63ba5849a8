"""Somebody who was purged is in no byte of any file, and no later sync brings them back."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from intercom_pipeline.sandbox import Options, Sizes, serve
from intercom_pipeline.sync.catalog import every_table
from intercom_pipeline.sync.privacy import policies
from intercom_pipeline.sync.results import SyncResult
from intercom_pipeline.warehouse.errors import WarehouseBusy, WarehouseMissing
from intercom_pipeline.warehouse.files import DataFolder, only_sync
from intercom_pipeline.warehouse.people.policies import Policies
from intercom_pipeline.warehouse.people.purge import (
    Found,
    NobodyFound,
    Purged,
    Whom,
    finding,
    purge,
    would_purge,
)
from tests.canaries import found_in
from tests.syncing import select, sync
from tests.told import EMAIL, EVERYTHING, KEPT, NAME, SAID, Told, tell

SMALL = Sizes(contacts=15, conversations=6, tickets=3, articles=1, companies=4, calls=3, long_conversations=0)
STREAMS = (
    *("contacts", "contact_notes", "companies", "company_notes", "conversations"),
    *("calls", "call_transcripts", "tickets", "admins", "segments", "contact_segments"),
)
HISTORY = ("contacts", "conversations")
OPEN, PSEUDONYMOUS = policies("open", []), policies("pseudonymous", [])


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    with serve(sizes=SMALL, options=Options(limit_per_minute=6_000_000), seed=5) as served:
        yield tell(served)


def run(told: Told, folder: Path, privacy: Policies = OPEN, **how: Any) -> dict[str, SyncResult]:
    results = sync(told.sandbox, folder, *STREAMS, privacy=privacy, version="2.16", history=HISTORY, **how)
    assert not [str(result.error) for result in results.values() if result.error]
    return results


@pytest.fixture(scope="module")
def synced(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with everything in it, and a copy from before an update; to be copied."""
    folder = tmp_path_factory.mktemp("synced") / "data"
    run(told, folder)
    shutil.copy(folder / "warehouse.duckdb", folder / "warehouse.before-0.1.0.duckdb")
    return folder


@pytest.fixture
def folder(synced: Path, tmp_path: Path) -> Path:
    """A data folder of one's own."""
    return shutil.copytree(synced, tmp_path / "data")


def purged(
    folder: Path,
    *ids: str,
    emails: Sequence[str] = (),
    privacy: Policies = OPEN,
    act: Callable[[Found], Purged] = purge,
) -> Purged:
    whom = Whom(ids=ids, emails=emails)
    with finding(DataFolder(folder), every_table(HISTORY), privacy, whom) as found:
        return act(found)


@pytest.fixture(scope="module")
def without(told: Told, synced: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder from which the person was purged; for reading only."""
    folder = shutil.copytree(synced, tmp_path_factory.mktemp("without") / "data")
    purged(folder, told.zelda)
    return folder


def test_no_byte_of_any_file_holds_them(synced: Path, without: Path) -> None:
    """Neither database nor published file nor copy from before an update; what others said is there."""
    assert found_in(synced, EVERYTHING - {EMAIL.lower()})["intercom.duckdb"] == EVERYTHING - {EMAIL.lower()}
    assert found_in(without, EVERYTHING | {NAME.upper()}) == {}
    assert found_in(without, KEPT)["intercom.duckdb"] == KEPT


def test_a_full_refresh_does_not_bring_them_back(told: Told, without: Path, tmp_path: Path) -> None:
    """Nor does it find anything to change: what comes in is treated as what was stored."""
    folder = shutil.copytree(without, tmp_path / "data")
    results = run(told, folder, full_refresh=True)
    assert found_in(folder, EVERYTHING | {NAME.upper()}) == {}
    changed = {
        name: result.total for name, result in results.items() if result.total.inserted + result.total.updated
    }
    assert changed == {}


_PARTS = "SELECT id FROM conversation_parts WHERE conversation_id = '{}'"


def test_what_is_left_of_their_own_conversation(told: Told, without: Path) -> None:
    """Its ids, state, times and counts; not a word."""
    [(state, parts, title, body)] = select(
        without,
        "SELECT state, count_conversation_parts, title, source_body_text FROM conversations "
        f"WHERE id = '{told.alone}'",
    )
    assert (state, title, body) == ("open", None, None)
    rows = select(
        without,
        "SELECT part_type, author_type, author_id IS NULL, author_name, author_email, body, body_text "
        f"FROM conversation_parts WHERE conversation_id = '{told.alone}' ORDER BY created_at",
    )
    assert len(rows) == parts
    assert ("comment", "user", True, None, None, None, None) in rows
    assert ("comment", "admin", False, None, None, None, None) in rows
    assert select(
        without, f"SELECT count(*) FROM conversation_contacts WHERE conversation_id = '{told.alone}'"
    ) == [(0,)]
    files = (
        f"SELECT name FROM conversation_part_attachments JOIN ({_PARTS.format(told.alone)}) ON part_id = id"
    )
    assert select(without, files) == []


def test_what_is_left_of_a_conversation_with_others(told: Told, without: Path) -> None:
    """All but what the person wrote, and who they are."""
    rows = select(
        without,
        "SELECT author_type, author_id, body_text FROM conversation_parts WHERE part_type = 'comment' "
        f"AND conversation_id = '{told.together}'",
    )
    assert rows == [("user", None, None)]
    [(source, contacts)] = select(
        without, f"SELECT source_body_text, contacts FROM conversations WHERE id = '{told.together}'"
    )
    assert source == "other-said-canary"
    assert told.other in contacts
    assert told.zelda not in contacts


def test_mentions_are_cut_out_of_what_others_wrote(told: Told, without: Path) -> None:
    """Addresses, numbers and full names, however written."""
    [(text,)] = select(without, f"SELECT source_body_text FROM conversations WHERE id = '{told.elsewhere}'")
    assert text == "told-by-other-canary: write to [removed], or call [removed]; [removed] is hers"
    assert ("Ask [removed] for the papers: [removed]",) in select(
        without, "SELECT body_text FROM company_notes"
    )


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ("contacts WHERE id = '{zelda}'", 0),
        ("contacts_history WHERE id = '{zelda}'", 0),
        ("contact_companies WHERE contact_id = '{zelda}'", 0),
        ("contact_segments WHERE contact_id = '{zelda}'", 0),
        ("contact_notes WHERE contact_id = '{zelda}'", 0),
        ("calls WHERE contact_id = '{zelda}'", 0),
        ("call_transcripts WHERE call_id NOT IN (SELECT id FROM calls)", 0),
        ("ticket_contacts WHERE contact_id = '{zelda}'", 0),
        ("tickets WHERE id = '{ticket}' AND title IS NULL AND state IS NOT NULL", 1),
        ("contacts WHERE id = '{other}'", 1),
        ("pipeline.tombstones WHERE contact_id = '{zelda}' AND mark IS NULL", 1),
    ],
)
def test_rows_that_are_about_them_are_gone(told: Told, without: Path, table: str, count: int) -> None:
    """And the others are there."""
    where = table.format(zelda=told.zelda, other=told.other, ticket=told.ticket)
    assert select(without, f"SELECT count(*) FROM {where}") == [(count,)]


def test_tombstones_hold_nothing_in_clear_text(without: Path) -> None:
    """But the id: addresses, numbers and names are hashed."""
    marks = dict(select(without, "SELECT mark, digest FROM pipeline.tombstones WHERE mark IS NOT NULL"))
    assert marks.keys() == {"email", "phone", "external_id", "name"}
    assert all(len(digest) == 64 for digest in marks.values())


def test_a_dry_run_tells_the_same_and_changes_nothing(told: Told, synced: Path, folder: Path) -> None:
    """Not a byte of what is published."""
    would = purged(folder, told.zelda, act=would_purge)
    assert (folder / "intercom.duckdb").read_bytes() == (synced / "intercom.duckdb").read_bytes()
    assert would.contacts == (told.zelda,)
    assert purged(folder, told.zelda) == would


def test_somebody_is_found_by_an_address(told: Told, folder: Path) -> None:
    """Also once they were purged, and with a word of theirs in clear text nowhere."""
    assert purged(folder, emails=[" ZELDA@canary.example"]).contacts == (told.zelda,)
    assert found_in(folder, EVERYTHING) == {}
    again = purged(folder, emails=[EMAIL])
    assert (again.contacts, again.tables) == ((told.zelda,), {})


def test_nobody_is_found(told: Told, folder: Path, tmp_path: Path) -> None:
    """An id or address that is not stored is told, and nothing is changed."""
    before = (folder / "intercom.duckdb").read_bytes()
    for ids, emails in ((["nobody"], []), ([], ["nobody@example.com"])):
        with pytest.raises(NobodyFound):
            purged(folder, *ids, emails=emails)
    with pytest.raises(WarehouseMissing):
        purged(tmp_path / "empty", told.zelda)
    assert (folder / "intercom.duckdb").read_bytes() == before


def test_a_sync_is_not_disturbed(told: Told, folder: Path) -> None:
    """While one runs, nobody is purged."""
    with only_sync(DataFolder(folder)), pytest.raises(WarehouseBusy):
        purged(folder, told.zelda)


def test_contacts_that_are_one_person_go_together(tmp_path: Path) -> None:
    """Those merged into them, and those with the same address."""
    with serve(sizes=SMALL, options=Options(limit_per_minute=6_000_000), seed=6) as sandbox:
        workspace = sandbox.workspace
        lead = workspace.create_contact(role="lead", name="Lead Canaryname", email="lead@canary.example")[
            "id"
        ]
        user = workspace.create_contact(name=NAME, email=EMAIL)["id"]
        twin = workspace.create_contact(role="lead", name="Twin Canaryname", email=EMAIL.upper())["id"]
        sync(sandbox, tmp_path, "contacts", version="2.16")
        workspace.merge_contacts(lead, user)
        workspace.clock.advance(3600)
        sync(sandbox, tmp_path, "contacts", version="2.16", sweep=True)
        assert purged(tmp_path, lead).contacts == tuple(sorted([lead, user, twin]))
        workspace.create_contact(name="Back Canaryname", email=EMAIL)
        sync(sandbox, tmp_path, "contacts", version="2.16", full_refresh=True)
    assert found_in(tmp_path, {EMAIL, EMAIL.upper(), "lead@canary.example", "Canaryname"}) == {}


def test_where_values_are_hashed_somebody_is_purged_all_the_same(told: Told, tmp_path: Path) -> None:
    """By the hashes that are stored; an address in a text is known by its hash."""
    folder = tmp_path / "data"
    run(told, folder, PSEUDONYMOUS)
    assert purged(folder, privacy=PSEUDONYMOUS, emails=[EMAIL]).contacts == (told.zelda,)
    assert found_in(folder, {EMAIL, SAID, "answered-zelda-canary"}) == {}
    run(told, folder, PSEUDONYMOUS, full_refresh=True)
    assert found_in(folder, {EMAIL, SAID, "answered-zelda-canary"}) == {}
