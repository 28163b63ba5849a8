"""What a workspace is made of, before anything is done in it."""

import threading
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from intercom_pipeline.sandbox import content
from intercom_pipeline.sandbox.clock import Clock
from intercom_pipeline.sandbox.collection import Collection, Gone, Record
from intercom_pipeline.sandbox.errors import ApiError, not_found
from intercom_pipeline.sandbox.kind import Kind, Make, next_id
from intercom_pipeline.sandbox.kinds import KINDS
from intercom_pipeline.sandbox.options import Options, Sizes

# What other records refer to; `People` holds it.
_COUNTED = (
    *("admins", "teams", "tags", "segments", "companies", "contacts", "conversations", "articles"),
    *("tickets", "calls", "activity_logs"),
)
_SHORTEST_LONG, _LONG_STEP = 501, 499


class State:
    """Every record of a workspace by kind, its clock, and the lock that guards both."""

    def __init__(self, sizes: Sizes | None = None, options: Options | None = None, seed: int = 0) -> None:
        """Make the workspace that `seed` and `sizes` describe, as of the options' `now`."""
        self.sizes = sizes or Sizes()
        self.options = options or Options()
        self.seed = seed
        self.workspace_id = content.workspace_id(seed)
        self.clock = Clock(self.options.now)
        self.lock = threading.RLock()
        self.started_at = self.clock.seconds()
        self.people = self._people()
        self.collections = self._collections()
        self.searchable_after_seconds = self.options.searchable_after_seconds
        self.searchable_in_any_order = False
        """Whether some changes reach search sooner than others, a newer one before an older one."""
        self._to_come: list[tuple[float, Callable[[], object]]] = []

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Have something happen in so many seconds of the clock: with the first look from then on."""
        with self.lock:
            self._to_come.append((self.clock.now() + seconds, act))

    def catch_up(self) -> None:
        """Let happen what is due by now, in its order."""
        with self.lock:
            now = self.clock.now()
            due = sorted((each for each in self._to_come if each[0] <= now), key=itemgetter(0))
            self._to_come = [each for each in self._to_come if each[0] > now]
            for _, act in due:
                act()

    def create(self, kind: str, **fields: Any) -> Record:
        """List a new record of a kind with these fields.

        What they lack is that of the next believable record where all of a kind are made at the start, and
        otherwise `id`, `type` and times alone.
        """
        with self.lock:
            now, told = self.clock.seconds(), KINDS[kind]
            times = {"created_at": now, "updated_at": now} if told.timed else {}
            record = {**self._next(kind, told), **times, **fields}
            self.collections[kind].add(record, self.clock.now())
            return record

    def update(self, kind: str, identity: str, **fields: Any) -> Record:
        """Change fields of a listed record, and its `updated_at`; raises the kind's 404."""
        with self.lock:
            times = {"updated_at": self.clock.seconds()} if KINDS[kind].timed else {}
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
        now, changes = self.clock.now(), self.collections[kind].indexed_at.items()
        return frozenset(at for at, changed in changes if changed > now - self._search_lag(at))

    def _search_lag(self, position: int) -> float:
        shares = 3 if self.searchable_in_any_order else 1
        return self.searchable_after_seconds * (1 + position % shares) / shares

    def _new_id(self, kind: str) -> str:
        return next_id(KINDS[kind], self.seed, self.collections[kind].ids)

    def _next(self, name: str, kind: Kind) -> Record:
        if kind.make is not None and kind.times is None:
            return self._maker(name, kind.make)(len(self.collections[name].ids))
        typed = {} if kind.one is None else {"type": kind.one}
        return {**typed, "id": self._new_id(name)}

    def _people(self) -> content.People:
        counts = {name: getattr(self.sizes, name) for name in _COUNTED}
        return content.make_people(self.seed, now=self.started_at, **counts)

    def _collections(self) -> dict[str, Collection]:
        return {name: self._collection(name, kind) for name, kind in KINDS.items()}

    def _collection(self, name: str, kind: Kind) -> Collection:
        if kind.make is None:
            return _listed(kind, getattr(self.people, name))
        make = self._maker(name, kind.make)
        count = getattr(self.sizes, name) if kind.count is None else kind.count()
        if kind.identity is None or kind.times is None:
            return _listed(kind, [make(index) for index in range(count)])
        created, updated = kind.times(self.seed, count, self.started_at)
        ids = [kind.identity(self.seed, index) for index in range(count)]
        return Collection(ids=ids, created=created, updated=updated, make=make, missing=_missing(kind))

    def _maker(self, name: str, make: Make) -> Callable[[int], Record]:
        seed, now, people = self.seed, self.started_at, self.people
        more = self._more(name)
        return lambda index: make(seed, index, now, people, **more(index))

    def _more(self, name: str) -> Callable[[int], dict[str, Any]]:
        """What the makers of some kinds are told besides, by index."""
        sizes = self.sizes
        match name:
            case "conversations":
                long = _long_conversations(self.seed, sizes, self.started_at)
                return lambda index: {"parts": long.get(index)}
            case "contacts":
                return lambda _: {"objects": sizes.custom_objects}
            case "articles":
                return lambda _: {"collections": sizes.collections}
            case "news_items":
                return lambda _: {"newsfeeds": sizes.newsfeeds}
            case "office_hours_exceptions":
                return lambda _: {"schedules": sizes.office_hours_schedules}
        return lambda _: {}


def _listed(kind: Kind, records: Sequence[Record]) -> Collection:
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


def _missing(kind: Kind) -> Callable[[], ApiError]:
    return partial(not_found, *kind.missing)
