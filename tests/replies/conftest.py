"""One sandbox for all tests of a module that apply plans; each has conversations and a ledger of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from intercom_pipeline.sandbox import Sandbox, serve
from tests.changing import ids
from tests.replies.campaign import SIZES, Campaign, campaign


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Sandbox, Iterator[str]]]:
    """A sandbox, and the ids of its conversations to be given out."""
    with serve(sizes=SIZES, seed=7) as sandbox:
        yield sandbox, iter(ids(sandbox.workspace, "conversations"))


@pytest.fixture
def world(shared: tuple[Sandbox, Iterator[str]], tmp_path: Path) -> Iterator[Campaign]:
    """Where a test applies plans."""
    with campaign(*shared, tmp_path / "replies") as made:
        yield made
