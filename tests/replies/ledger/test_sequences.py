"""Whatever runs, people and crashes do, in any order: what may have been applied is not intended."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from intercom_pipeline.replies.ledger.errors import LedgerConflict
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import SURELY_NOT_APPLIED, Outcome, Sending
from tests.replies.ledger.known import CAMPAIGN, FOUND_OUT, WORKSPACE, a_plan, an_intent

CONVERSATIONS = ("1", "2")
conversations = st.sampled_from(CONVERSATIONS)
runs = st.sampled_from(["a", "b"])
answers = st.sampled_from([Outcome.SENT, Outcome.FAILED, Outcome.STALE, Outcome.UNKNOWN])


class Sequences(RuleBasedStateMachine):
    """Calls of two runs and a person, beside what each conversation should be."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="ledger-")
        self.ledger = open_ledger(None, Path(self.folder.name))
        self.model: dict[str, tuple[Outcome, str]] = {}
        self.before: dict[str, Sending | None] = {}

    @initialize()
    def plan_replies(self) -> None:
        self.plan = a_plan(self.ledger)

    @rule(conversation=conversations, run=runs, is_retry=st.booleans())
    def intend(self, conversation: str, run: str, is_retry: bool) -> None:  # noqa: FBT001 - Hypothesis names it
        again = {Outcome.HELD} if is_retry else SURELY_NOT_APPLIED
        outcome, _ = self.model.get(conversation, (None, ""))
        before = self.ledger.known(WORKSPACE, CAMPAIGN, [conversation]).get(conversation)
        is_mine = self.ledger.intend(an_intent(self.plan, conversation, run), again=again)
        assert is_mine is (outcome is None or outcome in again)
        if is_mine:
            self.model[conversation] = (Outcome.INTENDED, run)
            self.before[conversation] = before

    @rule(conversation=conversations, run=runs)
    def take_back(self, conversation: str, run: str) -> None:
        before = self.before.get(conversation)
        self.ledger.take_back(an_intent(self.plan, conversation, run), before)
        if self.model.get(conversation) != (Outcome.INTENDED, run):
            return
        if before is None:
            del self.model[conversation]
        else:
            self.model[conversation] = (before.outcome, before.intent.run_id)

    @rule(conversation=conversations, run=runs, outcome=answers)
    def settle(self, conversation: str, run: str, outcome: Outcome) -> None:
        key = an_intent(self.plan, conversation).key
        if self.model.get(conversation) in {(Outcome.INTENDED, run), (outcome, run)}:
            self.ledger.settle(key, outcome, run_id=run)
            self.model[conversation] = (outcome, run)
            return
        with pytest.raises(LedgerConflict):
            self.ledger.settle(key, outcome, run_id=run)

    @rule(conversation=conversations, found=st.sampled_from([Outcome.SENT, Outcome.HELD, Outcome.STALE]))
    def resolve(self, conversation: str, found: Outcome) -> None:
        outcome, run = self.model.get(conversation, (None, ""))
        key = an_intent(self.plan, conversation).key
        if (outcome, found) in FOUND_OUT:
            self.ledger.resolve(key, found, reason="read back")
            self.model[conversation] = (found, run)
            return
        with pytest.raises(LedgerConflict):
            self.ledger.resolve(key, found, reason="read back")

    @rule(conversation=conversations, run=runs)
    def skip(self, conversation: str, run: str) -> None:
        self.ledger.skip(an_intent(self.plan, conversation, run), reason="changed meanwhile")
        outcome, _ = self.model.get(conversation, (None, ""))
        if outcome is None or outcome in SURELY_NOT_APPLIED:
            self.model[conversation] = (Outcome.STALE, run)

    @rule(run=runs)
    def crash_and_recover(self, run: str) -> None:
        self.ledger.close()
        self.ledger = open_ledger(None, Path(self.folder.name), create=False)
        with self.ledger.only_apply("plan"):
            self.ledger.recover(run)
        for conversation, (outcome, of_run) in self.model.items():
            if outcome is Outcome.INTENDED and of_run != run:
                self.model[conversation] = (Outcome.UNKNOWN, of_run)

    @invariant()
    def the_ledger_is_as_it_should_be(self) -> None:
        known = self.ledger.known(WORKSPACE, CAMPAIGN, CONVERSATIONS)
        assert {key: (each.outcome, each.intent.run_id) for key, each in known.items()} == self.model

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()


Sequences.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=16,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
test_any_sequence_of_calls = Sequences.TestCase
