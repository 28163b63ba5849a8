"""The scroll over all companies: one at a time for the whole workspace."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

from intercom_pipeline.sandbox.clock import Clock
from intercom_pipeline.sandbox.collection import Collection
from intercom_pipeline.sandbox.errors import ApiError, not_found

PER_PAGE = 100
IDLE_SECONDS = 60


@dataclass(kw_only=True, slots=True)
class _Open:
    param: str
    left: Iterator[int]
    used_at: float
    held: bool = False


class Scroll:
    """The workspace's scroll: open, or free to be opened. Expects the workspace's lock to be held.

    The same parameter asks for every page, so a page whose answer was lost cannot be asked for again.
    Companies made after the scroll was opened are not in it.
    """

    def __init__(self, companies: Collection, clock: Clock, seed: int) -> None:
        """Nobody scrolls yet."""
        self._companies, self._clock, self._seed = companies, clock, seed
        self._numbers = count()
        self._open: _Open | None = None

    def page(self, param: str | None, *, taken_status: int = 400) -> tuple[str, list[int]]:
        """The parameter and the positions of the next page; without a parameter a scroll is opened.

        Raises `scroll_exists` with `taken_status` where one is open, and 404 for a parameter that is not, or
        no longer, good: after 60 seconds of rest, after the end, after a 500.
        """
        now = self._clock.now()
        if self._open and not self._open.held and now - self._open.used_at > IDLE_SECONDS:
            self._open = None
        scroll = self._begun(now, taken_status) if param is None else self._going_on(param, now)
        found = list(islice(scroll.left, PER_PAGE))
        if not found:
            self._open = None
        return scroll.param, found

    def hold(self) -> None:
        """Let another app keep the scroll to itself, however long it rests, until `drop`."""
        self._open = _Open(param=self._new_param(), left=iter(()), used_at=self._clock.now(), held=True)

    def lose(self) -> None:
        """End the scroll as a 500 does; one that another app holds goes on."""
        if self._open and not self._open.held:
            self._open = None

    def drop(self) -> None:
        """End the scroll, whoever has it: its parameter is no longer good, and another may be opened."""
        self._open = None

    def _begun(self, now: float, taken_status: int) -> _Open:
        if self._open:
            message = "scroll already exists for this workspace"
            raise ApiError(status=taken_status, code="scroll_exists", message=message)
        self._open = _Open(param=self._new_param(), left=self._listed(), used_at=now)
        return self._open

    def _going_on(self, param: str, now: float) -> _Open:
        if self._open is None or self._open.held or self._open.param != param:
            raise not_found("scroll parameter not found")
        self._open.used_at = now
        return self._open

    def _listed(self) -> Iterator[int]:
        positions = self._companies.positions()
        return (each for each in positions if self._companies.ids[each] in self._companies)

    def _new_param(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"scroll:{self._seed}:{next(self._numbers)}"))
