"""A small sandbox, and ways to ask it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve

NOON = 1_750_000_000.0  # Sunday 15 June 2025, 15:06:40 UTC
SMALL = Sizes(contacts=120, conversations=60, articles=30, companies=20, long_conversations=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """A client of one sandbox that knows its token."""

    sandbox: Sandbox
    http: httpx.Client

    def ask(self, method: str, path: str, *, version: str = "2.14", **named: Any) -> httpx.Response:
        """The answer to a request in a version."""
        headers = {"Authorization": f"Bearer {self.sandbox.token}", "Intercom-Version": version}
        return self.http.request(method, path, headers=headers | named.pop("headers", {}), **named)

    def get(self, path: str, **named: Any) -> Any:
        """The JSON of a GET."""
        return self.ask("GET", path, **named).json()

    def search(self, kind: str, query: Any, *, version: str = "2.14", **body: Any) -> Any:
        """The JSON of a search; `pagination` and `sort` go into the body."""
        return self.ask("POST", f"/{kind}/search", version=version, json={"query": query, **body}).json()

    def found(self, kind: str, query: Any, *, version: str = "2.14") -> set[str]:
        """The ids that a search finds on its first page of 150."""
        answer = self.search(kind, query, version=version, pagination={"per_page": 150})
        return {record["id"] for record in answer["data" if kind == "contacts" else kind]}


Start = Callable[..., Asker]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a sandbox whose clock stands still, with its options by name; it ends with the test."""
    with ExitStack() as running:

        def begin(sizes: Sizes = SMALL, seed: int = 0, **options: Any) -> Asker:
            given = Options(**({"now": NOON, "limit_per_minute": 600_000} | options))
            sandbox = running.enter_context(serve(sizes=sizes, options=given, seed=seed))
            http = running.enter_context(httpx.Client(base_url=sandbox.url, timeout=10, trust_env=False))
            return Asker(sandbox=sandbox, http=http)

        yield begin


@pytest.fixture
def asker(start: Start) -> Asker:
    """The small sandbox."""
    return start()
