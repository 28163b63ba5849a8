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
    CLOSING = "200-closing"
    """A good answer, after which the connection is closed as the answer says."""
    RESET = "reset"
    CUT = "cut"
    CLOSED = "closed"
    """The connection is closed at `cut_at`, which tells whether the request was applied."""
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


class CutAt(StrEnum):
    """Where in an exchange the server closes the connection; before the answer nothing of it is sent.

    In the middle of a request the connection is reset, as by a server that leaves something unread; otherwise
    it is closed once the bytes before have left.
    """

    BEFORE_REQUEST = "before-request"
    """Before anything is read, as where an idle connection ends just then. Not applied, nor logged."""
    REQUEST_HEAD = "request-head"
    """In the middle of the request's headers. Not applied."""
    REQUEST_BODY = "request-body"
    """After half of the request's body. Not applied."""
    BEFORE_ANSWER = "before-answer"
    """After the whole request. Applied, as at all places that follow."""
    STATUS_LINE = "status-line"
    HEADERS = "headers"
    BEFORE_BODY = "before-body"
    BODY = "body"
    LAST_BYTE = "last-byte"
    """Before the last byte of the answer."""

    @property
    def is_in_request(self) -> bool:
        """Whether the request is not read whole, so that it is not applied."""
        return self in {CutAt.BEFORE_REQUEST, CutAt.REQUEST_HEAD, CutAt.REQUEST_BODY}


APPLIED = frozenset({FaultKind.APPLIED_RESET, FaultKind.APPLIED_HANG, FaultKind.APPLIED_500})
"""What is applied though no answer says so; with `late_seconds` only some time later."""


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
    cut_at: CutAt | None = None
    """Where a closed connection ends."""
    late_seconds: float = 0
    """How long after it came a request is applied that an `applied` fault strikes, by the workspace's clock:
    with the first look at the workspace from then on."""

    def __post_init__(self) -> None:
        """Raise ValueError for a place or a delay that this kind does not have, or lacks."""
        if (self.cut_at is not None) is not (self.kind is FaultKind.CLOSED):
            raise ValueError("cut_at belongs to the kind closed, which has one")
        if self.late_seconds and self.kind not in APPLIED:
            raise ValueError(f"late_seconds belongs to {', '.join(sorted(APPLIED))}")

    @property
    def cuts_request(self) -> bool:
        """Whether it strikes before the request is read whole."""
        return self.cut_at is not None and self.cut_at.is_in_request

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

    @property
    def cut_requests(self) -> bool:
        """Whether one of them strikes requests that are not read whole yet."""
        return any(standing.fault.cuts_request for standing in self._standing)

    def pick(self, *names: str, unread: bool = False) -> Fault | None:
        """The fault that strikes the request of these names, if any; counts it.

        Those that cut requests off are asked where it is still `unread`, the others once it is read.
        """
        with self._lock:
            for standing in self._standing:
                fault = standing.fault
                if fault.cuts_request is unread and fault.matches(*names) and standing.strikes():
                    return fault
        return None
