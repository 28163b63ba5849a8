"""Processes that end while they send replies: a few of those that the benchmarks run in full."""

import random
from collections.abc import Iterator

import pytest

from benchmarks.reply_crashes import FAULTS, POINTS, Where, crash
from benchmarks.reply_kills import kill_some
from benchmarks.reply_yard import Yard, opened
from intercom_pipeline.sandbox import CutAt

PAIRS = (
    ("register: before register", "applied, answered"),
    ("register: after register", "applied, answered"),
    ("apply: after recover", "applied, 500"),
    ("apply: before intend reply", "429"),
    ("apply: after intend reply", "404"),
    ("apply: before reply", "not applied, reset"),
    ("apply: reply half sent", "applied, answered"),
    ("apply: reply answered", "applied, silence"),
    ("apply: reply half read", "422"),
    ("apply: before settle reply", "applied 2 min later, reset"),
    ("apply: after settle reply", "403"),
    ("apply: after intend then", "applied, reset"),
    ("apply: then answered", "refused"),
    ("apply: before settle then", "applied 2 min later, silence"),
    ("resolve: before resolve reply", "applied, 500"),
    ("resolve: after resolve reply", "not applied, silence"),
    ("retry: after intend reply", "not applied, reset"),
    ("retry: reply read", "closed: request-head"),
    ("retry: before settle reply", "not applied, 500"),
)


@pytest.fixture(scope="module")
def yard() -> Iterator[Yard]:
    with opened() as made:
        yield made


@pytest.mark.parametrize(("point", "fault"), PAIRS)
def test_a_crash_at_any_step_sends_nothing_twice_and_loses_nothing(
    yard: Yard, point: str, fault: str
) -> None:
    """Whatever became of the reply: in the end the ledger says of each what the workspace was told."""
    ended = crash(yard, _named(point), fault)
    assert ended.wrong == []
    assert ended.met


@pytest.mark.parametrize("place", CutAt)
def test_a_connection_that_is_closed_at_any_place_sends_nothing_twice(yard: Yard, place: CutAt) -> None:
    """Also where the process ends before it notes what became of it."""
    assert crash(yard, _named("apply: before settle reply"), f"closed: {place}").wrong == []


def test_processes_killed_at_random_send_nothing_twice_and_lose_nothing(yard: Yard) -> None:
    """A few kills; `benchmarks/reply_kills.py` does five hundred."""
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    rounds = [kill_some(yard, chance) for _ in range(3)]
    assert [done.wrong for done in rounds] == [[], [], []]
    assert all(done.applied >= 20 for done in rounds)


def test_the_crashes_of_the_suite_are_among_those_of_the_benchmark() -> None:
    """And each verb is ended at some point."""
    named = {str(where) for where in POINTS}
    assert {point for point, _ in PAIRS} <= named
    assert {fault for _, fault in PAIRS} <= FAULTS.keys()
    assert {point.split(":")[0] for point, _ in PAIRS} == {where.verb for where in POINTS}


def _named(point: str) -> Where:
    return next(where for where in POINTS if str(where) == point)
