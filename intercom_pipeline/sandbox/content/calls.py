"""Phone calls of conversations, and what was said in them."""

from array import array
from typing import Any

from intercom_pipeline.sandbox.content.chance import Kind, Roll, happens, mix, pick, roller, share
from intercom_pipeline.sandbox.content.hours import arrivals
from intercom_pipeline.sandbox.content.ids import conversation_id
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.scenes import Scene, scene
from intercom_pipeline.sandbox.content.texts import plain
from intercom_pipeline.sandbox.content.timeline import course

Record = dict[str, Any]
_API = "https://api.intercom.io"
_FIRST_ID, _STEP = 3_100_000, 13
_SPOKEN = (("User", "opening"), ("Teammate 1", "ask"), ("User", "detail"),
           ("Teammate 1", "answer"), ("User", "thanks"))  # fmt: skip
_LONGEST_RING, _LONGEST_TALK = 45, 1_500  # seconds


def call_id(seed: int, index: int) -> str:
    """A decimal number of seven digits or more; ids rise with the index."""
    return str(_FIRST_ID + mix(seed, Kind.CALL_ID, -1) % 10_000 + index * _STEP)


def call_times(seed: int, count: int, now: int) -> tuple["array[int]", "array[int]"]:
    """(created_at, updated_at) in unix seconds by index; created_at rises with the index."""
    created, updated = array("q"), array("q")
    for index in range(count):
        began = _began(seed, index, count, now)
        created.append(began)
        updated.append(_moments(seed, index, began, now)[-1])
    return created, updated


def make_call(seed: int, index: int, now: int, people: People) -> Record:
    """The call of an index as GET /calls/{id} (2.14) gives it, with times in unix seconds.

    `transcript` holds what was said, entry by entry, or is None; only POST /calls/search shows it. A call
    nobody took has no `answered_at`.
    """
    count = max(people.calls, index + 1)
    began = _began(seed, index, count, now)
    answered, ended, updated = _moments(seed, index, began, now)
    roll = roller(seed, Kind.CALL_RECORD, index)
    where = _scene(seed, began, now, people)
    taken = happens(roll, 0.8)
    lines = _transcript(where, roll) if where and taken and happens(roll, 0.7) else None
    return {
        **blank_call(call_id(seed, index), began),
        **_taken(answered, taken=taken),
        "ended_at": ended,
        "updated_at": updated,
        "state": "completed" if taken else "missed",
        "ended_reason": "completed" if taken else pick(roll, ("no_answer", "abandoned")),
        "direction": "outbound" if happens(roll, 0.25) else "inbound",
        "phone": f"+1555{int(roll() * 10**7):07d}",
        "recording_url": f"{_API}/calls/{call_id(seed, index)}/recording" if taken else None,
        **_people_of(where, people),
        **transcribed(call_id(seed, index), lines),
    }


def blank_call(identity: str, at: int) -> Record:
    """A call of which only the beginning is known, at `at` (unix seconds)."""
    nothing = ("conversation_id", "admin_id", "contact_id", "recording_url", "fin_recording_url")
    return {
        "type": "call",
        "id": identity,
        "state": "in_progress",
        "initiated_at": at,
        "created_at": at,
        "updated_at": at,
        "call_type": "phone",
        "direction": "inbound",
        "ended_reason": None,
        "phone": None,
        "fin_transcription_url": None,
        **dict.fromkeys(nothing),
        **transcribed(identity, None),
    }


def transcribed(identity: str, lines: list[Record] | None) -> Record:
    """The fields of a call that tell of its transcript: entries of `{"speaker", "at_seconds", "text"}`."""
    url = None if lines is None else f"{_API}/calls/{identity}/transcript"
    return {"transcription_url": url, "transcript": lines}


def transcript_text(lines: list[Record]) -> str:
    """A transcript as the text file that GET /calls/{id}/transcript hands out: a line an entry."""
    return "\n".join(f'[{_clock(each["at_seconds"])}] {each["speaker"]}: "{each["text"]}"' for each in lines)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _began(seed: int, index: int, count: int, now: int) -> int:
    flow = arrivals(now)
    return flow.at((index + share(seed, Kind.CALL_CREATED, index)) / count * flow.end)


def _moments(seed: int, index: int, began: int, now: int) -> tuple[int, int, int]:
    """When a call was answered, ended and last changed: once its transcript was there."""
    chance = share(seed, Kind.CALL_RECORD, index)
    answered = began + 3 + int(chance * _LONGEST_RING)
    ended = answered + 20 + int(chance**2 * _LONGEST_TALK)
    return min(answered, now), min(ended, now), min(ended + 90, now)


def _taken(answered: int, *, taken: bool) -> Record:
    return {"answered_at": answered} if taken else {}


def _scene(seed: int, began: int, now: int, people: People) -> Scene | None:
    """The conversation that began last before the call; None where there is none."""
    flow = arrivals(now)
    index = int(flow.position(began) / flow.end * people.conversations) - 1
    if index < 0:
        return None
    roll = roller(seed, Kind.CONVERSATION_RECORD, index)
    found = course(seed, index, people.conversations, now)
    return scene(seed, index, people, now=now, course=found, roll=roll)


def _people_of(where: Scene | None, people: People) -> Record:
    if where is None:
        return {"admin_id": people.admins[0]["id"]}
    return {
        "conversation_id": conversation_id(where.seed, where.index),
        "admin_id": where.agent["id"],
        "contact_id": where.contact.id if people.contacts else None,
    }


def _transcript(where: Scene, roll: Roll) -> list[Record]:
    lines, at = list[Record](), 2
    for speaker, turn in _SPOKEN:
        texts = plain(where.language, turn, where.course.topic)
        words = " ".join(texts[where.variant % len(texts)].format_map(where.slots).split())
        lines.append({"speaker": speaker, "at_seconds": at, "text": words})
        at += 4 + int(roll() * 20)
    return lines
