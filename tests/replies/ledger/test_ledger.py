"""What the ledger keeps, and which step may follow which."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, update

from intercom_pipeline.replies.ledger.errors import (
    LedgerConflict,
    LedgerLost,
    NotALedger,
    PlanAmbiguous,
    PlanUnknown,
)
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.tables import PLANS, SENDINGS
from intercom_pipeline.replies.ledger.values import SURELY_NOT_APPLIED, Outcome, Step
from tests.replies.ledger.known import (
    CAMPAIGN,
    FOUND_OUT,
    WORKSPACE,
    Place,
    a_plan,
    a_reply,
    an_intent,
    put,
    state,
)

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def test_a_plan_comes_back_whole(ledger: Ledger, place: Place) -> None:
    """By its id or the first digits, in another process, and however often it is registered."""
    plan = a_plan(ledger, a_reply(body="Łódź 🙂\r\n"), a_reply("2"))
    ledger.register(plan)
    with place.open(create=False) as other:
        assert other.ledger_id == ledger.ledger_id
        assert other.plan(plan.plan_id) == other.plan(plan.plan_id[:8]) == plan
        assert [each.plan_id for each in other.entries()] == [plan.plan_id]


@pytest.mark.parametrize("name", ["0" * 64, "0" * 8, "1234567", "", "last", "%%%%%%%%", "ABCDEF01", "0" * 65])
def test_a_plan_that_was_not_registered_is_not_known(ledger: Ledger, name: str) -> None:
    """Whatever is given for its id."""
    a_plan(ledger)
    for ask in (ledger.plan, ledger.entry, ledger.resume, ledger.sendings, ledger.is_stopped):
        with pytest.raises(PlanUnknown):
            ask(name)


def test_a_plan_of_another_ledger_is_not_registered(ledger: Ledger) -> None:
    """This one cannot know what it sent."""
    with pytest.raises(PlanUnknown, match="another ledger"):
        a_plan(ledger, ledger_id="another")


def test_digits_that_several_plans_begin_with_name_none(ledger: Ledger) -> None:
    """More digits do."""
    plan = a_plan(ledger)
    alike = plan.plan_id[:8] + ("0" if plan.plan_id[8] != "0" else "1") * 56
    with ledger._database.writing() as connection:
        row = {"campaign": "x", "workspace_id": "x", "message_type": "note", "replies": 1, "content": b"{}"}
        moments = {"created_at": MOMENT, "registered_at": MOMENT}
        connection.execute(insert(PLANS).values(plan_id=alike, **row, **moments))
    with pytest.raises(PlanAmbiguous):
        ledger.plan(plan.plan_id[:8])
    assert ledger.plan(plan.plan_id[:9]) == plan


def test_a_plan_that_was_changed_in_the_ledger_is_not_given(ledger: Ledger) -> None:
    """Its id is the hash of what was registered."""
    plan = a_plan(ledger)
    with ledger._database.writing() as connection:
        other = plan.content.replace(b"We are back.", b"We are gone.")
        connection.execute(update(PLANS).values(content=other))
    with pytest.raises(NotALedger, match="damaged"):
        ledger.plan(plan.plan_id)


@pytest.mark.parametrize("campaign", ["outage\u200f", "outage\u034f", "\uff4futage", "Outage"])
def test_a_campaign_that_cannot_be_told_from_another_is_refused(ledger: Ledger, campaign: str) -> None:
    """Signs that nobody sees, or that look like others, would make it another key."""
    with pytest.raises(LedgerConflict, match="campaign"):
        a_plan(ledger, campaign=campaign)


def test_a_plan_is_confirmed_stopped_and_resumed(ledger: Ledger, place: Place) -> None:
    """Other processes see it at once; the first confirmation stays."""
    plan = a_plan(ledger)
    with place.open(create=False, now=lambda: MOMENT) as other:
        other.confirm(plan.plan_id[:8], by="ada@host")
        assert not ledger.is_stopped(plan.plan_id)
        other.stop(plan.plan_id, by="ada@host")
        assert ledger.is_stopped(plan.plan_id)
    ledger.confirm(plan.plan_id, by="bob@host")
    entry = ledger.entry(plan.plan_id)
    assert (entry.confirmed_at, entry.stopped_at) == (MOMENT, MOMENT)
    ledger.resume(plan.plan_id)
    assert not ledger.is_stopped(plan.plan_id)
    assert ledger.entry(plan.plan_id).stopped_at is None


@pytest.mark.parametrize("again", [SURELY_NOT_APPLIED, frozenset({Outcome.HELD})], ids=["apply", "retry"])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_what_was_surely_not_applied_is_intended_again(
    ledger: Ledger, outcome: Outcome, again: frozenset[Outcome]
) -> None:
    """By another plan of the campaign, too; what is held only when a person asks for it."""
    put(ledger, a_plan(ledger), outcome)
    before = state(ledger)
    later = an_intent(a_plan(ledger, a_reply(body="Again")), run_id="later")
    assert ledger.intend(later, again=again) is (outcome in again)
    after = state(ledger)
    if outcome not in again:
        assert after == before
        return
    assert (after.intent, after.outcome, after.attempts) == (later, Outcome.INTENDED, 2)
    assert (after.settled_at, after.reason, after.part_id) == (None, None, None)


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.UNKNOWN, Outcome.INTENDED])
def test_nobody_can_ask_for_what_may_have_been_applied(ledger: Ledger, outcome: Outcome) -> None:
    """Not even by mistake."""
    with pytest.raises(ValueError, match="not tried again"):
        ledger.intend(an_intent(a_plan(ledger)), again={outcome})


def test_another_campaign_workspace_or_step_is_another_key(ledger: Ledger) -> None:
    """Each is intended once."""
    plans = [a_plan(ledger), a_plan(ledger, campaign="b"), a_plan(ledger, workspace_id="w")]
    intents = [*map(an_intent, plans), an_intent(plans[0], step=Step.THEN)]
    assert [ledger.intend(each) for each in intents] == [True] * 4
    assert [ledger.intend(each) for each in intents] == [False] * 4


def test_nothing_is_intended_by_a_plan_that_is_not_registered(ledger: Ledger) -> None:
    """It could not be told afterwards what was sent."""
    plan = a_plan(ledger)
    with ledger._database.writing() as connection:
        connection.execute(PLANS.delete())
    with pytest.raises(LedgerConflict, match="no such plan"):
        ledger.intend(an_intent(plan))


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.FAILED, Outcome.STALE, Outcome.UNKNOWN])
def test_an_intent_is_settled_once_by_its_run(ledger: Ledger, outcome: Outcome) -> None:
    """To note the same again does nothing; to note another outcome, or by another run, is refused."""
    intent = put(ledger, a_plan(ledger), Outcome.INTENDED)
    with pytest.raises(LedgerConflict):
        ledger.settle(intent.key, outcome, run_id="another")
    assert state(ledger).outcome is Outcome.INTENDED
    ledger.settle(intent.key, outcome, run_id="earlier", part_id="9", request_id="q\x1b\n", reason="so\x00")
    settled = state(ledger)
    assert (settled.outcome, settled.part_id, settled.request_id, settled.reason) == (
        outcome,
        "9",
        "q ",
        "so ",
    )
    ledger.settle(intent.key, outcome, run_id="earlier")
    other = Outcome.FAILED if outcome is Outcome.SENT else Outcome.SENT
    for outcome_of_another, run_id in ((other, "earlier"), (outcome, "another")):
        with pytest.raises(LedgerConflict):
            ledger.settle(intent.key, outcome_of_another, run_id=run_id)
    assert (state(ledger).outcome, state(ledger).part_id) == (outcome, "9")


@pytest.mark.parametrize("before", [None, Outcome.FAILED, Outcome.STALE, Outcome.HELD])
def test_an_intent_that_is_taken_back_leaves_no_trace(ledger: Ledger, before: Outcome | None) -> None:
    """What was held waits for a person as before; what was not begun is not begun, and counts for no day."""
    plan = a_plan(ledger)
    if before is not None:
        put(ledger, plan, before)
    known = ledger.known(WORKSPACE, CAMPAIGN, ["1"])
    counted = ledger.applied_since(WORKSPACE, LONG_AGO)
    intent = an_intent(plan, run_id="stopped")
    assert ledger.intend(intent, again={Outcome.FAILED, Outcome.STALE, Outcome.HELD})
    for _ in range(2):  # where it is not known whether the first was stored
        ledger.take_back(intent, known.get("1"))
        assert ledger.known(WORKSPACE, CAMPAIGN, ["1"]) == known
        assert ledger.applied_since(WORKSPACE, LONG_AGO) == counted


def test_only_what_this_run_still_intends_is_taken_back(ledger: Ledger) -> None:
    """What another process took for lost, or intends, is another's."""
    plan = a_plan(ledger)
    intent = put(ledger, plan, Outcome.INTENDED)
    ledger.take_back(an_intent(plan, run_id="another"), None)
    assert state(ledger).outcome is Outcome.INTENDED
    with ledger.only_apply("plan"):
        ledger.recover("another")
    ledger.take_back(intent, None)
    assert state(ledger).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("outcome", [Outcome.INTENDED, Outcome.HELD])
def test_an_intent_becomes_nothing_that_needs_a_look(ledger: Ledger, outcome: Outcome) -> None:
    """Only what was read back is held."""
    intent = put(ledger, a_plan(ledger), Outcome.INTENDED)
    with pytest.raises(ValueError, match=outcome):
        ledger.settle(intent.key, outcome, run_id="earlier")


@pytest.mark.parametrize("found", [Outcome.SENT, Outcome.HELD, Outcome.STALE])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_what_is_not_known_is_resolved(ledger: Ledger, outcome: Outcome, found: Outcome) -> None:
    """What is held may turn out to have been sent, or not to have been."""
    intent = put(ledger, a_plan(ledger), outcome)
    before = state(ledger)
    if (outcome, found) in FOUND_OUT:
        ledger.resolve(intent.key, found, reason="read back", part_id="9")
        assert (state(ledger).outcome, state(ledger).reason) == (found, "read back")
        return
    with pytest.raises(LedgerConflict):
        ledger.resolve(intent.key, found, reason="read back")
    assert state(ledger) == before


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_skip_never_hides_what_may_have_been_applied(ledger: Ledger, outcome: Outcome) -> None:
    """It is noted where nothing was begun, or surely not applied."""
    plan = a_plan(ledger)
    put(ledger, plan, outcome)
    before = state(ledger)
    ledger.skip(an_intent(plan, run_id="later"), Outcome.STALE, reason="closed meanwhile")
    after = state(ledger)
    if outcome not in SURELY_NOT_APPLIED:
        assert after == before
        return
    assert (after.outcome, after.reason, after.intent.run_id) == (Outcome.STALE, "closed meanwhile", "later")
    assert (after.attempts, after.intended_at) == (1, before.intended_at)


def test_what_was_skipped_is_no_attempt(ledger: Ledger) -> None:
    """It does not count for the cap of a day, and can be intended."""
    plan = a_plan(ledger)
    ledger.skip(an_intent(plan), reason="closed meanwhile")
    assert state(ledger).attempts == 0
    assert ledger.applied_since(WORKSPACE, LONG_AGO) == 0
    assert ledger.intend(an_intent(plan))
    assert state(ledger).attempts == 1
    with pytest.raises(ValueError, match="not begun"):
        ledger.skip(an_intent(plan), Outcome.SENT, reason="no")


def test_intents_of_runs_that_are_gone_are_not_known(ledger: Ledger) -> None:
    """Those of the run that asks stay; without the right to send nobody can tell."""
    plan = a_plan(ledger)
    for number, run_id in enumerate(("gone", "gone", "mine")):
        assert ledger.intend(an_intent(plan, str(number), run_id=run_id))
    put(ledger, plan, Outcome.SENT, "3")
    with pytest.raises(LedgerLost):
        ledger.recover("mine")
    with ledger.only_apply("plan"):
        assert ledger.recover("mine") == 2
        assert ledger.recover("mine") == 0
    known = ledger.known(WORKSPACE, CAMPAIGN, ["0", "1", "2", "3"])
    assert [known[each].outcome for each in "0123"] == ["unknown", "unknown", "intended", "sent"]
    assert known["0"].reason
    with pytest.raises(LedgerConflict):
        ledger.settle(known["0"].intent.key, Outcome.SENT, run_id="gone")


def test_a_day_counts_replies_of_the_workspace_whatever_became_of_them(place: Place) -> None:
    """By the moment that they were intended, in whatever time zone it is asked."""
    with place.open(now=lambda: MOMENT) as ledger:
        plan = a_plan(ledger)
        put(ledger, plan, Outcome.SENT, "1")
        put(ledger, plan, Outcome.UNKNOWN, "2")
        put(ledger, a_plan(ledger, workspace_id="other"), Outcome.INTENDED, "3")
        assert ledger.intend(an_intent(plan, step=Step.THEN))
    with place.open() as ledger:
        here = MOMENT.astimezone(timezone(timedelta(hours=-9)))
        assert ledger.applied_since(WORKSPACE, here) == 2
        assert ledger.applied_since(WORKSPACE, here + timedelta(microseconds=1)) == 0
        assert state(ledger).intended_at == MOMENT


def test_plans_are_listed_with_their_outcomes_the_latest_first(ledger: Ledger) -> None:
    """Of replies alone: what follows them has outcomes of its own."""
    first = a_plan(ledger)
    second = a_plan(ledger, a_reply(), a_reply("2"), created_at=MOMENT, campaign="b")
    for number, outcome in enumerate((Outcome.SENT, Outcome.SENT, Outcome.STALE)):
        put(ledger, first, outcome, str(number))
    assert ledger.intend(an_intent(first, "0", step=Step.THEN))
    listed = ledger.entries()
    assert [each.plan_id for each in listed] == [second.plan_id, first.plan_id]
    assert [each.outcomes for each in listed] == [{}, {Outcome.SENT: 2, Outcome.STALE: 1}]
    assert (listed[0].replies, listed[0].created_at, listed[0].purged) == (2, MOMENT, False)
    assert ledger.entries(limit=1) == listed[:1]


def test_every_sending_is_listed_once_and_found_by_its_conversation(ledger: Ledger) -> None:
    """However many there are, more than fit into a statement too."""
    plan, number = a_plan(ledger), 2_100
    put(ledger, plan, Outcome.SENT, "0")
    with ledger._database.writing() as connection:
        row = dict(connection.execute(SENDINGS.select()).one()._mapping)
        rows = [row | {"conversation_id": str(each)} for each in range(1, number)]
        connection.execute(insert(SENDINGS), rows)
    listed = [each.intent.key.conversation_id for each in ledger.all_sendings()]
    assert sorted(listed, key=int) == [str(each) for each in range(number)]
    asked = [str(each) for each in range(number + 5_000)]
    assert len(ledger.known(WORKSPACE, CAMPAIGN, asked)) == number
    assert ledger.known(WORKSPACE, CAMPAIGN, asked, Step.THEN) == {}
    assert len(ledger.sendings(plan.plan_id)) == number
