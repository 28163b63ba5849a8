"""Every answer of the sandbox is what Intercom's own descriptions give for it."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from intercom_pipeline.sandbox.options import Options
from intercom_pipeline.sandbox.routes import ENDPOINTS
from intercom_pipeline.sandbox.workspace import Workspace
from tests.contract import VERSIONS, Breach, check_request, check_response, described, needs_descriptions
from tests.sandbox.conftest import NOON, SMALL, Asker, Start

pytestmark = needs_descriptions

# What the descriptions of these versions lack, though the sandbox has it in all.
_UNDESCRIBED = {
    ("2.12", "DELETE /contacts/{id}/tags/{tag_id}"),
    ("2.13", "DELETE /contacts/{id}/tags/{tag_id}"),
}


def _checked(asker: Asker, version: str, method: str, route: str, body: Any = None, **params: str) -> Any:
    """Ask, hold the answer (and the request) against the description, and give the answer's JSON."""
    response = asker.ask(method, route.format(**params), version=version, json=body)
    if (version, f"{method} {route}") not in _UNDESCRIBED:
        check_response(version, method, route, response.status_code, response.json())
    assert response.headers["Intercom-Version"] == version
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_list_is_as_described(asker: Asker, version: str) -> None:
    """Each list endpoint answers in the described shape and counts every record."""
    for route in ("/me", "/admins", "/teams", "/tags", "/segments"):
        _checked(asker, version, "GET", route)
    for route, name in (("/contacts", "data"), ("/conversations", "conversations")):
        listed = asker.get(f"{route}?per_page=10", version=version)
        check_response(version, "GET", route, 200, listed)
        assert len(listed[name]) == 10
        assert listed["total_count"] == len(asker.sandbox.workspace.records(route[1:]))
    _checked(asker, version, "GET", "/articles")
    _checked(asker, version, "GET", "/companies")
    _checked(asker, version, "POST", "/companies/list")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_record_is_as_described(asker: Asker, version: str) -> None:
    """Each record, read by its id, is in the described shape."""
    kinds = ("admins", "teams", "tags", "segments", "companies", "contacts", "conversations", "articles")
    for kind in kinds:
        for record in asker.sandbox.workspace.records(kind)[:12]:
            _checked(asker, version, "GET", f"/{kind}/{{id}}", id=record["id"])


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_done_to_a_contact_is_as_described(asker: Asker, version: str) -> None:
    """Creating, changing, tagging, merging, archiving and deleting answer in the described shapes."""
    tag = asker.sandbox.workspace.records("tags")[0]["id"]
    lead = _checked(asker, version, "POST", "/contacts", {"role": "lead", "name": "A lead"})
    user = _checked(asker, version, "POST", "/contacts", {"email": "someone@example.com"})
    changed = _checked(asker, version, "PUT", "/contacts/{id}", {"name": "Someone"}, id=user["id"])
    assert (changed["name"], changed["email_domain"]) == ("Someone", "example.com")
    _checked(asker, version, "POST", "/contacts/{id}/tags", {"id": tag}, id=user["id"])
    assert [
        each["id"] for each in _checked(asker, version, "GET", "/contacts/{id}/tags", id=user["id"])["data"]
    ] == [tag]
    _checked(asker, version, "DELETE", "/contacts/{id}/tags/{tag_id}", id=user["id"], tag_id=tag)
    _checked(
        asker,
        version,
        "GET",
        "/contacts/{id}/companies",
        id=asker.sandbox.workspace.records("contacts")[0]["id"],
    )
    merged = _checked(asker, version, "POST", "/contacts/merge", {"from": lead["id"], "into": user["id"]})
    assert merged["id"] == user["id"]
    archived = _checked(asker, version, "POST", "/contacts/{id}/archive", id=user["id"])
    assert archived["archived"] is True
    other = asker.sandbox.workspace.records("contacts")[5]["id"]
    assert _checked(asker, version, "DELETE", "/contacts/{id}", id=other)["deleted"] is True


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_done_to_a_conversation_is_as_described(asker: Asker, version: str) -> None:
    """Replying, closing, snoozing, opening, assigning, tagging and deleting answer as described."""
    workspace = asker.sandbox.workspace
    one = workspace.create_conversation()["id"]
    admin, tag = workspace.records("admins")[1]["id"], workspace.records("tags")[0]["id"]
    by = {"admin_id": admin}
    for body in (
        {
            "message_type": "comment",
            "type": "admin",
            "body": "Hello",
            "attachment_urls": ["https://x.test/a.png"],
            **by,
        },
        {"message_type": "note", "type": "admin", "body": "Between us", **by},
        {
            "message_type": "comment",
            "type": "user",
            "body": "Hm",
            "intercom_user_id": workspace.records("contacts")[0]["id"],
        },
    ):
        check_request(version, "POST", "/conversations/{id}/reply", {}, body)
        _checked(asker, version, "POST", "/conversations/{id}/reply", body, id=one)
    for body in (
        {"message_type": "close", "type": "admin", "body": "Bye", **by},
        {"message_type": "snoozed", "snoozed_until": int(NOON) + 60, **by},
        {"message_type": "open", **by},
        {"message_type": "assignment", "type": "admin", "assignee_id": admin, **by},
    ):
        _checked(asker, version, "POST", "/conversations/{id}/parts", body, id=one)
    _checked(asker, version, "POST", "/conversations/{id}/tags", {"id": tag, **by}, id=one)
    shown = _checked(asker, version, "GET", "/conversations/{id}", id=one)
    kinds = [part["part_type"] for part in shown["conversation_parts"]["conversation_parts"]]
    assert kinds == ["comment", "note", "comment", "close", "snoozed", "open", "assignment"]
    if described(version, "DELETE", "/conversations/{id}"):
        assert _checked(asker, version, "DELETE", "/conversations/{id}", id=one)["deleted"] is True


@pytest.mark.parametrize("version", VERSIONS)
def test_every_refusal_is_in_the_error_envelope(start: Start, version: str) -> None:
    """Each kind of refusal carries the described envelope, its request id also in the header."""
    asker = start()
    for route, response in _refusals(asker, version):
        method, path = route.split()
        check_response(version, method, path, response.status_code, response.json())
        assert response.status_code >= 400
        assert response.json()["request_id"] == response.headers["X-Request-Id"]
        assert ("X-RateLimit-Limit" in response.headers) is (response.status_code != 401)


def _refusals(asker: Asker, version: str) -> Iterator[tuple[str, httpx.Response]]:
    def ask(method: str, path: str, **named: Any) -> httpx.Response:
        return asker.ask(method, path, version=version, **named)

    lead, user = (asker.sandbox.workspace.create_contact(role=role)["id"] for role in ("lead", "user"))
    asker.sandbox.workspace.merge_contacts(lead, user)
    yield "GET /contacts/{id}", ask("GET", "/contacts/nobody")
    yield "GET /contacts/{id}", ask("GET", f"/contacts/{lead}")
    yield "GET /admins/{id}", ask("GET", "/admins/1")
    yield "GET /teams/{id}", ask("GET", "/teams/1")
    yield "GET /conversations/{id}", ask("GET", "/conversations/1")
    yield (
        "POST /contacts/search",
        ask("POST", "/contacts/search", json={"query": {"field": "shoe", "operator": "="}}),
    )
    yield "POST /contacts/search", ask("POST", "/contacts/search", content=b"{")
    yield "GET /contacts", ask("GET", "/contacts?starting_after=never")
    yield "GET /contacts", ask("GET", "/contacts?per_page=151")
    yield "POST /conversations/{id}/reply", ask("POST", "/conversations/1/reply", json={})
    yield "GET /me", ask("GET", "/me", headers={"Authorization": "Bearer wrong"})
    asker.sandbox.conditions.missing_permissions = {"conversations"}
    yield "GET /conversations", ask("GET", "/conversations")
    asker.sandbox.limit.consume(10**6)
    yield "GET /contacts", ask("GET", "/contacts")


def test_every_endpoint_is_known_to_some_description() -> None:
    """The sandbox has no endpoint of its own invention."""
    for endpoint in ENDPOINTS:
        assert any(described(version, endpoint.method, endpoint.route) for version in VERSIONS), (
            endpoint.route
        )


def test_what_the_source_holds_is_what_a_read_shows(asker: Asker) -> None:
    """`records` gives each contact just as a GET of the newest version does."""
    for record in asker.sandbox.workspace.records("contacts")[:20]:
        shown = asker.get(f"/contacts/{record['id']}", version="2.17")
        tags, companies = (record[name]["data"] for name in ("tags", "companies"))
        assert shown["tags"]["data"] == tags[:10]
        assert shown["companies"]["data"] == companies[:10]
        assert {**shown, "tags": None, "companies": None} == {**record, "tags": None, "companies": None}


def test_a_wrong_shape_is_a_breach() -> None:
    """The check is strict: an unknown field, a wrong type and an undescribed status are all found."""
    workspace = Workspace(SMALL, Options(now=NOON))
    contact = json.loads(json.dumps(workspace.records("contacts", version="2.14")[0]))
    check_response("2.14", "GET", "/contacts/{id}", 200, contact)
    for wrong in (contact | {"shoe_size": 43}, contact | {"created_at": "yesterday"}):
        with pytest.raises(Breach):
            check_response("2.14", "GET", "/contacts/{id}", 200, wrong)
    with pytest.raises(Breach):
        check_response("2.14", "GET", "/contacts/{id}", 201, contact)


def test_an_undescribed_request_is_a_breach() -> None:
    """A query parameter or a body that the description does not name is found."""
    check_request("2.14", "GET", "/conversations", {"per_page": "20"}, None)
    with pytest.raises(Breach):
        check_request("2.14", "GET", "/conversations", {"page_size": "20"}, None)
    with pytest.raises(Breach):
        check_request("2.14", "POST", "/contacts/merge", {}, {"from": "a", "onto": "b"})
