"""A workspace with a secret for a token, synced once, and assistants that are connected to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from tests.mcp_server.assistant import Assistant, on_stdio
from tests.syncing import sync

CANARY = "canary-token-that-no-assistant-may-see"
SIZES = Sizes(
    contacts=200,
    conversations=60,
    articles=8,
    companies=5,
    tickets=2,
    calls=1,
    activity_logs=3,
    long_conversations=1,
)


@pytest.fixture(scope="session")
def workspace() -> Iterator[Sandbox]:
    with serve(sizes=SIZES, options=Options(token=CANARY, limit_per_minute=600_000), seed=5) as served:
        yield served


@pytest.fixture(scope="session")
def synced(workspace: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after a sync."""
    folder = tmp_path_factory.mktemp("synced")
    sync(workspace, folder, "contacts", "conversations", "articles", "admins", "companies", "tags")
    return folder


@pytest.fixture(scope="session")
def said(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server of `assistant` says on stderr."""
    return tmp_path_factory.mktemp("said") / "stderr"


@pytest.fixture(scope="session")
def assistant(workspace: Sandbox, synced: Path, said: Path) -> Iterator[Assistant]:
    """On stdio, with no switch given. It never hears the token."""
    with on_stdio(workspace, synced, said=said) as connected:
        yield connected
    assert len(connected.heard) > 1
    assert CANARY not in "".join(connected.heard)
    assert said.read_text() == ""
