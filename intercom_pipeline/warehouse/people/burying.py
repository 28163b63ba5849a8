"""What is left of records once somebody who was purged is taken out of them.

The same is done to the rows that are stored when somebody is purged, and to the records that come in later:

- a record that is about them is gone: the contact, and what hangs on it (tags, companies, notes, calls …);
- a conversation or ticket that is theirs alone keeps its ids, states, times and counts, and nothing that
  tells anything about people;
- so does a message of theirs in a conversation with others;
- wherever else they are referred to, the reference is cut out; where a text mentions their e-mail address,
  telephone number or full name, it reads `[removed]` instead.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from intercom_pipeline.warehouse.people.applying import applied
from intercom_pipeline.warehouse.people.policies import DROP
from intercom_pipeline.warehouse.people.rules import Leaf, Rule, Rules
from intercom_pipeline.warehouse.people.tombstones import Mark, Tombstones
from intercom_pipeline.warehouse.table import PARENT, Column, Table

_CONTACTS = "contacts"
_OF_A_CONTACT = "contact_id"
_NO_CONTACTS = frozenset({"admin", "team", "bot", "company", "tag", "conversation", "ticket"})

Record = Mapping[str, Any]


def owner_of(table: Table) -> Column | None:
    """The column that says which contact a row is about; None where a table's rows are about none."""
    name = table.primary_key[0] if table.name == _CONTACTS else _OF_A_CONTACT
    return next((column for column in table.sent if column.name == name), None)


def customers_in(table: Table) -> Table | None:
    """The child table that says which contacts a record is with."""
    return next((each for each in table.children if _is_list_of_contacts(each)), None)


def _is_list_of_contacts(table: Table) -> bool:
    owner = owner_of(table)
    return owner is not None and owner.key != PARENT


@dataclass(frozen=True, slots=True)
class Burying:
    """Takes those who were purged out of records.

    Attributes:
        tombstones: Who was.
        nothing: The rules that leave nothing about people.
    """

    tombstones: Tombstones
    nothing: Rules

    def record(self, table: Table, record: Record, *, theirs: bool = False) -> Any:
        """What is left of a record, or of the part of one that a row holds; None where it is gone.

        Args:
            table: Its table.
            record: Its fields.
            theirs: Whether what it belongs to is theirs alone.
        """
        ids = self.tombstones.ids | set(self._known_otherwise(table, record))
        owner, rule = owner_of(table), self.nothing[table.name]
        if owner and str(record.get(owner.key)) in ids:
            return None
        if theirs and _cannot_be_emptied(table, rule):
            return None
        left: Any = applied(rule, record, None) if theirs or _is_theirs(table, record, ids) else record
        return _Walk(self.tombstones, ids).through(rule, left)

    def _known_otherwise(self, table: Table, record: Record) -> Iterator[str]:
        """The ids of contacts who have come back under another one."""
        if table.name == _CONTACTS:
            if self._is_known(record):
                yield str(record.get("id"))
            return
        yield from self._known_inside(record)

    def _known_inside(self, value: Any) -> Iterator[str]:
        if isinstance(value, list):
            for each in value:
                yield from self._known_inside(each)
        elif isinstance(value, dict):
            if isinstance(value.get("id"), str) and _may_be_contact(value) and self._is_known(value):
                yield value["id"]
            for each in value.values():
                yield from self._known_inside(each)

    def _is_known(self, value: Record) -> bool:
        marks = (Mark.EMAIL, "email"), (Mark.EXTERNAL_ID, "external_id")
        return any(self.tombstones.knows(mark, value.get(key)) for mark, key in marks)


def _may_be_contact(value: Record) -> bool:
    return "type" in value and value["type"] not in _NO_CONTACTS


def _cannot_be_emptied(table: Table, rule: Rule) -> bool:
    """Whether what tells rows apart tells something about people, too."""
    keys = [column.key for column in table.sent if column.name in table.primary_key]
    return isinstance(rule, Leaf) or any(_drops(rule.fields[key]) for key in keys)


def _drops(rule: Rule) -> bool:
    return isinstance(rule, Leaf) and rule.policy == DROP


def _is_theirs(table: Table, record: Record, ids: frozenset[str]) -> bool:
    """Whether all the contacts that a record is with are among those ids."""
    child = customers_in(table)
    if child is None:
        return False
    held: Any = record
    for key in child.path:
        held = held.get(key) if isinstance(held, dict) else None
    found = [str(each.get("id")) for each in held if isinstance(each, dict)] if isinstance(held, list) else []
    return bool(found) and ids.issuperset(found)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Goes through all that a record holds, along the rules that leave nothing about people."""

    tombstones: Tombstones
    ids: frozenset[str]

    def through(self, rule: Rule, value: Any) -> Any:
        """A value without those who were purged."""
        match value:
            case dict():
                return self._object(rule, value)
            case list():
                return [self.through(rule, each) for each in value if not self._refers(each)]
            case str():
                return None if value in self.ids else self.tombstones.without_mentions(value, _person(rule))
            case int() if _person(rule) and not isinstance(value, bool):
                return None if self.tombstones.knows(Mark.PHONE, str(value)) else value
        return value

    def _object(self, rule: Rule, value: dict[str, Any]) -> dict[str, Any] | None:
        if self._refers(value.get("author")):
            if isinstance(rule, Leaf):
                return None
            value = applied(rule, value, None)
        # Most fields of most records are null.
        return {key: each and self._field(rule, key, each) for key, each in value.items()}

    def _field(self, rule: Rule, key: str, value: Any) -> Any:
        if isinstance(value, dict) and self._refers(value):
            return {"type": value["type"]} if "type" in value else None
        return self.through(rule if isinstance(rule, Leaf) else rule.fields.get(key, rule.others), value)

    def _refers(self, value: Any) -> bool:
        """Whether a value is a reference to somebody who was purged."""
        if isinstance(value, dict):
            return isinstance(value.get("id"), str) and value["id"] in self.ids
        return isinstance(value, str) and value in self.ids


def _person(rule: Rule) -> Any:
    return rule.person if isinstance(rule, Leaf) else None
