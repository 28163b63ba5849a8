"""Tickets: as Intercom describes them, searched, and changing."""

from typing import Any

import pytest

from tests.contract import VERSIONS, check_request, check_response, described, needs_descriptions
from tests.sandbox.conftest import Asker


def _everything(field: str = "created_at") -> dict[str, Any]:
    return {"field": field, "operator": ">", "value": 0}


@needs_descriptions
@pytest.mark.parametrize("version", VERSIONS)
def test_tickets_are_as_described(asker: Asker, version: str) -> None:
    """A search, each ticket, the types and the states answer in the shapes of every version."""
    found = asker.search("tickets", _everything(), version=version, pagination={"per_page": 150})
    check_response(version, "POST", "/tickets/search", 200, found)
    assert found["total_count"] == len(found["tickets"]) == len(asker.sandbox.workspace.records("tickets"))
    for ticket in found["tickets"]:
        shown = asker.get(f"/tickets/{ticket['id']}", version=version)
        check_response(version, "GET", "/tickets/{id}", 200, shown)
        assert shown == ticket
    types = asker.get("/ticket_types", version=version)
    check_response(version, "GET", "/ticket_types", 200, types)
    for kind in types["data"]:
        assert asker.get(f"/ticket_types/{kind['id']}", version=version) == kind
        assert ("ticket_states" in kind) is (version != "2.11")
    if version != "2.11":
        check_response(version, "GET", "/ticket_states", 200, asker.get("/ticket_states", version=version))


@needs_descriptions
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_done_to_a_ticket_is_as_described(asker: Asker, version: str) -> None:
    """Opening, changing, answering and deleting a ticket take and give the described shapes."""
    workspace = asker.sandbox.workspace
    kind, contact, admin = (workspace.records(name)[0] for name in ("ticket_types", "contacts", "admins"))

    def checked(method: str, route: str, body: Any, **params: str) -> Any:
        check_request(version, method, route, {}, body)
        response = asker.ask(method, route.format(**params), version=version, json=body)
        check_response(version, method, route, response.status_code, response.json())
        assert response.status_code == 200, response.text
        return response.json()

    told = {"_default_title_": "Broken", "_default_description_": "It is."}
    ask = {"ticket_type_id": kind["id"], "contacts": [{"id": contact["id"]}], "ticket_attributes": told}
    one = checked("POST", "/tickets", ask)["id"]
    changed = checked("PUT", "/tickets/{id}", _change(version, kind, admin) | {"is_shared": False}, id=one)
    assert (changed["is_shared"], changed["ticket_attributes"]["Severity"]) == (False, "Major")
    assert str(changed["admin_assignee_id"]) == admin["id"]
    note = {"message_type": "note", "type": "admin", "admin_id": admin["id"], "body": "Seen."}
    noted = checked("POST", "/tickets/{id}/reply", note, id=one)
    assert (noted["part_type"], noted["body"]) == ("note", "<p>Seen.</p>")
    theirs = {"message_type": "comment", "type": "user", "intercom_user_id": contact["id"], "body": "Yes"}
    assert checked("POST", "/tickets/{id}/reply", theirs, id=one)["author"]["id"] == contact["id"]
    shown = asker.get(f"/tickets/{one}", version=version)
    check_response(version, "GET", "/tickets/{id}", 200, shown)
    assert [part["part_type"] for part in shown["ticket_parts"]["ticket_parts"]] == [
        "ticket_state_updated_by_admin",
        "ticket_state_updated_by_admin",
        "assignment",
        "ticket_attribute_updated_by_admin",
        "note",
        "comment",
    ]
    if described(version, "DELETE", "/tickets/{id}"):
        assert checked("DELETE", "/tickets/{id}", None, id=one)["deleted"] is True
        gone = asker.ask("GET", f"/tickets/{one}", version=version)
        assert (gone.status_code, gone.json()["errors"][0]["code"]) == (404, "ticket_not_found")


def _change(version: str, kind: Any, admin: Any) -> dict[str, Any]:
    resolved = kind["ticket_states"]["data"][1]["id"]
    by = {"admin_id": admin["id"], "assignee_id": admin["id"]}
    attributes = {"ticket_attributes": {"Severity": "Major"}}
    if version == "2.11":
        return attributes | {"state": "in_progress", "assignment": by}
    if version in {"2.12", "2.13"}:
        return attributes | {"ticket_state_id": resolved, "assignment": by}
    return attributes | {"ticket_state_id": resolved} | by | {"admin_id": int(admin["id"])}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ticket_type_id", lambda ticket: ticket["ticket_type"]["id"]),
        ("contact_ids", lambda ticket: ticket["contacts"]["contacts"][0]["id"]),
        ("admin_assignee_id", lambda ticket: str(ticket["admin_assignee_id"])),
        ("state", lambda ticket: ticket["ticket_state"]["category"]),
        ("open", lambda ticket: ticket["open"]),
        ("title", lambda ticket: ticket["ticket_attributes"]["_default_title_"]),
        ("updated_at", lambda ticket: ticket["updated_at"]),
    ],
)
def test_a_search_finds_just_the_tickets_that_have_the_value(asker: Asker, field: str, value: Any) -> None:
    """Every searchable field finds all tickets with a value, and no other."""
    tickets = asker.sandbox.workspace.records("tickets")
    wanted = value(tickets[7])
    expected = {ticket["id"] for ticket in tickets if value(ticket) == wanted}
    assert asker.found("tickets", {"field": field, "operator": "=", "value": wanted}) == expected
    assert tickets[7]["id"] in expected != {ticket["id"] for ticket in tickets}


def test_tickets_are_found_by_id_category_and_attribute(asker: Asker) -> None:
    """Ids one by one or many at once, a category by its search term, an attribute by its id."""
    tickets = asker.sandbox.workspace.records("tickets")
    some = {ticket["id"] for ticket in tickets[3:9]}
    assert asker.found("tickets", {"field": "id", "operator": "IN", "value": sorted(some)}) == some
    assert asker.found("tickets", {"field": "id", "operator": "=", "value": "1"}) == set()
    internal = {ticket["id"] for ticket in tickets if ticket["category"] == "Back-office"}
    assert (
        asker.found("tickets", {"field": "category", "operator": "=", "value": "task"}) == internal != set()
    )
    kind = next(each for each in asker.get("/ticket_types")["data"] if each["name"] == "Bug report")
    severity = next(a for a in kind["ticket_type_attributes"]["data"] if a["name"] == "Severity")
    field = f"ticket_attribute.{severity['id']}"
    grave = {t["id"] for t in tickets if t["ticket_attributes"].get("Severity") == "Blocking"}
    assert asker.found("tickets", {"field": field, "operator": "=", "value": "Blocking"}) == grave != set()


def test_tickets_are_searched_by_second_with_both_ends(asker: Asker) -> None:
    """`>` and `<` include the second itself, as described; an order is kept over pages of the most."""
    tickets = sorted(asker.sandbox.workspace.records("tickets"), key=lambda ticket: ticket["updated_at"])
    moment = tickets[40]["updated_at"]
    since, until = (
        asker.found("tickets", {"field": "updated_at", "operator": operator, "value": moment})
        for operator in (">", "<")
    )
    assert since & until == {ticket["id"] for ticket in tickets if ticket["updated_at"] == moment}
    assert len(since | until) == len(tickets)
    order = {"field": "updated_at", "order": "ascending"}
    page = asker.search("tickets", _everything(), sort=order, pagination={"per_page": 45})
    token = page["pages"]["next"]["starting_after"]
    rest = asker.search("tickets", _everything(), sort=order, pagination={"starting_after": token})
    assert [t["updated_at"] for t in page["tickets"] + rest["tickets"]] == [t["updated_at"] for t in tickets]
    refused = asker.search("tickets", _everything(), pagination={"per_page": 151})
    assert refused["errors"][0]["code"] == "parameter_invalid"


def test_a_ticket_shows_its_newest_500_parts(asker: Asker) -> None:
    """More parts than one answer carries are left out at the old end, alone and in a search."""
    workspace = asker.sandbox.workspace
    one = workspace.create_ticket()["id"]
    held = workspace.add_ticket_parts(one, 520)["ticket_parts"]["ticket_parts"]
    shown = asker.get(f"/tickets/{one}")["ticket_parts"]
    assert shown["ticket_parts"] == held[-500:]
    assert shown["total_count"] == 500
    found = asker.search("tickets", {"field": "id", "operator": "=", "value": one})["tickets"]
    assert found[0]["ticket_parts"] == shown
    assert len(workspace.records("tickets")[-1]["ticket_parts"]["ticket_parts"]) == 521


def test_a_ticket_lives(asker: Asker) -> None:
    """State, assignment, links, deletion and return are seen at once; a change moves `updated_at`."""
    workspace = asker.sandbox.workspace
    one, conversation = workspace.create_ticket()["id"], workspace.records("conversations")[0]["id"]
    workspace.clock.advance(60)
    workspace.set_ticket_state(one, "resolved")
    workspace.assign_ticket(one, workspace.records("teams")[0]["id"], team=True)
    workspace.link_ticket(one, conversation)
    shown = asker.get(f"/tickets/{one}", version="2.16")
    assert (shown["open"], shown["ticket_state"]["category"]) == (False, "resolved")
    assert shown["previous_ticket_state_id"] == workspace.records("ticket_states")[0]["id"]
    assert shown["updated_at"] == shown["created_at"] + 60
    assert [each["id"] for each in shown["linked_objects"]["data"]] == [conversation]
    back = asker.get(f"/conversations/{conversation}")["linked_objects"]["data"]
    assert {"type": "ticket", "id": one, "category": "Customer"} in back
    assert shown == next(each for each in workspace.records("tickets") if each["id"] == one)
    workspace.delete_ticket(one)
    assert asker.found("tickets", {"field": "id", "operator": "=", "value": one}) == set()
    workspace.restore_ticket(one)
    assert asker.get(f"/tickets/{one}", version="2.16") == shown


def test_a_ticket_refuses_what_it_cannot_be(asker: Asker) -> None:
    """A state of another type, an unknown assignee and a customer's word on internal work are refused."""
    workspace = asker.sandbox.workspace
    internal = next(each for each in workspace.records("tickets") if each["category"] == "Back-office")["id"]
    planned = next(s["id"] for s in workspace.records("ticket_states") if s["external_label"] == "Planned")
    theirs = {"message_type": "comment", "type": "user", "body": "?"}
    answers = (
        asker.ask("PUT", f"/tickets/{internal}", json={"ticket_state_id": planned}),
        asker.ask("PUT", f"/tickets/{internal}", json={"assignee_id": "1"}),
        asker.ask("POST", f"/tickets/{internal}/reply", json=theirs),
    )
    assert [(answer.status_code, answer.json()["errors"][0]["code"]) for answer in answers] == [
        (400, "ticket_state_id_invalid"),
        (404, "assignee_not_found"),
        (400, "parameter_mismatch"),
    ]
