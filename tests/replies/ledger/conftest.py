"""Each test of the ledger runs on both databases: a file, and PostgreSQL."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from intercom_pipeline.replies.ledger.ledger import Ledger
from tests.postgres import Server, running_server
from tests.replies.ledger.known import Place

_NUMBERS = count()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server."""
    with running_server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where there is no ledger yet."""
    url = None
    if request.param == "postgres":
        server: Server = request.getfixturevalue("server")
        name = f"ledger_{next(_NUMBERS)}"
        # Much quicker than a database of its own.
        server.execute(f"CREATE SCHEMA {name}")
        url = f"{server.url('postgres')}?options=-csearch_path%3D{name}"
    return Place(url=url, folder=tmp_path / "replies")


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    """A new ledger."""
    with place.open() as opened:
        yield opened
