"""The policies that settings name, checked against the columns there are, and extended to copies of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import NoReturn

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.warehouse.people.policies import (
    KEEP,
    MASK,
    Action,
    Policies,
    Policy,
    Preset,
    policy_of,
    strictest,
)
from intercom_pipeline.warehouse.table import BOOKKEEPING, LIST, PARENT, Column, Kind, Person, Table

PRESETS = tuple(preset.value for preset in Preset if preset is not Preset.NOTHING)
"""The presets that can be set."""

_SPELT = ("keep", "drop", "hash", "mask", "truncate:100")
_TEXTS = frozenset({Kind.TEXT, Kind.JSON, Kind.ID})

ORIGINALS: Mapping[Person, tuple[str, ...]] = {
    Person.NAME: ("contacts.name", "admins.name"),
    Person.EMAIL: ("contacts.email", "admins.email"),
    Person.DOMAIN: ("contacts.email",),
    Person.PHONE: ("contacts.phone",),
    Person.IDENTITY: ("contacts.external_id",),
}
"""Where a value of a kind stands in its own right: what is said there holds for its copies elsewhere."""

_COPIES = (
    ("companies", "conversations.company"),
    ("company_notes", "companies.notes.notes"),
    ("company_notes", "conversations.company.notes.notes"),
    ("conversation_part_attachments", "conversations.source.attachments"),
    ("tickets", "conversations.ticket"),
)
"""Tables of whose records other tables' JSON columns hold copies, and where."""

_CHANGES = (
    ("tickets.ticket_attributes", "ticket_parts.updated_attribute_data.value"),
    ("conversation_attributes.value", "conversation_parts.event_details.value"),
)
"""Columns of attributes, and where parts tell that one of them changed, without saying which by a key."""

_DEEPER = re.compile(r"""\("?(\w+)"? ->> '\$\.([\w.]+)'\)""")
_BARE = re.compile(r"regexp_replace\((\w+), ")


class PolicyRefused(PipelineError):
    """A policy is none, or cannot hold where it is said to."""


def policies(preset: str, entries: Sequence[str]) -> Policies:
    """The policies that settings name.

    Args:
        preset: One of `PRESETS`.
        entries: `table.column=policy` each, or deeper into a JSON column by dots.

    Raises:
        PolicyRefused: There is no such preset, table, column or policy, or a sync could not do its work with
            it; the message names what is nearest.
    """
    if preset not in PRESETS:
        _refuse(f"INTERCOM_PRIVACY cannot be {preset!r}.", f"It is one of {', '.join(PRESETS)}.")
    said = dict(_stated(entry) for entry in entries)
    chosen = Policies(preset=Preset(preset), columns=tuple(said.items()))
    copies = {address: policy for address, policy in _copied(chosen).items() if address not in said}
    return Policies(preset=chosen.preset, columns=tuple(sorted((copies | said).items())))


def _stated(entry: str) -> tuple[str, Policy]:
    """The place that an entry is about (a derived column's is that of its origin), and its policy."""
    address, _, spelt = (part.strip() for part in entry.partition("="))
    try:
        policy = policy_of(spelt)
    except ValueError:
        near = _near(spelt, _SPELT)
        _refuse(f"{spelt!r} is no policy for {address}.", f"It is one of {', '.join(_SPELT)}.{near}")
    table, column, deeper = _found(address)
    if policy == KEEP:
        return _at_origin(table, column, deeper), policy
    _check_use(address, table, column, deeper)
    if policy.action is not Action.DROP and column.kind not in _TEXTS:
        _refuse(f"{address} cannot have the policy {spelt}.", "It is no text: it can be kept or dropped.")
    if column.name in table.primary_key and policy.action is not Action.HASH:
        _refuse(
            f"{address} cannot have the policy {spelt}.", "It tells rows apart: only a hash of it does, too."
        )
    return _at_origin(table, column, deeper), policy


def _found(address: str) -> tuple[Table, Column, tuple[str, ...]]:
    name, _, rest = address.partition(".")
    tables = _tables()
    if name not in tables:
        _refuse(f"There is no table called {name!r}.", _near(name, list(tables)))
    own, *deeper = rest.split(".")
    columns = {column.name: column for column in (*tables[name].columns, *BOOKKEEPING)}
    if own not in columns:
        _refuse(f"{name} has no column called {own!r}.", _near(own, list(columns)))
    if deeper and columns[own].kind is not Kind.JSON:
        _refuse(f"There is nothing inside {name}.{own}.", "It is no JSON column.")
    feeds = next((each for each in tables[name].children if each.path == (columns[own].key,)), None)
    if deeper and feeds and feeds.mapped and feeds.scalar:
        _refuse(
            f"{address} cannot have a policy of its own.",
            f"All that is in it is a row of {feeds.name}, too: name {feeds.name}.{feeds.scalar}.",
        )
    return tables[name], columns[own], tuple(deeper)


def _check_use(address: str, table: Table, column: Column, deeper: Sequence[str]) -> None:
    """Refuse what a sync relies on.

    Raises:
        PolicyRefused: It does on this.
    """
    if column in BOOKKEEPING or column.name.startswith("_"):
        _refuse(f"{address} cannot have a policy.", "It is written by the sync itself.")
    is_key = column.name in table.primary_key and column.person is not Person.FILE
    is_id = column.kind is Kind.ID and column.person is None
    if (
        is_key
        or is_id
        or column.field in {PARENT, LIST}
        or column.name == table.cursor
        or deeper[-1:] == ("id",)
    ):
        _refuse(f"{address} cannot have a policy.", "Ids and times of change tell a sync which row is which.")
    if _is_relied_on(table, column):
        _refuse(f"{address} cannot have a policy.", "A sync reads from it what to ask for next.")
    for child in table.children:
        if not deeper and any(path[0] == column.key for path in child.paths) and not child.scalar:
            _refuse(
                f"{address} cannot have a policy.", f"Name a column of {child.name}, which is read from it."
            )


def _is_relied_on(table: Table, column: Column) -> bool:
    parents = (stream.parent for stream in CATALOG if stream.parent and stream.parent.table == table.name)
    needed = " ".join(parent.having for parent in parents)
    counted = [child.cap.counted for child in table.children if child.cap]
    origins = {each for name in counted for each in _origin_names(table, name)}
    return bool(re.search(rf"\b{column.name}\b", needed)) or column.name in {*counted, *origins}


def _origin_names(table: Table, name: str) -> list[str]:
    column = next(each for each in table.columns if each.name == name)
    return [path[0] for path in origins(column)]


def origins(column: Column) -> list[tuple[str, ...]]:
    """Where a derived column's value comes from: another column, or a path in one; nowhere for others."""
    deeper = [(name, *path.split(".")) for name, path in _DEEPER.findall(column.expression)]
    return deeper or [(name,) for name in _BARE.findall(column.expression)]


def _at_origin(table: Table, column: Column, deeper: Sequence[str]) -> str:
    if not column.expression:
        feeds = next((each for each in table.children if each.scalar and each.path == (column.key,)), None)
        if feeds and feeds.mapped and not deeper:
            return f"{feeds.name}.{feeds.scalar}"
        return ".".join((table.name, column.name, *deeper))
    found = origins(column)
    if len(found) != 1 or _mentions(table, column) != 1:
        address = f"{table.name}.{column.name}"
        _refuse(f"{address} cannot have a policy.", "It is worked out of several others: name those.")
    return ".".join((table.name, *found[0]))


def _mentions(table: Table, column: Column) -> int:
    """How often a derived column's SQL mentions columns of its table."""
    words = re.findall(r"\w+", re.sub(r"'[^']*'", "", column.expression))
    return sum(word in {each.name for each in table.sent} for word in words)


def _copied(chosen: Policies) -> dict[str, Policy]:
    """What the policies say of places that hold copies."""
    copies = {
        copy + address.removeprefix(original): policy
        for address, policy in chosen.columns
        for original, copy in _COPIES
        if _is_within(address, original)
    }
    said = dict(chosen.columns)
    for attributes, place in _CHANGES:
        of_them = [policy for address, policy in said.items() if _is_within(address, attributes)]
        if of_them:
            copies[place] = strictest(chosen.of(Person.TEXT), *of_them)
    for address, person in personal_places():
        its = [
            said[each]
            for each in ORIGINALS.get(person, ())
            if each in said and address not in ORIGINALS[person]
        ]
        if person is Person.DOMAIN and MASK in its:
            its.remove(MASK)  # which shows the domain
        if its:
            copies[address] = strictest(chosen.of(person), *its)
    return copies


def _is_within(address: str, place: str) -> bool:
    return address == place or address.startswith(f"{place}.")


def personal_places() -> Iterator[tuple[str, Person]]:
    """Every place that tells something about a person: its address, and what it tells."""
    for table in _tables().values():
        for column in table.sent:
            if column.person:
                yield f"{table.name}.{column.name}", column.person
            for path, person in column.holds:
                if person:
                    yield f"{table.name}.{column.name}.{path}", person


@cache
def _tables() -> dict[str, Table]:
    return {table.name: table for stream in CATALOG for table in stream.tables()}


def _near(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    return f" Did you mean {near[0]}?" if near else ""


def _refuse(what: str, why: str) -> NoReturn:
    raise PolicyRefused(
        what,
        why=why.strip() or "None has a name like it.",
        fix="Correct INTERCOM_PRIVACY or INTERCOM_COLUMN_POLICIES; docs/privacy.md lists what there is.",
    )
