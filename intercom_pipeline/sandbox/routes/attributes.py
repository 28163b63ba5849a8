"""The attributes defined for contacts, companies and conversations."""

from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import ApiError, invalid
from intercom_pipeline.sandbox.routes.lists import one
from intercom_pipeline.sandbox.versions import at_least, shaped

_CONVERSATIONS_APART_SINCE = "2.16"
_MODELS = ("contact", "company", "conversation")
# How the types of conversation attributes (2.16) were called among data attributes.
_TYPES = {"list": "string", "decimal": "float", "datetime": "date"}


def _data_attributes(call: Call) -> Answer:
    models = _models(call)
    every = [shaped("data_attributes", record, call.version) for record in _kept(call, "data_attributes")]
    shown = [record for record in every if record["model"] in models]
    if "conversation" in models:
        shown += [_as_data_attribute(record) for record in _kept(call, "conversation_attributes")]
    return json_answer({"type": "list", "data": shown})


def _models(call: Call) -> tuple[str, ...]:
    model = call.query.get("model")
    apart = at_least(call.version, _CONVERSATIONS_APART_SINCE)
    if model == "conversation" and apart:
        message = "model=conversation is no longer supported. Use GET /conversations/attributes instead"
        raise ApiError(status=422, code="parameter_invalid", message=message)
    if model not in {None, *_MODELS}:
        raise invalid(f"model must be one of {', '.join(_MODELS)}", field="model")
    if model is not None:
        return (model,)
    return _MODELS[:2] if apart else _MODELS


def _kept(call: Call, kind: str) -> list[Record]:
    archived = call.query.get("include_archived") == "true"
    return [record for record in call.workspace.collections[kind] if archived or not record["archived"]]


def _as_data_attribute(record: Record) -> Record:
    name, kind = record["name"], record["data_type"]
    labels = [option["label"] for option in record.get("options", ())]
    return {
        "type": "data_attribute",
        "id": int(record["id"]),
        "model": "conversation",
        "name": name,
        "full_name": f"custom_attributes.{name}",
        "label": name,
        "description": record["description"],
        "data_type": _TYPES.get(kind, kind),
        **({"options": labels} if labels else {}),
        "api_writable": True,
        "messenger_writable": False,
        "ui_writable": True,
        "custom": True,
        **{field: record[field] for field in ("archived", "created_at", "updated_at", "admin_id")},
    }


def _conversation_attributes(call: Call) -> Answer:
    kept = _kept(call, "conversation_attributes")
    shown = [shaped("conversation_attributes", record, call.version) for record in kept]
    return json_answer({"type": "list", "data": shown})


_OF_CONVERSATIONS = "/conversations/attributes"
ENDPOINTS = (
    Endpoint(method="GET", route="/data_attributes", family="data_attributes", answer=_data_attributes),
    Endpoint(
        method="GET",
        route=_OF_CONVERSATIONS,
        family="conversations",
        answer=_conversation_attributes,
        since=_CONVERSATIONS_APART_SINCE,
    ),
    Endpoint(
        method="GET",
        route=f"{_OF_CONVERSATIONS}/{{id}}",
        family="conversations",
        answer=one("conversation_attributes"),
        since=_CONVERSATIONS_APART_SINCE,
    ),
)
