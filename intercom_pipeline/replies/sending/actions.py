"""What follows a reply: how it is asked for, and whether a conversation shows that it was done.

POST /conversations/{id}/parts closes, snoozes and assigns; POST /conversations/{id}/tags tags.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from intercom_pipeline.replies.plan import Action, Then

_MESSAGE_TYPES = {
    Action.CLOSE: "close",
    Action.SNOOZE: "snoozed",
    Action.ASSIGN: "assignment",
    Action.ASSIGN_TEAM: "assignment",
}


def path_of(then: Then, conversation_id: str) -> str:
    """Where it is posted to."""
    return f"/conversations/{conversation_id}/{'tags' if then.action is Action.TAG else 'parts'}"


def json_of(then: Then, admin_id: str) -> dict[str, Any]:
    """As Intercom takes it."""
    if then.action is Action.TAG:
        return {"id": then.target, "admin_id": admin_id}
    body: dict[str, Any] = {"message_type": _MESSAGE_TYPES[then.action], "admin_id": admin_id}
    if then.action is Action.SNOOZE:
        return body | {"snoozed_until": then.until}
    if then.action is Action.CLOSE:
        return body | {"type": "admin"}
    kind = "team" if then.action is Action.ASSIGN_TEAM else "admin"
    return body | {"type": kind, "assignee_id": then.target}


def is_done(then: Then, conversation: Mapping[str, Any]) -> bool:
    """Whether a conversation is as it would be afterwards."""
    match then.action:
        case Action.CLOSE:
            return conversation.get("state") == "closed"
        case Action.SNOOZE:
            return conversation.get("state") == "snoozed" and _same(
                conversation.get("snoozed_until"), then.until
            )
        case Action.ASSIGN:
            return _same(conversation.get("admin_assignee_id"), then.target)
        case Action.ASSIGN_TEAM:
            return _same(conversation.get("team_assignee_id"), then.target)
        case Action.TAG:
            return then.target in _tags_of(conversation)


def is_over(then: Then, now: datetime) -> bool:
    """Whether it is too late for it."""
    return then.action is Action.SNOOZE and (then.until or 0) <= now.timestamp()


def _same(shown: Any, wanted: str | int | None) -> bool:
    """Ids and times come as numbers or as texts."""
    return shown is not None and str(shown) == str(wanted)


def _tags_of(conversation: Mapping[str, Any]) -> set[str]:
    held = conversation.get("tags")
    tags = held.get("tags") if isinstance(held, dict) else None
    return {str(tag.get("id")) for tag in tags if isinstance(tag, dict)} if isinstance(tags, list) else set()
