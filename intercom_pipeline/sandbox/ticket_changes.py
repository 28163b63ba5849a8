"""What people do with tickets."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from intercom_pipeline.sandbox import content
from intercom_pipeline.sandbox.collection import Collection, Record
from intercom_pipeline.sandbox.errors import invalid
from intercom_pipeline.sandbox.state import State

# Above every id that generated parts have.
_FIRST_NEW_PART = 95_000_000_000
_NOTHING_LINKED: Record = {"type": "list", "data": [], "total_count": 0, "has_more": False}


class TicketChanges(State):
    """A workspace's tickets, changing. Each method returns the ticket, all its parts included."""

    def __init__(self, *args: Any, **named: Any) -> None:
        """Make the state; the parts added later are numbered on."""
        super().__init__(*args, **named)
        self._ticket_part_ids = count(_FIRST_NEW_PART)

    def create_ticket(
        self,
        *,
        contact_id: str | None = None,
        ticket_type_id: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> Record:
        """Open a ticket for a contact, of a type: the oldest contact and the first type unless named."""
        with self.lock:
            tickets, contact = self.collections["tickets"], _one(self.collections["contacts"], contact_id)
            kind = _one(self.collections["ticket_types"], ticket_type_id)
            state = state_of_type(kind, "submitted")
            opened = self._state_part(state, "submitted", self._ticket_admin(None))
            record = _blank(kind, contact, state) | {"ticket_id": str(len(tickets.ids) + 1)}
            told = {"_default_title_": "Something is wrong", "_default_description_": None}
            record["ticket_attributes"] = told | dict(attributes or {})
            return self.create("tickets", **(record | {"ticket_parts": _parts([opened])} | fields))

    def update_ticket(
        self,
        ticket_id: str,
        *,
        attributes: Mapping[str, Any] | None = None,
        admin_id: str | None = None,
        **fields: Any,
    ) -> Record:
        """Change fields of a ticket; each attribute given is changed on its own, by a part of its own."""
        with self.lock:
            record, author = self.collections["tickets"].get(ticket_id), self._ticket_admin(admin_id)
            new = dict(attributes or {})
            parts = [self._attribute_part(record, name, value, author) for name, value in new.items()]
            held = record["ticket_attributes"] | new
            return self._ticket_grown(record, parts, fields | {"ticket_attributes": held})

    def set_ticket_state(self, ticket_id: str, state: str, *, admin_id: str | None = None) -> Record:
        """Move a ticket to a state, by its id or as the first of a category; resolving closes the ticket.

        Raises 400 `ticket_state_id_invalid` for a state that the ticket's type does not have.
        """
        with self.lock:
            record = self.collections["tickets"].get(ticket_id)
            kind, before = self._type_of(record), record["ticket_state"]
            after = state_of_type(kind, state)
            closes = after["category"] == "resolved"
            fields = {
                "ticket_state": after,
                "previous_ticket_state_id": before["id"],
                "open": not closes,
                "snoozed_until": None if closes else record["snoozed_until"],
            }
            part = self._state_part(after, before["category"], self._ticket_admin(admin_id))
            return self._ticket_grown(record, [part], fields)

    def reply_to_ticket(
        self,
        ticket_id: str,
        body: str | None = "<p>Thanks!</p>",
        *,
        message_type: str = "comment",
        admin_id: str | None = None,
        contact_id: str | None = None,
        **part_fields: Any,
    ) -> Record:
        """Answer as an admin, the first unless named, or as a contact; `note` is seen by teammates only."""
        with self.lock:
            record, contacts = self.collections["tickets"].get(ticket_id), self.collections["contacts"]
            author = self._ticket_admin(admin_id) if contact_id is None else contacts.get(contact_id)
            said = {"part_type": message_type} | ({} if body is None else {"body": body})
            return self._ticket_grown(record, [self._ticket_part(author, **said, **part_fields)], {})

    def assign_ticket(
        self, ticket_id: str, assignee_id: str, *, team: bool = False, admin_id: str | None = None
    ) -> Record:
        """Assign a ticket to an admin, or to a team; the id "0" means nobody."""
        with self.lock:
            record = self.collections["tickets"].get(ticket_id)
            kind, name = ("team", "team_assignee_id") if team else ("admin", "admin_assignee_id")
            to = {"type": kind, "id": assignee_id} if assignee_id != "0" else None
            said = {"part_type": "assignment"} | ({} if to is None else {"assigned_to": to})
            part = self._ticket_part(self._ticket_admin(admin_id), **said)
            return self._ticket_grown(record, [part], {name: int(assignee_id)})

    def link_ticket(self, ticket_id: str, conversation_id: str) -> Record:
        """Link a ticket and a conversation, each in the other's linked objects; changes both."""
        with self.lock:
            record = self.collections["tickets"].get(ticket_id)
            conversation = self.collections["conversations"].get(conversation_id)
            to_ticket = {"type": "ticket", "id": ticket_id, "category": record["category"]}
            linked = _linked(conversation["linked_objects"], to_ticket)
            self.update("conversations", conversation_id, linked_objects=linked)
            to_conversation = {"type": "conversation", "id": conversation_id, "category": None}
            linked = _linked(record["linked_objects"], to_conversation)
            return self.update("tickets", ticket_id, linked_objects=linked)

    def add_ticket_parts(self, ticket_id: str, number: int) -> Record:
        """Let `number` comments by the first admin arrive at once."""
        with self.lock:
            record, author = self.collections["tickets"].get(ticket_id), self._ticket_admin(None)
            bodies = (f"<p>Message {place + 1}</p>" for place in range(number))
            parts = [self._ticket_part(author, part_type="comment", body=body) for body in bodies]
            return self._ticket_grown(record, parts, {})

    def delete_ticket(self, ticket_id: str) -> None:
        """Delete a ticket."""
        self.delete("tickets", ticket_id)

    def restore_ticket(self, ticket_id: str) -> Record:
        """Bring a deleted ticket back as it was, its `updated_at` too; raises its 404 for one not deleted."""
        with self.lock:
            return self.collections["tickets"].restore(ticket_id, self.clock.now())

    def _ticket_grown(self, record: Record, parts: Sequence[Record], fields: Record) -> Record:
        every = [*record["ticket_parts"]["ticket_parts"], *parts]
        return self.update("tickets", record["id"], **(fields | {"ticket_parts": _parts(every)}))

    def _ticket_part(self, person: Record, **fields: Any) -> Record:
        part = content.blank_part(str(next(self._ticket_part_ids)), self.clock.seconds())
        return part | {"author": content.author_of(person)} | fields

    def _state_part(self, state: Record, before: str, person: Record) -> Record:
        fields = {"ticket_state": state["category"], "previous_ticket_state": before}
        return self._ticket_part(person, part_type="ticket_state_updated_by_admin", **fields)

    def _attribute_part(self, record: Record, name: str, value: Any, person: Record) -> Record:
        changed = content.updated_attribute(self._type_of(record), name, value)
        kind = "ticket_attribute_updated_by_admin"
        return self._ticket_part(person, part_type=kind, updated_attribute_data=changed)

    def _type_of(self, record: Record) -> Record:
        types = self.collections["ticket_types"]
        return types.at(types.position(record["ticket_type"]["id"]))

    def _ticket_admin(self, admin_id: str | None) -> Record:
        return _one(self.collections["admins"], admin_id)


def state_of_type(kind: Record, wanted: str) -> Record:
    """The state of a ticket type by id, or the first of a category; raises 400 where it has none such."""
    states: Iterable[Record] = kind["ticket_states"]["data"]
    for state in states:
        if wanted in {state["id"], state["category"]}:
            return state
    message = "Ticket state id is not valid or is not associated with the ticket type"
    raise invalid(message, code="ticket_state_id_invalid")


def _one(collection: Collection, identity: str | None) -> Record:
    return collection.get(identity) if identity is not None else next(iter(collection))


def _parts(parts: list[Record]) -> Record:
    return {"type": "ticket_part.list", "ticket_parts": parts, "total_count": len(parts)}


def _linked(held: Record | None, entry: Record) -> Record:
    kept = [each for each in (held or _NOTHING_LINKED)["data"] if each != entry]
    return _NOTHING_LINKED | {"data": [*kept, entry], "total_count": len(kept) + 1}


def _blank(kind: Record, contact: Record, state: Record) -> Record:
    one = {"type": "contact", "id": contact["id"], "external_id": contact["external_id"]}
    return {
        "ticket_state": state,
        "ticket_type": {name: value for name, value in kind.items() if name != "ticket_states"},
        "contacts": {"type": "contact.list", "contacts": [one]},
        "admin_assignee_id": 0,
        "team_assignee_id": 0,
        "open": True,
        "snoozed_until": None,
        "linked_objects": _NOTHING_LINKED,
        "category": kind["category"],
        "is_shared": kind["category"] == "Customer",
        "previous_ticket_state_id": None,
    }
