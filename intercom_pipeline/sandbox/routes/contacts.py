"""Contacts: list, search, read, create, change, merge, archive, delete."""

from typing import Any

from intercom_pipeline.sandbox import shapes
from intercom_pipeline.sandbox.collection import Gone, Record
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import ApiError, invalid, missing, not_found
from intercom_pipeline.sandbox.listing import encoded, list_page, page_answer, search_page
from intercom_pipeline.sandbox.paging import Order, cursor_of, cursor_text, number
from intercom_pipeline.sandbox.routes import contact_lists
from intercom_pipeline.sandbox.routes.contact_lists import named
from intercom_pipeline.sandbox.shapes import Shape
from intercom_pipeline.sandbox.versions import at_least

_DEFAULT_PER_PAGE, _MOST_PER_PAGE = 50, 150
# Intercom does not say how the list is sorted; newest first is what workspaces show.
_ORDER = Order(field="created_at")
# What a request may set (create_contact_request, update_contact_request).
_WRITABLE = frozenset(
    {
        "role",
        "external_id",
        "email",
        "phone",
        "name",
        "signed_up_at",
        "last_seen_at",
        "owner_id",
        "unsubscribed_from_emails",
        "custom_attributes",
    }
)


def _list(call: Call) -> Answer:
    page = list_page(call, "contacts", _ORDER, default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    return page_answer(call, "contacts", page, shape=_shape(call))


def _search(call: Call) -> Answer:
    page = search_page(call, "contacts", _ORDER, default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    return page_answer(call, "contacts", page, shape=_shape(call))


def _get(call: Call) -> Answer:
    contacts = call.workspace.collections["contacts"]
    position = contacts.position(call.id)
    gone = contacts.gone.get(call.id)
    if gone is None or (gone.reason == "archived" and call.workspace.options.archived_readable):
        return Answer(body=encoded(call, "contacts", [position], _shape(call))[0])
    _refuse_merged(call, gone)
    contacts.get(call.id)
    raise AssertionError(call.id)


def _refuse_merged(call: Call, gone: Gone) -> None:
    if gone.reason == "merged" and at_least(call.version, "2.16"):
        message = "This contact has been merged. See the 'Link' header for the canonical contact."
        link = {"Link": f'</contacts/{call.workspace.canonical(call.id)}>; rel="canonical"'}
        raise ApiError(status=410, code="contact_merged", message=message, headers=link)


def _merge_history(call: Call) -> Answer:
    """A list of its own kind: `cursor` and `next_cursor`, neither page numbers nor `starting_after`."""
    if call.id not in (contacts := call.workspace.collections["contacts"]):
        raise not_found("Contact not found")
    if contacts.get(call.id)["role"] != "user":
        raise not_found("Contact not found")
    entries = call.workspace.merges.get(call.id, [])
    entries = entries if call.query.get("order") == "asc" else entries[::-1]
    start = cursor_of(call.query.get("cursor"))
    stop = start + number(call.query, "per_page", default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    more = stop < len(entries)
    next_cursor = cursor_text(stop) if more else None
    data = entries[start:stop]
    return json_answer({"type": "list", "data": data, "next_cursor": next_cursor, "has_more": more})


def _create(call: Call) -> Answer:
    fields = _fields(call)
    if not {"email", "external_id", "role"} & set(fields):
        raise missing("email, external_id or role is required")
    return _shown(call, call.workspace.create_contact(**fields))


def _update(call: Call) -> Answer:
    return _shown(call, call.workspace.update_contact(call.id, **_fields(call)))


def _delete(call: Call) -> Answer:
    return json_answer(_reference(call.workspace.delete_contact(call.id)) | {"deleted": True})


def _archive(call: Call) -> Answer:
    return json_answer(_reference(call.workspace.archive_contact(call.id)) | {"archived": True})


def _unarchive(call: Call) -> Answer:
    contacts = call.workspace.collections["contacts"]
    gone = contacts.gone.get(call.id)
    archived = gone is not None and gone.reason == "archived"
    record = call.workspace.restore_contact(call.id) if archived else contacts.get(call.id)
    return json_answer(_reference(record) | {"archived": False})


def _merge(call: Call) -> Answer:
    contacts = call.workspace.collections["contacts"]
    source, target = (contacts.get(named(call, name)) for name in ("from", "into"))
    if (source["role"], target["role"]) != ("lead", "user"):
        raise invalid("Only a lead can be merged into a user", code="invalid_merge")
    return _shown(call, call.workspace.merge_contacts(source["id"], target["id"]))


def _fields(call: Call) -> dict[str, Any]:
    return {name: value for name, value in call.body.items() if name in _WRITABLE}


def _reference(contact: Record) -> Record:
    return {"type": "contact", "id": contact["id"], "external_id": contact["external_id"]}


def _shape(call: Call) -> Shape:
    asked = call.query.get("include_merge_history") == "true"
    return call.workspace.shown_with_merges if asked else shapes.contact


def _shown(call: Call, contact: Record) -> Answer:
    return json_answer(_shape(call)(contact, call.version))


def _endpoint(method: str, route: str, answer: Any, since: str = "2.11") -> Endpoint:
    return Endpoint(method=method, route=route, family="contacts", answer=answer, since=since)


ENDPOINTS = (
    _endpoint("GET", "/contacts", _list),
    _endpoint("POST", "/contacts", _create),
    _endpoint("POST", "/contacts/search", _search),
    _endpoint("POST", "/contacts/merge", _merge),
    _endpoint("GET", "/contacts/{id}", _get),
    _endpoint("PUT", "/contacts/{id}", _update),
    _endpoint("DELETE", "/contacts/{id}", _delete),
    _endpoint("POST", "/contacts/{id}/archive", _archive),
    _endpoint("POST", "/contacts/{id}/unarchive", _unarchive),
    _endpoint("GET", "/contacts/{id}/merge_history", _merge_history, since="2.16"),
    *contact_lists.ENDPOINTS,
)
