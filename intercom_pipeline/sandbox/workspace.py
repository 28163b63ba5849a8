"""The living state of a pretend workspace."""

import threading
from array import array
from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from intercom_pipeline.sandbox import plain as content
from intercom_pipeline.sandbox.clock import Clock
from intercom_pipeline.sandbox.collection import Collection, Record
from intercom_pipeline.sandbox.errors import ApiError, not_found
from intercom_pipeline.sandbox.matching import Searcher
from intercom_pipeline.sandbox.options import NEWEST_VERSION, Options, Sizes
from intercom_pipeline.sandbox.versions import shaped

_SHORTEST_LONG_CONVERSATION = 501
_LONG_STEP = 499
_AGE_SECONDS = 3 * 365 * 86_400

_MISSING: dict[str, Callable[[], ApiError]] = {
    "contacts": partial(not_found, "User Not Found"),
    "companies": partial(not_found, "Company Not Found", "company_not_found"),
    "admins": partial(not_found, "Admin not found", "admin_not_found"),
    "teams": partial(not_found, "Team not found", "team_not_found"),
}


def long_conversations(sizes: Sizes) -> dict[int, int]:
    """Which conversations, by index, have over 500 parts, and how many: 501, 1,000, 1,499 and so on."""
    step = sizes.conversations // (sizes.long_conversations + 1)
    places = range(1, min(sizes.long_conversations, sizes.conversations) + 1)
    return {place * step: _SHORTEST_LONG_CONVERSATION + (place - 1) * _LONG_STEP for place in places}


class Workspace:
    """Every record of a pretend workspace, and what people do in it.

    All methods are safe to call from any thread while a server answers requests: they hold `lock`, as the
    server does for each request.
    """

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
        self.zone = ZoneInfo(self.options.api_timezone)
        self.searcher = Searcher()
        self.searchable_after_seconds = self.options.searchable_after_seconds

    def records(self, kind: str, *, version: str = NEWEST_VERSION) -> list[Record]:
        """What the source holds now: each listed record as a GET shows it, a conversation with all its parts."""
        with self.lock:
            return [shaped(kind, record, version) for record in self.collections[kind]]

    def app(self) -> Record:
        """The workspace as `GET /me` describes it under `app`."""
        return {
            "type": "app",
            "id_code": f"sandbox_{self.seed}",
            "name": "Sandbox",
            "created_at": self.started_at - _AGE_SECONDS,
            "secure": False,
            "identity_verification": False,
            "timezone": self.options.api_timezone,
            "region": self.options.region,
        }

    def unseen(self, kind: str) -> frozenset[int]:
        """Positions of the records that changed so lately that search does not find them yet."""
        if not self.searchable_after_seconds:
            return frozenset()
        since = self.clock.now() - self.searchable_after_seconds
        return frozenset(at for at, changed in self.collections[kind].indexed_at.items() if changed > since)

    def _people(self) -> content.People:
        sizes = self.sizes
        return content.make_people(
            self.seed,
            admins=sizes.admins,
            teams=sizes.teams,
            tags=sizes.tags,
            segments=sizes.segments,
            companies=sizes.companies,
            contacts=sizes.contacts,
            now=self.started_at,
        )

    def _collections(self) -> dict[str, Collection]:
        long = long_conversations(self.sizes)

        def conversation(index: int) -> Record:
            return content.make_conversation(
                self.seed,
                index,
                self.started_at,
                self.people,
                long.get(index),
                count=self.sizes.conversations,
            )

        def article(index: int) -> Record:
            return content.make_article(
                self.seed, index, self.started_at, self.people, count=self.sizes.articles
            )

        def contact(index: int) -> Record:
            return content.make_contact(self.seed, index, self.started_at, self.people)

        made = {
            "contacts": self._generated("contacts", self.sizes.contacts, contact),
            "conversations": self._generated("conversations", self.sizes.conversations, conversation),
            "articles": self._generated("articles", self.sizes.articles, article),
        }
        for kind in ("admins", "teams", "tags", "segments", "companies"):
            made[kind] = _listed(kind, getattr(self.people, kind))
        return made

    def _generated(self, kind: str, count: int, make: Callable[[int], Record]) -> Collection:
        one = kind.removesuffix("s")
        identity = getattr(content, f"{one}_id")
        created, updated = getattr(content, f"{one}_times")(self.seed, count, self.started_at)
        ids = [identity(self.seed, index) for index in range(count)]
        return Collection(
            ids=ids, created=created, updated=updated, make=make, missing=_MISSING.get(kind, not_found)
        )


def _listed(kind: str, records: list[dict[str, Any]]) -> Collection:
    return Collection(
        ids=[record["id"] for record in records],
        created=array("q", (record.get("created_at") or 0 for record in records)),
        updated=array("q", (record.get("updated_at") or 0 for record in records)),
        make=records.__getitem__,
        missing=_MISSING.get(kind, not_found),
    )
