"""What a kind of record is."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from intercom_pipeline.sandbox.collection import Record

Make = Callable[..., Record]
"""The record from (seed, index, now, people), and what `State` tells the makers of some kinds besides."""
Identity = Callable[[int, int], str]
"""The id from (seed, index)."""
Times = Callable[[int, int, int], tuple["array[int]", "array[int]"]]
"""created_at and updated_at of every record from (seed, count, now)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of record; how many of it a workspace starts with is in `Sizes`, under the kind's name."""

    one: str | None
    """What `type` says of a record; None where such records carry no type."""
    make: Make | None = None
    """Makes the record of any index; None where `People` holds them all under the kind's name."""
    identity: Identity | None = None
    """The id of any index; None for one more than the greatest so far."""
    times: Times | None = None
    """When records were made and changed, without making them; None makes them all at the start."""
    count: Callable[[], int] | None = None
    """How many a workspace starts with, where `Sizes` does not say."""
    timed: bool = True
    """Whether creating and changing a record sets `created_at` and `updated_at`."""
    missing: tuple[str, ...] = ()
    """Message and code of the 404, where it is not "Resource Not Found" and "not_found"."""


def next_id(kind: Kind, seed: int, ids: Sequence[str]) -> str:
    """The id of the record that comes after `ids`."""
    if kind.identity is not None:
        return kind.identity(seed, len(ids))
    return str(max(map(int, ids), default=0) + 1)
