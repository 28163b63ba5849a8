"""Conversations that were deleted before anyone looked: Intercom still tells their ids."""

from typing import Any

from intercom_pipeline.sandbox.content.chance import Kind, share
from intercom_pipeline.sandbox.content.ids import conversation_id
from intercom_pipeline.sandbox.content.timeline import course

_EVERY = 25  # one deleted for so many that are left
_BETWEEN_IDS = 5  # ids of conversations that are left are further apart


def deleted_conversations(seed: int, count: int, now: int) -> list[dict[str, Any]]:
    """The entries of GET /conversations/deleted of a workspace with `count` conversations, oldest first."""
    made = [_deleted(seed, index, count, now) for index in range(_EVERY - 1, count, _EVERY)]
    return sorted(made, key=lambda entry: int(entry["deleted_at"]))


def deleted(identity: str, at: int, *, metrics_retained: bool) -> dict[str, Any]:
    """The entry of a conversation deleted at `at` (unix seconds)."""
    return {
        "type": "conversation",
        "id": identity,
        "metrics_retained": metrics_retained,
        "deleted_at": at,
    }


def _deleted(seed: int, index: int, count: int, now: int) -> dict[str, Any]:
    begun, chance = course(seed, index, count, now).created_at, share(seed, Kind.DELETION, index)
    identity = str(int(conversation_id(seed, index)) + _BETWEEN_IDS)
    return deleted(identity, begun + int(chance * (now - begun)), metrics_retained=index % 2 == 0)
