"""Tickets: search, read, create, change, reply, delete; their types and states."""

from collections.abc import Callable, Mapping
from typing import Any

from intercom_pipeline.sandbox import shapes
from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import ApiError, invalid, missing, not_found
from intercom_pipeline.sandbox.listing import all_records, page_answer, search_page
from intercom_pipeline.sandbox.paging import Order
from intercom_pipeline.sandbox.versions import at_least

_DEFAULT_PER_PAGE, _MOST_PER_PAGE = 20, 150
_ORDER = Order(field="updated_at")
_MESSAGE_TYPES = ("comment", "note", "quick_reply")
# What a change may set as it stands (update_ticket_request).
_WRITABLE = ("open", "is_shared", "snoozed_until")
# The names of a contact's fields in a ticket's `contacts`, and in a contact's reply.
_CONTACT_KEYS = {"external_id": "external_id", "email": "email", "user_id": "external_id"}
_APP = "sandbox-app"


def _search(call: Call) -> Answer:
    # Intercom's example of this answer shows each ticket with its parts, unlike that for conversations.
    page = search_page(call, "tickets", _ORDER, default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    return page_answer(call, "tickets", page, shape=shapes.ticket, name="tickets", type_="ticket.list")


def _get(call: Call) -> Answer:
    return _shown(call, call.workspace.collections["tickets"].get(call.id))


def _create(call: Call) -> Answer:
    body = call.body
    named, kind = body.get("contacts"), body.get("ticket_type_id")
    if not kind or not isinstance(named, list) or not named:
        raise missing("ticket_type_id and contacts are required")
    call.workspace.collections["ticket_types"].get(str(kind))
    created = int(body.get("created_at") or call.workspace.clock.seconds())
    record = call.workspace.create_ticket(
        contact_id=_contact(call, named[0], create=True),
        ticket_type_id=str(kind),
        attributes=body.get("ticket_attributes"),
        created_at=created,
    )
    return _shown(call, _assigned(call, record, body.get("assignment") or {}))


def _assigned(call: Call, record: Record, assignment: Mapping[str, Any]) -> Record:
    for name, team in (("admin_assignee_id", False), ("team_assignee_id", True)):
        if assignment.get(name):
            record = call.workspace.assign_ticket(record["id"], str(assignment[name]), team=team)
    return record


def _update(call: Call) -> Answer:
    body, workspace = call.body, call.workspace
    workspace.collections["tickets"].get(call.id)
    newer = at_least(call.version, "2.14")
    assignment = body if newer else body.get("assignment") or {}
    assignee, team = _assignee(call, assignment.get("assignee_id"))
    admin = str(assignment["admin_id"]) if assignment.get("admin_id") else None
    state = body.get("ticket_state_id" if at_least(call.version, "2.12") else "state")
    if state is not None:
        workspace.set_ticket_state(call.id, str(state), admin_id=admin)
    if assignee is not None:
        workspace.assign_ticket(call.id, assignee, team=team, admin_id=admin)
    fields = {name: body[name] for name in _WRITABLE if name in body}
    attributes = body.get("ticket_attributes")
    return _shown(call, workspace.update_ticket(call.id, attributes=attributes, admin_id=admin, **fields))


def _assignee(call: Call, identity: Any) -> tuple[str | None, bool]:
    """The assignee's id, and whether it is a team's; raises 404 for one that is nobody's."""
    if identity is None:
        return None, False
    for kind in ("admins", "teams"):
        if str(identity) in {"0", *call.workspace.collections[kind].ids}:
            return str(identity), kind == "teams"
    raise not_found("Assignee not found", "assignee_not_found")


def _reply(call: Call) -> Answer:
    body, workspace = call.body, call.workspace
    record = workspace.collections["tickets"].get(call.id)
    message_type = body.get("message_type")
    if message_type not in _MESSAGE_TYPES:
        raise invalid(f"message_type must be one of {', '.join(_MESSAGE_TYPES)}", field="message_type")
    if message_type != "quick_reply" and not body.get("body"):
        raise invalid("Body is required", field="body")
    text = None if message_type == "quick_reply" else shapes.html_of(body["body"])
    said = {"body": text, "message_type": message_type, "app_package_code": _APP}
    record = workspace.reply_to_ticket(call.id, **said, **_writer(call, record))
    return json_answer(shapes.ticket(record, call.version)["ticket_parts"]["ticket_parts"][-1])


def _writer(call: Call, record: Record) -> dict[str, str]:
    body = call.body
    if body.get("type") == "admin":
        if not body.get("admin_id"):
            raise missing("admin_id is required", field="admin_id")
        return {"admin_id": call.workspace.collections["admins"].get(str(body["admin_id"]))["id"]}
    if record["category"] == "Back-office":
        message = "User replies are not allowed on Backoffice tickets"
        raise ApiError(status=400, code="parameter_mismatch", message=message)
    return {"contact_id": _contact(call, {"id": body.get("intercom_user_id"), **body}, create=False)}


def _contact(call: Call, named: Mapping[str, Any], *, create: bool) -> str:
    """The id of a contact named by id, external id or e-mail; an unknown e-mail may make a contact."""
    contacts = call.workspace.collections["contacts"]
    if named.get("id"):
        return str(contacts.get(str(named["id"]))["id"])
    for key, field in _CONTACT_KEYS.items():
        for contact in contacts if named.get(key) else ():
            if contact[field] == named[key]:
                return str(contact["id"])
    if create and named.get("email"):
        return str(call.workspace.create_contact(email=named["email"])["id"])
    raise not_found("User Not Found")


def _delete(call: Call) -> Answer:
    call.workspace.delete_ticket(call.id)
    return json_answer({"id": call.id, "object": "ticket", "deleted": True})


def _shown(call: Call, record: Record) -> Answer:
    return json_answer(shapes.ticket(record, call.version))


def _types(call: Call) -> Answer:
    return json_answer({"type": "list", "data": all_records(call, "ticket_types", shapes.ticket_type)})


def _type(call: Call) -> Answer:
    kind = call.workspace.collections["ticket_types"].get(call.id)
    return json_answer(shapes.ticket_type(kind, call.version))


def _states(call: Call) -> Answer:
    return json_answer({"type": "list", "data": all_records(call, "ticket_states", shapes.ticket_state)})


def _endpoint(method: str, route: str, answer: Callable[[Call], Answer], since: str = "2.11") -> Endpoint:
    return Endpoint(method=method, route=route, family="tickets", answer=answer, since=since)


ENDPOINTS = (
    _endpoint("POST", "/tickets/search", _search),
    _endpoint("POST", "/tickets", _create),
    _endpoint("GET", "/tickets/{id}", _get),
    _endpoint("PUT", "/tickets/{id}", _update),
    _endpoint("DELETE", "/tickets/{id}", _delete, since="2.13"),
    _endpoint("POST", "/tickets/{id}/reply", _reply),
    _endpoint("GET", "/ticket_types", _types),
    _endpoint("GET", "/ticket_types/{id}", _type),
    _endpoint("GET", "/ticket_states", _states, since="2.12"),
)
