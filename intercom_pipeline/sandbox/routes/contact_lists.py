"""What hangs on a contact: its tags, companies, notes, segments, subscriptions."""

from typing import Any

from intercom_pipeline.sandbox import shapes
from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import invalid, missing, not_found
from intercom_pipeline.sandbox.listing import records_page
from intercom_pipeline.sandbox.versions import shaped

_CHOSEN = ("opted_out_subscription_types", "opted_in_subscription_types")


def _tags(call: Call) -> Answer:
    held = _contact(call)["tags"]["data"]
    tags = call.workspace.collections["tags"]
    return json_answer({"type": "list", "data": [tags.at(tags.position(each["id"])) for each in held]})


def _tag(call: Call) -> Answer:
    call.workspace.tag_contact(call.id, named(call, "id"))
    return json_answer(call.workspace.collections["tags"].get(named(call, "id")))


def _untag(call: Call) -> Answer:
    tag = call.workspace.collections["tags"].get(call.params["tag_id"])
    call.workspace.untag_contact(call.id, tag["id"])
    return json_answer(tag)


def _companies(call: Call) -> Answer:
    held = _contact(call)["companies"]["data"]
    companies = call.workspace.collections["companies"]
    there = [companies.get(each["id"]) for each in held if each["id"] in companies]
    shown = [shapes.company(each, call.version) for each in there]
    return json_answer(records_page(call, shown, path=f"/contacts/{call.id}/companies"))


def _attach_company(call: Call) -> Answer:
    company_id = call.body.get("id")
    if not isinstance(company_id, str):
        raise missing("company not specified")
    call.workspace.attach_company(call.id, company_id)
    return _company(call, company_id)


def _detach_company(call: Call) -> Answer:
    call.workspace.detach_company(call.id, call.params["company_id"])
    return _company(call, call.params["company_id"])


def _company(call: Call, company_id: str) -> Answer:
    return json_answer(shapes.company(call.workspace.collections["companies"].get(company_id), call.version))


def _notes(call: Call) -> Answer:
    shown = [shapes.note(note, call.version) for note in call.workspace.notes_of(call.id)]
    return json_answer(records_page(call, shown, path=f"/contacts/{call.id}/notes"))


def _add_note(call: Call) -> Answer:
    admin_id = call.body.get("admin_id")
    if admin_id is not None and str(admin_id) not in call.workspace.collections["admins"]:
        raise not_found()
    body = shapes.html_of(named(call, "body"))
    note = call.workspace.add_note(call.id, body, admin_id=admin_id and str(admin_id))
    return json_answer(shapes.note(note, call.version))


def _segments(call: Call) -> Answer:
    _contact(call)
    position = call.workspace.collections["contacts"].position(call.id)
    segments = call.workspace.collections["segments"]
    inside = [segments.get(each) for each in call.workspace.memberships.of(position)]
    return json_answer({"type": "list", "data": [shapes.segment(each, call.version) for each in inside]})


def _subscriptions(call: Call) -> Answer:
    """Both lists in one, as types: out of which, and in to which, the contact opted; no state tells apart."""
    person, types = _contact(call), call.workspace.collections["subscription_types"]
    held = [each["id"] for name in _CHOSEN for each in person[name]["data"]]
    shown = [shaped("subscription_types", types.get(each), call.version) for each in held if each in types]
    return json_answer({"type": "list", "data": shown})


def _choose_subscription(call: Call) -> Answer:
    kind = call.workspace.collections["subscription_types"].get(named(call, "id"))
    consent = call.body.get("consent_type")
    if consent != kind["consent_type"]:
        raise invalid("consent_type must be that of the subscription type", field="consent_type")
    call.workspace.attach_subscription(call.id, kind["id"], consent_type=consent)
    return json_answer(shaped("subscription_types", kind, call.version))


def _forget_subscription(call: Call) -> Answer:
    kind = call.workspace.collections["subscription_types"].get(call.params["type_id"])
    call.workspace.detach_subscription(call.id, kind["id"])
    return json_answer(shaped("subscription_types", kind, call.version))


def named(call: Call, name: str) -> str:
    """A text of the body; raises 400 where it is missing."""
    value = call.body.get(name)
    if not isinstance(value, str):
        raise missing(f"{name} is required", field=name)
    return value


def _contact(call: Call) -> Record:
    return call.workspace.collections["contacts"].get(call.id)


def _endpoint(method: str, route: str, answer: Any) -> Endpoint:
    return Endpoint(method=method, route=f"/contacts/{{id}}/{route}", family="contacts", answer=answer)


ENDPOINTS = (
    _endpoint("GET", "tags", _tags),
    _endpoint("POST", "tags", _tag),
    _endpoint("DELETE", "tags/{tag_id}", _untag),
    _endpoint("GET", "companies", _companies),
    _endpoint("POST", "companies", _attach_company),
    _endpoint("DELETE", "companies/{company_id}", _detach_company),
    _endpoint("GET", "notes", _notes),
    _endpoint("POST", "notes", _add_note),
    _endpoint("GET", "segments", _segments),
    _endpoint("GET", "subscriptions", _subscriptions),
    _endpoint("POST", "subscriptions", _choose_subscription),
    _endpoint("DELETE", "subscriptions/{type_id}", _forget_subscription),
)
