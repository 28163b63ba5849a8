"""The records of one kind: made when first asked for, kept in order, encoded once for each shape."""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from intercom_pipeline.sandbox.errors import ApiError, not_found

Record = dict[str, Any]
OrderField = Literal["created_at", "updated_at"]
ORDER_FIELDS: tuple[OrderField, ...] = ("created_at", "updated_at")

# A sort key is one integer, the time above and the position below, so an order is a flat array to bisect.
_POSITION_BITS = 24
_POSITION_MASK = (1 << _POSITION_BITS) - 1
_RECORDS_KEPT = 8_192


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """Why an id is no longer listed; `into` is the contact that a merged one went into."""

    reason: Literal["deleted", "merged", "archived"]
    into: str | None = None


def sort_key(time: int, position: int) -> int:
    """The place of a record in an order: by time, then by position."""
    return time << _POSITION_BITS | position


def position_in(key: int) -> int:
    """The position that a sort key names."""
    return key & _POSITION_MASK


def time_in(key: int) -> int:
    """The unix seconds that a sort key names."""
    return key >> _POSITION_BITS


def _ordered(times: "array[int]") -> "array[int]":
    return array("q", sorted(sort_key(time, position) for position, time in enumerate(times)))


class Collection:
    """Records of one kind by position, from 0 in the order they were made.

    Only the ids and two times are held for a record nobody has changed; its content is made again from the
    seed when it is asked for. Every method expects the workspace's lock to be held.
    """

    def __init__(
        self,
        *,
        ids: list[str],
        created: "array[int]",
        updated: "array[int]",
        make: Callable[[int], Record],
        missing: Callable[[], ApiError] = not_found,
    ) -> None:
        """`make` gives the untouched record at a position, the same each time; `missing` the 404."""
        self.ids = ids
        self.times: dict[OrderField, array[int]] = {"created_at": created, "updated_at": updated}
        self.orders: dict[OrderField, array[int]] = {
            name: _ordered(self.times[name]) for name in ORDER_FIELDS
        }
        self.gone: dict[str, Gone] = {}
        self.revision = 0
        self.indexed_at: dict[int, float] = {}
        self.computed: dict[str, Callable[[int], tuple[Any, ...]]] = {}
        """What is searchable about the record at a position though the record does not carry it."""
        self.indexes: dict[str, Callable[[Any], Iterable[int]]] = {"id": self._at_id}
        """By field: the positions that hold a value, found without reading every record."""
        self._positions = {identity: position for position, identity in enumerate(ids)}
        self._changed: dict[int, Record] = {}
        self._make = lru_cache(maxsize=_RECORDS_KEPT)(make)
        self._missing = missing
        self._encoded: dict[object, dict[int, bytes]] = {}

    def __len__(self) -> int:
        """How many records are listed."""
        return len(self.orders["created_at"])

    def __iter__(self) -> Iterator[Record]:
        """The listed records, in the order they were made."""
        return (self.at(position) for position in self.positions())

    def positions(self) -> list[int]:
        """The positions of the listed records, in the order they were made."""
        return sorted(position_in(key) for key in self.orders["created_at"])

    def at(self, position: int) -> Record:
        """The record at a position. Never change it: change a copy and `put` it."""
        return self._changed.get(position) or self._make(position)

    def position(self, identity: str) -> int:
        """The position of an id that is, or was, here; raises the kind's 404 for another."""
        found = self._positions.get(identity)
        if found is None:
            raise self._missing()
        return found

    def get(self, identity: str) -> Record:
        """The listed record of this id; raises the kind's 404 for one that is not, or no longer, listed."""
        if identity in self.gone:
            raise self._missing()
        return self.at(self.position(identity))

    def add(self, record: Record, now: float) -> None:
        """List a new record."""
        position = len(self.ids)
        self.ids.append(record["id"])
        self._positions[record["id"]] = position
        for name in ORDER_FIELDS:
            self.times[name].append(0)
        self._place(position, record, now)

    def put(self, record: Record, now: float) -> None:
        """Replace the listed record of the same id."""
        position = self.position(record["id"])
        self._unlist(position)
        self._place(position, record, now)

    def drop(self, identity: str, gone: Gone) -> None:
        """Take a record out of every list; raises the kind's 404 where it is not listed."""
        self.get(identity)
        self._unlist(self.position(identity))
        self.gone[identity] = gone
        self.revision += 1

    def restore(self, identity: str, now: float) -> Record:
        """List a record again as it was when it was dropped; raises the kind's 404 where it was not."""
        if self.gone.pop(identity, None) is None:
            raise self._missing()
        position = self.position(identity)
        self._place(position, self.at(position), now)
        return self.at(position)

    def encoded(self, shape: object, position: int, encode: Callable[[Record], bytes]) -> bytes:
        """The record at a position as JSON in this shape, encoded once until it changes."""
        kept = self._encoded.setdefault(shape, {})
        body = kept.get(position)
        if body is None:
            body = kept[position] = encode(self.at(position))
        return body

    def between(self, name: OrderField, low: int, high: int) -> tuple[int, int]:
        """Where in the order `name` the records with `low <= time <= high` start and end."""
        order = self.orders[name]
        return bisect_left(order, sort_key(low, 0)), bisect_right(order, sort_key(high, _POSITION_MASK))

    def __contains__(self, identity: object) -> bool:
        """Whether a record of this id is listed."""
        return identity in self._positions and identity not in self.gone

    def _at_id(self, identity: object) -> Iterable[int]:
        return (self._positions[str(identity)],) if identity in self else ()

    def _place(self, position: int, record: Record, now: float) -> None:
        self._changed[position] = record
        for name in ORDER_FIELDS:
            time = int(record.get(name) or 0)
            self.times[name][position] = time
            insort(self.orders[name], sort_key(time, position))
        for kept in self._encoded.values():
            kept.pop(position, None)
        self.indexed_at[position] = now
        self.revision += 1

    def _unlist(self, position: int) -> None:
        for name in ORDER_FIELDS:
            order = self.orders[name]
            del order[bisect_left(order, sort_key(self.times[name][position], position))]
