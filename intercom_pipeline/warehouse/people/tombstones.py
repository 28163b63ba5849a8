"""Who was purged: told by ids and keyed hashes, never in clear text, so that no sync brings them back."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import duckdb

from intercom_pipeline.warehouse.people.mentions import REMOVED, Sought, name_in_words, replaced
from intercom_pipeline.warehouse.people.privacy_key import Key
from intercom_pipeline.warehouse.table import Person

SHORTEST_MENTION = 5
"""Characters of the shortest e-mail address, telephone number or full name."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Mark(StrEnum):
    """By what a purged contact is known beside the id."""

    EMAIL = "email"
    PHONE = "phone"
    EXTERNAL_ID = "external_id"
    NAME = "name"


_MARKS = {Person.EMAIL: Mark.EMAIL, Person.PHONE: Mark.PHONE, Person.IDENTITY: Mark.EXTERNAL_ID}


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One thing by which a purged contact is known: a row of `pipeline.tombstones`.

    Attributes:
        contact_id: The contact's id in Intercom.
        mark: What was hashed; None where it is the id alone.
        digest: The keyed hash.
        words: How many words a name has; 0 for anything else.
    """

    contact_id: str
    mark: Mark | None = None
    digest: str | None = None
    words: int = 0


def tombstones_for(contact_id: str, marks: Iterable[tuple[Mark, str]], key: Key) -> Iterator[Tombstone]:
    """What a contact is to be known by.

    Args:
        contact_id: The contact's id.
        marks: What was stored of them: in clear text, or hashed by a policy.
        key: The key of the data folder.
    """
    yield Tombstone(contact_id)
    for mark, value in marks:
        if _DIGEST.fullmatch(value):
            yield Tombstone(contact_id, mark, value)
        elif mark is not Mark.NAME:
            yield Tombstone(contact_id, mark, key.digest(value))
        else:
            name, words = name_in_words(value)
            if words > 1:  # one word alone may be anybody's name, and a word of any text
                yield Tombstone(contact_id, mark, key.of(name), words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tombstones:
    """What tells whether a value is of somebody who was purged.

    Attributes:
        ids: The contacts' ids.
        known: What they are known by else.
        sought: What to look for in texts.
        key: The key of the data folder.
    """

    ids: frozenset[str]
    known: Mapping[Mark, Collection[str]]
    sought: Sought
    key: Key

    def knows(self, mark: Mark, value: object) -> bool:
        """Whether a value, in clear text or hashed by a policy, is one that was hashed."""
        known = self.known[mark]
        return bool(known) and isinstance(value, str) and (self.key.digest(value) in known or value in known)

    def without_mentions(self, text: str, person: Person | None) -> str:
        """A text without mentions of who was purged; a name elsewhere may be that of somebody else."""
        if len(text) < SHORTEST_MENTION and person is not Person.IDENTITY:
            return text
        mark = _MARKS.get(person) if person else None
        if mark and self.knows(mark, text):
            return REMOVED
        return replaced(text, self.sought, names=person is not Person.NAME)


def gathered(stones: Iterable[Tombstone], key: Key) -> Tombstones:
    """Tombstones as they are asked."""
    stones = list(stones)
    known = {mark: {s.digest for s in stones if s.mark is mark and s.digest} for mark in Mark}
    sought = Sought(
        email=lambda address: key.of(address) in known[Mark.EMAIL],
        phone=lambda digits: key.of(digits) in known[Mark.PHONE],
        name=lambda name: key.of(name) in known[Mark.NAME],
        words=tuple(sorted({stone.words for stone in stones} - {0}, reverse=True)),
    )
    ids = frozenset(stone.contact_id for stone in stones)
    return Tombstones(ids=ids, known=known, sought=sought, key=key)


def stored(connection: duckdb.DuckDBPyConnection) -> list[Tombstone]:
    """The tombstones that a warehouse holds."""
    rows = connection.execute("SELECT contact_id, mark, digest, words FROM pipeline.tombstones").fetchall()
    return [Tombstone(contact, mark and Mark(mark), digest, words) for contact, mark, digest, words in rows]


def store(connection: duckdb.DuckDBPyConnection, stones: Iterable[Tombstone]) -> None:
    """Add those that are new, inside the caller's transaction."""
    fresh = set(stones) - set(stored(connection))
    if fresh:
        rows = [[s.contact_id, s.mark and s.mark.value, s.digest, s.words] for s in sorted(fresh, key=str)]
        connection.executemany("INSERT INTO pipeline.tombstones VALUES (?, ?, ?, ?, now())", rows)
