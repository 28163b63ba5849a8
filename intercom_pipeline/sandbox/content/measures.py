"""A conversation's `statistics`, computed from its opening message and its parts alone."""

from collections.abc import Mapping, Sequence
from statistics import median_low
from typing import Any

from intercom_pipeline.sandbox.content.hours import office_seconds

Record = dict[str, Any]
_CONTACTS = frozenset({"user", "lead", "contact"})
_REPLIES = frozenset({"comment", "close", "open", "assignment", "quick_reply", "assign_and_reopen"})
_ASSIGNMENTS = frozenset({"assignment", "assign_and_reopen", "default_assignment", "away_mode_assignment"})
_REOPENS = frozenset({"open", "assign_and_reopen", "note_and_reopen"})
_IDLE_AFTER = 600  # a teammate who wrote nothing for ten minutes was doing something else


def statistics_of(conversation: Record, team_names: Mapping[str, str] | None = None) -> Record:
    """The `statistics` of a conversation with all its parts, as Intercom describes them.

    Durations are seconds within office hours, but for `time_to_assignment` and the handling times. What has
    not happened yet has no key: the description knows no null there. `team_names` (id to name) is needed for
    `assigned_team_first_response_time`, whose entries carry names; teams not in it are left out.
    """
    parts: Sequence[Record] = conversation["conversation_parts"]["conversation_parts"]
    asked = _asked_at(conversation, parts)
    replies = [
        part for part in parts if _is_admin_reply(part) and asked is not None and part["created_at"] >= asked
    ]
    assignments = [part for part in parts if part["part_type"] in _ASSIGNMENTS]
    closes = [part for part in parts if part["part_type"] == "close"]
    found: Record = {
        **_contact_times(conversation, parts, asked),
        **_assignment_times(assignments, replies, asked),
        **_reply_times(conversation, parts, replies, asked),
        **_close_times(closes, conversation["created_at"] if asked is None else asked),
        **_handling(parts, assignments, closes),
        **_team_times(assignments, replies, team_names or {}),
    }
    known = {key: value for key, value in found.items() if value is not None}
    return {"type": "conversation_statistics", **known, **_counts(parts, assignments)}


def is_customer(author: Record) -> bool:
    """Whether a part's author is a contact (user or lead)."""
    return author["type"] in _CONTACTS


def _asked_at(conversation: Record, parts: Sequence[Record]) -> int | None:
    if is_customer(conversation["source"]["author"]):
        return int(conversation["created_at"])
    return next((part["created_at"] for part in parts if _is_contact_reply(part)), None)


def _is_contact_reply(part: Record) -> bool:
    return is_customer(part["author"]) and part["part_type"] in _REPLIES and bool(part["body"])


def _is_admin_reply(part: Record) -> bool:
    return (
        part["author"]["type"] == "admin"
        and part["part_type"] in _REPLIES - _ASSIGNMENTS
        and bool(part["body"])
    )


def _contact_times(conversation: Record, parts: Sequence[Record], asked: int | None) -> Record:
    spoken = [part["created_at"] for part in parts if _is_contact_reply(part)]
    if is_customer(conversation["source"]["author"]):
        spoken.insert(0, conversation["created_at"])
    return {"first_contact_reply_at": asked, "last_contact_reply_at": spoken[-1] if spoken else None}


def _assignment_times(assignments: Sequence[Record], replies: Sequence[Record], asked: int | None) -> Record:
    after = [part["created_at"] for part in assignments if asked is not None and part["created_at"] >= asked]
    if not after or asked is None:
        return {}
    first_reply = replies[0]["created_at"] if replies else None
    before_reply = [moment for moment in after if first_reply is None or moment <= first_reply]
    return {
        "first_assignment_at": after[0],
        "last_assignment_at": after[-1],
        "last_assignment_admin_reply_at": next(
            (part["created_at"] for part in replies if part["created_at"] >= after[-1]), None
        ),
        "time_to_assignment": before_reply[-1] - asked if before_reply else None,
    }


def _reply_times(
    conversation: Record, parts: Sequence[Record], replies: Sequence[Record], asked: int | None
) -> Record:
    if not replies or asked is None:
        return {}
    waits = _waits(conversation, parts)
    return {
        "first_admin_reply_at": replies[0]["created_at"],
        "last_admin_reply_at": replies[-1]["created_at"],
        "time_to_admin_reply": office_seconds(asked, replies[0]["created_at"]),
        "median_time_to_reply": median_low(waits) if waits else None,
    }


def _waits(conversation: Record, parts: Sequence[Record]) -> list[int]:
    """Office seconds from each contact's first unanswered message to the admin's reply."""
    since = conversation["created_at"] if is_customer(conversation["source"]["author"]) else None
    waits = list[int]()
    for part in parts:
        if _is_contact_reply(part):
            since = part["created_at"] if since is None else since
        elif since is not None and _is_admin_reply(part):
            waits.append(office_seconds(since, part["created_at"]))
            since = None
    return waits


def _close_times(closes: Sequence[Record], asked: int) -> Record:
    if not closes:
        return {}
    first, last = closes[0]["created_at"], closes[-1]["created_at"]
    return {
        "first_close_at": first,
        "last_close_at": last,
        "last_closed_by_id": closes[-1]["author"]["id"],
        "time_to_first_close": office_seconds(asked, first),
        "time_to_last_close": office_seconds(asked, last),
    }


def _handling(parts: Sequence[Record], assignments: Sequence[Record], closes: Sequence[Record]) -> Record:
    if not assignments or not closes or closes[-1]["created_at"] < assignments[0]["created_at"]:
        return {}
    start, end = assignments[0]["created_at"], closes[-1]["created_at"]
    worked, before = 0, start
    for part in parts:
        if start <= part["created_at"] <= end:
            if part["author"]["type"] == "admin":
                worked += min(part["created_at"] - before, _IDLE_AFTER)
            before = part["created_at"]
    return {"handling_time": end - start, "adjusted_handling_time": worked}


def _team_times(
    assignments: Sequence[Record], replies: Sequence[Record], names: Mapping[str, str]
) -> dict[str, list[Record]]:
    calendar, office, met = list[Record](), list[Record](), set[str]()
    for part in assignments:
        team = part["assigned_to"] or {}
        reply = next((reply for reply in replies if reply["created_at"] >= part["created_at"]), None)
        if reply is None or team.get("type") != "team" or team["id"] not in names or team["id"] in met:
            continue
        met.add(team["id"])
        named = {"team_id": int(team["id"]), "team_name": names[team["id"]]}
        start, end = part["created_at"], reply["created_at"]
        calendar.append({**named, "response_time": end - start})
        office.append({**named, "response_time": office_seconds(start, end)})
    return {
        "assigned_team_first_response_time": calendar,
        "assigned_team_first_response_time_in_office_hours": office,
    }


def _counts(parts: Sequence[Record], assignments: Sequence[Record]) -> Record:
    return {
        "count_reopens": sum(part["part_type"] in _REOPENS for part in parts),
        "count_assignments": len(assignments),
        "count_conversation_parts": len(parts),
    }
