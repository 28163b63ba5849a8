"""Instances of custom objects. Up to 2.15 they can be read one at a time only; from 2.16 they are listed."""

from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.content.objects import custom_object_types
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import missing, not_found
from intercom_pipeline.sandbox.listing import page_answer
from intercom_pipeline.sandbox.paging import Page
from intercom_pipeline.sandbox.routes.lists import page_of_positions, shape_of
from intercom_pipeline.sandbox.versions import at_least, shaped

_KIND, _ROUTE = "custom_objects", "/custom_object_instances/{type}"
_A_PAGE, _MOST_A_PAGE = 20, 150
_LISTED_SINCE = "2.16"


def _list(call: Call) -> Answer:
    external_id = call.query.get("external_id")
    if external_id is not None:
        return _single(call, "external_id", external_id)
    if not at_least(call.version, _LISTED_SINCE):
        raise missing("external_id is required", field="external_id")
    return page_answer(call, _KIND, _page(call), shape=shape_of(_KIND))


def _get(call: Call) -> Answer:
    return _single(call, "id", call.id)


def _single(call: Call, name: str, value: str) -> Answer:
    every = call.workspace.collections[_KIND]
    for position in _of_type(call):
        if every.at(position)[name] == value:
            return json_answer(shaped(_KIND, every.at(position), call.version))
    raise not_found("Object not found")


def _page(call: Call) -> Page:
    every = call.workspace.collections[_KIND]
    newest_first = sorted(_of_type(call), key=lambda at: (every.at(at)["created_at"], at), reverse=True)
    chosen = [at for at in newest_first if _refers(call, every.at(at))]
    path = f"/custom_object_instances/{call.params['type']}"
    return page_of_positions(call, chosen, path, default=_A_PAGE, most=_MOST_A_PAGE)


def _of_type(call: Call) -> list[int]:
    asked, every = call.params["type"], call.workspace.collections[_KIND]
    found = [at for at in every.positions() if every.at(at)["type"] == asked]
    if not found and asked not in custom_object_types():
        raise not_found(f"Custom object type `{asked}` not found")
    return found


def _refers(call: Call, record: Record) -> bool:
    """Whether a record belongs to the contact and the conversation that the query names, if any."""
    referred = record.get("references", {})
    names = ("contact", "conversation")
    asked = {name: call.query.get(f"references_{name}_id") for name in names}
    return all(identity in {None, referred.get(name)} for name, identity in asked.items())


ENDPOINTS = (
    Endpoint(method="GET", route=_ROUTE, family="custom_objects", answer=_list, since="2.13"),
    Endpoint(method="GET", route=f"{_ROUTE}/{{id}}", family="custom_objects", answer=_get, since="2.13"),
)
