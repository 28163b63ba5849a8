"""What was asked of the sandbox: every request, and counters."""

import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

_KEPT = 100_000


@dataclass(kw_only=True, slots=True, eq=False)
class Request:
    """One request; `status` is 0 until it is answered, and stays 0 where the connection was broken off."""

    method: str
    route: str
    """The endpoint's path with its parameters by name, `/conversations/{id}`."""
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""
    status: int = 0
    sent_bytes: int = 0

    @property
    def endpoint(self) -> str:
        """Method and route, `GET /conversations/{id}`."""
        return f"{self.method} {self.route}"


class RequestLog:
    """The newest 100,000 requests, and counters over all since the start or the last `reset`."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget all requests and set the counters to 0; those in flight still count as in flight."""
        self._kept: deque[Request] = deque(maxlen=_KEPT)
        self._counts: Counter[tuple[str, int]] = Counter()
        self._in_flight = getattr(self, "_in_flight", 0)
        self.peak_concurrency = self._in_flight

    def __len__(self) -> int:
        """How many requests were made."""
        return self._counts.total()

    @property
    def in_flight(self) -> int:
        """How many requests came and are not answered yet."""
        return self._in_flight

    def __iter__(self) -> Iterator[Request]:
        """The requests kept, oldest first."""
        return iter(list(self._kept))

    def count(self, endpoint: str | None = None, *, status: int | None = None) -> int:
        """How many requests were answered, of an endpoint (`GET /conversations/{id}`) or status if named."""
        return sum(
            number
            for (name, answered), number in dict(self._counts).items()
            if endpoint in {None, name} and status in {None, answered}
        )

    def paths(self) -> list[str]:
        """Method and path of each request kept, oldest first: `GET /conversations/215`."""
        return [f"{request.method} {request.path}" for request in self]

    def counters(self) -> dict[str, object]:
        """All counters as JSON can carry them: by endpoint and status, in all, and the most at once."""
        by_endpoint: dict[str, dict[str, int]] = {}
        for (name, status), number in sorted(dict(self._counts).items()):
            by_endpoint.setdefault(name, {})[str(status)] = number
        return {"requests": len(self), "peak_concurrency": self.peak_concurrency, "endpoints": by_endpoint}

    @contextmanager
    def following(self, request: Request) -> Iterator[None]:
        """Note a request when it comes, and count it by its status when it is answered or broken off."""
        with self._lock:
            self._kept.append(request)
            self._in_flight += 1
            self.peak_concurrency = max(self.peak_concurrency, self._in_flight)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1
                self._counts[request.endpoint, request.status] += 1
