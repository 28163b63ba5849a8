"""Replies that were planned, and what became of those that were sent, for as long as the server runs."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import anyio
import msgspec

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.replies.parts import newest_part_of, part_that_says
from intercom_pipeline.replies.reply import Reply, ReplyUncertain, look, send

KEPT_SECONDS: Final = 900.0


class PlanMissing(PipelineError):
    """No such reply is planned, or it was planned too long ago; nothing was sent."""


class PlanStale(PipelineError):
    """The conversation is not what it was when the reply was planned; nothing was sent."""


class ConversationUnsettled(PipelineError):
    """An earlier reply to the conversation may have been sent; nothing more is, until that is known."""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    """A reply, when it was planned (`time.monotonic`), and the newest part that the conversation had then."""

    reply: Reply
    at: float
    newest_part: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sending:
    plan: _Plan
    became: Became

    def is_uncertain_in(self, conversation_id: str) -> bool:
        return self.became.outcome is Outcome.UNCERTAIN and self.plan.reply.conversation_id == conversation_id

    def read_back(self, conversation: Mapping[str, Any]) -> "_Sending":
        """The same, known to be sent where the conversation shows it."""
        reply = self.plan.reply
        part_id = part_that_says(
            conversation,
            reply.body,
            message_type=reply.message_type,
            admin_id=reply.admin_id,
            after=self.plan.newest_part,
        )
        if part_id is None:
            return self
        told = f"The reply was sent: the conversation shows it as part {part_id}."
        return replace(self, became=Became(outcome=Outcome.SENT, told=told, part_id=part_id))


_ON_ITS_WAY: Final = Became(
    outcome=Outcome.UNCERTAIN, told="It was being sent when it was broken off. It is not sent again."
)


def plan_id_of(reply: Reply) -> str:
    """The SHA-256 of what would be sent and where, runs of blanks as one: the same reply is the same plan."""
    content = {"conversation_id": reply.conversation_id, **reply.to_json()}
    content["body"] = " ".join(reply.body.split())
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


class Plans:
    """The plans of a server. Each is sent once at most, whoever asks for it how often."""

    def __init__(self, *, kept_seconds: float = KEPT_SECONDS) -> None:
        """Nothing is planned; a plan can be applied for so many seconds."""
        self._kept_seconds = kept_seconds
        self._planned: dict[str, _Plan] = {}
        self._sendings: dict[str, _Sending] = {}
        self._one_at_a_time = anyio.Lock()

    def add(self, reply: Reply, conversation: Mapping[str, Any]) -> str:
        """Plan a reply; gives the plan's id. What was sent stays sent, planned again or not.

        Args:
            reply: The reply.
            conversation: The conversation as it is now.

        Raises:
            ConversationUnsettled: Another reply to it may have been sent, and it does not show that one.
        """
        plan_id = plan_id_of(reply)
        self._settle(reply.conversation_id, conversation)
        if plan_id not in self._sendings:
            self._check_settled(reply.conversation_id)
        plan = _Plan(reply=reply, at=time.monotonic(), newest_part=newest_part_of(conversation))
        fresh = {each: kept for each, kept in self._planned.items() if self._is_fresh(kept)}
        self._planned = fresh | {plan_id: plan}
        return plan_id

    def became(self, plan_id: str) -> Became | None:
        """What became of a plan; None where it was not sent."""
        sending = self._sendings.get(plan_id)
        return None if sending is None else sending.became

    async def apply(self, client: Client, plan_id: str) -> Became:
        """Send a planned reply, or say what became of it where it was sent before.

        Raises:
            PlanMissing: There is no such plan.
            PlanStale: Somebody wrote in the conversation since it was planned.
            ConversationUnsettled: Another reply to it may have been sent, and it does not show that one.
            ReplyRefused: The conversation is gone.
            IntercomError: Intercom did not apply it; it may be planned and applied again.
        """
        async with self._one_at_a_time:
            if (known := self.became(plan_id)) is not None:
                return replace(known, told=f"{known.told} This call sent nothing.")
            plan = self._plan(plan_id)
            self._check_unchanged(plan, await look(client, plan.reply))
            # Who asked may go away meanwhile; what became of it is noted all the same.
            with anyio.CancelScope(shield=True):
                await self._send(client, plan_id, plan)
            return self._sendings[plan_id].became

    async def _send(self, client: Client, plan_id: str, plan: _Plan) -> None:
        self._sendings[plan_id] = _Sending(plan=plan, became=_ON_ITS_WAY)
        try:
            became = await _sent(client, plan.reply)
        except PipelineError:
            del self._sendings[plan_id]
            raise
        self._sendings[plan_id] = _Sending(plan=plan, became=became)

    def _plan(self, plan_id: str) -> _Plan:
        plan = self._planned.get(plan_id)
        if plan is None or not self._is_fresh(plan):
            raise PlanMissing(
                "There is no such plan.",
                why=f"A plan is kept for {self._kept_seconds / 60:g} minutes, and until the server ends.",
                fix="Nothing was sent. Plan the reply again, and apply the plan_id that comes of it.",
            )
        return plan

    def _is_fresh(self, plan: _Plan) -> bool:
        return time.monotonic() - plan.at < self._kept_seconds

    def _check_unchanged(self, plan: _Plan, conversation: Mapping[str, Any]) -> None:
        self._settle(plan.reply.conversation_id, conversation)
        self._check_settled(plan.reply.conversation_id)
        if newest_part_of(conversation) != plan.newest_part:
            raise PlanStale(
                "The conversation changed since the reply was planned.",
                why="It has a newer part: somebody may have written meanwhile.",
                fix="Nothing was sent. Read the conversation, plan the reply again and show the new preview.",
            )

    def _settle(self, conversation_id: str, conversation: Mapping[str, Any]) -> None:
        """Note what the conversation shows of replies that may have been sent to it."""
        for plan_id, sending in list(self._sendings.items()):
            if sending.is_uncertain_in(conversation_id):
                self._sendings[plan_id] = sending.read_back(conversation)

    def _check_settled(self, conversation_id: str) -> None:
        if any(sending.is_uncertain_in(conversation_id) for sending in self._sendings.values()):
            raise ConversationUnsettled(
                f"An earlier reply to conversation {conversation_id} may have been sent.",
                why="No answer said whether Intercom applied it, and the conversation does not show it.",
                fix="Nothing was sent now. A person looks at the conversation and replies there. Here "
                "it can be replied to once it shows the earlier reply, or after a restart of this server.",
            )


async def _sent(client: Client, reply: Reply) -> Became:
    try:
        sent = await send(client, reply)
    except ReplyUncertain as error:
        return Became(outcome=Outcome.UNCERTAIN, told=f"{error.what} {error.fix}")
    return Became(outcome=Outcome.SENT, told="The reply was sent, once.", part_id=sent.part_id)
