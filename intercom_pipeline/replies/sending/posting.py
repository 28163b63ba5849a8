"""One write to Intercom: intended, sent once, settled.

    waiting for a turn ──stop──▶ nothing was sent
          │ the turn has come      it took long ──▶ the conversation is read again, and judged
    stop switch, intent in the ledger, stop switch ──stop──▶ nothing was sent
          │ it leaves
    2xx ──▶ SENT     refused ──▶ FAILED     429, no connection ──▶ waiting for a turn, intended
          │ anything else, or no answer
       UNKNOWN

Nothing leaves because of what was so before a wait: each time it is seen anew that the rate is kept, that the
conversation was read just now, that the plan is not too old, and that this process may still send.

Whatever comes, even a cancellation, what was intended is settled, or taken back where it surely was not sent;
where the ledger cannot be written any more it stays INTENDED, which the next run takes for UNKNOWN. What was
held, as an earlier try may yet arrive, stays held where it is refused now.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.bodies import decoded
from intercom_pipeline.intercom.errors import (
    Applied,
    AuthenticationFailed,
    IntercomError,
    PermissionMissing,
    RateLimited,
    Retryable,
)
from intercom_pipeline.replies.ledger.errors import LedgerError
from intercom_pipeline.replies.ledger.values import Intent, Outcome, Step
from intercom_pipeline.replies.sending.events import Ending, Settled
from intercom_pipeline.replies.sending.judging import Verdict
from intercom_pipeline.replies.sending.pace import Moment
from intercom_pipeline.replies.sending.run import PLAN_STOPPED, Run
from intercom_pipeline.replies.sending.writes import Became, Looked, Write

if TYPE_CHECKING:
    from intercom_pipeline.intercom.client import Response
    from intercom_pipeline.replies.ledger.ledger import Ledger

_PAUSES: Final = (0.25, 0.5, 1.0, 2.0, None)
"""Seconds before the next try of what surely was not applied; how long a 429 waits the client knows."""
_INTERRUPTED: Final = Became(outcome=Outcome.UNKNOWN, reason="The process was ended before an answer came.")


class _Claim(StrEnum):
    TAKEN = "taken"
    STOPPED = "stopped"
    OURS = "ours"


class _NotLeaving(Exception):
    """The run ended before the request left; nothing was sent."""


class _TooLate(Exception):
    """Too long ago the conversation was read; nothing was sent."""


class _KeptBack(Exception):
    """The conversation, read again, is not to be written to any more; nothing was sent."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


async def post(run: Run, intent: Intent, write: Write, looked: Looked) -> Became | Verdict | None:
    """Intend, send once, settle and tell.

    A verdict where it may not be sent any more, which is for the caller to note and tell; None where it was
    not sent as the run ended. Either way the ledger is as it was before.

    Raises:
        LedgerError: It could not be intended, so nothing was sent; or what became of it not noted; or this
            process may not send any more, and what became of the intent is another's to note.
    """
    posting = _Posting(run=run, intent=intent, write=write, looked=looked, read_at=looked.at)
    try:
        became = await posting.send()
    except _KeptBack as kept:
        await posting.take_back()
        return kept.verdict
    except _NotLeaving:
        await posting.take_back()
        return None
    except BaseException:
        await posting.end_early()
        raise
    if not posting.is_intended:
        return None
    if became.outcome is Outcome.FAILED and posting.was_held:
        reason = f"It was refused when it was tried again. {became.reason}"
        await posting.take_back(reason)
        return Verdict(outcome=Outcome.HELD, reason=reason, counts=True)
    await posting.settle(became)
    return became


@dataclass(kw_only=True, slots=True)
class _Posting:
    """How far a write is.

    Attributes:
        is_intended: Whether the ledger knows the intent.
        has_left: Whether Intercom may have got it, and has not refused it.
        read_at: When the conversation was read last.
        turn_at: When the rate let it leave; None where it did not, or it has left.
    """

    run: Run
    intent: Intent
    write: Write
    looked: Looked
    read_at: Moment
    turn_at: Moment | None = None
    is_intended: bool = False
    has_left: bool = False

    @property
    def was_held(self) -> bool:
        """Whether an earlier try may yet arrive."""
        return self.looked.before is not None and self.looked.before.outcome is Outcome.HELD

    async def send(self) -> Became:
        """Send it, again only where it surely was not applied."""
        for pause in _PAUSES:
            try:
                return self._answered(await self._sent())
            except IntercomError as error:
                if pause is None or not _may_pass(error):
                    return self._refused(error)
                await self._back_to_waiting(error, pause)
            except Exception as error:
                if not self.has_left:
                    raise
                # Whatever it is, the request may have left.
                return Became(outcome=Outcome.UNKNOWN, reason=f"No answer was read: {type(error).__name__}.")
        raise AssertionError("the last try returns or raises")

    async def _sent(self) -> "Response[bytes]":
        """What Intercom answers; as long as that takes, each time the conversation is read again before."""
        while True:
            try:
                return await self.run.client.send_once(
                    self.write.path, json=self.write.json, leaving=self._leave
                )
            except _TooLate:
                await self._look_again()

    async def _look_again(self) -> None:
        self.run.stays()
        if self.run.ending is not None:
            raise _NotLeaving
        verdict = await self.looked.again()
        if verdict is not None:
            raise _KeptBack(verdict)
        self.read_at = Moment()

    async def settle(self, became: Became) -> None:
        """Note what became of it, and tell.

        Raises:
            LedgerError: It could not be noted.
        """
        try:
            await self.run.ledger.do(lambda ledger: self._settle(ledger, became))
        except Exception as error:
            reason = f"The ledger could not note that it was {became.outcome}."
            self.run.fail(error)
            self._tell(Outcome.UNKNOWN, reason)
            raise
        self._tell(became.outcome, became.reason)
        self.run.stays()

    async def take_back(self, reason: str | None = None) -> None:
        """Note that nothing was sent, so that whoever goes on finds all as it was, or held for this reason.

        Raises:
            LedgerError: It could not be noted: the next run takes it for unknown.
        """
        before = self.looked.before
        if before is not None and reason is not None:
            before = replace(before, reason=reason)
        if self.is_intended:
            await self.run.ledger.do(lambda ledger: ledger.take_back(self.intent, before))

    async def end_early(self) -> None:
        """Note what can be noted where it was cancelled, or the ledger failed."""
        if self.has_left:
            await self.settle(_INTERRUPTED)
            return
        with suppress(LedgerError):
            await self.take_back()

    async def _leave(self) -> None:
        """The turn has come: the last moment at which it can be kept back.

        Raises:
            _NotLeaving: It is, as the run has ended.
            _TooLate: It is, until the conversation was read again.
            LedgerError: It cannot be intended, or not by this process any more.
        """
        self._check_read()
        await self._turn()
        self._check_read()
        if self.intent.key.step is Step.REPLY:
            self.run.end_if_expired()
        if self.run.ending is not None:
            raise _NotLeaving
        self.run.leaves()
        claim = await self.run.ledger.do(self._claim)
        # A cancellation that the ledger's call put off comes through here, before anything leaves.
        await asyncio.sleep(0)
        if claim is _Claim.STOPPED:
            self.run.end(Ending.STOPPED, PLAN_STOPPED)
        if claim is not _Claim.OURS or self.run.ending is not None:
            raise _NotLeaving
        self._check_read()
        self.has_left, self.turn_at = True, None

    async def _turn(self) -> None:
        """Wait until the rate lets it leave; who had to read again after that need not at once wait again."""
        keeps = max(1.0, 1 / self.run.order.pace.per_second)
        if self.turn_at is None or self.turn_at.seconds_ago > keeps:
            await self.run.departure(self.intent.key.step)
            self.turn_at = Moment()

    def _check_read(self) -> None:
        if self.read_at.seconds_ago > self.run.order.pace.look_good_for:
            raise _TooLate

    def _claim(self, ledger: "Ledger") -> _Claim:
        if ledger.is_stopped(self.intent.plan_id):
            return _Claim.STOPPED
        if self.is_intended:
            ledger.check_intended(self.intent)
        else:
            self.is_intended = ledger.intend(self.intent, again=self.run.again)
        if not self.is_intended:
            return _Claim.TAKEN
        # It took a moment until the intent was on the disk.
        return _Claim.STOPPED if ledger.is_stopped(self.intent.plan_id) else _Claim.OURS

    async def _back_to_waiting(self, error: IntercomError, pause: float) -> None:
        self.has_left = False
        self.run.stays()
        if self.run.ending is not None:
            raise _NotLeaving
        await asyncio.sleep(0 if isinstance(error, RateLimited) else pause)

    def _refused(self, error: IntercomError) -> Became:
        if isinstance(error, (AuthenticationFailed, PermissionMissing)):
            self.run.fail(error)
        surely = error.failure.applied is Applied.NO
        return Became(
            outcome=Outcome.FAILED if surely else Outcome.UNKNOWN,
            reason=reason_of(error),
            request_id=error.failure.request_id,
        )

    def _answered(self, answer: "Response[bytes]") -> Became:
        found = decoded(answer.body)
        if not isinstance(found, dict) or not self.write.is_answer(found):
            reason = "The answer is another than Intercom gives."
            return Became(outcome=Outcome.UNKNOWN, reason=reason, request_id=answer.request_id)
        part_id = self.write.part_of(found)
        return Became(outcome=Outcome.SENT, part_id=part_id, request_id=answer.request_id, answer=found)

    def _settle(self, ledger: "Ledger", became: Became) -> None:
        ledger.settle(
            self.intent.key,
            became.outcome,
            run_id=self.intent.run_id,
            reason=became.reason,
            part_id=became.part_id,
            request_id=became.request_id,
        )

    def _tell(self, outcome: Outcome, reason: str | None) -> None:
        key = self.intent.key
        settled = Settled(conversation_id=key.conversation_id, step=key.step, outcome=outcome, reason=reason)
        self.run.tell(settled)


def reason_of(error: PipelineError) -> str:
    """Why something was not done, in one line, without the path that was asked."""
    summary = error.summary if isinstance(error, IntercomError) else error.what
    return f"{summary}: {error.why}" if error.why else summary


def _may_pass(error: IntercomError) -> bool:
    """Whether it surely was not applied and may be the next time."""
    return error.failure.applied is Applied.NO and isinstance(error, Retryable)
