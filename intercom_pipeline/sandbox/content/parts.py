"""Conversation parts: each beat of an arc written down as Intercom gives it."""

from collections.abc import Sequence
from uuid import UUID

from intercom_pipeline.sandbox.content.arcs import BEATS, Beat
from intercom_pipeline.sandbox.content.chance import Kind, Roll, happens, mix, pick
from intercom_pipeline.sandbox.content.ids import part_id
from intercom_pipeline.sandbox.content.scenes import Record, Scene, author_of, body
from intercom_pipeline.sandbox.content.texts import plain

_TWITTER_BODY = (
    "<p>This message is hidden here, as the platform it came from demands. Open it in Intercom.</p>"
)
_GOOD, _FAIR, _SLOW_DAYS = 4, 3, 2
_PRIORITIES = ("Low", "Normal", "High", "Urgent & blocking")


def make_parts(where: Scene, beats: Sequence[str], moments: Sequence[int], roll: Roll) -> list[Record]:
    """The parts of a conversation, oldest first, as `conversation_part` with all versions' fields."""
    parts, state = list[Record](), "open"
    for place, (name, moment) in enumerate(zip(beats, moments, strict=True), start=1):
        beat = BEATS[name]
        state = beat.state or state
        parts.append(_part(where, beat, roll, place=place, moment=moment, state=state))
    return parts


def written(where: Scene, turn: str, place: int) -> str:
    """A turn's HTML, or the notice that stands for it on a channel that hides messages."""
    return _TWITTER_BODY if where.channel == "twitter" else body(where, turn, place)


def attachments_of(where: Scene, place: int, roll: Roll) -> list[Record]:
    """Now and then a screenshot or a document."""
    if not happens(roll, 0.05):
        return []
    picture = happens(roll, 0.7)
    name = (
        f"screenshot-{where.index}-{place}.png" if picture else f"{where.slots['invoice']} (copy & notes).pdf"
    )
    return [
        {
            "type": "upload",
            "name": name,
            "url": f"https://downloads.trellis.example/i/o/{where.index}/{place}",
            "content_type": "image/png" if picture else "application/pdf",
            "filesize": 9_000 + int(roll() * 900_000),
            "width": 1280 if picture else 0,
            "height": 800 if picture else 0,
        }
    ]


def _part(where: Scene, beat: Beat, roll: Roll, *, place: int, moment: int, state: str) -> Record:
    visible = beat.part_type != "note" and bool(beat.turn)
    return {
        "type": "conversation_part",
        "id": part_id(where.seed, where.index, place),
        "part_type": beat.part_type,
        "body": _body(where, beat, place),
        "created_at": moment,
        "updated_at": moment,
        "notified_at": moment,
        "assigned_to": _assigned(where, beat.to) if beat.to else None,
        "author": author_of(where, beat.actor),
        "attachments": attachments_of(where, place, roll) if visible and beat.actor == "customer" else [],
        "external_id": None,
        "redacted": False,
        "email_message_metadata": _mail(where, beat, place) if visible and where.channel == "email" else None,
        "metadata": _metadata(where, beat, place),
        "state": state,
        "tags": [],
        "event_details": _event(roll) if beat.part_type.startswith("conversation_attribute") else None,
        "app_package_code": None,
    }


def _body(where: Scene, beat: Beat, place: int) -> str | None:
    if not beat.turn:
        return None
    if beat.turn == "remark":
        return body(where, remark_turn(where), 0)
    return body(where, beat.turn, place) if beat.part_type == "note" else written(where, beat.turn, place)


def remark_turn(where: Scene) -> str:
    """The turn a rating's remark is taken from: what fits the rating and how long it took."""
    if where.rating >= _GOOD:
        return "remark_good"
    if where.rating == _FAIR:
        return "remark_fair"
    return "remark_slow" if where.course.days > _SLOW_DAYS else "remark_bad"


def _assigned(where: Scene, to: str) -> Record | None:
    if to == "agent":
        return {"type": "admin", "id": where.agent["id"]}
    team = where.team if to == "team" else where.other_team
    return {"type": "team", "id": team["id"]} if team else {"type": "nobody_admin", "id": None}


def _event(roll: Roll) -> Record:
    return {
        "attribute": {"name": "Urgency"},
        "value": {"name": pick(roll, _PRIORITIES), "previous": None},
    }


def _metadata(where: Scene, beat: Beat, place: int) -> Record:
    if beat.part_type != "quick_reply":
        return {}
    texts = plain(where.language, "options", where.course.topic)
    first = mix(where.seed, Kind.CONVERSATION_RECORD, where.index) * len(texts) + place
    options = [{"text": text, "uuid": str(UUID(int=first + n, version=4))} for n, text in enumerate(texts)]
    return {"quick_reply_options": options}


def _mail(where: Scene, beat: Beat, place: int) -> Record:
    inbox, customer = "support@trellis.example", where.contact.email
    sender, receiver = (customer, inbox) if beat.actor == "customer" else (inbox, customer)
    return {
        "subject": f"Re: {where.subject}",
        "email_address_headers": [
            {
                "type": "from",
                "email_address": sender,
                "name": where.contact.name if sender == customer else "Trellis",
            },
            {"type": "to", "email_address": receiver, "name": None},
        ],
        "message_id": f"<{where.index}.{place}@mail.trellis.example>",
    }
