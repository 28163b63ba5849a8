"""What can go wrong between a client and Intercom, and which request it happens to."""

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

_HANG_SECONDS = 3600.0
_OVERSIZE_BYTES = 64 * 2**20


class FaultKind(StrEnum):
    """What happens to the request; unless it says otherwise, nothing is applied to the workspace."""

    TOO_MANY_RESET = "429-reset"
    TOO_MANY_RETRY_AFTER = "429-retry-after"
    TOO_MANY_BARE = "429-bare"
    TOO_MANY_PAST_RESET = "429-past-reset"
    ERROR_500 = "500-json"
    ERROR_500_HTML = "500-html"
    ERROR_502 = "502-json"
    ERROR_502_HTML = "502-html"
    ERROR_503 = "503-json"
    ERROR_503_HTML = "503-html"
    ERROR_504 = "504-json"
    ERROR_504_HTML = "504-html"
    HTML = "200-html"
    EMPTY = "200-empty"
    GARBLED = "200-garbled"
    TRUNCATED = "200-truncated"
    BAD_UTF8 = "200-bad-utf8"
    BAD_GZIP = "200-bad-gzip"
    OVERSIZE = "200-oversize"
    LOOP = "200-loop"
    RESET = "reset"
    CUT = "cut"
    HANG = "hang"
    DRIP = "drip"
    REDIRECT = "redirect"
    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    UNPROCESSABLE = "422"
    APPLIED_RESET = "applied-reset"
    APPLIED_HANG = "applied-hang"
    APPLIED_500 = "applied-500"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A fault and when it strikes: of the requests that match, those that the other fields choose."""

    kind: FaultKind
    match: str = "*"
    """Method and path as asked (`GET /conversations/215`) or by route (`GET /conversations/{id}`)."""
    after: int = 0
    """How many matching requests go well first."""
    times: int | None = None
    """How often it strikes at most."""
    every: int = 1
    """Strikes each so-manieth matching request."""
    rate: float = 1.0
    """The share of those it strikes, drawn from the seed."""
    wait_seconds: float = 1.0
    """What a 429 says to wait, and the seconds a drip lasts at least."""
    hang_seconds: float = _HANG_SECONDS
    """How long a hang keeps silent before it breaks off."""
    size_bytes: int = _OVERSIZE_BYTES
    """How large an oversize answer is."""

    def matches(self, *names: str) -> bool:
        """Whether the pattern fits one of the names of a request."""
        return any(fnmatchcase(name, self.match) for name in names)


@dataclass(slots=True)
class _Standing:
    fault: Fault
    chance: random.Random
    seen: int = 0
    struck: int = field(default=0)

    def strikes(self) -> bool:
        self.seen += 1
        due = self.seen - self.fault.after
        if due < 1 or due % self.fault.every or self.struck == self.fault.times:
            return False
        if self.fault.rate < 1.0 and self.chance.random() >= self.fault.rate:
            return False
        self.struck += 1
        return True


class Faults:
    """The faults in force, the first added asked first; the same seed and requests give the same strikes."""

    def __init__(self, seed: int = 0) -> None:
        """None is in force yet."""
        self._seed = seed
        self._lock = threading.Lock()
        self._standing: list[_Standing] = []

    def __iter__(self) -> Iterator[Fault]:
        """The faults in force."""
        return iter([standing.fault for standing in self._standing])

    def __len__(self) -> int:
        """How many faults are in force."""
        return len(self._standing)

    def add(self, *faults: Fault) -> None:
        """Put faults in force, with their counts at 0."""
        with self._lock:
            for fault in faults:
                # The draws decide who meets a fault; nothing secret depends on them.
                chance = random.Random(f"{self._seed}:{len(self._standing)}")  # noqa: S311
                self._standing.append(_Standing(fault, chance))

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._standing.clear()

    def struck(self) -> list[int]:
        """How often each fault in force struck."""
        return [standing.struck for standing in self._standing]

    def pick(self, *names: str) -> Fault | None:
        """The fault that strikes the request of these names, if any; counts it."""
        with self._lock:
            for standing in self._standing:
                if standing.fault.matches(*names) and standing.strikes():
                    return standing.fault
        return None
