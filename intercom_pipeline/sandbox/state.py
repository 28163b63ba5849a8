"""What a workspace is made of, before anything is done in it."""

import threading
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from intercom_pipeline.sandbox import content
from intercom_pipeline.sandbox.clock import Clock
from intercom_pipeline.sandbox.collection import Collection, Gone, Record
from intercom_pipeline.sandbox.errors import ApiError, not_found
from intercom_pipeline.sandbox.options import Options, Sizes

ONE = {
    "contacts": "contact",
    "conversations": "conversation",
    "articles": "article",
    "companies": "company",
    "admins": "admin",
    "teams": "team",
    "tags": "tag",
    "segments": "segment",
}
_TIMED = frozenset({"contacts", "conversations", "articles", "companies", "segments"})
_COUNTED = ("admins", "teams", "tags", "segments", "companies", "contacts", "conversations", "articles")
_SHORTEST_LONG, _LONG_STEP = 501, 499

# Message and code of the 404, where it is not "Resource Not Found" and "not_found".
_MISSING: dict[str, tuple[str, ...]] = {
    "contacts": ("User Not Found",),
    "companies": ("Company Not Found", "company_not_found"),
    "admins": ("Admin not found", "admin_not_found"),
    "teams": ("Team not found", "team_not_found"),
}


class State:
    """Every record of a workspace by kind, its clock, and the lock that guards both."""

    def __init__(self, sizes: Sizes | None = None, options: Options | None = None, seed: int = 0) -> None:
        """Make the workspace that `seed` and `sizes` describe, as of the options' `now`."""
        self.sizes = sizes or Sizes()
        self.options = options or Options()
        self.seed = seed
        self.clock = Clock(self.options.now)
        self.lock = threading.RLock()
        self.started_at = self.clock.seconds()
        self.people = self._people()
        self.collections = self._collections()
        self.searchable_after_seconds = self.options.searchable_after_seconds

    def create(self, kind: str, **fields: Any) -> Record:
        """List a new record of a kind with these fields; `id`, `type` and times are added where they lack."""
        with self.lock:
            now = self.clock.seconds()
            times = {"created_at": now, "updated_at": now} if kind in _TIMED else {}
            record = {"type": ONE[kind], "id": self._new_id(kind), **times, **fields}
            self.collections[kind].add(record, self.clock.now())
            return record

    def update(self, kind: str, identity: str, **fields: Any) -> Record:
        """Change fields of a listed record, and its `updated_at`; raises the kind's 404."""
        with self.lock:
            times = {"updated_at": self.clock.seconds()} if kind in _TIMED else {}
            changed = self.collections[kind].get(identity) | times | fields
            self.collections[kind].put(changed, self.clock.now())
            return changed

    def delete(self, kind: str, identity: str) -> None:
        """Take a record out of every list; raises the kind's 404."""
        with self.lock:
            self.collections[kind].drop(identity, Gone(reason="deleted"))

    def unseen(self, kind: str) -> frozenset[int]:
        """Positions of the records that changed so lately that search does not find them yet."""
        if not self.searchable_after_seconds:
            return frozenset()
        since = self.clock.now() - self.searchable_after_seconds
        return frozenset(at for at, changed in self.collections[kind].indexed_at.items() if changed > since)

    def _new_id(self, kind: str) -> str:
        ids = self.collections[kind].ids
        match kind:
            case "contacts" | "conversations" | "articles":
                return _identity(kind)(self.seed, len(ids))
            case "segments" | "companies":
                return f"67{len(ids):022x}"
        return str(max(map(int, ids), default=0) + 1)

    def _people(self) -> content.People:
        counts = {name: getattr(self.sizes, name) for name in _COUNTED}
        return content.make_people(self.seed, now=self.started_at, **counts)

    def _collections(self) -> dict[str, Collection]:
        now, seed, people = self.started_at, self.seed, self.people
        long = _long_conversations(seed, self.sizes, now)

        def conversation(index: int) -> Record:
            return content.make_conversation(seed, index, now, people, long.get(index))

        made = {
            "contacts": self._generated(
                "contacts", lambda index: content.make_contact(seed, index, now, people)
            ),
            "conversations": self._generated("conversations", conversation),
            "articles": self._generated(
                "articles", lambda index: content.make_article(seed, index, now, people)
            ),
        }
        for kind in ("admins", "teams", "tags", "segments", "companies"):
            made[kind] = _listed(kind, getattr(people, kind))
        return made

    def _generated(self, kind: str, make: Callable[[int], Record]) -> Collection:
        count: int = getattr(self.sizes, kind)
        identity = _identity(kind)
        created, updated = _times(kind)(self.seed, count, self.started_at)
        ids = [identity(self.seed, index) for index in range(count)]
        return Collection(ids=ids, created=created, updated=updated, make=make, missing=_missing(kind))


def _listed(kind: str, records: Sequence[Record]) -> Collection:
    return Collection(
        ids=[record["id"] for record in records],
        created=array("q", (record.get("created_at") or 0 for record in records)),
        updated=array("q", (record.get("updated_at") or 0 for record in records)),
        make=records.__getitem__,
        missing=_missing(kind),
    )


def _long_conversations(seed: int, sizes: Sizes, now: int) -> dict[int, int]:
    """Which conversations, by index, have over 500 parts, and how many: 501, 1,000, 1,499 and so on."""
    longest = content.longest_conversations(seed, sizes.conversations, now, sizes.long_conversations)
    return {index: _SHORTEST_LONG + place * _LONG_STEP for place, index in enumerate(longest)}


def _identity(kind: str) -> Callable[[int, int], str]:
    return {
        "contacts": content.contact_id,
        "conversations": content.conversation_id,
        "articles": content.article_id,
    }[kind]


def _times(kind: str) -> Callable[[int, int, int], tuple["array[int]", "array[int]"]]:
    return {
        "contacts": content.contact_times,
        "conversations": content.conversation_times,
        "articles": content.article_times,
    }[kind]


def _missing(kind: str) -> Callable[[], ApiError]:
    return partial(not_found, *_MISSING.get(kind, ()))
