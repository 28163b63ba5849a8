"""A small workspace, synced once into a warehouse that every test here may read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from intercom_pipeline.sandbox import Options, Sandbox, serve
from tests.sandbox.conftest import NOON, SMALL
from tests.syncing import sync

STREAMS = ("admins", "articles", "contacts", "conversations")


@pytest.fixture(scope="module")
def quiet_sandbox() -> Iterator[Sandbox]:
    """A workspace in which nothing happens."""
    with serve(sizes=SMALL, options=Options(now=NOON, limit_per_minute=600_000)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def folder(quiet_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder with what the workspace holds."""
    folder = tmp_path_factory.mktemp("data")
    sync(quiet_sandbox, folder, *STREAMS)
    return folder
