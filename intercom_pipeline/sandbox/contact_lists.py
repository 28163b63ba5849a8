"""What hangs on a contact: notes, tags, companies, segments, subscriptions."""

from itertools import count
from typing import Any

from intercom_pipeline.sandbox import content
from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.memberships import Memberships
from intercom_pipeline.sandbox.state import State

# Above every id that generated notes have.
_FIRST_NEW_NOTE = 5_000_000_000
_CONSENTS = {"opt_out": "opted_out_subscription_types", "opt_in": "opted_in_subscription_types"}


class ContactLists(State):
    """A workspace's contacts with what hangs on them, changing.

    Whatever is changed here changes the contact's `updated_at`, segments alone excepted.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        """Make the state; nobody has changed a note or a membership yet."""
        super().__init__(*args, **named)
        self.memberships = Memberships(self.collections["contacts"], self.collections["segments"], self._draw)
        self._notes: dict[str, list[Record]] = {}
        self._note_ids = count(_FIRST_NEW_NOTE)

    def notes_of(self, contact_id: str) -> list[Record]:
        """The notes on a contact that is listed, newest first; raises the contacts' 404."""
        with self.lock:
            person = self.collections["contacts"].get(contact_id)
            if contact_id in self._notes:
                return self._notes[contact_id]
            position = self.collections["contacts"].position(contact_id)
            if not person["notes"]["total_count"] or position >= self.sizes.contacts:
                return []
            return content.contact_notes(
                self.seed, position, self._first_made(position), list(self.people.admins)
            )

    def add_note(
        self, contact_id: str, body: str = "<p>Noted.</p>", *, admin_id: str | None = None
    ) -> Record:
        """Put a note on a contact, by the first admin unless one is named; returns the note."""
        with self.lock:
            person, held = self.collections["contacts"].get(contact_id), self.notes_of(contact_id)
            note = self._new_note(person, body, admin_id)
            self._keep_notes(contact_id, [note, *held])
            return note

    def delete_notes(self, contact_id: str) -> Record:
        """Delete all notes on a contact; returns the contact."""
        with self.lock:
            self.collections["contacts"].get(contact_id)
            return self._keep_notes(contact_id, [])

    def tag_contact(self, contact_id: str, tag_id: str) -> Record:
        """Put a tag on a contact; returns the contact."""
        with self.lock:
            self.collections["tags"].get(tag_id)
            return self._put_in(contact_id, "tags", {"id": tag_id, "type": "tag", "url": f"/tags/{tag_id}"})

    def untag_contact(self, contact_id: str, tag_id: str) -> Record:
        """Take a tag off a contact; returns the contact."""
        return self._take_out(contact_id, "tags", tag_id)

    def attach_company(self, contact_id: str, company_id: str) -> Record:
        """Make a contact a member of a company; returns the contact."""
        with self.lock:
            self.collections["companies"].get(company_id)
            entry = {"id": company_id, "type": "company", "url": f"/companies/{company_id}"}
            return self._put_in(contact_id, "companies", entry)

    def detach_company(self, contact_id: str, company_id: str) -> Record:
        """End a contact's membership of a company; returns the contact."""
        return self._take_out(contact_id, "companies", company_id)

    def attach_subscription(self, contact_id: str, type_id: str, *, consent_type: str = "opt_out") -> Record:
        """Opt a contact out of a subscription type, or in to one (`opt_in`); returns the contact."""
        entry = {"id": type_id, "type": "subscription", "url": f"/subscription_types/{type_id}"}
        return self._put_in(contact_id, _CONSENTS[consent_type], entry)

    def detach_subscription(self, contact_id: str, type_id: str) -> Record:
        """Forget what a contact chose about a subscription type; returns the contact."""
        with self.lock:
            self._take_out(contact_id, _CONSENTS["opt_out"], type_id)
            return self._take_out(contact_id, _CONSENTS["opt_in"], type_id)

    def join_segment(self, contact_id: str, segment_id: str) -> None:
        """Let a contact into a segment; the contact itself is not changed by it."""
        with self.lock:
            self.memberships.join(segment_id, contact_id)

    def leave_segment(self, contact_id: str, segment_id: str) -> None:
        """Let a contact out of a segment; the contact itself is not changed by it."""
        with self.lock:
            self.memberships.leave(segment_id, contact_id)

    def _new_note(self, about: Record, body: str, admin_id: str | None) -> Record:
        admins = self.collections["admins"]
        writer = next(iter(admins)) if admin_id is None else admins.get(admin_id)
        return content.note(str(next(self._note_ids)), about, writer, body, self.clock.seconds())

    def _keep_notes(self, contact_id: str, notes: list[Record]) -> Record:
        self._notes[contact_id] = notes
        data = [{"id": note["id"], "type": "note", "url": f"/notes/{note['id']}"} for note in notes]
        return self._set_list(contact_id, "notes", data)

    def _put_in(self, contact_id: str, name: str, entry: Record) -> Record:
        with self.lock:
            held = self.collections["contacts"].get(contact_id)[name]["data"]
            kept = [each for each in held if each["id"] != entry["id"]]
            return self._set_list(contact_id, name, [*kept, entry])

    def _take_out(self, contact_id: str, name: str, identity: str) -> Record:
        with self.lock:
            held = self.collections["contacts"].get(contact_id)[name]["data"]
            return self._set_list(contact_id, name, [each for each in held if each["id"] != identity])

    def _set_list(self, contact_id: str, name: str, data: list[Record]) -> Record:
        held = self.collections["contacts"].get(contact_id)[name]
        return self.update("contacts", contact_id, **{name: held | {"data": data, "total_count": len(data)}})

    def _first_made(self, position: int) -> Record:
        return content.make_contact(self.seed, position, self.started_at, self.people)

    def _draw(self, place: int) -> set[int]:
        if place >= self.sizes.segments:
            return set()
        contact = self.people.segments[place]["person_type"] == "contact"
        role = "lead" if contact else "user"
        return content.segment_members(self.seed, place, self.sizes.contacts, role=role)
