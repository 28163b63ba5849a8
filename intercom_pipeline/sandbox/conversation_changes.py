"""What people do with conversations."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from intercom_pipeline.sandbox import blank, content
from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.state import State

# Above every id that generated parts have.
_FIRST_NEW_PART = 50_000_000_000


class ConversationChanges(State):
    """A workspace's conversations, changing."""

    def __init__(self, *args: Any, **named: Any) -> None:
        """Make the state; the parts added later are numbered on."""
        super().__init__(*args, **named)
        self._part_ids = count(_FIRST_NEW_PART)
        self.deleted_conversations = content.deleted_conversations(
            self.seed, self.sizes.conversations, self.started_at
        )
        """What GET /conversations/deleted lists, oldest first."""
        self.conversation_writes: list[Record] = []
        """What clients did to conversations, oldest first, though they may never have heard of it: who sent
        the same twice is there twice."""

    def create_conversation(
        self, *, contact_id: str | None = None, body: str = "<p>Hello?</p>", **fields: Any
    ) -> Record:
        """Open a conversation with a contact's message, the oldest contact's unless one is named."""
        with self.lock:
            contact = self._contact(contact_id)
            now = self.clock.seconds()
            times = {"created_at": now, "updated_at": now, "waiting_since": now}
            record = {**times, **blank.conversation(contact, body, str(next(self._part_ids))), **fields}
            record["statistics"] = self._statistics(record)
            return self.create("conversations", **record)

    def reply(
        self,
        conversation_id: str,
        body: str | None = "<p>Thanks!</p>",
        *,
        message_type: str = "comment",
        admin_id: str | None = None,
        contact_id: str | None = None,
        **part_fields: Any,
    ) -> Record:
        """Answer as an admin, the first unless named, or as a contact; `note` is seen by teammates only.

        A contact's answer opens a conversation that was not open. Returns the conversation.
        """
        with self.lock:
            record = self.collections["conversations"].get(conversation_id)
            if contact_id is not None:
                return self._contact_reply(record, contact_id, body, message_type, part_fields)
            author = self._admin(admin_id)
            fields: Record = {"teammates": _with_teammate(record["teammates"], author)}
            if message_type != "note":
                fields["waiting_since"] = None
            return self._say(record, message_type, author, body=body, fields=fields, **part_fields)

    def close(self, conversation_id: str, *, admin_id: str | None = None, body: str | None = None) -> Record:
        """Close a conversation."""
        fields = {
            "state": "closed",
            "open": False,
            "waiting_since": None,
            "snoozed_until": None,
            "read": True,
        }
        return self._manage(conversation_id, "close", admin_id, body=body, fields=fields)

    def open(self, conversation_id: str, *, admin_id: str | None = None) -> Record:
        """Open a conversation that was closed or snoozed."""
        fields = {"state": "open", "open": True, "snoozed_until": None}
        return self._manage(conversation_id, "open", admin_id, fields=fields)

    def snooze(self, conversation_id: str, until: int, *, admin_id: str | None = None) -> Record:
        """Put a conversation aside until a moment (unix seconds)."""
        fields = {"state": "snoozed", "open": True, "snoozed_until": until}
        return self._manage(conversation_id, "snoozed", admin_id, fields=fields)

    def assign(
        self, conversation_id: str, *, assignee_id: str, team: bool = False, admin_id: str | None = None
    ) -> Record:
        """Assign a conversation to an admin, or to a team; the id "0" means nobody."""
        kind, name = ("team", "team_assignee_id") if team else ("admin", "admin_assignee_id")
        to = {"type": kind, "id": assignee_id} if assignee_id != "0" else {"type": "nobody_admin", "id": None}
        fields = {name: int(assignee_id)}
        return self._manage(conversation_id, "assignment", admin_id, fields=fields, assigned_to=to)

    def tag_conversation(self, conversation_id: str, tag_id: str, *, admin_id: str | None = None) -> Record:
        """Put a tag on a conversation."""
        with self.lock:
            tag = self.collections["tags"].get(tag_id)
            tags = self.collections["conversations"].get(conversation_id)["tags"]
            by = {"type": "admin", "id": self._admin(admin_id)["id"]}
            entry = tag | {"applied_at": self.clock.seconds(), "applied_by": by}
            kept = [each for each in tags["tags"] if each["id"] != tag_id]
            return self.update("conversations", conversation_id, tags=tags | {"tags": [*kept, entry]})

    def add_parts(self, conversation_id: str, number: int) -> Record:
        """Let `number` comments arrive at once, from an admin and the contact in turn."""
        with self.lock:
            record = self.collections["conversations"].get(conversation_id)
            authors = (self._admin(None), self._author_of(record["contacts"]["contacts"][0]["id"]))
            state = record["state"]
            new = [
                self._part("comment", authors[turn % 2], state, body=f"<p>Message {turn + 1}</p>")
                for turn in range(number)
            ]
            return self._grown(record, new, {})

    def update_conversation(self, conversation_id: str, **fields: Any) -> Record:
        """Change fields of a conversation (title, read, …); custom attributes are merged, one by one."""
        with self.lock:
            if "custom_attributes" in fields:
                held = self.collections["conversations"].get(conversation_id)["custom_attributes"]
                fields["custom_attributes"] = held | fields["custom_attributes"]
            return self.update("conversations", conversation_id, **fields)

    def untag_conversation(self, conversation_id: str, tag_id: str) -> Record:
        """Take a tag off a conversation."""
        with self.lock:
            tags = self.collections["conversations"].get(conversation_id)["tags"]
            kept = [each for each in tags["tags"] if each["id"] != tag_id]
            return self.update("conversations", conversation_id, tags=tags | {"tags": kept})

    def join_conversation(self, conversation_id: str, contact_id: str) -> Record:
        """Let a further contact take part in a conversation."""
        with self.lock:
            person = self.collections["contacts"].get(contact_id)
            held = self.collections["conversations"].get(conversation_id)["contacts"]
            kept = [each for each in held["contacts"] if each["id"] != contact_id]
            one = {"type": "contact", "id": contact_id, "external_id": person["external_id"]}
            return self.update("conversations", conversation_id, contacts=held | {"contacts": [*kept, one]})

    def leave_conversation(self, conversation_id: str, contact_id: str) -> Record:
        """Let a contact take part in a conversation no longer."""
        with self.lock:
            held = self.collections["conversations"].get(conversation_id)["contacts"]
            kept = [each for each in held["contacts"] if each["id"] != contact_id]
            return self.update("conversations", conversation_id, contacts=held | {"contacts": kept})

    def merge_conversations(self, from_id: str, into_id: str) -> Record:
        """Close a conversation and link it with the one that goes on, which is returned."""
        with self.lock:
            self.collections["conversations"].get(into_id)
            self.close(from_id)
            self._link(from_id, into_id)
            return self._link(into_id, from_id)

    def delete_conversation(self, conversation_id: str, *, retain_metrics: bool = True) -> None:
        """Delete a conversation for good; its id stays in the list of deleted conversations."""
        with self.lock:
            self.delete("conversations", conversation_id)
            self.deleted_conversations[-1]["metrics_retained"] = retain_metrics

    def restore_conversation(self, conversation_id: str) -> Record:
        """List a deleted conversation again just as it was, its `updated_at` included."""
        with self.lock:
            restored = self.collections["conversations"].restore(conversation_id, self.clock.now())
            kept = [each for each in self.deleted_conversations if each["id"] != conversation_id]
            self.deleted_conversations = kept
            return restored

    def delete(self, kind: str, identity: str) -> None:
        """Take a record out of every list; of a conversation the id is kept; raises the kind's 404."""
        with self.lock:
            super().delete(kind, identity)
            if kind == "conversations":
                entry = content.deleted(identity, self.clock.seconds(), metrics_retained=True)
                self.deleted_conversations.append(entry)

    def _link(self, conversation_id: str, other_id: str) -> Record:
        held = self.collections["conversations"].get(conversation_id)["linked_objects"]
        kept = [each for each in held["data"] if each["id"] != other_id]
        data = [*kept, {"type": "conversation", "id": other_id, "category": None}]
        linked = held | {"data": data, "total_count": len(data)}
        return self.update("conversations", conversation_id, linked_objects=linked)

    def _contact_reply(
        self, record: Record, contact_id: str, body: str | None, message_type: str, part_fields: Record
    ) -> Record:
        now = self.clock.seconds()
        fields: Record = {
            "state": "open",
            "open": True,
            "read": False,
            "snoozed_until": None,
            "waiting_since": record["waiting_since"] or now,
            "first_contact_reply": record["first_contact_reply"]
            or {"created_at": now, "type": record["source"]["type"], "url": None},
        }
        kind = message_type if record["state"] == "open" else "open"
        return self._say(record, kind, self._author_of(contact_id), body=body, fields=fields, **part_fields)

    def _manage(
        self,
        conversation_id: str,
        part_type: str,
        admin_id: str | None,
        *,
        fields: Record,
        **part_fields: Any,
    ) -> Record:
        with self.lock:
            record = self.collections["conversations"].get(conversation_id)
            return self._say(record, part_type, self._admin(admin_id), fields=fields, **part_fields)

    def _say(
        self, record: Record, part_type: str, author: Record, *, fields: Record, **part_fields: Any
    ) -> Record:
        state = str(fields.get("state", record["state"]))
        return self._grown(record, [self._part(part_type, author, state, **part_fields)], fields)

    def _part(self, part_type: str, author: Record, state: str, **fields: Any) -> Record:
        part = blank.part(str(next(self._part_ids)), author, self.clock.seconds())
        return part | {"part_type": part_type, "state": state} | fields

    def _grown(self, record: Record, parts: Sequence[Record], fields: Record) -> Record:
        held = record["conversation_parts"]
        every = [*held["conversation_parts"], *parts]
        grown = (
            record
            | fields
            | {"conversation_parts": held | {"conversation_parts": every, "total_count": len(every)}}
        )
        changed = {name: grown[name] for name in (*fields, "conversation_parts")}
        return self.update("conversations", record["id"], **changed, statistics=self._statistics(grown))

    def _statistics(self, record: Record) -> Record:
        return content.statistics_of(record, self.people.team_names)

    def _admin(self, admin_id: str | None) -> Record:
        admins = self.collections["admins"]
        return admins.get(admin_id) if admin_id is not None else next(iter(admins))

    def _contact(self, contact_id: str | None) -> Record:
        contacts = self.collections["contacts"]
        return contacts.get(contact_id) if contact_id is not None else next(iter(contacts))

    def _author_of(self, contact_id: str) -> Record:
        contacts = self.collections["contacts"]
        return blank.author(contacts.at(contacts.position(contact_id)))


def _with_teammate(teammates: Record | None, admin: Record) -> Record:
    held = teammates or {"type": "admin.list", "teammates": []}
    if any(each["id"] == admin["id"] for each in held["teammates"]):
        return held
    return held | {"teammates": [*held["teammates"], {"type": "admin", "id": admin["id"]}]}
