"""What people do with companies."""

from itertools import count
from typing import Any

from intercom_pipeline.sandbox import blank, content
from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.contact_lists import ContactLists
from intercom_pipeline.sandbox.scroll import Scroll

# Above every id that generated notes on companies have.
_FIRST_NEW_NOTE = 7_000_000_000


class CompanyChanges(ContactLists):
    """A workspace's companies, changing."""

    def __init__(self, *args: Any, **named: Any) -> None:
        """Make the state; nobody scrolls yet."""
        super().__init__(*args, **named)
        self.scroll = Scroll(self.collections["companies"], self.clock, self.seed)
        self._company_note_ids = count(_FIRST_NEW_NOTE)
        self._by_last_request: tuple[int, list[int]] = (-1, [])

    def create_company(self, *, name: str = "New company", **fields: Any) -> Record:
        """List a new company; its `company_id` is its id unless the fields say otherwise."""
        with self.lock:
            identity = self._new_id("companies")
            made = blank.company(identity, name, self.clock.seconds(), self.workspace_id)
            return self.create("companies", **(made | fields | {"id": identity}))

    def update_company(self, identity: str, **fields: Any) -> Record:
        """Change fields of a company, `company_id` among them; custom attributes are merged, one by one."""
        with self.lock:
            if "custom_attributes" in fields:
                held = self.collections["companies"].get(identity)["custom_attributes"]
                fields["custom_attributes"] = held | fields["custom_attributes"]
            return self.update("companies", identity, **fields)

    def delete_company(self, company_id: str) -> None:
        """Delete a company; the contacts that were its members are changed. Reads every contact."""
        with self.lock:
            self.delete("companies", company_id)
            members = [
                person["id"]
                for person in self.collections["contacts"]
                if any(each["id"] == company_id for each in person["companies"]["data"])
            ]
            for contact_id in members:
                self.detach_company(contact_id, company_id)

    def tag_company(self, company_id: str, tag_id: str) -> Record:
        """Put a tag on a company; returns the company."""
        with self.lock:
            tag, held = self.collections["tags"].get(tag_id), self.collections["companies"].get(company_id)
            kept = [each for each in held["tags"]["tags"] if each["id"] != tag_id]
            return self.update("companies", company_id, tags=held["tags"] | {"tags": [*kept, dict(tag)]})

    def untag_company(self, company_id: str, tag_id: str) -> Record:
        """Take a tag off a company; returns the company."""
        with self.lock:
            held = self.collections["companies"].get(company_id)["tags"]
            kept = [each for each in held["tags"] if each["id"] != tag_id]
            return self.update("companies", company_id, tags=held | {"tags": kept})

    def add_company_note(
        self, company_id: str, body: str = "<p>Noted.</p>", *, admin_id: str | None = None
    ) -> Record:
        """Put a note on a company, by the first admin unless one is named; returns the note."""
        with self.lock:
            firm, admins = self.collections["companies"].get(company_id), self.collections["admins"]
            writer = next(iter(admins)) if admin_id is None else admins.get(admin_id)
            note = content.note(str(next(self._company_note_ids)), firm, writer, body, self.clock.seconds())
            notes = firm["notes"] | {"notes": [note, *firm["notes"]["notes"]]}
            self.update("companies", company_id, notes=notes)
            return note

    def hold_scroll(self) -> None:
        """Let another app keep the workspace's only scroll, until `release_scroll`."""
        with self.lock:
            self.scroll.hold()

    def release_scroll(self) -> None:
        """End the scroll, whoever has it."""
        with self.lock:
            self.scroll.drop()

    def lose_scroll(self) -> None:
        """End the scroll as a 500 does; one that another app holds goes on."""
        with self.lock:
            self.scroll.lose()

    def companies_by_last_request(self) -> list[int]:
        """The positions of the listed companies, the one that was lately active first."""
        companies = self.collections["companies"]
        revision, order = self._by_last_request
        if revision != companies.revision:
            order = sorted(
                companies.positions(),
                key=lambda at: companies.at(at).get("last_request_at") or 0,
                reverse=True,
            )
            self._by_last_request = (companies.revision, order)
        return order
