"""What people do with contacts."""

from typing import Any

from intercom_pipeline.sandbox import blank
from intercom_pipeline.sandbox.collection import Gone, Record
from intercom_pipeline.sandbox.contact_lists import ContactLists


class ContactChanges(ContactLists):
    """A workspace's contacts, changing."""

    def create_contact(self, **fields: Any) -> Record:
        """List a new contact, a user unless `role` says lead, with these fields."""
        with self.lock:
            identity = self._new_id("contacts")
            return self.create(
                "contacts", **(blank.contact(identity) | _with_domain(fields) | {"id": identity})
            )

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

    def merge_contacts(self, from_id: str, into_id: str) -> Record:
        """Merge one contact into another, which counts as changed; returns that one.

        Conversations keep naming the contact they were made with.
        """
        with self.lock:
            self.collections["contacts"].get(into_id)
            self._drop_contact(from_id, Gone(reason="merged", into=into_id))
            return self.update("contacts", into_id)

    def _drop_contact(self, contact_id: str, gone: Gone) -> Record:
        with self.lock:
            record = self.collections["contacts"].get(contact_id)
            self.collections["contacts"].drop(contact_id, gone)
            return record


def _with_domain(fields: dict[str, Any]) -> dict[str, Any]:
    email = fields.get("email")
    return fields | {"email_domain": email.partition("@")[2]} if email else fields
