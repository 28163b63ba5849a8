"""What people do with contacts."""

from typing import Any

from intercom_pipeline.sandbox import blank, shapes
from intercom_pipeline.sandbox.collection import Gone, Record
from intercom_pipeline.sandbox.contact_lists import ContactLists
from intercom_pipeline.sandbox.errors import not_found
from intercom_pipeline.sandbox.versions import at_least

_MOST_HOPS = 3
_UNITED = ("tags", "companies", "opted_out_subscription_types", "opted_in_subscription_types")


class ContactChanges(ContactLists):
    """A workspace's contacts, changing."""

    def __init__(self, *args: Any, **named: Any) -> None:
        """Make the state; nobody has been merged yet."""
        super().__init__(*args, **named)
        self.merges: dict[str, list[Record]] = {}
        """By the contact that stays: the entries of its merge history, oldest first."""

    def create_contact(self, **fields: Any) -> Record:
        """List a new contact, a user unless `role` says lead, with these fields."""
        with self.lock:
            identity = self._new_id("contacts")
            made = blank.contact(identity, self.workspace_id)
            return self.create("contacts", **(made | _with_domain(fields) | {"id": identity}))

    def update_contact(self, contact_id: str, **fields: Any) -> Record:
        """Change fields of a contact; its custom attributes are merged, one by one."""
        with self.lock:
            if "custom_attributes" in fields:
                held = self.collections["contacts"].get(contact_id)["custom_attributes"]
                fields["custom_attributes"] = held | fields["custom_attributes"]
            return self.update("contacts", contact_id, **_with_domain(fields))

    def archive_contact(self, contact_id: str) -> Record:
        """Take a contact out of lists and searches without deleting it; returns it."""
        return self._drop_contact(contact_id, Gone(reason="archived"))

    def delete_contact(self, contact_id: str) -> Record:
        """Delete a contact for good; returns what it was."""
        return self._drop_contact(contact_id, Gone(reason="deleted"))

    def restore_contact(self, contact_id: str) -> Record:
        """List an archived or deleted contact again just as it was, its `updated_at` included.

        Raises 404 for a contact that is merged, listed or unknown.
        """
        with self.lock:
            gone = self.collections["contacts"].gone.get(contact_id)
            if gone is None or gone.reason == "merged":
                raise not_found("User Not Found")
            return self.collections["contacts"].restore(contact_id, self.clock.now())

    def merge_contacts(self, from_id: str, into_id: str) -> Record:
        """Merge one contact into another, which counts as changed; returns that one.

        Its tags, companies, notes and subscriptions go over; conversations keep naming the contact they were
        made with.
        """
        with self.lock:
            source, target = (self.collections["contacts"].get(each) for each in (from_id, into_id))
            notes = [note | {"contact": _reference(target)} for note in self.notes_of(from_id)]
            every = sorted(
                [*notes, *self.notes_of(into_id)], key=lambda note: int(note["created_at"]), reverse=True
            )
            self._drop_contact(from_id, Gone(reason="merged", into=into_id))
            self.merges.setdefault(into_id, []).append(self._merge_entry(source))
            self.update("contacts", into_id, **_united(source, target))
            return self._keep_notes(into_id, every)

    def canonical(self, contact_id: str) -> str:
        """Where a contact's merges lead; Intercom follows them for three hops at most."""
        gone = self.collections["contacts"].gone
        for _ in range(_MOST_HOPS):
            if contact_id not in gone or gone[contact_id].into is None:
                break
            contact_id = str(gone[contact_id].into)
        return contact_id

    def shown_with_merges(self, record: Record, version: str) -> Record:
        """A contact as `include_merge_history=true` shows it: a user with the contacts merged into it."""
        shown = shapes.contact(record, version)
        if record["role"] != "user" or not at_least(version, "2.16"):
            return shown
        return shown | {"merge_history": self.merges.get(record["id"], [])[::-1]}

    def _merge_entry(self, source: Record) -> Record:
        return {
            "type": "merge_history",
            "source_contact_id": source["id"],
            "source_contact_role": source["role"],
            "merged_at": self.clock.seconds(),
        }

    def _drop_contact(self, contact_id: str, gone: Gone) -> Record:
        with self.lock:
            record = self.collections["contacts"].get(contact_id)
            self.collections["contacts"].drop(contact_id, gone)
            return record


def _with_domain(fields: dict[str, Any]) -> dict[str, Any]:
    email = fields.get("email")
    return fields | {"email_domain": email.partition("@")[2]} if email else fields


def _reference(contact: Record) -> Record:
    return {"type": "contact", "id": contact["id"]}


def _united(source: Record, target: Record) -> Record:
    united = {}
    for name in _UNITED:
        held = {each["id"] for each in target[name]["data"]}
        more = [each for each in source[name]["data"] if each["id"] not in held]
        data = [*target[name]["data"], *more]
        united[name] = target[name] | {"data": data, "total_count": len(data)}
    return united
