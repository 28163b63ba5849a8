"""Whether the admin who answers and the target of what follows are there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec

from intercom_pipeline.intercom.bodies import BodyInvalid, decoded
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.errors import PermissionMissing
from intercom_pipeline.intercom.ids import checked_id
from intercom_pipeline.replies.errors import PlanRefused
from intercom_pipeline.replies.plan import Action, Then
from intercom_pipeline.replies.planning.conversations import named
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.steering import one_line

NOBODY: Final = "0"
"""Assigned to this, a conversation is nobody's (POST /conversations/{id}/parts)."""
_SHOWN = 5
_LONGEST_NAME = 80

_NOUNS: Final = {Action.ASSIGN: "admin", Action.ASSIGN_TEAM: "team", Action.TAG: "tag"}
"""What the target of an action is."""
_LISTS: Final = {"admin": ("/admins", "admins"), "team": ("/teams", "teams"), "tag": ("/tags", "data")}
"""Where it is listed, and under which name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressed:
    """Who answers, and what follows.

    Attributes:
        admin_name: The name of the admin; None where the token may not read it.
        then: What follows, its target named.
        remarks: What could not be checked.
    """

    admin_name: str | None
    then: Then | None
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Directory:
    """All admins, teams or tags, as Intercom sent them, by id; None where the token may not read them."""

    noun: str
    entries: Mapping[str, Mapping[str, Any]] | None

    def entry(self, wanted: str) -> Mapping[str, Any]:
        """The one with this id; an empty one where that cannot be known."""
        if self.entries is None:
            return {}
        if wanted not in self.entries:
            raise PlanRefused(
                f"There is no {self.noun} {one_line(wanted)}.",
                why=f"The {self.noun}s are {self._some() or 'none'}.",
                fix="Nothing was planned. Name one that there is.",
            )
        return self.entries[wanted]

    def remarks_on(self, wanted: str) -> list[str]:
        """What to know of the one with this id."""
        if self.entries is not None:
            return []
        article = "an" if self.noun == "admin" else "a"
        unread = f"the token may not read {self.noun}s"
        return [f"Whether there is {article} {self.noun} {wanted} is not known: {unread}."]

    def _some(self) -> str:
        entries = list((self.entries or {}).items())
        shown = [f"{key} ({name})" if (name := _name(each)) else key for key, each in entries[:_SHOWN]]
        more = f" and {len(entries) - _SHOWN} more" if len(entries) > _SHOWN else ""
        return one_line(", ".join(shown)) + more


async def address(
    client: Client, *, admin_id: str, message_type: MessageType, then: Then | None, now: datetime
) -> Addressed:
    """See that the admin may answer, and that what follows is possible.

    Raises:
        PlanRefused: There is no such admin, team or tag, the admin may not answer, or a snooze ends before
            `now`.
        IdRefused: An id cannot be one.
        IntercomError: Intercom could not be asked.
    """
    checked_id(admin_id, of="admin")
    _check_form(then, now)
    admins = await _directory(client, "admin")
    admin = admins.entry(admin_id)
    _check_seat(admin, admin_id, message_type)
    followed, remarks = await _follow(client, then, admins)
    return Addressed(admin_name=_name(admin), then=followed, remarks=(*admins.remarks_on(admin_id), *remarks))


async def _follow(client: Client, then: Then | None, admins: _Directory) -> tuple[Then | None, list[str]]:
    """What follows with its target named, and what to know of it."""
    if then is None or then.target is None:
        return then, []
    if then.target == NOBODY and then.action is not Action.TAG:
        return msgspec.structs.replace(then, target_name="nobody"), []
    noun = _NOUNS[then.action]
    listed = admins if noun == admins.noun else await _directory(client, noun)
    followed = msgspec.structs.replace(then, target_name=_name(listed.entry(then.target)))
    return followed, listed.remarks_on(then.target)


def _check_form(then: Then | None, now: datetime) -> None:
    """See that an action has what it needs, and nothing else."""
    if then is None:
        return
    if (then.action in _NOUNS) is not (then.target is not None):
        raise _cannot_follow(then, "It names a target, or lacks one: assigning and tagging have one.")
    if then.target is not None:
        checked_id(then.target, of=_NOUNS[then.action])
    if (then.action is Action.SNOOZE) is not (then.until is not None):
        raise _cannot_follow(then, "It names a moment, or lacks one: a snooze alone has one.")
    if then.until is not None and then.until <= now.timestamp():
        raise _cannot_follow(then, "The snooze would have ended already.")


def _cannot_follow(then: Then, why: str) -> PlanRefused:
    return PlanRefused(
        f"Replies cannot be followed by {then.action}.", why=why, fix="Nothing was planned. Correct it."
    )


def _check_seat(admin: Mapping[str, Any], admin_id: str, message_type: MessageType) -> None:
    """Without a seat an admin may write notes at most (`has_inbox_seat`)."""
    if admin.get("has_inbox_seat") is False and message_type.is_seen_by_customer:
        raise PlanRefused(
            f"Admin {one_line(admin_id)} may not answer customers.",
            why="They have no inbox seat.",
            fix="Nothing was planned. Name another admin, or give them a seat in Intercom.",
        )


async def _directory(client: Client, noun: str) -> _Directory:
    path, records = _LISTS[noun]
    try:
        answer = await client.get(path, decode=partial(_entries, records=records))
    except PermissionMissing:
        return _Directory(noun=noun, entries=None)
    return _Directory(noun=noun, entries=answer.content)


def _entries(body: bytes, records: str) -> dict[str, Mapping[str, Any]]:
    listed = decoded(body)
    entries = listed.get(records) if isinstance(listed, dict) else None
    if not isinstance(entries, list):
        raise BodyInvalid(f"there is no list of {records} in it")
    return {str(each["id"]): each for each in entries if isinstance(each, dict) and "id" in each}


def _name(entry: Mapping[str, Any]) -> str | None:
    name = named(entry.get("name"))
    return name and one_line(name, _LONGEST_NAME)
