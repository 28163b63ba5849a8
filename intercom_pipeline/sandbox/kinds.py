"""Every kind of record that a workspace holds, in one table.

A new kind is a line here, a maker in `content` and a count in `Sizes`.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from intercom_pipeline.sandbox import content
from intercom_pipeline.sandbox.collection import Record

Make = Callable[[int, int, int, content.People], Record]
"""The record from (seed, index, now, people)."""
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
    timed: bool = True
    """Whether creating and changing a record sets `created_at` and `updated_at`."""
    missing: tuple[str, ...] = ()
    """Message and code of the 404, where it is not "Resource Not Found" and "not_found"."""


def _newer_object_id(_: int, index: int) -> str:
    return f"67{index:022x}"


_KINDS: dict[str, Kind] = {
    "contacts": Kind(
        one="contact",
        make=content.make_contact,
        identity=content.contact_id,
        times=content.contact_times,
        missing=("User Not Found",),
    ),
    "conversations": Kind(
        one="conversation",
        make=content.make_conversation,
        identity=content.conversation_id,
        times=content.conversation_times,
    ),
    "articles": Kind(
        one="article",
        make=content.make_article,
        identity=content.article_id,
        times=content.article_times,
    ),
    "companies": Kind(
        one="company", identity=_newer_object_id, missing=("Company Not Found", "company_not_found")
    ),
    "admins": Kind(one="admin", timed=False, missing=("Admin not found", "admin_not_found")),
    "teams": Kind(one="team", timed=False, missing=("Team not found", "team_not_found")),
    "tags": Kind(one="tag", timed=False),
    "segments": Kind(one="segment", identity=_newer_object_id),
}
KINDS: Mapping[str, Kind] = MappingProxyType(_KINDS)


def next_id(kind: Kind, seed: int, ids: Sequence[str]) -> str:
    """The id of the record that comes after `ids`."""
    if kind.identity is not None:
        return kind.identity(seed, len(ids))
    return str(max(map(int, ids), default=0) + 1)
