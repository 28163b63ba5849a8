"""Replies that were planned, and what became of those that were sent, for as long as the server runs."""

import hashlib
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import anyio
import msgspec

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.replies.reply import Reply, ReplyUncertain, send

KEPT_SECONDS: Final = 900.0


class PlanMissing(PipelineError):
    """No such reply is planned, or it was planned too long ago; nothing was sent."""


class Outcome(StrEnum):
    """What became of a reply."""

    SENT = "sent"
    UNCERTAIN = "uncertain"
    """It was sent, and no answer says whether Intercom applied it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Became:
    """What became of a plan.

    Attributes:
        outcome: Whether it is known to be sent.
        told: What to tell about it.
        part_id: The id of the part that the reply became, where it is known.
    """

    outcome: Outcome
    told: str
    part_id: str | None = None


_ON_ITS_WAY: Final = Became(
    outcome=Outcome.UNCERTAIN, told="It was being sent when it was broken off. It is not sent again."
)


def plan_id_of(reply: Reply) -> str:
    """The SHA-256 of what would be sent and where: the same reply is the same plan."""
    content = {"conversation_id": reply.conversation_id, **reply.to_json()}
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


class Plans:
    """The plans of a server. Each is sent once at most, whoever asks for it how often."""

    def __init__(self, *, kept_seconds: float = KEPT_SECONDS) -> None:
        """Nothing is planned; a plan can be applied for so many seconds."""
        self._kept_seconds = kept_seconds
        self._planned: dict[str, tuple[float, Reply]] = {}
        self._became: dict[str, Became] = {}
        self._one_at_a_time = anyio.Lock()

    def add(self, reply: Reply) -> str:
        """Plan a reply; gives the plan's id. What was sent stays sent, planned again or not."""
        now = time.monotonic()
        fresh = {plan: (at, kept) for plan, (at, kept) in self._planned.items() if self._is_fresh(at, now)}
        self._planned = fresh | {plan_id_of(reply): (now, reply)}
        return plan_id_of(reply)

    def became(self, plan_id: str) -> Became | None:
        """What became of a plan; None where it was not sent."""
        return self._became.get(plan_id)

    async def apply(self, client: Client, plan_id: str) -> Became:
        """Send a planned reply, or say what became of it where it was sent before.

        Raises:
            PlanMissing: There is no such plan.
            IntercomError: Intercom did not apply it; it may be planned and applied again.
        """
        async with self._one_at_a_time:
            if (known := self.became(plan_id)) is not None:
                return replace(known, told=f"{known.told} This call sent nothing.")
            reply = self._reply(plan_id)
            # Who asked may go away meanwhile; what became of it is noted all the same.
            with anyio.CancelScope(shield=True):
                self._became[plan_id] = _ON_ITS_WAY
                try:
                    self._became[plan_id] = await _sent(client, reply)
                except PipelineError:
                    del self._became[plan_id]
                    raise
            return self._became[plan_id]

    def _reply(self, plan_id: str) -> Reply:
        at, reply = self._planned.get(plan_id, (None, None))
        if at is None or reply is None or not self._is_fresh(at, time.monotonic()):
            raise PlanMissing(
                "There is no such plan.",
                why=f"A plan is kept for {self._kept_seconds / 60:g} minutes, and until the server ends.",
                fix="Nothing was sent. Plan the reply again, and apply the plan_id that comes of it.",
            )
        return reply

    def _is_fresh(self, at: float, now: float) -> bool:
        return now - at < self._kept_seconds


async def _sent(client: Client, reply: Reply) -> Became:
    try:
        sent = await send(client, reply)
    except ReplyUncertain as error:
        return Became(outcome=Outcome.UNCERTAIN, told=f"{error.what} {error.fix}")
    return Became(outcome=Outcome.SENT, told="The reply was sent, once.", part_id=sent.part_id)
