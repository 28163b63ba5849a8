"""Activity logs: what teammates did in the workspace."""

from array import array
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from intercom_pipeline.sandbox.content.chance import Kind, Roll, Weighted, mix, pick, roller, share
from intercom_pipeline.sandbox.content.hours import arrivals
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.texts import read

Record = dict[str, Any]
_HALF_BITS = 64


def activity_id(seed: int, index: int) -> str:
    """A UUID."""
    high, low = (mix(seed, Kind.ACTIVITY_ID, 2 * index + half) for half in (0, 1))
    return str(UUID(int=high << _HALF_BITS | low, version=4))


def activity_times(seed: int, count: int, now: int) -> tuple["array[int]", "array[int]"]:
    """(created_at, the same again) in unix seconds by index; created_at rises with the index."""
    created = array("q", (_when(seed, index, count, now) for index in range(count)))
    return created, array("q", created)


def make_activity(seed: int, index: int, now: int, people: People) -> Record:
    """The activity log of an index as GET /admins/activity_logs gives it; it carries no `type`."""
    roll = roller(seed, Kind.ACTIVITY_RECORD, index)
    told = _kind(roll)
    admin, when = pick(roll, people.admins), _when(seed, index, max(people.activity_logs, index + 1), now)
    return activity(
        activity_id(seed, index), admin, when, kind=told["type"], ip=f"198.51.100.{int(roll() * 255)}"
    )


def activity(identity: str, admin: Record, at: int, *, kind: str, ip: str = "192.0.2.7") -> Record:
    """What an admin did at `at` (unix seconds), told as for every activity of this kind."""
    told = next((each for each in read("activity")["kinds"] if each["type"] == kind), _UNTOLD)
    slots = {"name": admin["name"], "id": admin["id"]}
    by = {"update_by": int(admin["id"])} if "update_by_name" in told["metadata"] else {}
    return {
        "id": identity,
        "performed_by": {"type": "admin", "id": admin["id"], "email": admin["email"], "ip": ip},
        "metadata": {name: _filled(value, slots) for name, value in told["metadata"].items()} | by,
        "created_at": at,
        "activity_type": kind,
        "activity_description": told["description"].format_map(slots),
    }


def activity_types() -> list[str]:
    """Every kind of activity that is told of here."""
    return sorted(told["type"] for told in read("activity")["kinds"])


_UNTOLD: Record = {"description": "{name} changed something.", "metadata": {}}


def _when(seed: int, index: int, count: int, now: int) -> int:
    flow = arrivals(now)
    return flow.at((index + share(seed, Kind.ACTIVITY_CREATED, index)) / count * flow.end)


def _kind(roll: Roll) -> Mapping[str, Any]:
    kinds = {told["type"]: told for told in read("activity")["kinds"]}
    found: Mapping[str, Any] = kinds[
        Weighted({name: told["weight"] for name, told in kinds.items()}).at(roll())
    ]
    return found


def _filled(value: Any, slots: Mapping[str, str]) -> Any:
    return value.format_map(slots) if isinstance(value, str) else value
