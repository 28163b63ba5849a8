"""How a workspace is set up: reasons to be away, office hours, subscriptions, brands, senders, audiences."""

from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import not_found
from intercom_pipeline.sandbox.routes.lists import Respond, counted, one, whole

_SCHEDULES = "/office_hours_schedules"
_EXCEPTIONS = f"{_SCHEDULES}/{{schedule_id}}/office_hours_exceptions"


def _exceptions(call: Call) -> Answer:
    return json_answer({"type": "office_hours_exception.list", "data": _of_schedule(call)})


def _exception(call: Call) -> Answer:
    found = [record for record in _of_schedule(call) if record["id"] == call.id]
    if not found:
        raise not_found()
    return json_answer(found[0])


def _of_schedule(call: Call) -> list[Record]:
    schedule = call.workspace.collections["office_hours_schedules"].get(call.params["schedule_id"])
    every = call.workspace.collections["office_hours_exceptions"]
    return [record for record in every if record["office_hours_schedule_id"] == schedule["id"]]


def _get(route: str, answer: Respond, since: str, family: str) -> Endpoint:
    return Endpoint(method="GET", route=route, family=family, answer=answer, since=since)


ENDPOINTS = (
    _get("/away_status_reasons", whole("away_status_reasons"), "2.14", "admins"),
    _get(_SCHEDULES, whole("office_hours_schedules", type_="office_hours_schedule.list"), "2.16", "admins"),
    _get(f"{_SCHEDULES}/{{id}}", one("office_hours_schedules"), "2.16", "admins"),
    _get(_EXCEPTIONS, _exceptions, "2.16", "admins"),
    _get(f"{_EXCEPTIONS}/{{id}}", _exception, "2.16", "admins"),
    _get("/subscription_types", whole("subscription_types"), "2.11", "contacts"),
    _get("/brands", whole("brands"), "2.15", "brands"),
    _get("/brands/{id}", one("brands"), "2.15", "brands"),
    _get("/emails", whole("emails"), "2.15", "brands"),
    _get("/emails/{id}", one("emails"), "2.15", "brands"),
    _get("/audiences", counted("audiences"), "2.16", "audiences"),
    _get("/audiences/{id}", one("audiences"), "2.16", "audiences"),
)
