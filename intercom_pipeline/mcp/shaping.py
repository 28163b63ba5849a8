"""Records as an assistant gets them: what Intercom sent, made short enough to be read at once.

What is null or empty is left out, HTML becomes plain text, a long text is cut where it says so, and what has
no room is named.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, TypedDict

import msgspec
from pydantic import Field

from intercom_pipeline import steering
from intercom_pipeline.intercom.plain import text_of

ANSWER_BYTES: Final = 50_000
"""What the records of one answer may come to, as JSON."""
_TEXT_IN_LIST: Final = 600
_TEXTS_OF_ONE: Final = (6_000, 1_500, 300)
"""Characters that a text of a single record may have: the most that let it fit."""
_HTML: Final = frozenset({"body", "subject"})
"""The fields that Intercom sends as HTML."""
_OF_LISTS: Final = frozenset({"type", "url", "total_count", "has_more"})


class Records(TypedDict):
    """Some records."""

    records: Annotated[list[dict[str, Any]], Field(description="The records, as Intercom sent them.")]
    more: Annotated[bool, Field(description="Whether there are more than were asked for.")]
    left_out: Annotated[int, Field(description="How many of those asked for had no room in the answer.")]
    note: Annotated[str, Field(description="What to do to see more; empty where this is all.")]


class OneRecord(TypedDict):
    """One record."""

    record: Annotated[dict[str, Any], Field(description="The record, as Intercom sent it.")]
    note: Annotated[str, Field(description="What is left out; empty where this is all.")]


def several(records: Iterable[Mapping[str, Any]], limit: int) -> Records:
    """As many of the records as were asked for and have room; one over the limit tells of more."""
    found = [shaped(record, _TEXT_IN_LIST) for record in records]
    wanted = found[:limit]
    shown = _with_room(wanted)
    more, left_out = len(found) > limit, wanted[len(shown) :]
    notes = []
    if left_out:
        ids = ", ".join(str(record.get("id")) for record in left_out)
        notes.append(f"{len(left_out)} more had no room, those with the ids {ids}.")
    if more:
        notes.append("There are more: raise the limit, or narrow the search.")
    return Records(records=shown, more=more, left_out=len(left_out), note=" ".join(notes))


def one(record: Mapping[str, Any]) -> OneRecord:
    """A record; where it is too long, of its parts the newest ones that have room."""
    for longest in _TEXTS_OF_ONE:
        found = shaped(record, longest)
        if _size(found) <= ANSWER_BYTES:
            return OneRecord(record=found, note="")
    return _in_part(shaped(record, _TEXTS_OF_ONE[-1]))


def _in_part(record: dict[str, Any]) -> OneRecord:
    notes = []
    parts = record.get("conversation_parts", {}).get("conversation_parts", [])
    if parts:
        newest = _with_room(reversed(parts), ANSWER_BYTES - _size(record) + _size(parts))[::-1]
        record["conversation_parts"]["conversation_parts"] = newest
        notes.append(f"The {len(parts) - len(newest)} oldest parts had no room; query_warehouse has them.")
    while _size(record) > ANSWER_BYTES:
        largest = max(record, key=lambda name: _size(record[name]))
        del record[largest]
        notes.append(f"{largest} had no room.")
    return OneRecord(record=record, note=" ".join(notes))


def shaped(value: Any, longest: int, name: str = "") -> Any:
    """A value without what is empty in it, its texts plain and no longer than so many characters."""
    if isinstance(value, Mapping):
        inner = ((steering.lines(key), shaped(each, longest, key)) for key, each in value.items())
        return {key: each for key, each in inner if not _is_empty(each)}
    if isinstance(value, list):
        return [shaped(each, longest) for each in value]
    if isinstance(value, str):
        return _cut(steering.lines(text_of(value) if name in _HTML else value), longest)
    return value


def encoded(value: Any) -> str:
    """A value as JSON on one line."""
    return msgspec.json.encode(value).decode()


def _with_room(records: Iterable[dict[str, Any]], room: int = ANSWER_BYTES) -> list[dict[str, Any]]:
    """The first records that have room together."""
    shown = []
    for record in records:
        room -= _size(record) + 1
        if room < 0:
            break
        shown.append(record)
    return shown


def _size(value: Any) -> int:
    return len(msgspec.json.encode(value))


def _is_empty(value: Any) -> bool:
    """Whether a value says nothing; an empty list of Intercom's has a type and an address all the same."""
    if isinstance(value, Mapping):
        return not (value.keys() - _OF_LISTS) and not value.get("total_count")
    return value is None or value in ("", [])


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text) - longest} more characters)"
