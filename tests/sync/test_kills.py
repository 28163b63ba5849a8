"""Syncs killed with kill -9: a few of the rounds of `benchmarks/kills.py`, which runs hundreds."""

import random
from collections.abc import Iterator

import pytest

from benchmarks.killing_yard import Yard, opened
from benchmarks.kills import kill_once

MOST_TRIES = 5


@pytest.fixture(scope="module")
def yard() -> Iterator[Yard]:
    with opened() as made:
        yield made


@pytest.mark.parametrize("name", ["backfill", "activity logs", "notes", "sweep"])
def test_a_killed_sync_loses_nothing_and_asks_for_little_again(yard: Yard, name: str) -> None:
    """The next sync is complete, flags nothing falsely, asks for a page a slice and for no stored detail."""
    chance = random.Random(name)  # noqa: S311 - moments, not secrets
    for _ in range(MOST_TRIES):
        done = kill_once(yard, name, chance)
        assert not done.wrong
        if done.killed:
            return
    pytest.fail("it was never at work any more")
