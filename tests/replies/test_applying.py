"""A plan is applied: each conversation is answered once, whatever goes wrong, and nothing goes on blindly."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any, cast

import httpx
import msgspec
import pytest

from intercom_pipeline.intercom.client import connect
from intercom_pipeline.replies.errors import PlanEmpty, PlanRefused
from intercom_pipeline.replies.ledger import sqlite
from intercom_pipeline.replies.ledger.errors import LedgerBusy, LedgerError
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.opening import FILE, open_ledger
from intercom_pipeline.replies.ledger.values import SURELY_NOT_APPLIED, Outcome, Step
from intercom_pipeline.replies.plan import GOOD_FOR, Action, Plan, Then
from intercom_pipeline.replies.sending.answering import answer
from intercom_pipeline.replies.sending.applicable import (
    ConfirmationRefused,
    PlanExpired,
    PlanStopped,
    check_confirmation,
)
from intercom_pipeline.replies.sending.applying import apply
from intercom_pipeline.replies.sending.due import Due
from intercom_pipeline.replies.sending.events import Begun, Ended, Ending, Settled
from intercom_pipeline.replies.sending.feeding import FIRST_NOT_SHOWN, FIRST_WENT_WRONG
from intercom_pipeline.replies.sending.ledger_thread import in_thread
from intercom_pipeline.replies.sending.pace import Pace
from intercom_pipeline.replies.sending.run import EXPIRED, Run
from intercom_pipeline.replies.sending.running import run_apply
from intercom_pipeline.sandbox import FaultKind
from intercom_pipeline.sandbox.request_log import Request
from tests.replies.campaign import FAST, POST, THEN, Campaign, Told, order

SENT, FAILED, STALE, UNKNOWN = Outcome.SENT, Outcome.FAILED, Outcome.STALE, Outcome.UNKNOWN


def test_each_conversation_is_answered_once_and_never_again(world: Campaign) -> None:
    """To apply a plan again sends nothing, and so does another plan of the campaign."""
    plan = world.plan(6)
    told = world.apply(plan)
    assert told.begun == Begun(pending=6, done=0, at_most=6)
    assert told.outcomes == [SENT] * 6
    assert told.ended == Ended(why=Ending.COMPLETE)
    assert world.apply(plan, run_id="2").begun == Begun(pending=0, done=6, at_most=0)
    assert world.said(plan) == [1] * 6
    assert world.posts == 6


def test_the_ledger_knows_what_became_of_each(world: Campaign) -> None:
    """The part that it became, Intercom's request id, who sent it and what was there before."""
    plan = world.plan(1)
    conversation_id = plan.replies[0].conversation_id
    held = world.sandbox.workspace.collections["conversations"]
    before = held.get(conversation_id)["conversation_parts"]["conversation_parts"]
    world.apply(plan, by="ada@host")
    after = held.get(conversation_id)["conversation_parts"]["conversation_parts"]
    [known] = world.known(plan).values()
    assert (known.outcome, known.attempts, known.part_id) == (SENT, 1, after[-1]["id"])
    assert known.intent.newest_part == (before[-1]["id"] if before else None)
    assert known.intent.by == "ada@host"
    assert known.request_id


@pytest.mark.parametrize(
    ("then", "shown"),
    [
        (Then(action=Action.CLOSE), lambda it, _: it["state"] == "closed"),
        (Then(action=Action.SNOOZE, until=4_000_000_000), lambda it, _: it["snoozed_until"] == 4_000_000_000),
        (Then(action=Action.ASSIGN), lambda it, target: str(it["admin_assignee_id"]) == target),
        (Then(action=Action.ASSIGN_TEAM), lambda it, target: str(it["team_assignee_id"]) == target),
        (Then(action=Action.TAG), lambda it, target: target in [each["id"] for each in it["tags"]["tags"]]),
    ],
    ids=lambda each: each.action if isinstance(each, Then) else "",
)
def test_what_follows_a_reply_is_done_once(world: Campaign, then: Then, shown: object) -> None:
    """After the reply, and not again where the plan is applied again."""
    kinds = {Action.ASSIGN: "admins", Action.ASSIGN_TEAM: "teams", Action.TAG: "tags"}
    if then.action in kinds:
        *_, last = world.sandbox.workspace.collections[kinds[then.action]]
        then = msgspec.structs.replace(then, target=last["id"])
    plan = world.plan(2, then=then)
    told = world.apply(plan)
    assert [each.step for each in told.settled[:2]] == [Step.REPLY, Step.THEN]
    assert world.counted(plan, Step.THEN) == {SENT: 2}
    writes = len(world.sandbox.requests)
    assert world.apply(plan).settled == []
    assert len(world.sandbox.requests) == writes + 1  # whose token it is
    conversation = world.sandbox.workspace.collections["conversations"].get(plan.replies[0].conversation_id)
    assert callable(shown)
    assert shown(conversation, then.target)


def test_a_conversation_that_changed_is_not_answered_nor_one_that_is_gone(world: Campaign) -> None:
    """Whether somebody wrote in it, or its state or only its time is another; the others are answered."""
    plan = world.plan(6)
    workspace = world.sandbox.workspace
    heard, closed, gone, touched, *_ = (each.conversation_id for each in plan.replies)
    workspace.reply(heard, "<p>Wait</p>", contact_id=_contact_of(world, heard))
    workspace.update("conversations", closed, state="somehow")
    workspace.delete_conversation(gone)
    workspace.update("conversations", touched, updated_at=plan.replies[3].seen.updated_at + 1)
    told = world.apply(plan)
    assert told.outcomes == [STALE, STALE, FAILED, STALE, SENT, SENT]
    assert "has" in str(told.settled[0].reason)
    assert "no such conversation" in str(told.settled[2].reason)
    assert world.posts == 2
    assert world.apply(plan).settled == []


def test_what_the_conversation_shows_already_waits_for_a_person(world: Campaign) -> None:
    """As where an older copy of the ledger was put back: no plan sends it again, and a retry finds it."""
    plan = world.plan(2)
    copy = world.folder.with_name("copy") / FILE
    sqlite.back_up(world.folder / FILE, copy)
    assert world.apply(plan).outcomes == [SENT, SENT]
    with open_ledger(None, copy.parent) as older:
        forgetful = replace(world, folder=copy.parent, ledger=older)
        assert forgetful.apply(plan).outcomes == [Outcome.HELD] * 2
        assert forgetful.apply(plan).outcomes == []
        with pytest.raises(PlanEmpty):
            forgetful.plan_for(*(each.conversation_id for each in plan.replies))
        assert forgetful.retry(plan, Outcome.HELD).outcomes == [SENT, SENT]
    assert world.said(plan) == [1, 1]


def test_what_was_stale_is_sent_by_another_plan_of_the_campaign(world: Campaign) -> None:
    """As somebody has looked at it as it is now."""
    plan = world.plan(1)
    conversation_id = plan.replies[0].conversation_id
    world.sandbox.workspace.reply(conversation_id, "<p>Wait</p>")
    assert world.apply(plan).outcomes == [STALE]
    again = world.plan_for(conversation_id)
    assert world.apply(again).outcomes == [SENT]
    assert world.apply(plan).settled == []
    assert world.said(again) == [1]


def test_the_first_one_is_sent_alone_and_a_mistake_made_once(world: Campaign) -> None:
    """What Intercom refuses of the first it would refuse of all."""
    plan = world.plan(5)
    world.fault(FaultKind.UNPROCESSABLE)
    told = world.apply(plan)
    assert told.outcomes == [FAILED]
    assert told.ended == Ended(why=Ending.BROKEN, reason=FIRST_WENT_WRONG)
    assert world.posts == 1


def test_no_other_is_sent_where_the_first_cannot_be_read_back(world: Campaign) -> None:
    """Of a reply without an answer nobody could find out what became of it."""
    plan = world.plan(3)
    first = plan.replies[0].conversation_id

    def forget(request: Request) -> None:
        if request.endpoint == POST:
            parts = {"type": "conversation_part.list", "conversation_parts": [], "total_count": 0}
            world.sandbox.workspace.update("conversations", first, conversation_parts=parts)

    world.sandbox.after_each_request.append(forget)
    told = world.apply(plan)
    world.sandbox.after_each_request.remove(forget)
    assert told.outcomes == [SENT]
    assert told.ended == Ended(why=Ending.BROKEN, reason=FIRST_NOT_SHOWN)
    assert world.posts == 1


@pytest.mark.parametrize(
    "kind", [FaultKind.TOO_MANY_RESET, FaultKind.TOO_MANY_RETRY_AFTER, FaultKind.TOO_MANY_BARE]
)
def test_what_the_rate_limit_refused_is_sent_after_the_wait(world: Campaign, kind: FaultKind) -> None:
    """Within the same intent: surely nothing was applied."""
    plan = world.plan(2)
    world.fault(kind, times=1, wait_seconds=1)
    assert world.apply(plan).outcomes == [SENT, SENT]
    assert [each.attempts for each in world.known(plan).values()] == [1, 1]
    assert world.said(plan) == [1, 1]


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.ERROR_500,
        FaultKind.ERROR_502_HTML,
        FaultKind.HTML,
        FaultKind.EMPTY,
        FaultKind.TRUNCATED,
        FaultKind.REDIRECT,
        FaultKind.RESET,
        FaultKind.APPLIED_RESET,
        FaultKind.APPLIED_500,
    ],
)
def test_what_got_no_clear_answer_is_unknown_and_never_sent_again(world: Campaign, kind: FaultKind) -> None:
    """By this plan or another of the campaign, however often they are applied."""
    plan = world.plan(1)
    world.fault(kind, times=1)
    assert world.apply(plan).outcomes == [UNKNOWN]
    assert world.apply(plan).settled == []
    assert world.posts == 1
    [known] = world.known(plan).values()
    assert known.reason


def test_an_answer_that_is_another_conversation_is_not_taken_for_it(world: Campaign) -> None:
    """Anybody on the way could have given it."""
    plan = world.plan(1)
    other = httpx.Response(200, json={"type": "conversation", "id": "1"})
    assert asyncio.run(_applied_with(world, plan, lambda _: other)) == [UNKNOWN]
    assert world.posts == 0


@pytest.mark.parametrize("changed", [False, True])
def test_what_waited_long_is_sent_only_if_nothing_happened_meanwhile(
    world: Campaign, *, changed: bool
) -> None:
    """Each of two waits for the rate limit; the customer, or nobody, writes in the second."""
    plan = world.plan(1)
    heard = plan.replies[0].conversation_id
    world.fault(FaultKind.TOO_MANY_RETRY_AFTER, times=2, wait_seconds=1)

    def write(_: Request) -> None:
        if world.posts == 2:
            world.sandbox.after_each_request.remove(write)
            world.sandbox.workspace.reply(heard, "<p>Solved!</p>", contact_id=_contact_of(world, heard))

    if changed:
        world.sandbox.after_each_request.append(write)
    told = world.apply(plan, pace=replace(FAST, look_good_for=0.5))
    assert told.outcomes == ([STALE] if changed else [SENT])
    assert told.ended == Ended(why=Ending.COMPLETE)
    assert (world.posts, world.counted(plan)) == ((2, {STALE: 1}) if changed else (3, {SENT: 1}))
    # It was read before each try.
    assert world.sandbox.requests.count("GET /conversations/{id}") == (3 if changed else 4)


def test_nothing_is_closed_on_a_customer_who_wrote_while_that_waited(world: Campaign) -> None:
    """The reply was sent; what follows it waited for the rate limit."""
    plan = world.plan(1, then=Then(action=Action.CLOSE))
    heard = plan.replies[0].conversation_id
    world.fault(FaultKind.TOO_MANY_RETRY_AFTER, THEN, times=1, wait_seconds=1)

    def write(request: Request) -> None:
        if request.endpoint == THEN:
            world.sandbox.workspace.reply(heard, "<p>Wait!</p>", contact_id=_contact_of(world, heard))

    world.sandbox.after_each_request.append(write)
    world.apply(plan, pace=replace(FAST, look_good_for=0.5))
    world.sandbox.after_each_request.remove(write)
    assert (world.counted(plan), world.counted(plan, Step.THEN)) == ({SENT: 1}, {STALE: 1})


def test_what_waits_is_not_sent_once_another_process_has_taken_over(world: Campaign) -> None:
    """The lock was lost while it waited; the other may have sent it since, so nothing is noted either."""
    plan = world.plan(1)
    world.fault(FaultKind.TOO_MANY_RETRY_AFTER, times=1, wait_seconds=1)

    def take_over(request: Request) -> None:
        if request.endpoint == POST:
            (world.folder / "apply.lock").unlink()
            with open_ledger(None, world.folder) as other, other.only_apply("plan"):
                other.recover("another")

    world.sandbox.after_each_request.append(take_over)
    told = world.apply(plan)
    world.sandbox.after_each_request.remove(take_over)
    assert told.ended is not None
    assert told.ended.why is Ending.BROKEN
    assert (world.posts, world.counted(plan)) == (1, {UNKNOWN: 1})


def test_after_a_pause_replies_leave_at_the_rate(world: Campaign) -> None:
    """Many waited for the rate limit, and do not leave at once when it is over."""
    plan = world.plan(14)
    world.fault(FaultKind.TOO_MANY_RETRY_AFTER, after=2, times=1, wait_seconds=1)
    left: list[float] = []

    def note(request: Request) -> None:
        if request.endpoint == POST:
            left.append(time.monotonic())

    world.sandbox.after_each_request.append(note)
    assert world.apply(plan, pace=Pace(per_second=10)).outcomes == [SENT] * 14
    world.sandbox.after_each_request.remove(note)
    # The third was refused: those that follow come at ten a second, and a late one is made up for.
    assert left[-1] - left[3] > 0.4


@pytest.mark.parametrize("again", [SURELY_NOT_APPLIED, frozenset({Outcome.HELD})])
def test_a_plan_that_becomes_too_old_ends_its_run(world: Campaign, again: frozenset[Outcome]) -> None:
    """Before the next reply is even looked at; what is held no other plan may send, so it is at any age."""
    made = world.plan(1)
    plan = msgspec.structs.replace(made, created_at=made.created_at - timedelta(hours=25))
    world.ledger.register(plan)
    ended = asyncio.run(_answered_once(world, plan, again))
    is_held = Outcome.HELD in again
    assert ended == (None if is_held else Ended(why=Ending.EXPIRED, reason=EXPIRED))
    assert world.posts == is_held


def test_where_there_is_no_connection_it_is_tried_again_within_the_same_intent(world: Campaign) -> None:
    """Surely nothing was applied."""
    plan = world.plan(1)
    tries = iter([httpx.ConnectError("refused")])
    assert asyncio.run(_applied_with(world, plan, lambda _: next(tries, None))) == [SENT]
    [known] = world.known(plan).values()
    assert known.attempts == world.posts == 1


def test_where_there_is_no_connection_at_all_it_fails(world: Campaign) -> None:
    """And may be tried again by a person."""
    plan = world.plan(1)
    assert asyncio.run(_applied_with(world, plan, lambda _: httpx.ConnectError("refused"))) == [FAILED]


def test_whatever_goes_wrong_after_it_left_is_unknown(world: Campaign) -> None:
    """An error that nobody foresaw, too."""
    plan = world.plan(1)
    assert asyncio.run(_applied_with(world, plan, lambda _: LookupError("odd"))) == [UNKNOWN]


def test_three_failures_in_a_row_end_a_run(world: Campaign) -> None:
    """Of what is in flight the outcome is noted; the rest is left for another run."""
    plan = world.plan(30)
    world.fault(FaultKind.ERROR_500, after=1)
    told = world.apply(plan, pace=Pace(per_second=4))
    assert told.ended is not None
    assert (told.ended.why, "in a row" in str(told.ended.reason)) == (Ending.BROKEN, True)
    assert world.counted(plan)[SENT] == 1
    assert 3 <= world.counted(plan)[UNKNOWN] <= Pace(per_second=4).in_flight
    # One that was about to leave when the third failed is kept back.
    assert world.posts == len(told.outcomes) - told.outcomes.count(FAILED)


@pytest.mark.parametrize("family", ["conversations", "reply"])
def test_a_missing_permission_ends_a_run_at_once(world: Campaign, family: str) -> None:
    """To read conversations, or to answer them."""
    plan = world.plan(3)
    world.sandbox.conditions.missing_permissions.add(family)
    try:
        told = world.apply(plan)
    finally:
        world.sandbox.conditions.missing_permissions.clear()
    assert told.ended is not None
    assert told.ended.why is Ending.BROKEN
    assert world.posts == (family == "reply")


def test_caps_are_kept_and_told_before(world: Campaign) -> None:
    """For one run, and for a day; what changed or is gone uses up none of them."""
    plan = world.plan(6)
    world.sandbox.workspace.reply(plan.replies[1].conversation_id)
    told = world.apply(plan, pace=replace(FAST, most_per_run=2))
    assert told.begun == Begun(pending=6, done=0, at_most=2)
    assert told.ended is not None
    assert told.ended.why is Ending.CAPPED
    assert sorted(told.outcomes) == [SENT, SENT, STALE]
    told = world.apply(plan, pace=replace(FAST, most_per_day=3))
    assert told.begun == Begun(pending=3, done=3, at_most=1)
    assert told.outcomes == [SENT]
    assert world.apply(plan, pace=replace(FAST, most_per_day=3)).outcomes == []
    assert world.apply(plan).outcomes == [SENT, SENT]
    assert sum(world.said(plan)) == 5


def test_a_stopped_plan_sends_nothing_more_until_it_is_resumed(world: Campaign) -> None:
    """Whoever stops it, from whatever process."""
    plan = world.plan(20)
    events = world.begin(plan, pace=Pace(per_second=10))
    told = [*_until_settled(events, 2)]
    with open_ledger(None, world.folder) as elsewhere:
        elsewhere.stop(plan.plan_id, by="somebody")
    before = world.sandbox.requests.count(POST, status=200)
    rest = Told.of(events)
    assert rest.ended is not None
    assert rest.ended.why is Ending.STOPPED
    # What had left when it was stopped was let come to its end.
    assert world.posts <= before + Pace(per_second=10).in_flight
    assert world.counted(plan)[SENT] == world.posts
    with pytest.raises(PlanStopped):
        world.apply(plan)
    world.ledger.resume(plan.plan_id)
    world.apply(plan)
    assert world.said(plan) == [1] * 20
    assert told


def test_a_plan_that_is_stopped_while_a_conversation_is_looked_at_is_not_even_intended(
    world: Campaign,
) -> None:
    """So that it is sent without further ado once the plan is resumed."""
    plan = world.plan(1)

    def stop(request: Request) -> None:
        if request.endpoint == "GET /conversations/{id}":
            with open_ledger(None, world.folder) as elsewhere:
                elsewhere.stop(plan.plan_id, by="somebody")

    world.sandbox.after_each_request.append(stop)
    assert world.apply(plan).settled == []
    world.sandbox.after_each_request.remove(stop)
    assert (world.known(plan), world.posts) == ({}, 0)
    world.ledger.resume(plan.plan_id)
    assert world.apply(plan).outcomes == [SENT]


def test_a_plan_that_is_stopped_in_the_moment_of_the_intent_sends_nothing(world: Campaign) -> None:
    """The switch is looked at once more when the intent is on the disk, which is then taken back."""
    plan = world.plan(1)
    stops = "UPDATE reply_plans SET stopped_at = '2026-03-01 00:00:00'"
    _in_ledger(world, f"CREATE TRIGGER stops AFTER INSERT ON reply_sendings BEGIN {stops}; END")
    assert world.apply(plan).outcomes == []
    assert (world.posts, world.counted(plan)) == (0, {})


@pytest.mark.parametrize("before", [None, FAILED, Outcome.HELD])
def test_what_waits_for_the_rate_limit_is_not_waited_for_when_stopped(
    world: Campaign, before: Outcome | None
) -> None:
    """Nothing was applied, so that all is as it was: whoever goes on finds it not begun, failed or held."""
    plan = world.plan(1)
    if before is not None:
        world.fault(FaultKind.UNPROCESSABLE if before is FAILED else FaultKind.ERROR_500, times=1)
        world.apply(plan)
        world.resolve(plan)
    known, posts = world.ledger.sendings(plan.plan_id), world.posts
    assert [each.outcome for each in known] == ([before] if before else [])
    world.fault(FaultKind.TOO_MANY_RETRY_AFTER, wait_seconds=50)
    events = world.begin_retry(plan, before) if before else world.begin(plan)
    next(events)
    until = time.monotonic() + 60
    while not world.sandbox.requests.count(POST, status=429):
        assert time.monotonic() < until
        time.sleep(0.01)
    events.close()
    assert world.ledger.sendings(plan.plan_id) == known
    assert world.posts == posts + 1


def test_what_cannot_be_noted_ends_a_run_and_is_unknown_in_the_next(world: Campaign) -> None:
    """A ledger that takes no outcome: the reply that was sent is not sent again."""
    plan = world.plan(4)
    full = "CREATE TRIGGER full BEFORE UPDATE ON reply_sendings BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
    _in_ledger(world, full)
    told = world.apply(plan)
    assert told.ended is not None
    assert told.ended.why is Ending.BROKEN
    assert told.outcomes == [UNKNOWN]
    assert world.counted(plan) == {Outcome.INTENDED: 1}
    _in_ledger(world, "DROP TRIGGER full")
    world.apply(plan)
    assert world.counted(plan) == {UNKNOWN: 1, SENT: 3}
    assert world.said(plan) == [1] * 4


def test_what_cannot_be_intended_is_not_sent(world: Campaign) -> None:
    """A ledger that takes no intent."""
    plan = world.plan(2)
    _in_ledger(
        world,
        "CREATE TRIGGER full BEFORE INSERT ON reply_sendings BEGIN SELECT RAISE(FAIL, 'disk is full'); END",
    )
    told = world.apply(plan)
    assert told.ended is not None
    assert told.ended.why is Ending.BROKEN
    assert world.posts == 0


@dataclass(frozen=True, slots=True)
class BusyOnce:
    """A ledger that cannot be read once: when an intent is on the disk, and the request has yet to leave."""

    ledger: Ledger
    asked: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        self.asked.append(name)
        if self.asked[-2:] == ["intend", "is_stopped"]:
            raise LedgerBusy("The ledger is held.", why="It takes unusually long.", fix="Try again.")
        return getattr(self.ledger, name)


def test_what_did_not_leave_as_the_ledger_failed_is_not_begun(world: Campaign) -> None:
    """It surely was not sent, so nobody has to look for it."""
    plan = world.plan(1)
    told = Told.of(
        run_apply(order(plan), connection=world.connection, ledger=cast("Ledger", BusyOnce(world.ledger)))
    )
    assert told.ended is not None
    assert (told.ended.why, told.ended.reason) == (
        Ending.BROKEN,
        "The ledger is held. It takes unusually long.",
    )
    assert (world.counted(plan), world.posts) == ({}, 0)
    assert world.apply(plan).outcomes == [SENT]


def test_one_process_at_a_time_applies_plans(world: Campaign) -> None:
    """The second is told at once who does."""
    plan = world.plan(4)
    events = world.begin(plan, pace=Pace(per_second=1))
    next(events)
    with open_ledger(None, world.folder) as other, pytest.raises(LedgerBusy):
        replace(world, ledger=other).apply(plan)
    events.close()
    assert world.apply(plan).ended == Ended(why=Ending.COMPLETE)
    assert world.said(plan) == [1] * 4


def test_who_may_not_send_does_not_have_a_plan_go_on(world: Campaign) -> None:
    """Neither while another process sends nor once it expired: what was stopped stays so."""
    plan, other = world.plan(2), world.plan(2)
    world.ledger.stop(plan.plan_id, by="test")
    events = world.begin(other, pace=Pace(per_second=1))
    next(events)
    with open_ledger(None, world.folder) as second, pytest.raises(LedgerBusy):
        replace(world, ledger=second).apply(plan, resume=True)
    events.close()
    old = msgspec.structs.replace(plan, created_at=plan.created_at - GOOD_FOR)
    world.ledger.register(old)
    world.ledger.stop(old.plan_id, by="test")
    with pytest.raises(PlanExpired):
        world.apply(old, resume=True)
    assert world.ledger.is_stopped(plan.plan_id)
    assert world.ledger.is_stopped(old.plan_id)
    with pytest.raises(PlanStopped, match="replies apply"):  # since nobody has confirmed it
        world.apply(plan)
    assert world.apply(plan, resume=True, dry_run=True).outcomes == [SENT, SENT]
    assert world.ledger.is_stopped(plan.plan_id)
    assert world.posts == 1  # the other plan's
    assert world.apply(plan, resume=True).outcomes == [SENT, SENT]


def test_a_dry_run_tells_what_would_be_sent_and_does_nothing(world: Campaign) -> None:
    """Nothing is posted, noted or confirmed."""
    plan = world.plan(3, then=Then(action=Action.CLOSE))
    world.sandbox.workspace.reply(plan.replies[1].conversation_id)
    told = world.apply(plan, dry_run=True)
    assert sorted(told.outcomes) == [SENT, SENT, STALE]
    assert world.posts == 0
    assert world.known(plan) == {}
    assert world.ledger.entry(plan.plan_id).confirmed_at is None


def test_a_plan_of_yesterday_or_of_another_place_is_refused(world: Campaign) -> None:
    """Before anything is sent."""
    plan = world.plan(1)
    changes: list[tuple[dict[str, Any], type[PlanRefused]]] = [
        ({"created_at": plan.created_at - timedelta(hours=25)}, PlanExpired),
        ({"workspace_id": "other"}, PlanRefused),
        ({"base_url": "https://api.eu.intercom.io"}, PlanRefused),
    ]
    for change, refused in changes:
        other = msgspec.structs.replace(plan, **change)
        world.ledger.register(other)
        with pytest.raises(refused):
            world.apply(other)
    with pytest.raises(PlanRefused, match="another ledger"):
        world.apply(msgspec.structs.replace(plan, ledger_id="other"))
    with pytest.raises(LedgerError, match="knows"):
        world.apply(msgspec.structs.replace(plan, campaign="never registered"))
    assert world.posts == 0


@pytest.mark.parametrize("typed", ["", "send", "send 5", "send 40", "yes", "send four"])
def test_a_confirmation_names_how_many_are_sent(world: Campaign, typed: str) -> None:
    """Anything else is none."""
    plan = world.plan(4)
    check_confirmation(plan, " Send  4\n")
    check_confirmation(plan, "send 2", count=2)
    with pytest.raises(ConfirmationRefused):
        check_confirmation(plan, typed)


@pytest.mark.parametrize(("said", "outcome"), [(None, SENT), ("<p>No!</p>", STALE)])
def test_what_follows_is_done_by_the_next_run_unless_the_customer_answered(
    world: Campaign, said: str | None, outcome: Outcome
) -> None:
    """Nobody closes a conversation on a customer who has just written in it."""
    plan = world.plan(1, then=Then(action=Action.CLOSE))
    world.fault(FaultKind.APPLIED_500, times=1)
    world.apply(plan)
    assert [each.outcome for each in world.resolve(plan)] == [SENT]
    if said:
        heard = plan.replies[0].conversation_id
        world.sandbox.workspace.reply(heard, said, contact_id=_contact_of(world, heard))
    told = world.apply(plan)
    assert told.begun == Begun(pending=0, done=1, at_most=0, following=1)
    assert world.counted(plan, Step.THEN) == {outcome: 1}
    assert world.sandbox.requests.count(THEN) == (not said)
    assert world.posts == 1


def test_nobody_is_snoozed_until_a_time_that_is_over(world: Campaign) -> None:
    """The reply is sent all the same."""
    later = world.plan(2, then=Then(action=Action.SNOOZE, until=4_000_000_000))
    plan = msgspec.structs.replace(later, then=Then(action=Action.SNOOZE, until=1_700_000_000))
    world.ledger.register(plan)
    told = world.apply(plan)
    assert told.outcomes == [SENT, SENT]
    assert world.counted(plan, Step.THEN) == {STALE: 2}


def _until_settled(events: Iterator[object], count: int) -> Iterator[object]:
    yield from islice((each for each in events if isinstance(each, Settled)), count)


def _contact_of(world: Campaign, conversation_id: str) -> str:
    held = world.sandbox.workspace.collections["conversations"].get(conversation_id)
    return str(held["contacts"]["contacts"][0]["id"])


def _in_ledger(world: Campaign, statement: str) -> None:
    with sqlite3.connect(world.folder / "ledger.db") as database:
        database.execute(statement)
    database.close()


@dataclass
class _Instead(httpx.AsyncBaseTransport):
    """Real answers, but for replies where something else is given."""

    answer: Callable[[httpx.Request], httpx.Response | Exception | None]
    real: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        given = self.answer(request) if request.url.path.endswith("/reply") else None
        if isinstance(given, Exception):
            raise given
        return given or await self.real.handle_async_request(request)

    async def aclose(self) -> None:
        await self.real.aclose()


async def _answered_once(world: Campaign, plan: Plan, again: frozenset[Outcome]) -> Ended | None:
    """How a run stands that has seen to a plan's first reply, whenever it began."""
    async with connect(world.connection) as client, in_thread(world.ledger) as ledger:
        run = Run(client=client, ledger=ledger, order=order(plan), run_id="1", again=again)
        await answer(run, Due(planned=plan.replies[0], steps=(Step.REPLY,)))
        return run.ending


async def _applied_with(
    world: Campaign, plan: Plan, answer: Callable[[httpx.Request], httpx.Response | Exception | None]
) -> list[Outcome]:
    """What becomes of a plan's replies where something answers them in the sandbox's stead."""
    async with connect(world.connection, _Instead(answer)) as client:
        events = apply(client, world.ledger, order(plan))
        return [event.outcome async for event in events if isinstance(event, Settled)]
