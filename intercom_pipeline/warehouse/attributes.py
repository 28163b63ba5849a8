"""The workspace's own attributes: which there are, and the column each is given in a wide view."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import duckdb

from intercom_pipeline.warehouse.ddl import identifier, literal

MOST = 1_000
"""Columns a wide view has at most. Intercom lets a workspace define some 250 attributes a model."""

_FACTS = {
    "data_type": "VARCHAR",
    "label": "VARCHAR",
    "description": "VARCHAR",
    "archived": "BOOLEAN",
    "hidden": "BOOLEAN",
}
"""What is told of an attribute, in a column of its own or, where the table has none, in `_extra`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """One attribute, as Intercom describes it.

    Attributes:
        name: Its name, exactly.
        data_type: What it holds, in Intercom's words; empty where that is not known.
        told: What Intercom says about it: its label and description.
        archived: Whether it was archived.
        hidden: Whether it is hidden.
    """

    name: str
    data_type: str = ""
    told: str = ""
    archived: bool = False
    hidden: bool = False

    @property
    def comment(self) -> str:
        """What the column's comment says."""
        kind = f" ({self.data_type})" if self.data_type else ""
        state = [word for word in ("archived", "hidden") if getattr(self, word)]
        marked = f"It is {' and '.join(state)} in Intercom." if state else ""
        told = self.told and f"{self.told.rstrip('.')}."
        return " ".join(filter(None, (f'The attribute "{self.name}"{kind}.', told, marked)))

    def value(self, text: str) -> str:
        """SQL for its value, from SQL for the text of it; NULL where that is no value of its type."""
        match self.data_type:
            case "integer":
                # A cast alone would round 1.7 to 2.
                return f"CASE WHEN regexp_full_match({text}, '-?[0-9]+') THEN TRY_CAST({text} AS BIGINT) END"
            case "float" | "decimal":
                return f"TRY_CAST({text} AS DOUBLE)"
            case "boolean":
                return f"TRY_CAST({text} AS BOOLEAN)"
            case "date" | "datetime":
                return moment(text)
        return text


def moment(text: str) -> str:
    """SQL for a moment, from SQL for a text with unix seconds or an ISO 8601 time; else NULL."""
    seconds = f"TRY_CAST({text} AS BIGINT)"
    return (
        f"CASE WHEN {seconds} BETWEEN 1 AND 253402300799 THEN to_timestamp({seconds}) "
        f"ELSE TRY_CAST({text} AS TIMESTAMPTZ) END"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """The table that describes attributes.

    Attributes:
        table: Its name.
        needs: The columns without which it says nothing of use.
        condition: SQL that picks the attributes concerned.
    """

    table: str
    needs: frozenset[str]
    condition: str


def of_model(model: str) -> Source:
    """Where the attributes of contacts, companies or conversations are described."""
    return Source(
        table="data_attributes",
        needs=frozenset({"name", "model", "custom"}),
        # Conversations' own attributes come without `custom` from API version 2.16 on.
        condition=f"model = {literal(model)} AND coalesce(custom, true)",
    )


OF_TICKETS = Source(table="ticket_type_attributes", needs=frozenset({"name"}), condition="true")
"""Where the attributes of tickets are described: those of all types share their names."""


def described(
    connection: duckdb.DuckDBPyConnection, source: Source, columns: Collection[str]
) -> dict[str, Attribute]:
    """The attributes that a table with these columns describes, by name."""
    if not source.needs <= set(columns):
        return {}
    facts = ", ".join(
        identifier(fact) if fact in columns else f"TRY_CAST(_extra ->> '{fact}' AS {sql_type}) AS {fact}"
        for fact, sql_type in _FACTS.items()
    )
    rows = connection.execute(
        f"SELECT name, {facts} FROM main.{identifier(source.table)} "
        f"WHERE name IS NOT NULL AND _deleted_at IS NULL AND {source.condition} ORDER BY ALL"
    ).fetchall()
    found: dict[str, Attribute] = {}
    for name, data_type, label, description, archived, hidden in rows:
        told = ": ".join(dict.fromkeys(text for text in (label, description) if text and text != name))
        found[name] = _agreed(
            found.get(name),
            Attribute(
                name=name,
                data_type=data_type or "",
                told=told,
                archived=bool(archived),
                hidden=bool(hidden),
            ),
        )
    return found


def _agreed(known: Attribute | None, other: Attribute) -> Attribute:
    """What is true of both; attributes of several ticket types may share their name."""
    if known is None:
        return other
    return Attribute(
        name=known.name,
        data_type=known.data_type if known.data_type == other.data_type else "",
        told=known.told or other.told,
        archived=known.archived and other.archived,
        hidden=known.hidden and other.hidden,
    )


def column_names(known: Mapping[str, str], attributes: Iterable[str], key: str) -> dict[str, str]:
    """A column's name for each attribute: lower snake case, each once, none that of the key.

    Args:
        known: Names given before, by attribute: they stay, so that no column changes its meaning.
        attributes: The attributes' names, exactly.
        key: The name of the view's key column.
    """
    names = dict(known)
    taken = {key, *names.values()}
    for attribute in sorted(set(attributes) - names.keys())[: max(MOST - len(names), 0)]:
        names[attribute] = _free(snake(attribute), taken)
        taken.add(names[attribute])
    return names


def snake(name: str) -> str:
    """A name in lower snake case, which begins with a letter."""
    words = re.sub(r"[\W_]+", "_", name.lower()).strip("_")
    return words if words[:1].isalpha() else f"attribute_{words}".rstrip("_")


def _free(name: str, taken: Collection[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
