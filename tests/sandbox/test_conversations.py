"""Conversations that are deleted, come back, are merged, and grow past what one answer carries."""

from typing import Any

import pytest

from intercom_pipeline.sandbox import Sizes
from tests.contract import VERSIONS, check_request, check_response, described, needs_descriptions
from tests.sandbox.conftest import NOON, Asker, Start

_LATEST = "2.17"


def _deleted(asker: Asker, **params: Any) -> Any:
    return asker.get("/conversations/deleted", version=_LATEST, params=params)


def test_deleted_conversations_are_listed_newest_first(asker: Asker) -> None:
    """Each one's id, when it was deleted, and whether its metrics stay, are told."""
    workspace = asker.sandbox.workspace
    before = _deleted(asker)["conversations"]
    first, second = (each["id"] for each in workspace.records("conversations")[:2])
    workspace.delete_conversation(first)
    workspace.clock.advance(60)
    answer = asker.ask("DELETE", f"/conversations/{second}?retain_metrics=false", version=_LATEST)
    assert answer.json()["deleted"] is True
    listed = _deleted(asker)
    entry = {"type": "conversation", "metrics_retained": True, "id": first, "deleted_at": int(NOON)}
    later = entry | {"metrics_retained": False, "id": second, "deleted_at": int(NOON) + 60}
    assert listed["conversations"] == [later, entry, *before]
    assert listed["total_count"] == len(before) + 2
    assert workspace.records("deleted_conversations") == listed["conversations"][::-1]
    assert _deleted(asker, order="asc")["conversations"] == listed["conversations"][::-1]


def test_deleted_conversations_come_in_numbered_pages(start: Start) -> None:
    """20 on a page unless asked otherwise, 60 at most; `pages.next` is the URL of the next page or null."""
    asker = start(Sizes(contacts=2, conversations=80, articles=0, long_conversations=0))
    workspace = asker.sandbox.workspace
    for each in workspace.records("conversations")[:70]:
        workspace.delete("conversations", each["id"])
    count = len(workspace.records("deleted_conversations"))
    assert len(_deleted(asker)["conversations"]) == 20
    first, second = (_deleted(asker, per_page=60, page=page) for page in (1, 2))
    assert len(first["conversations"]) + len(second["conversations"]) == count
    assert first["pages"]["next"].endswith("/conversations/deleted?page=2&per_page=60")
    assert second["pages"]["next"] is None
    assert _deleted(asker, per_page=61)["type"] == _deleted(asker, order="up")["type"] == "error.list"


def test_some_conversations_were_deleted_before_anyone_looked(asker: Asker) -> None:
    """A new workspace already names a few deleted ids, none of which it lists or answers."""
    workspace = asker.sandbox.workspace
    gone = workspace.records("deleted_conversations")
    listed = {each["id"] for each in workspace.records("conversations")}
    assert gone
    assert not {each["id"] for each in gone} & listed
    assert all(each["deleted_at"] <= NOON for each in gone)
    assert asker.ask("GET", f"/conversations/{gone[0]['id']}").status_code == 404


def test_up_to_2_15_deleted_conversations_are_not_told(asker: Asker) -> None:
    """The endpoint is refused by name, not taken for a conversation called `deleted`."""
    answer = asker.ask("GET", "/conversations/deleted", version="2.15")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "intercom_version_invalid"


def test_a_restored_conversation_is_as_it_was(asker: Asker) -> None:
    """It is listed, found and read again with its old times, and no longer among the deleted."""
    workspace = asker.sandbox.workspace
    one = asker.get("/conversations")["conversations"][0]
    before = asker.get(f"/conversations/{one['id']}")
    workspace.delete_conversation(one["id"])
    workspace.clock.advance(60)
    workspace.restore_conversation(one["id"])
    assert asker.get(f"/conversations/{one['id']}") == before
    assert asker.get("/conversations")["conversations"][0] == one
    assert asker.found("conversations", {"field": "id", "operator": "=", "value": one["id"]}) == {one["id"]}
    assert one["id"] not in {each["id"] for each in workspace.records("deleted_conversations")}


@pytest.mark.parametrize("parts", [0, 1, 499, 500, 501, 2_000])
def test_all_parts_are_counted_and_the_newest_500_shown(start: Start, parts: int) -> None:
    """`statistics` counts every part, also of those that came meanwhile; the answer carries the newest."""
    asker = start(Sizes(contacts=2, conversations=1, articles=0, long_conversations=0))
    workspace = asker.sandbox.workspace
    one = workspace.create_conversation()["id"]
    workspace.add_parts(one, parts)
    for more in (0, 1):
        if more:
            workspace.reply(one, "<p>One more</p>")
        held = next(each for each in workspace.records("conversations") if each["id"] == one)
        every = held["conversation_parts"]["conversation_parts"]
        shown = asker.get(f"/conversations/{one}")
        assert len(every) == parts + more
        assert shown["statistics"]["count_conversation_parts"] == parts + more
        newest = [each["id"] for each in every[-500:]]
        assert [each["id"] for each in shown["conversation_parts"]["conversation_parts"]] == newest
        assert shown["conversation_parts"]["total_count"] == len(newest)
    listed = next(each for each in asker.get("/conversations")["conversations"] if each["id"] == one)
    assert listed["statistics"]["count_conversation_parts"] == parts + 1


def test_a_conversation_is_changed_tagged_and_joined(asker: Asker) -> None:
    """Custom attributes are merged; tags and people come and go; each change counts as one."""
    workspace = asker.sandbox.workspace
    one = workspace.records("conversations")[0]["id"]
    person = workspace.create_contact(external_id="x-9")["id"]
    tag = workspace.records("tags")[5]["id"]
    held = asker.get(f"/conversations/{one}")
    workspace.clock.advance(9)
    workspace.update_conversation(one, title="Renamed", custom_attributes={"Urgency": "high"})
    workspace.tag_conversation(one, tag)
    workspace.join_conversation(one, person)
    shown = asker.get(f"/conversations/{one}")
    assert shown["title"] == "Renamed"
    assert shown["custom_attributes"] == held["custom_attributes"] | {"Urgency": "high"}
    assert shown["updated_at"] == int(NOON) + 9
    assert shown["contacts"]["contacts"][-1] == {"type": "contact", "id": person, "external_id": "x-9"}
    assert tag in {each["id"] for each in shown["tags"]["tags"]}
    workspace.untag_conversation(one, tag)
    workspace.leave_conversation(one, person)
    again = asker.get(f"/conversations/{one}")
    assert again["contacts"] == held["contacts"]
    assert tag not in {each["id"] for each in again["tags"]["tags"]}


def test_merged_conversations_are_linked_and_one_is_closed(asker: Asker) -> None:
    """The one merged away stays readable, closed; each names the other."""
    workspace = asker.sandbox.workspace
    away, stays = (workspace.create_conversation()["id"] for _ in range(2))
    asker.ask(
        "POST",
        f"/conversations/{away}/merge",
        version=_LATEST,
        json={"merge_into_conversation_id": int(stays)},
    )
    shown = {each: asker.get(f"/conversations/{each}") for each in (away, stays)}
    assert (shown[away]["state"], shown[stays]["state"]) == ("closed", "open")
    assert [each["id"] for each in shown[away]["linked_objects"]["data"]] == [stays]
    assert [each["id"] for each in shown[stays]["linked_objects"]["data"]] == [away]


def test_attachments_hang_on_openings_and_on_parts(start: Start) -> None:
    """In a few hundred conversations, some openings and some parts carry files."""
    records = start(Sizes(conversations=200, long_conversations=0)).sandbox.workspace.records("conversations")
    parts = [part for each in records for part in each["conversation_parts"]["conversation_parts"]]
    assert any(part["attachments"] for part in parts)
    assert any(each["source"]["attachments"] for each in records)


@needs_descriptions
@pytest.mark.parametrize("version", VERSIONS)
def test_changes_and_deletions_are_as_described(asker: Asker, version: str) -> None:
    """Updating, merging, deleting, and the list of the deleted are in the described shapes."""
    workspace = asker.sandbox.workspace
    one, two = (workspace.create_conversation()["id"] for _ in range(2))
    asked: list[tuple[str, str, Any]] = [
        ("PUT", "/conversations/{id}", {"read": True, "custom_attributes": {"Urgency": "high"}}),
        ("POST", "/conversations/{id}/merge", {"merge_into_conversation_id": int(two)}),
        ("DELETE", "/conversations/{id}", None),
        ("GET", "/conversations/deleted", None),
    ]
    done = 0
    for method, route, body in asked:
        if described(version, method, route):
            check_request(version, method, route, {}, body)
            response = asker.ask(method, route.replace("{id}", one), version=version, json=body)
            assert response.status_code == 200, response.text
            check_response(version, method, route, 200, response.json())
            done += 1
    assert done == {"2.11": 1, "2.12": 1, "2.16": 4}.get(version, 2)
