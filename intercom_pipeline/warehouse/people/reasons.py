"""Reasons in `pipeline.reply_log`, which may name who was purged: Intercom's own words are in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
from duckdb import func

from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.people import tombstones
from intercom_pipeline.warehouse.people.privacy_key import key_of
from intercom_pipeline.warehouse.people.sifting import Former, Sifted

_TABLE = ("pipeline", "reply_log")

Harmless = Callable[[str | None], str | None]
"""Gives a reason, or None instead of one that names somebody who was purged."""


def harmless_in(connection: duckdb.DuckDBPyConnection, folder: DataFolder) -> Harmless:
    """What to do with a reason before it is stored in the warehouse of the connection.

    Raises:
        WarehouseUnwritable: The key, by which it is known who was purged, cannot be read.
    """
    stones = tombstones.stored(connection)
    return _harmless(tombstones.gathered(stones, key_of(folder))) if stones else lambda reason: reason


def are_in(former: Former, schema: str, name: str) -> bool:
    """Whether a table has reasons that may name somebody who was purged."""
    return (schema, name) == _TABLE and former.sieve.burying is not None


@contextmanager
def emptied(former: Former) -> Iterator[tuple[str, Sifted]]:
    """SQL for the rows of the log as they may be stored, and what became of those that were read by it."""
    assert former.sieve.burying  # noqa: S101 - for the type checker: see `are_in`
    harmless, sifted = _harmless(former.sieve.burying.tombstones), Sifted()

    def take(reason: str | None) -> str | None:
        left = harmless(reason)
        sifted.changed += left != reason
        return left

    former.connection.create_function(
        "harmless",
        take,
        ["VARCHAR"],
        "VARCHAR",
        null_handling=func.FunctionNullHandling.SPECIAL,
        side_effects=True,
    )
    try:
        yield f"SELECT * REPLACE (harmless(reason) AS reason) FROM former.{'.'.join(_TABLE)}", sifted
    finally:
        former.connection.remove_function("harmless")


def _harmless(known: tombstones.Tombstones) -> Harmless:
    def harmless(reason: str | None) -> str | None:
        return reason if reason is None or known.without_mentions(reason, None) == reason else None

    return harmless
