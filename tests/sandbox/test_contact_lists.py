"""What hangs on a contact: complete in its own lists, ten inline, and changing."""

from typing import Any

import pytest

from tests.contract import VERSIONS, check_request, check_response, needs_descriptions
from tests.sandbox.conftest import NOON, Asker

_LISTS = ("tags", "companies", "notes")


def _longest(asker: Asker, name: str) -> dict[str, Any]:
    """The contact with most entries in a list, uncapped."""
    return max(asker.sandbox.workspace.records("contacts"), key=lambda each: len(each[name]["data"]))


def _pages(asker: Asker, path: str, per_page: int) -> list[dict[str, Any]]:
    """Every entry of a list by page number."""
    found: list[dict[str, Any]] = []
    for page in range(1, 50):
        answer = asker.get(path, params={"page": page, "per_page": per_page})
        found += answer["data"]
        assert answer["total_count"] >= len(found)
        assert answer["pages"]["page"] == page
        if answer["pages"]["next"] is None:
            assert page == answer["pages"]["total_pages"]
            return found
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("name", _LISTS)
def test_ten_are_inline_and_the_list_has_them_all(asker: Asker, name: str) -> None:
    """A contact with over ten shows the first ten with `has_more`; its own list hands out every one."""
    held = _longest(asker, name)
    assert len(held[name]["data"]) > 10
    shown = asker.get(f"/contacts/{held['id']}")[name]
    assert shown["data"] == held[name]["data"][:10]
    assert (shown["total_count"], shown["has_more"]) == (len(held[name]["data"]), True)
    path = shown["url"]
    listed = asker.get(path)["data"] if name == "tags" else _pages(asker, path, 5)
    assert [each["id"] for each in listed] == [each["id"] for each in held[name]["data"]]


def test_a_list_of_ten_or_fewer_has_no_more(asker: Asker) -> None:
    """Exactly ten tags are all shown."""
    workspace = asker.sandbox.workspace
    one = workspace.create_contact()["id"]
    for tag in workspace.records("tags")[:10]:
        workspace.tag_contact(one, tag["id"])
    shown = asker.get(f"/contacts/{one}")["tags"]
    assert (len(shown["data"]), shown["total_count"], shown["has_more"]) == (10, 10, False)


def test_notes_have_words_and_writers_and_are_newest_first(asker: Asker) -> None:
    """A note names its contact and its admin and was made in the contact's lifetime."""
    workspace = asker.sandbox.workspace
    held = _longest(asker, "notes")
    notes = asker.get(f"/contacts/{held['id']}/notes")["data"]
    moments = [note["created_at"] for note in notes]
    admins = {admin["id"] for admin in workspace.records("admins")}
    assert moments == sorted(moments, reverse=True)
    assert held["created_at"] <= moments[-1] <= moments[0] <= held["updated_at"]
    assert all(note["contact"] == {"type": "contact", "id": held["id"]} for note in notes)
    assert all(note["author"]["id"] in admins and note["body"].startswith("<") for note in notes)


def test_a_note_that_is_added_comes_first_and_changes_the_contact(asker: Asker) -> None:
    """A note on a contact that has some, or none, is listed first, shown inline and counted."""
    workspace = asker.sandbox.workspace
    workspace.clock.advance(60)
    for one in (_longest(asker, "notes")["id"], workspace.create_contact()["id"]):
        before = asker.get(f"/contacts/{one}/notes")["data"]
        answer = asker.ask("POST", f"/contacts/{one}/notes", json={"body": "Called back"}).json()
        assert answer["body"] == "<p>Called back</p>"
        assert asker.get(f"/contacts/{one}/notes")["data"] == [answer, *before]
        shown = asker.get(f"/contacts/{one}")
        assert shown["updated_at"] == answer["created_at"] == int(NOON) + 60
        assert shown["notes"]["data"][0]["id"] == answer["id"]
        assert shown["notes"]["total_count"] == len(before) + 1


def test_what_the_source_holds_of_each_list_is_what_the_endpoints_give(asker: Asker) -> None:
    """`records` of notes, segments and subscriptions agrees with asking every contact."""
    workspace = asker.sandbox.workspace
    ids = [each["id"] for each in workspace.records("contacts")]
    asked = {one: asker.get(f"/contacts/{one}/segments")["data"] for one in ids}
    held = {(each["contact_id"], each["segment_id"]) for each in workspace.records("contact_segments")}
    assert held == {(one, segment["id"]) for one in ids for segment in asked[one]}
    noted = {note["id"] for one in ids for note in asker.get(f"/contacts/{one}/notes")["data"]}
    assert noted == {note["id"] for note in workspace.records("contact_notes")}
    assert len(noted) > 13


def test_segments_are_searched_as_they_are_listed(asker: Asker) -> None:
    """Every operator on `segment_id` agrees with the members that the source holds, also once they change."""
    workspace = asker.sandbox.workspace
    first, second = (each["id"] for each in workspace.records("segments")[:2])
    everyone = {each["id"] for each in workspace.records("contacts")}

    def members(segment_id: str) -> set[str]:
        held = workspace.records("contact_segments")
        return {each["contact_id"] for each in held if each["segment_id"] == segment_id}

    def found(operator: str, value: Any) -> set[str]:
        return asker.found("contacts", {"field": "segment_id", "operator": operator, "value": value})

    for _ in range(2):
        one, two = members(first), members(second)
        assert one
        assert everyone - one
        assert found("=", first) == one
        assert found("!=", first) == everyone - one
        assert found("IN", [first, second]) == one | two
        assert found("NIN", [first, second]) == everyone - one - two
        joining, leaving = min(everyone - one), min(one)
        workspace.join_segment(joining, first)
        workspace.leave_segment(leaving, first)
        assert members(first) == one - {leaving} | {joining}
    workspace.archive_contact(gone := min(members(first)))
    assert gone not in found("=", first)
    assert found("=", "nothing") == set()


def test_a_change_of_segment_does_not_change_the_contact(asker: Asker) -> None:
    """Joining a segment leaves `updated_at` as it was: only the segment tells."""
    workspace = asker.sandbox.workspace
    segment = workspace.create("segments", name="Picky", person_type="user")["id"]
    one = workspace.records("contacts")[3]
    workspace.join_segment(one["id"], segment)
    assert asker.get(f"/contacts/{one['id']}")["updated_at"] == one["updated_at"]
    assert asker.found("contacts", {"field": "segment_id", "operator": "=", "value": segment}) == {one["id"]}


@pytest.mark.parametrize("kind", ["contacts", "conversations"])
def test_records_are_found_by_their_ids(asker: Asker, kind: str) -> None:
    """`id` takes = and IN, alone and beside other filters; unknown and gone ids find nothing."""
    workspace = asker.sandbox.workspace
    one, two, gone = (each["id"] for each in workspace.records(kind)[:3])
    workspace.delete(kind, gone)
    assert asker.found(kind, {"field": "id", "operator": "=", "value": one}) == {one}
    named = {"field": "id", "operator": "IN", "value": [one, two, gone, "nobody"]}
    assert asker.found(kind, named) == {one, two}
    late = {"field": "created_at", "operator": ">", "value": int(NOON)}
    assert asker.found(kind, {"operator": "AND", "value": [named, late]}) == set()
    assert one not in asker.found(kind, {"field": "id", "operator": "!=", "value": one})


def test_subscriptions_are_those_a_contact_chose(asker: Asker) -> None:
    """Out of some types contacts opted, in to others; each can be chosen, forgotten, and seen inline."""
    workspace = asker.sandbox.workspace
    types = {each["id"]: each for each in workspace.records("subscription_types")}
    for each in workspace.records("contact_subscriptions"):
        assert types[each["subscription_type_id"]]["consent_type"] == each["consent_type"]
        listed = asker.get(f"/contacts/{each['contact_id']}/subscriptions")["data"]
        assert each["subscription_type_id"] in {one["id"] for one in listed}
    assert {each["consent_type"] for each in workspace.records("contact_subscriptions")} == {
        "opt_in",
        "opt_out",
    }
    person = workspace.create_contact()["id"]
    path = f"/contacts/{person}/subscriptions"
    for one in types.values():
        asker.ask("POST", path, json={"id": one["id"], "consent_type": one["consent_type"]})
    assert {each["id"] for each in asker.get(path)["data"]} == set(types)
    gone = next(iter(types))
    asker.ask("DELETE", f"{path}/{gone}")
    assert {each["id"] for each in asker.get(path)["data"]} == set(types) - {gone}
    shown = asker.get(f"/contacts/{person}")
    assert {each["id"] for each in shown["opted_in_subscription_types"]["data"]} == {
        each["id"] for each in types.values() if each["consent_type"] == "opt_in"
    }


@needs_descriptions
@pytest.mark.parametrize("version", VERSIONS)
def test_the_lists_of_a_contact_are_as_described(asker: Asker, version: str) -> None:
    """Tags, companies, notes and segments, and what changes them, are in the described shapes."""
    workspace = asker.sandbox.workspace
    company = workspace.records("companies")[0]["id"]

    def checked(method: str, name: str, contact_id: str, body: Any = None) -> None:
        route = "/contacts/{id}/" + name
        path = route.replace("{id}", contact_id).replace("{company_id}", company)
        response = asker.ask(method, path, version=version, json=body)
        assert response.status_code == 200, response.text
        check_request(version, method, route, {}, body)
        check_response(version, method, route, 200, response.json())

    for name in _LISTS:
        one = _longest(asker, name)["id"]
        checked("GET", name, one)
        response = asker.ask("GET", f"/contacts/{one}", version=version)
        check_response(version, "GET", "/contacts/{id}", 200, response.json())
    held = workspace.records("contact_segments")[0]["contact_id"]
    checked("GET", "segments", held)
    checked("POST", "notes", held, {"body": "Hello"})
    kind = workspace.records("subscription_types")[0]
    checked("POST", "subscriptions", held, {"id": kind["id"], "consent_type": kind["consent_type"]})
    checked("GET", "subscriptions", held)
    checked("POST", "companies", held, {"id": company})
    checked("DELETE", "companies/{company_id}", held)
