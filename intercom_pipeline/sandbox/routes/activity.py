"""Activity logs: what teammates did between two moments, newest first."""

from collections.abc import Mapping
from typing import Any

import msgspec

from intercom_pipeline.sandbox import content, shapes
from intercom_pipeline.sandbox.collection import position_in
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import invalid, missing
from intercom_pipeline.sandbox.listing import encoded
from intercom_pipeline.sandbox.paging import number, numbered_page

_PATH = "/admins/activity_logs"
_DEFAULT_PER_PAGE, _MOST_PER_PAGE = 20, 250
_END = 1 << 38


def _list(call: Call) -> Answer:
    return _page(call, call.query, _positions(call, call.query))


def _search(call: Call) -> Answer:
    body, logs = call.body, call.workspace.collections["activity_logs"]
    wanted = body.get("event_types")
    positions = _positions(call, body)
    if wanted:
        positions = [at for at in positions if logs.at(at)["activity_type"] in wanted]
    return _page(call, body, positions)


def _types(_: Call) -> Answer:
    return json_answer({"type": "activity_log_event_type.list", "event_types": content.activity_types()})


def _positions(call: Call, asked: Mapping[str, Any]) -> list[int]:
    """What was logged after one moment and before another, neither included, newest first."""
    # Intercom does not say whether a moment itself counts; a client must be right where it does not.
    logs = call.workspace.collections["activity_logs"]
    after, before = _moment(asked, "created_at_after"), _moment(asked, "created_at_before")
    if after is None:
        raise missing("created_at_after is required", field="created_at_after")
    first, last = logs.between("created_at", after + 1, _END if before is None else before - 1)
    return [position_in(key) for key in reversed(logs.orders["created_at"][first : max(first, last)])]


def _moment(asked: Mapping[str, Any], name: str) -> int | None:
    value = asked.get(name)
    try:
        return None if value is None else int(value)
    except (TypeError, ValueError) as error:
        raise invalid(f"{name} must be a UNIX timestamp", field=name) from error


def _page(call: Call, asked: Mapping[str, Any], positions: list[int]) -> Answer:
    per_page = number(asked, "per_page", default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    page = numbered_page(positions, page=number(asked, "page", default=1), per_page=per_page, path=_PATH)
    following = page.pages["next"]
    if following is not None:
        moments = (f"&{name}={asked[name]}" for name in _MOMENTS if asked.get(name) is not None)
        following += "".join(moments)
    shown = encoded(call, "activity_logs", page.positions, shapes.activity_log)
    logs = [msgspec.Raw(body) for body in shown]
    told = {"type": "activity_log.list", "pages": page.pages | {"next": following}, "activity_logs": logs}
    return json_answer(told)


_MOMENTS = ("created_at_after", "created_at_before")
ENDPOINTS = (
    Endpoint(method="GET", route=_PATH, family="activity_logs", answer=_list),
    Endpoint(method="POST", route=f"{_PATH}/search", family="activity_logs", answer=_search, since="2.16"),
    Endpoint(
        method="GET",
        route="/admins/activity_log_event_types",
        family="activity_logs",
        answer=_types,
        since="2.16",
    ),
)
