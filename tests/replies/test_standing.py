"""How a plan stands, by what the ledger knows of its own replies and of the campaign's other plans."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import Intent, Key, Outcome, Step
from intercom_pipeline.replies.plan import Action, Plan, Then
from intercom_pipeline.replies.sending.standing import standing_of
from tests.replies.planned import plan, reply


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    with open_ledger(None, tmp_path) as opened:
        yield opened


def registered(ledger: Ledger, *numbers: int, then: Then | None = None) -> Plan:
    """A plan that answers these conversations."""
    made = plan(*(reply(each) for each in numbers), ledger_id=ledger.ledger_id, then=then)
    ledger.register(made)
    return made


def note(ledger: Ledger, made: Plan, number: int, outcome: Outcome, step: Step = Step.REPLY) -> None:
    """Have a step of a plan end like that."""
    key = Key(
        workspace_id=made.workspace_id,
        campaign=made.campaign,
        conversation_id=str(100 + number),
        step=step,
    )
    intent = Intent(
        key=key,
        plan_id=made.plan_id,
        run_id="r",
        by="ada",
        admin_id="7",
        message_type="comment",
        body_sha256="0",
        newest_part=None,
    )
    if outcome is Outcome.STALE:
        ledger.skip(intent, reason="It changed.")
        return
    assert ledger.intend(intent)
    if outcome is Outcome.HELD:
        ledger.settle(key, Outcome.UNKNOWN, run_id="r")
        ledger.resolve(key, Outcome.HELD, reason="It is not there.")
    elif outcome is not Outcome.INTENDED:
        ledger.settle(key, outcome, run_id="r")


def test_of_a_new_plan_all_is_left(ledger: Ledger) -> None:
    """Nothing is known of it."""
    standing = standing_of(registered(ledger, 1, 2), ledger)
    assert (standing.left, standing.outcomes, standing.is_done, standing.is_uncertain) == (
        2,
        {},
        False,
        False,
    )


@pytest.mark.parametrize("outcome", list(Outcome))
def test_each_outcome_is_counted(ledger: Ledger, outcome: Outcome) -> None:
    """What may have been applied makes it uncertain; only what was sent makes it done."""
    made = registered(ledger, 1)
    note(ledger, made, 1, outcome)
    standing = standing_of(made, ledger)
    assert (standing.outcomes, standing.left) == ({outcome: 1}, 0)
    assert standing.is_done is (outcome is Outcome.SENT)
    assert standing.is_uncertain is (outcome in {Outcome.INTENDED, Outcome.UNKNOWN, Outcome.HELD})
    assert len(standing.troubles) == (outcome is not Outcome.SENT)


def test_what_another_plan_of_the_campaign_did_counts(ledger: Ledger) -> None:
    """What it sent or may have sent is not sent by this one; what it surely did not is left."""
    other = registered(ledger, 1, 2, 3, 4)
    for number, outcome in enumerate((Outcome.SENT, Outcome.UNKNOWN, Outcome.FAILED, Outcome.STALE), 1):
        note(ledger, other, number, outcome)
    standing = standing_of(registered(ledger, 1, 2, 3, 4, 5), ledger)
    assert (standing.elsewhere, standing.left, standing.troubles) == (2, 3, ())


def test_what_follows_is_counted_apart(ledger: Ledger) -> None:
    """It is left where the reply was sent and it was not begun; its troubles are told, too."""
    made = registered(ledger, 1, 2, 3, then=Then(action=Action.CLOSE))
    note(ledger, made, 1, Outcome.SENT)
    note(ledger, made, 2, Outcome.SENT)
    note(ledger, made, 2, Outcome.UNKNOWN, Step.THEN)
    standing = standing_of(made, ledger)
    assert (standing.outcomes, standing.left) == ({Outcome.SENT: 2}, 1)
    assert (standing.then, standing.then_left) == ({Outcome.UNKNOWN: 1}, 1)
    assert [each.intent.key.step for each in standing.troubles] == [Step.THEN]
    assert standing.is_uncertain
