"""What nobody knows is looked for in its conversation, and sent again only where a person says so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from intercom_pipeline.replies.errors import PlanEmpty
from intercom_pipeline.replies.ledger.errors import LedgerBusy
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import Outcome, Step
from intercom_pipeline.replies.plan import Action, Plan, Then
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.replies.sending.applicable import PlanStopped
from intercom_pipeline.replies.sending.events import Ending
from intercom_pipeline.replies.sending.judging import CHANGED, GONE
from intercom_pipeline.replies.sending.resolving import SETTLE_AFTER, FindingRefused, settle_held
from intercom_pipeline.replies.sending.shown import NOTHING, OTHERWISE, SHOWN
from intercom_pipeline.sandbox import FaultKind
from tests.replies.campaign import POST, THEN, Campaign
from tests.replies.ledger.known import put
from tests.replies.planned import BODY

SENT, FAILED, UNKNOWN, HELD = Outcome.SENT, Outcome.FAILED, Outcome.UNKNOWN, Outcome.HELD


def uncertain(world: Campaign, kind: FaultKind, **changes: Any) -> Plan:
    """A plan of one reply of which nobody knows what became of it."""
    plan = world.plan_for(world.sandbox.workspace.create_conversation()["id"], **changes)
    world.fault(kind, times=1)
    assert world.apply(plan).outcomes == [UNKNOWN]
    return plan


def reason(world: Campaign, plan: Plan) -> str | None:
    [known] = world.known(plan).values()
    return known.reason


def only(plan: Plan) -> str:
    [planned] = plan.replies
    return planned.conversation_id


@pytest.mark.parametrize("message_type", list(MessageType))
def test_what_the_conversation_shows_was_sent(world: Campaign, message_type: MessageType) -> None:
    """With the part that it became; the rest of its campaign goes on."""
    options = ("Yes", "No") if message_type is MessageType.QUICK_REPLY else ()
    plan = uncertain(world, FaultKind.APPLIED_500, message_type=message_type, options=options)
    [settled] = world.resolve(plan)
    assert (settled.outcome, settled.reason) == (SENT, SHOWN)
    parts = world.sandbox.workspace.collections["conversations"].get(only(plan))["conversation_parts"]
    [known] = world.known(plan).values()
    assert known.part_id == parts["conversation_parts"][-1]["id"]
    assert world.resolve(plan) == []


def test_what_it_does_not_show_is_held(world: Campaign) -> None:
    """And sent by nobody: to apply the plan again leaves it."""
    plan = uncertain(world, FaultKind.ERROR_500)
    assert [each.outcome for each in world.resolve(plan)] == [HELD]
    assert reason(world, plan) == NOTHING
    assert world.apply(plan).settled == []
    assert world.posts == 1


def test_what_is_held_stays_held_where_it_is_refused(world: Campaign) -> None:
    """Its first try may yet arrive, so that no other plan of the campaign sends it."""
    plan = uncertain(world, FaultKind.ERROR_500)
    world.resolve(plan)
    world.fault(FaultKind.UNPROCESSABLE, times=1)
    told = world.retry(plan, HELD)
    assert told.outcomes == [HELD]
    assert told.ended is not None
    assert told.ended.why is Ending.BROKEN  # as after any first one that went wrong
    said = reason(world, plan)
    assert said is not None
    assert said.startswith("It was refused when it was tried again. ")
    with pytest.raises(PlanEmpty, match="Nothing is left"):
        world.plan_for(only(plan))
    assert world.retry(plan, HELD).outcomes == [SENT]
    assert world.said(plan) == [1]


@pytest.mark.parametrize("outcome", [HELD, FAILED])
def test_only_what_was_shown_is_tried_again(world: Campaign, outcome: Outcome) -> None:
    """What has the same outcome since, nobody confirmed."""
    plan = world.plan(2)
    world.fault(FaultKind.ERROR_500 if outcome is HELD else FaultKind.UNPROCESSABLE, times=2)
    world.apply(plan)
    world.apply(plan)  # the first that went wrong ended the run
    world.resolve(plan)
    assert world.counted(plan) == {outcome: 2}
    shown = plan.replies[1].conversation_id
    world.retry(plan, outcome, among={shown})
    assert {key for key, each in world.known(plan).items() if each.outcome is SENT} == {shown}


def test_who_confirms_has_a_stopped_plan_go_on_at_any_age(world: Campaign) -> None:
    """What is held no other plan may send: it is not stuck."""
    made = world.plan_for(world.sandbox.workspace.create_conversation()["id"])
    plan = msgspec.structs.replace(made, created_at=made.created_at - timedelta(hours=25))
    world.ledger.register(plan)
    put(world.ledger, plan, HELD, only(plan))
    world.ledger.stop(plan.plan_id, by="ada")
    with pytest.raises(PlanStopped):
        world.retry(plan, HELD)
    assert world.retry(plan, HELD, resume=True, dry_run=True).outcomes == [SENT]
    assert world.ledger.is_stopped(plan.plan_id)
    assert world.retry(plan, HELD, resume=True).outcomes == [SENT]
    assert not world.ledger.is_stopped(plan.plan_id)


def test_it_is_too_early_for_what_has_just_been_sent(world: Campaign) -> None:
    """Intercom may apply it later; whoever asks is told how long to wait."""
    plan = uncertain(world, FaultKind.ERROR_500)
    [settled] = world.resolve(plan, SETTLE_AFTER)
    assert settled.outcome is UNKNOWN
    assert "5 min" in str(settled.reason)
    assert world.counted(plan) == {UNKNOWN: 1}


def test_what_another_wrote_is_not_taken_for_it(world: Campaign) -> None:
    """Nor what the admin wrote that reads otherwise: a person has to look."""
    plan = uncertain(world, FaultKind.ERROR_500)
    workspace = world.sandbox.workspace
    _, other, *_ = workspace.collections["admins"]
    workspace.reply(only(plan), BODY, message_type="note", admin_id=other["id"])
    workspace.reply(only(plan), BODY, message_type="comment", admin_id=plan.admin_id)
    workspace.reply(only(plan), "<p>Else</p>", message_type="note", admin_id=plan.admin_id)
    world.resolve(plan)
    assert (world.counted(plan), reason(world, plan)) == ({HELD: 1}, OTHERWISE)


def test_what_was_there_before_is_not_taken_for_it(world: Campaign) -> None:
    """The same words by the same admin, in an earlier campaign."""
    first = world.plan(1, campaign="first")
    world.apply(first)
    plan = world.plan_for(only(first), campaign="second")
    world.fault(FaultKind.ERROR_500, times=1)
    world.apply(plan)
    world.resolve(plan)
    assert (world.counted(plan), reason(world, plan)) == ({HELD: 1}, NOTHING)


def test_what_another_campaign_sent_since_is_not_taken_for_it(world: Campaign) -> None:
    """The same words by the same admin, in a later campaign."""
    plan = uncertain(world, FaultKind.ERROR_500, campaign="first")
    world.apply(world.plan_for(only(plan), campaign="second"))
    world.resolve(plan)
    assert (world.counted(plan), reason(world, plan)) == ({HELD: 1}, NOTHING)


def test_of_a_conversation_that_is_gone_nobody_knows(world: Campaign) -> None:
    """A person decides that it does not matter."""
    plan = uncertain(world, FaultKind.APPLIED_500)
    world.sandbox.workspace.delete_conversation(only(plan))
    world.resolve(plan)
    assert (world.counted(plan), reason(world, plan)) == ({HELD: 1}, GONE)


@pytest.mark.parametrize(("kind", "outcome"), [(FaultKind.APPLIED_500, SENT), (FaultKind.ERROR_500, HELD)])
@pytest.mark.parametrize(
    "then",
    [
        Then(action=Action.CLOSE),
        Then(action=Action.SNOOZE, until=4_000_000_000),
        Then(action=Action.ASSIGN),
        Then(action=Action.ASSIGN_TEAM),
    ],
    ids=lambda each: str(each.action),
)
def test_so_is_what_follows_a_reply(world: Campaign, then: Then, kind: FaultKind, outcome: Outcome) -> None:
    """By what the conversation is now."""
    kinds = {Action.ASSIGN: "admins", Action.ASSIGN_TEAM: "teams"}
    if then.action in kinds:
        *_, last = world.sandbox.workspace.collections[kinds[then.action]]
        then = Then(action=then.action, target=last["id"])
    plan = world.plan_for(world.sandbox.workspace.create_conversation()["id"], then=then)
    world.fault(kind, THEN, times=1)
    world.apply(plan)
    assert world.counted(plan, Step.THEN) == {UNKNOWN: 1}
    world.resolve(plan)
    assert (world.counted(plan), world.counted(plan, Step.THEN)) == ({SENT: 1}, {outcome: 1})
    assert world.sandbox.requests.count(THEN) == 1


def test_a_dry_run_tells_what_would_be_found(world: Campaign) -> None:
    """And notes nothing."""
    plan = uncertain(world, FaultKind.APPLIED_500)
    assert [each.outcome for each in world.resolve(plan, dry_run=True)] == [SENT]
    assert world.counted(plan) == {UNKNOWN: 1}


def test_a_person_has_sent_again_what_is_held(world: Campaign) -> None:
    """Once, where nothing is newer than before the first try; what follows it, too."""
    plan = uncertain(world, FaultKind.ERROR_500, then=Then(action=Action.CLOSE))
    world.resolve(plan)
    told = world.retry(plan, HELD)
    assert told.outcomes == [SENT]
    assert world.said(plan) == [1]
    assert world.counted(plan, Step.THEN) == {SENT: 1}
    assert world.retry(plan, HELD).settled == []
    [known] = world.known(plan).values()
    assert known.attempts == 2


def test_what_came_late_is_not_sent_again(world: Campaign) -> None:
    """After it was held: the retry looks first."""
    plan = uncertain(world, FaultKind.ERROR_500)
    world.resolve(plan)
    world.sandbox.workspace.reply(only(plan), BODY, message_type="note", admin_id=plan.admin_id)
    assert world.retry(plan, HELD).outcomes == [SENT]
    assert world.posts == 1
    assert world.said(plan) == [1]


def test_a_person_looks_where_anything_is_newer(world: Campaign) -> None:
    """It stays held."""
    plan = uncertain(world, FaultKind.ERROR_500)
    world.resolve(plan)
    world.sandbox.workspace.reply(only(plan), "<p>Never mind</p>")
    [before] = world.known(plan).values()
    [settled] = world.retry(plan, HELD).settled
    assert (settled.outcome, settled.reason) == (HELD, CHANGED)
    assert (world.counted(plan), world.posts) == ({HELD: 1}, 1)
    [known] = world.known(plan).values()
    assert known == replace(before, reason=CHANGED)


def test_a_retry_that_gets_no_answer_is_unknown_once_more(world: Campaign) -> None:
    """And waits for a person again."""
    plan = uncertain(world, FaultKind.ERROR_500)
    world.resolve(plan)
    world.fault(FaultKind.APPLIED_500, times=1)
    assert world.retry(plan, HELD).outcomes == [UNKNOWN]
    assert world.retry(plan, HELD).settled == []
    assert [each.outcome for each in world.resolve(plan)] == [SENT]
    assert world.said(plan) == [1]


def test_what_surely_failed_is_sent_again_on_request(world: Campaign) -> None:
    """But not by applying the plan again."""
    plan = world.plan(2)
    world.fault(FaultKind.UNPROCESSABLE, after=1, times=1)
    assert world.apply(plan).outcomes == [SENT, FAILED]
    assert world.apply(plan).settled == []
    assert world.retry(plan, FAILED).outcomes == [SENT]
    assert world.said(plan) == [1, 1]


def test_a_retry_that_is_dry_does_nothing(world: Campaign) -> None:
    """It tells what would be sent."""
    plan = uncertain(world, FaultKind.ERROR_500)
    world.resolve(plan)
    assert world.retry(plan, HELD, dry_run=True).outcomes == [SENT]
    assert (world.counted(plan), world.posts) == ({HELD: 1}, 1)


def left_by_a_retry(world: Campaign, **changes: Any) -> Plan:
    """A plan whose only reply stays held: something is newer in its conversation."""
    plan = uncertain(world, FaultKind.ERROR_500, **changes)
    world.resolve(plan)
    world.sandbox.workspace.reply(only(plan), "<p>Never mind</p>", message_type="note")
    assert world.retry(plan, HELD).outcomes == [HELD]
    return plan


def test_what_a_person_found_was_sent(world: Campaign) -> None:
    """As where Intercom wrote it anew, so that nobody else knows it again; what follows it is done then."""
    plan = left_by_a_retry(world, then=Then(action=Action.CLOSE))
    [found] = settle_held(world.ledger, plan.plan_id, sent=[only(plan)], by="ada@host")
    assert (found.outcome, found.reason) == (SENT, "ada@host looked: it was sent.")
    assert (world.counted(plan), reason(world, plan)) == ({SENT: 1}, found.reason)
    with pytest.raises(PlanEmpty, match="answered it already"):
        world.plan_for(only(plan))
    world.apply(plan)
    assert world.counted(plan, Step.THEN) == {SENT: 1}
    assert world.posts == 1


def test_what_a_person_did_not_find_is_left_by_its_plan_and_may_be_planned_again(world: Campaign) -> None:
    """Nothing sends it but another plan of the campaign, which answers what the conversation is now."""
    plan = left_by_a_retry(world)
    [found] = settle_held(world.ledger, plan.plan_id, not_sent=[only(plan)], by="ada@host")
    assert (found.outcome, found.reason) == (Outcome.STALE, "ada@host looked: it was not sent.")
    assert world.apply(plan).settled == []
    assert world.retry(plan, HELD).settled == []
    assert world.retry(plan, FAILED).settled == []
    assert (world.counted(plan), world.posts) == ({Outcome.STALE: 1}, 1)
    assert world.apply(world.plan_for(only(plan))).outcomes == [SENT]
    assert world.said(plan) == [1]


def test_of_what_follows_a_reply_a_person_says_the_same(world: Campaign) -> None:
    """The reply itself stays sent."""
    plan = world.plan_for(world.sandbox.workspace.create_conversation()["id"], then=Then(action=Action.CLOSE))
    world.fault(FaultKind.ERROR_500, THEN, times=1)
    world.apply(plan)
    world.resolve(plan)
    [found] = settle_held(world.ledger, plan.plan_id, not_sent=[only(plan)], by="ada@host")
    assert (found.step, found.outcome) == (Step.THEN, Outcome.STALE)
    assert (world.counted(plan), world.counted(plan, Step.THEN)) == ({SENT: 1}, {Outcome.STALE: 1})


def test_a_person_settles_what_is_held_alone(world: Campaign) -> None:
    """Where one they name is not, or they say both, nothing is noted of any."""
    plan = world.plan(4)
    held, unknown, sent, left = (each.conversation_id for each in plan.replies)
    put(world.ledger, plan, HELD, held)
    put(world.ledger, plan, UNKNOWN, unknown)
    put(world.ledger, plan, SENT, sent)
    before = world.known(plan)
    for other in (unknown, sent, left, "404"):
        with pytest.raises(FindingRefused, match=f"Nothing is held in conversation {other}"):
            settle_held(world.ledger, plan.plan_id, not_sent=[held, other], by="ada@host")
    with pytest.raises(FindingRefused, match=f"Of conversation {held} both was said"):
        settle_held(world.ledger, plan.plan_id, sent=[held], not_sent=[held], by="ada@host")
    assert settle_held(world.ledger, plan.plan_id, sent=[held], by="ada@host", dry_run=True)
    with open_ledger(None, world.folder) as second, second.only_apply("another"), pytest.raises(LedgerBusy):
        settle_held(world.ledger, plan.plan_id, sent=[held], by="ada@host")
    assert world.known(plan) == before
    other_plan = world.plan(1)
    with pytest.raises(FindingRefused):
        settle_held(world.ledger, other_plan.plan_id, sent=[held], by="ada@host")
    assert world.known(plan) == before


def test_nothing_else_is_tried_again(world: Campaign) -> None:
    """What is unknown or sent least of all."""
    plan = uncertain(world, FaultKind.ERROR_500)
    for outcome in (UNKNOWN, SENT, Outcome.INTENDED, Outcome.STALE):
        with pytest.raises(ValueError, match="not tried again"):
            world.retry(plan, outcome)
    assert world.sandbox.requests.count(POST) == 1
