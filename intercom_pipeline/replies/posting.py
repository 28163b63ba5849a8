"""One write to Intercom: intended, sent once, settled.

    waiting for a turn ──stop──▶ nothing was intended
          │ the turn has come
    stop switch, intent in the ledger, stop switch ──stop──▶ FAILED, not sent
          │ it leaves
    2xx ──▶ SENT     refused ──▶ FAILED     429, no connection ──▶ waiting for a turn, intended
          │ anything else, or no answer
       UNKNOWN

Whatever comes, even a cancellation, what was intended is settled; where the ledger cannot be written any
more it stays INTENDED, which the next run takes for UNKNOWN.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

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
from intercom_pipeline.replies.events import Ending, Settled
from intercom_pipeline.replies.ledger.values import Intent, Outcome
from intercom_pipeline.replies.run import PLAN_STOPPED, Run

if TYPE_CHECKING:
    from intercom_pipeline.intercom.client import Response
    from intercom_pipeline.replies.ledger.ledger import Ledger

_PAUSES: Final = (0.25, 0.5, 1.0, 2.0, None)
"""Seconds before the next try of what surely was not applied; how long a 429 waits the client knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """What is sent.

    Attributes:
        path: Where to.
        json: What.
        is_answer: Whether this is what Intercom answers to it.
        part_of: The id of the part that it became, by the answer.
    """

    path: str
    json: dict[str, Any]
    is_answer: Callable[[dict[str, Any]], bool]
    part_of: Callable[[dict[str, Any]], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Became:
    """What became of a write.

    Attributes:
        outcome: SENT, FAILED or UNKNOWN.
        reason: Why not SENT.
        part_id: The part that it became, where the answer shows it.
        request_id: Intercom's id of the request.
        answer: What Intercom answered; empty unless SENT.
    """

    outcome: Outcome
    reason: str | None = None
    part_id: str | None = None
    request_id: str | None = None
    answer: dict[str, Any] = field(default_factory=dict)


_NOT_SENT: Final = Became(outcome=Outcome.FAILED, reason="It was stopped before it was sent.")
_INTERRUPTED: Final = Became(outcome=Outcome.UNKNOWN, reason="The process was ended before an answer came.")


class _Claim(StrEnum):
    TAKEN = "taken"
    STOPPED = "stopped"
    OURS = "ours"


class _NotLeaving(Exception):
    """The run ended before the request left; nothing was sent."""


async def post(run: Run, intent: Intent, write: Write) -> Became | None:
    """Intend, send once, settle and tell; None where nothing was even intended, as the run ended.

    Raises:
        LedgerError: It could not be intended, so nothing was sent; or what became of it not noted.
    """
    posting = _Posting(run=run, intent=intent, write=write)
    try:
        became = await posting.send()
    except _NotLeaving:
        became = _NOT_SENT
    except asyncio.CancelledError:
        await posting.settle(_INTERRUPTED if posting.has_left else _NOT_SENT)
        raise
    await posting.settle(became)
    return became if posting.is_intended else None


@dataclass(kw_only=True, slots=True)
class _Posting:
    """How far a write is.

    Attributes:
        is_intended: Whether the ledger knows the intent.
        has_left: Whether Intercom may have got it, and has not refused it.
    """

    run: Run
    intent: Intent
    write: Write
    is_intended: bool = False
    has_left: bool = False

    async def send(self) -> Became:
        """Send it, again only where it surely was not applied."""
        for pause in _PAUSES:
            try:
                answer = await self.run.client.send_once(
                    self.write.path, json=self.write.json, leaving=self._leave
                )
                return self._answered(answer)
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

    async def settle(self, became: Became) -> None:
        """Note what became of it, and tell.

        Raises:
            LedgerError: It could not be noted.
        """
        if not self.is_intended:
            return
        try:
            await self.run.ledger.do(lambda ledger: self._settle(ledger, became))
        except Exception as error:
            reason = f"The ledger could not note that it was {became.outcome}."
            self.run.fail(error)
            self._tell(Outcome.UNKNOWN, reason)
            raise
        self._tell(became.outcome, became.reason)
        self.run.stays()

    async def _leave(self) -> None:
        """The turn has come: the last moment at which it can be kept back.

        Raises:
            _NotLeaving: It is.
            LedgerError: It cannot be intended.
        """
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
        self.has_left = True

    def _claim(self, ledger: "Ledger") -> _Claim:
        if ledger.is_stopped(self.intent.plan_id):
            return _Claim.STOPPED
        if not self.is_intended:
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
        self.run.tell(
            Settled(conversation_id=key.conversation_id, step=key.step, outcome=outcome, reason=reason)
        )


def reason_of(error: PipelineError) -> str:
    """Why something was not done, in one line, without the path that was asked."""
    summary = error.summary if isinstance(error, IntercomError) else error.what
    return f"{summary}: {error.why}" if error.why else summary


def _may_pass(error: IntercomError) -> bool:
    """Whether it surely was not applied and may be the next time."""
    return error.failure.applied is Applied.NO and isinstance(error, Retryable)
