"""A run as plain code sees it: whoever stops it early leaves nothing behind that nobody knows of."""

import asyncio
import signal
import sys
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from types import FrameType

import pytest

from intercom_pipeline.intercom.client import connect
from intercom_pipeline.intercom.connection import Secret
from intercom_pipeline.intercom.errors import AuthenticationFailed
from intercom_pipeline.replies.ledger.values import Outcome, Step
from intercom_pipeline.replies.plan import Action, Plan, Then
from intercom_pipeline.replies.sending.applying import apply
from intercom_pipeline.replies.sending.events import Begun, Ended, Ending, Event, Settled
from intercom_pipeline.replies.sending.pace import Pace
from intercom_pipeline.replies.sending.run import STOPPED
from intercom_pipeline.replies.sending.running import run_apply
from intercom_pipeline.sandbox import FaultKind
from tests.replies.campaign import FAST, POST, THEN, Campaign, order

SLOW_MS = 250


@pytest.fixture
def slow(world: Campaign) -> Generator[Campaign]:
    """A sandbox whose answers take their time, so that a test can act while one is on its way."""
    world.sandbox.conditions.latency_ms = SLOW_MS
    yield world
    world.sandbox.conditions.latency_ms = 0


def wait_for_posts(world: Campaign, count: int) -> None:
    """Wait until so many replies have reached the sandbox, which may not have answered yet."""
    until = time.monotonic() + 60
    while world.posts < count:
        assert time.monotonic() < until
        time.sleep(0.01)


def closed_after(world: Campaign, events: Generator[Event], posts: int) -> None:
    """Follow a run until so many replies were posted, then stop listening."""
    next(events)
    wait_for_posts(world, posts)
    events.close()


@pytest.mark.parametrize("posts", [1, 4])
def test_whoever_stops_listening_stops_the_run_and_what_had_left_is_noted(slow: Campaign, posts: int) -> None:
    """The first alone on its way, or several at once; the rest is sent by another run, each once."""
    plan = slow.plan(20, then=Then(action=Action.CLOSE))
    closed_after(slow, slow.begin(plan, pace=Pace(per_second=10)), posts)
    left = slow.posts
    assert posts <= left < 20
    assert slow.counted(plan)[Outcome.SENT] == left
    assert slow.sandbox.requests.count(POST, status=200) == left
    slow.sandbox.conditions.latency_ms = 0
    slow.apply(plan)
    assert slow.said(plan) == [1] * 20
    assert slow.counted(plan, Step.THEN) == {Outcome.SENT: 20}


def test_nobody_waits_for_a_rate_limit_to_send_what_was_stopped(slow: Campaign) -> None:
    """The refusal comes after the run was stopped; whoever goes on sends it."""
    plan = slow.plan(1)
    slow.fault(FaultKind.TOO_MANY_RETRY_AFTER, wait_seconds=50, times=1)
    began = time.monotonic()
    closed_after(slow, slow.begin(plan), 1)
    assert slow.counted(plan) == {}
    assert slow.posts == 1
    assert time.monotonic() - began < 40
    slow.apply(plan)
    assert slow.said(plan) == [1]


def test_what_follows_a_reply_does_not_wait_for_a_rate_limit_once_it_was_stopped(slow: Campaign) -> None:
    """The reply was on its way; what follows it is left."""
    plan = slow.plan(8, then=Then(action=Action.CLOSE))
    slow.fault(FaultKind.TOO_MANY_RETRY_AFTER, match=THEN, wait_seconds=50, times=1, after=1)
    events = slow.begin(plan, pace=Pace(per_second=10))
    next(events)
    until = time.monotonic() + 60
    while not slow.sandbox.requests.count(THEN, status=429):
        assert time.monotonic() < until
        time.sleep(0.01)
    began = time.monotonic()
    events.close()
    assert time.monotonic() - began < 25
    assert slow.counted(plan)[Outcome.SENT] > slow.counted(plan, Step.THEN)[Outcome.SENT] + 1


def test_a_cap_holds_for_what_is_on_its_way_too(slow: Campaign) -> None:
    """Nobody knows yet whether those use it up."""
    plan = slow.plan(8)
    assert slow.apply(plan, pace=replace(FAST, most_per_run=3)).outcomes == [Outcome.SENT] * 3
    assert slow.posts == 3


def test_an_interrupt_in_the_caller_does_the_same(slow: Campaign) -> None:
    """As Ctrl-C and Dagster's termination, which come as exceptions wherever the caller is."""
    plan = slow.plan(4)
    events = slow.begin(plan)
    next(events)
    wait_for_posts(slow, 1)
    with pytest.raises(KeyboardInterrupt):
        events.throw(KeyboardInterrupt())
    assert slow.counted(plan) == {Outcome.SENT: 1}


def test_the_iterator_does_not_begin_before_it_is_asked(world: Campaign) -> None:
    """And one that is closed before sends nothing."""
    plan = world.plan(1)
    events = world.begin(plan)
    events.close()
    assert world.posts == 0


def test_an_error_is_raised_in_the_caller(world: Campaign) -> None:
    """As one of a token that is not let in."""
    plan = world.plan(1)
    connection = replace(world.connection, token=Secret("wrong"))
    wrong = run_apply(order(plan), connection=connection, ledger=world.ledger)
    with pytest.raises(AuthenticationFailed):
        next(wrong)
    assert world.posts == 0


def test_an_event_stops_a_run_and_what_is_still_to_be_told_follows(slow: Campaign) -> None:
    """For callers with an event loop of their own."""
    plan = slow.plan(8)
    assert asyncio.run(_stopped(slow, plan)) == [Begun, Settled, Ended]
    assert slow.counted(plan) == {Outcome.SENT: 1}


def test_a_task_that_is_cancelled_notes_what_had_left(slow: Campaign) -> None:
    """Twice, too, as by an impatient person."""
    plan = slow.plan(4)
    asyncio.run(_cancelled(slow, plan))
    assert slow.counted(plan) == {Outcome.SENT: 1}
    assert slow.posts == 1


def test_an_event_loop_that_ends_leaves_the_request_unknown(slow: Campaign) -> None:
    """Its tasks are cancelled at whatever they do; nothing else is known of what had left."""
    plan = slow.plan(4)
    asyncio.run(_abandoned(slow, plan))
    assert slow.counted(plan) == {Outcome.UNKNOWN: 1}
    slow.sandbox.conditions.latency_ms = 0
    time.sleep(SLOW_MS / 1000)
    slow.apply(plan)
    assert slow.counted(plan) == {Outcome.UNKNOWN: 1, Outcome.SENT: 3}
    assert max(slow.said(plan)) == 1


@asynccontextmanager
async def _applied(
    world: Campaign, plan: Plan, stop: asyncio.Event | None = None
) -> AsyncIterator[AsyncGenerator[Event]]:
    async with connect(world.connection) as client:
        events = apply(client, world.ledger, order(plan), stop=stop)
        async with aclosing(events):
            yield events


async def _wait_for_a_post(world: Campaign) -> None:
    await asyncio.to_thread(wait_for_posts, world, 1)


async def _stopped(world: Campaign, plan: Plan) -> list[type[Event]]:
    """What is told where the run is stopped once the first reply has left."""
    stop = asyncio.Event()
    stopping = asyncio.create_task(_wait_for_a_post(world))
    stopping.add_done_callback(lambda _: stop.set())
    async with _applied(world, plan, stop) as events:
        told = [event async for event in events]
    assert told[-1] == Ended(why=Ending.STOPPED, reason=STOPPED)
    return [type(event) for event in told]


async def _followed(world: Campaign, plan: Plan) -> None:
    async with _applied(world, plan) as events:
        async for _ in events:
            pass


async def _cancelled(world: Campaign, plan: Plan) -> None:
    task = asyncio.create_task(_followed(world, plan))
    await _wait_for_a_post(world)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _abandoned(world: Campaign, plan: Plan) -> "asyncio.Task[None]":
    task = asyncio.create_task(_followed(world, plan))
    await _wait_for_a_post(world)
    return task


def _interrupt_in_start(frame: FrameType, event: str, _argument: object) -> None:
    """Have Ctrl-C come in the moment in which `Thread.start` waits for the thread."""
    caller = frame.f_back.f_code.co_name if frame.f_back else ""
    if (event, frame.f_code.co_name, caller) == ("call", "wait", "start"):
        sys.setprofile(None)
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_while_the_thread_begins_sends_nothing(world: Campaign) -> None:
    """Whoever is told that it was stopped need not fear that it goes on."""
    plan = world.plan(3)
    events = world.begin(plan)
    sys.setprofile(_interrupt_in_start)
    with pytest.raises(KeyboardInterrupt):
        next(events)
    until = time.monotonic() + 60
    while any(thread.name == "replies" for thread in threading.enumerate()):
        assert time.monotonic() < until
        time.sleep(0.01)
    assert world.posts == 0
    assert world.known(plan) == {}
