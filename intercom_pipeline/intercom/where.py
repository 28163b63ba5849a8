"""A small language for searches: text in, a query of Intercom's out, and errors that point at the place.

    parse('role = user AND (created_at > 2026-03-01 OR last_seen_at < 30d)', CONTACTS, now=now)

A condition is a field, an operator and a value. AND binds tighter than OR; parentheses group, as deep as
Intercom nests (two levels, 15 conditions in each). Quotes, ' or ", go around what holds blanks or
parentheses; inside them a backslash makes the next character stand for itself.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal

from intercom_pipeline.intercom.search import (
    MOST_FILTERS,
    MOST_LEVELS,
    OPERATORS,
    Filter,
    Group,
    Query,
    Value,
)
from intercom_pipeline.intercom.search_fields import NOBODY_IS_0, FieldKind, kind_of
from intercom_pipeline.intercom.where_text import Reading, WhereRefused, Word, shown
from intercom_pipeline.intercom.where_values import Single, value_of

__all__ = ["WhereRefused", "parse"]

_MOST_OPEN = 20
"""Parentheses open at once: more than any query needs, and few enough to be read."""
_EXAMPLE = 'Write for example: role = user AND name ~ "Ada L"'
_BEST_KNOWN = frozenset({"id", "role", "email", "name", "state", "created_at", "updated_at", "source.body"})
_ENDS_FIELD = "=!<>~^$(),"
_WRITTEN = MappingProxyType(
    {
        "==": "=",
        "is": "=",
        "is not": "!=",
        "in": "IN",
        "not in": "NIN",
        "nin": "NIN",
        "contains": "~",
        "starts with": "^",
        "ends with": "$",
    }
)
"""Operators that can be written in another way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """A query, or one inside it, and where in the text it is.

    Attributes:
        query: The query.
        start: Where it begins.
        levels: How many groups are inside each other.
        deepest: Where the innermost of them begins.
    """

    query: Query
    start: int
    levels: int = 0
    deepest: int = 0


def parse(text: str, fields: Mapping[str, FieldKind], *, now: datetime) -> Query:
    """The query that a text stands for.

    Args:
        text: The text.
        fields: What can be searched by: `search_fields.CONTACTS` or `search_fields.CONVERSATIONS`.
        now: From when on `7d` counts backwards.

    Raises:
        WhereRefused: It is no query.
    """
    reading = Reading(text)
    if not reading.next():
        raise reading.refused("The query is empty.", 0, _EXAMPLE)
    return _Parser(reading, fields, now).whole()


class _Parser:
    """Reads one text; each method reads what its name says, and goes no further."""

    def __init__(self, reading: Reading, fields: Mapping[str, FieldKind], now: datetime) -> None:
        self._reading = reading
        self._fields = fields
        self._now = now
        self._open = 0

    def whole(self) -> Query:
        """Everything."""
        part = self._any_of()
        reading = self._reading
        if not reading.next():
            return part.query
        if reading.next() == ")":
            raise reading.refused("No parenthesis is open here.", reading.at, "Leave it out, or quote it.")
        raise reading.refused(
            "AND, OR or the end is expected here.", reading.at, 'Put text with blanks in quotes: "Ada L".'
        )

    def _any_of(self) -> _Part:
        parts = [self._all_of()]
        while self._joined_by("OR"):
            parts.append(self._all_of())
        return self._grouped("OR", parts)

    def _all_of(self) -> _Part:
        parts = [self._one()]
        while self._joined_by("AND"):
            parts.append(self._one())
        return self._grouped("AND", parts)

    def _joined_by(self, word: str) -> bool:
        if self._reading.joining() != word:
            return False
        self._reading.at += len(word)
        return True

    def _grouped(self, operator: Literal["AND", "OR"], parts: Sequence[_Part]) -> _Part:
        first = parts[0]
        if len(parts) == 1:
            return first
        refused = self._reading.refused
        if len(parts) > MOST_FILTERS:
            what = f"Intercom joins at most {MOST_FILTERS} conditions in a group, not {len(parts)}."
            fix = "Name several values of one field with IN (…)."
            raise refused(what, parts[MOST_FILTERS].start, fix)
        deepest = max(parts, key=lambda part: part.levels)
        if deepest.levels >= MOST_LEVELS:
            what = f"Intercom nests groups at most {MOST_LEVELS} levels deep."
            fix = "Write it as (… OR …) AND (… OR …), or as (… AND …) OR (… AND …)."
            raise refused(what, deepest.deepest, fix)
        query = Group(operator, tuple(part.query for part in parts))
        place = deepest.deepest if deepest.levels else first.start
        return _Part(query=query, start=first.start, levels=deepest.levels + 1, deepest=place)

    def _one(self) -> _Part:
        """A condition, or a query in parentheses."""
        start = self._start()
        if not self._reading.took("("):
            return _Part(query=self._condition(), start=start)
        self._open += 1
        if self._open > _MOST_OPEN:
            what = f"More than {_MOST_OPEN} parentheses are open here."
            raise self._reading.refused(what, start, f"Intercom nests groups {MOST_LEVELS} levels deep.")
        part = self._any_of()
        if not self._reading.took(")"):
            raise self._unclosed(start)
        self._open -= 1
        return part

    def _unclosed(self, start: int) -> WhereRefused:
        reading = self._reading
        if not reading.next():
            return reading.refused("This parenthesis is not closed.", start, "End the group with ).")
        what = "AND, OR or ) is expected here."
        return reading.refused(what, reading.at, 'Put text with blanks in quotes: "Ada L".')

    def _start(self) -> int:
        self._reading.next()
        return self._reading.at

    def _condition(self) -> Filter:
        field, kind = self._field()
        operator = self._operator(field, kind)
        if operator in {"IN", "NIN"}:
            return Filter(field.text, operator, self._list(field, kind, operator))
        value = self._value(field, kind, operator, "()")
        return Filter(field.text, operator, 0 if value is None and field.text in NOBODY_IS_0 else value)

    def _field(self) -> tuple[Word, FieldKind]:
        start = self._start()
        word = None if self._reading.joining() else self._reading.word(_ENDS_FIELD)
        if word is None:
            raise self._reading.refused("A field is expected here.", start, _EXAMPLE)
        kind = kind_of(word.text, self._fields)
        if kind is None:
            what = f"There is no field {word.shown} to search by."
            raise self._reading.refused(what, start, _nearest(word.text, self._fields))
        return word, kind

    def _operator(self, field: Word, kind: FieldKind) -> str:
        start = self._start()
        written = self._reading.operator()
        if written is None:
            word = self._reading.word("()")
            what = f"{word.shown} is no operator." if word else "An operator is expected here."
            raise self._reading.refused(what, start, f"{field.shown} takes {_listed(kind)}.")
        text = " ".join(written.text.lower().split())
        operator = _WRITTEN.get(text, text)
        if operator not in kind.operators:
            known = f"{field.shown}, a {kind}, cannot be compared with {operator}."
            what = known if operator in OPERATORS else f"{written.shown} is no operator."
            raise self._reading.refused(what, start, f"{field.shown} takes {_listed(kind)}.")
        return operator

    def _list(self, field: Word, kind: FieldKind, operator: str) -> Value:
        start = self._start()
        fix = f"Write: {_bare(field)} {_said(operator)} (1, 2)"
        if not self._reading.took("("):
            raise self._reading.refused(f"{_said(operator)} takes values in parentheses.", start, fix)
        values: list[str | int] = []
        while True:
            value = self._value(field, kind, operator, "(),")
            if value is not None:  # as it always is: null goes with = and != only
                values.append(value)
            if self._reading.took(")"):
                return tuple(values)
            if not self._reading.took(","):
                place = self._start() if self._reading.next() else start
                raise self._reading.refused("A comma or ) is expected in the list of values.", place, fix)

    def _value(self, field: Word, kind: FieldKind, operator: str, stops: str) -> Single:
        start = self._start()
        word = None if self._reading.joining() else self._reading.word(stops)
        if word is None:
            what = f"A value for {field.shown} is missing."
            raise self._reading.refused(what, start, 'A text can be put in quotes: "…".')
        try:
            return value_of(word, kind, operator, self._now)
        except ValueError as error:
            what = f"{field.shown} cannot be compared with {word.shown}."
            raise self._reading.refused(what, start, str(error)) from None


def _nearest(field: str, fields: Mapping[str, FieldKind]) -> str:
    if field.upper() == "NOT":
        return "Instead of NOT there are !=, NOT IN and !~."
    near = get_close_matches(field, fields, n=3)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    some = [name for name in fields if name in _BEST_KNOWN]
    return f"There are {', '.join(some)}, custom_attributes.NAME and those that docs/query-language.md lists."


def _listed(kind: FieldKind) -> str:
    return " ".join(map(_said, kind.operators))


def _said(operator: str) -> str:
    """An operator as people write it."""
    return "NOT IN" if operator == "NIN" else operator


def _bare(field: Word) -> str:
    return shown(field.text) if re.search(r"\s", field.text) else shown(field.text).strip("'")
