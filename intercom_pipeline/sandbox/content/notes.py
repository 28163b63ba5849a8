"""The notes that teammates leave on contacts and on companies."""

import html
from typing import Any

from intercom_pipeline.sandbox.content.chance import Kind, Roll, pick, roller, share
from intercom_pipeline.sandbox.content.ids import company_note_id, note_id

Record = dict[str, Any]
_OF_CONTACTS, _OF_COMPANIES = 0.06, 0.12
_MOST_OF_THESE = 3
_MANY, _MANY_EVERY, _MANY_AT = 13, 400, 23
_AUTHOR = (
    "type",
    "id",
    "name",
    "email",
    "job_title",
    "away_mode_enabled",
    "away_mode_reassign",
    "has_inbox_seat",
    "team_ids",
)
_BODIES = (
    "<p>Spoke with {who} on the phone: happy so far, asks for a <b>yearly invoice</b>.</p>",
    "<p>{who} decides together with two colleagues; the trial was extended by a week.</p>",
    "<p>Prefers e-mail &amp; short answers.</p>",
    "<p>Budget is planned in October. Ask again then.</p>",
    "<p>Was at the webinar; wants to see the timeline view.<br>Sent the recording.</p>",
    '<p>Waiting for their security review, see <a href="https://trellis.example/trust">our answers</a>.</p>',
    "<p>Asked for a refund once, settled kindly 🤝</p>",
    "<ul><li>30 seats</li><li>single sign-on</li><li>data in the EU</li></ul>",
)


def note_count(seed: int, contact: int) -> int:
    """How many notes the contact of an index has: mostly none, 13 for one in 400."""
    if contact % _MANY_EVERY == _MANY_AT:
        return _MANY
    return _few(share(seed, Kind.CONTACT_NOTE, contact), _OF_CONTACTS)


def contact_notes(seed: int, contact: int, person: Record, writers: list[Record]) -> list[Record]:
    """The notes of a contact, newest first, as GET /notes/{id} gives them; `writers` are admins."""
    roll = roller(seed, Kind.CONTACT_NOTE, contact)
    ids = [note_id(seed, contact, place) for place in range(note_count(seed, contact))]
    return _notes(roll, ids, person, writers, person["name"] or "They")


def company_notes(seed: int, company: int, firm: Record, writers: list[Record]) -> list[Record]:
    """The notes of a company, newest first; mostly none."""
    roll = roller(seed, Kind.COMPANY_NOTE, company)
    count = _few(share(seed, Kind.COMPANY_NOTE, company), _OF_COMPANIES)
    ids = [company_note_id(seed, company, place) for place in range(count)]
    return _notes(roll, ids, firm, writers, firm["name"].rstrip("."))


def note(identity: str, about: Record, writer: Record, body: str, at: int) -> Record:
    """A note on a contact or a company, by an admin, made at `at` (unix seconds)."""
    return {
        "type": "note",
        "id": identity,
        "created_at": at,
        about["type"]: {"type": about["type"], "id": about["id"]},
        "author": {name: writer[name] for name in _AUTHOR},
        "body": body,
    }


def _few(chance: float, share_of_all: float) -> int:
    return 0 if chance >= share_of_all else 1 + int(chance / share_of_all * _MOST_OF_THESE)


def _notes(roll: Roll, ids: list[str], about: Record, writers: list[Record], who: str) -> list[Record]:
    begun, spent = about["created_at"], about["updated_at"] - about["created_at"]
    moments = sorted(begun + int(roll() * spent) for _ in ids)
    made = [
        note(identity, about, pick(roll, writers), pick(roll, _BODIES).format(who=html.escape(who)), moment)
        for identity, moment in zip(ids, moments, strict=True)
    ]
    return made[::-1]
