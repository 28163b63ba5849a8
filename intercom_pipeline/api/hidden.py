"""Searches by what privacy policies have hidden in the tables: by its hash where it has one, else refused.

A hashed value is found by `=`, `!=` and `IN`: what it is compared with is hashed with the same key. What was
dropped, masked or truncated is in the tables no more; to find nothing by it would mislead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import duckdb

from intercom_pipeline.api.matching import Condition, condition
from intercom_pipeline.api.places import Origin, origin_of
from intercom_pipeline.intercom.search import Filter, Query
from intercom_pipeline.intercom.where_text import shown
from intercom_pipeline.warehouse.ddl import identifier
from intercom_pipeline.warehouse.errors import NotSearchable
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.people.policies import Action
from intercom_pipeline.warehouse.people.privacy import state_of
from intercom_pipeline.warehouse.people.privacy_key import Key, known_key
from intercom_pipeline.warehouse.table import Table

_SET_BY = "INTERCOM_PRIVACY and INTERCOM_COLUMN_POLICIES decide that; docs/privacy.md tells how."
_ASK_INTERCOM = "Ask Intercom itself instead of the warehouse."
_AS_LISTS = {"=": "IN", "!=": "NIN", "IN": "IN", "NIN": "NIN"}
"""The operators that equal values are found with, and which find one of several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hidden:
    """What policies did to the rows of a file.

    Attributes:
        changes: The policy of each place that one changed (see `rules.changed_by`).
        key: The key that values were hashed with; None where none were, or it is not in the data folder.
    """

    changes: Mapping[str, str] = field(default_factory=dict)
    key: Key | None = None

    def policy(self, origin: Origin) -> str:
        """What was done to the values at a place of the records; empty where they are as sent.

        Of a custom attribute it is what was done to all that have no policy of their own.
        """
        around = [".".join(origin.place[:end]) for end in range(len(origin.place), 1, -1)]
        others = [] if origin.is_declared else [f"{each}.*" for each in around[1:]]
        return next((self.changes[each] for each in (*around, *others) if each in self.changes), "")


def hidden_in(connection: duckdb.DuckDBPyConnection, folder: DataFolder) -> Hidden:
    """What is hidden in a file of a data folder."""
    state = state_of(connection)
    key = known_key(folder) if state.key else None
    return Hidden(changes=state.changes, key=key if key and key.fingerprint == state.key else None)


def found_by(query: Query, table: Table, hidden: Hidden, connection: duckdb.DuckDBPyConnection) -> Query:
    """The query that finds in the rows of a table what a query means.

    Args:
        query: The query.
        table: That of contacts or conversations, with the columns that the file has.
        hidden: What is hidden in the file.
        connection: The open file.

    Raises:
        NotSearchable: It compares with what cannot be found any more.
    """

    def holds(wanted: Condition) -> bool:
        asked = f"SELECT EXISTS (FROM main.{identifier(table.name)} WHERE {wanted.sql})"
        return connection.execute(asked, wanted.values).fetchone() == (True,)

    return _found_by(query, table, hidden, holds)


def _found_by(query: Query, table: Table, hidden: Hidden, holds: Callable[[Condition], bool]) -> Query:
    if not isinstance(query, Filter):
        return replace(query, parts=tuple(_found_by(part, table, hidden, holds) for part in query.parts))
    policy = hidden.policy(origin_of(query.field, table))
    if not policy:
        return query
    if policy == Action.DROP:
        # An attribute may have been kept by a policy of its own.
        if holds(condition(Filter(query.field, "!=", None), table)):
            return query
        raise _refused(query, table, "is not stored here: a privacy policy drops it")
    if query.value is None or isinstance(query.value, bool):
        return query  # which no other policy changes
    if policy != Action.HASH:
        raise _refused(query, table, f"is not stored whole here: a privacy policy says {policy}")
    return _by_hash(query, table, hidden.key)


def _by_hash(wanted: Filter, table: Table, key: Key | None) -> Filter:
    if wanted.operator not in _AS_LISTS or wanted.field == "source.body":
        raise _refused(
            wanted, table, "is stored hashed here: it is found by its whole value alone, with = or IN"
        )
    if key is None:
        raise _refused(wanted, table, "is stored hashed here, and the key is not in the data folder")
    values = wanted.value if isinstance(wanted.value, tuple) else (wanted.value,)
    hashes = [key.digest(str(value)) for value in values]
    # The values, too: one may be the hash that somebody was shown.
    return Filter(wanted.field, _AS_LISTS[wanted.operator], (*map(str, values), *hashes))


def _refused(wanted: Filter, table: Table, why: str) -> NotSearchable:
    return NotSearchable(
        f"The warehouse cannot search {table.name} by {shown(wanted.field)} {wanted.operator}.",
        why=f"{shown(wanted.field)} {why}.",
        fix=f"{_ASK_INTERCOM} {_SET_BY}",
    )
