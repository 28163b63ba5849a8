"""Streams that are asked for by another's records notice every change of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from tests.syncing import assert_equal_to_the_workspace, select, sync

SMALL = Sizes(contacts=60, conversations=0, companies=20, calls=6, long_conversations=0)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=SMALL, options=Options(limit_per_minute=6_000_000), seed=9) as served:
        yield served


def test_two_notes_of_one_second_arrive(sandbox: Sandbox, tmp_path: Path) -> None:
    """The second one leaves the contact's updated_at as the first one made it."""
    sandbox.workspace.clock.freeze()
    noted = sandbox.workspace.records("contacts")[0]["id"]
    for body in ("<p>One</p>", "<p>Two</p>"):
        sandbox.workspace.add_note(noted, body)
        sync(sandbox, tmp_path, "contacts", "contact_notes")
    assert_equal_to_the_workspace(sandbox, tmp_path, "contacts", "contact_notes")


def test_the_last_notes_of_a_contact_are_missed(sandbox: Sandbox, tmp_path: Path) -> None:
    """A contact that has none any more is asked once again, since it had some."""
    noted = next(each["id"] for each in sandbox.workspace.records("contacts") if each["notes"]["data"])
    sync(sandbox, tmp_path, "contacts", "contact_notes")
    sandbox.workspace.delete_notes(noted)
    sandbox.requests.reset()
    for _ in range(2):
        sync(sandbox, tmp_path, "contacts", "contact_notes")
    assert sandbox.requests.count("GET /contacts/{id}/notes") == 1
    flagged = f"SELECT DISTINCT _deleted_reason FROM contact_notes WHERE contact_id = '{noted}'"
    assert select(tmp_path, flagged) == [("vanished",)]
    assert_equal_to_the_workspace(sandbox, tmp_path, "contacts", "contact_notes")


@pytest.mark.parametrize("names", [("companies", "company_notes"), ("calls", "call_transcripts")])
def test_parents_without_a_cursor_are_asked_when_they_change(
    sandbox: Sandbox, tmp_path: Path, names: tuple[str, ...]
) -> None:
    """Companies and calls are read whole each time; what changed shows in their rows."""
    workspace = sandbox.workspace
    sync(sandbox, tmp_path, *names, version="2.16")
    workspace.add_company_note(workspace.records("companies")[0]["id"])
    workspace.end_call(workspace.records("calls")[0]["id"], said=("Other", "words"))
    sandbox.requests.reset()
    sync(sandbox, tmp_path, *names, version="2.16")
    asked = sandbox.requests.count("GET /companies/{id}/notes") + sandbox.requests.count(
        "GET /calls/{id}/transcript"
    )
    assert asked == 1
    assert_equal_to_the_workspace(sandbox, tmp_path, *names, version="2.16")
