"""One conversation of a run: looked at, answered, and what follows done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from intercom_pipeline.intercom.errors import AuthenticationFailed, IntercomError, PermissionMissing
from intercom_pipeline.replies.ledger.values import Intent, Key, Outcome, Step
from intercom_pipeline.replies.parts import newest_part_of
from intercom_pipeline.replies.plan import Action, Then, body_hash
from intercom_pipeline.replies.reply import Reply, conversation_now
from intercom_pipeline.replies.sending import actions, judging, shown
from intercom_pipeline.replies.sending.due import Due
from intercom_pipeline.replies.sending.events import Settled
from intercom_pipeline.replies.sending.judging import Verdict
from intercom_pipeline.replies.sending.pace import Moment
from intercom_pipeline.replies.sending.posting import post, reason_of
from intercom_pipeline.replies.sending.run import Run
from intercom_pipeline.replies.sending.writes import Looked, Write

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger

_LOOKS = 4
"""How often a conversation that cannot be read is asked for."""

_Conversation = dict[str, Any]
_Judge = Callable[[_Conversation | None], Verdict | None]


class Went(Enum):
    """How it went with one conversation."""

    WELL = auto()
    """All that was due was sent."""
    NOWHERE = auto()
    """Nothing was tried: it is gone or has changed, or the run ended."""
    WRONG = auto()
    """Something was not sent, or it is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What became of one conversation.

    Attributes:
        went: How it went.
        newest_before: The id of its last part before; None where it had none.
    """

    went: Went
    newest_before: str | None = None


async def answer(run: Run, due: Due) -> Answered:
    """Do what is due for one conversation; what becomes of it is noted and told.

    Raises:
        LedgerError: The ledger cannot be read or written.
    """
    if await run.is_stopped():
        return Answered(went=Went.NOWHERE)
    try:
        found = await conversation_now(run.client.trying(_LOOKS), due.planned.conversation_id)
    except (AuthenticationFailed, PermissionMissing) as error:
        run.fail(error)
        return Answered(went=Went.WRONG)
    except IntercomError as error:
        unreadable = _unreadable(due, due.steps[0], error)
        return Answered(went=await _note(run, due, due.steps[0], unreadable, None))
    went = await (_answer if due.replies else _follow_later)(run, due, found)
    return Answered(went=went, newest_before=newest_part_of(found or {}))


async def _answer(run: Run, due: Due, conversation: _Conversation | None) -> Went:
    def judge(found: _Conversation | None) -> Verdict | None:
        return judging.on_reply(run.plan, due, found)

    before = newest_part_of(conversation or {})
    verdict = judge(conversation)
    if verdict is not None or run.order.dry_run:
        return await _note(run, due, Step.REPLY, verdict, before)
    write = _write_of(run.plan.reply_to(due.planned), before)
    became = await post(
        run, _intent(run, due, Step.REPLY, before), write, _looked(run, due, Step.REPLY, judge)
    )
    if isinstance(became, Verdict):
        return await _note(run, due, Step.REPLY, became, before)
    if became is None:
        return Went.NOWHERE
    run.allowance -= 1
    if became.outcome is not Outcome.SENT:
        return Went.WRONG
    return await _follow(run, due, became.answer, became.part_id or before)


async def _follow_later(run: Run, due: Due, conversation: _Conversation | None) -> Went:
    """Do what follows a reply that an earlier run sent."""
    assert run.plan.then is not None  # noqa: S101 - for the type checker: else it were not due
    reply = due.before[Step.REPLY]
    after = reply.part_id or reply.intent.newest_part
    verdict = judging.on_following(run.plan.then, due, conversation, after=after)
    if verdict is not None or run.order.dry_run:
        return await _note(run, due, Step.THEN, verdict, newest_part_of(conversation or {}))
    return await _follow(run, due, conversation or {}, after)


async def _follow(run: Run, due: Due, conversation: _Conversation, after: str | None) -> Went:
    """Do what follows a reply, by the conversation as it is now and the part that the reply became."""
    then = run.plan.then
    if then is None or Step.THEN not in due.steps:
        return Went.WELL
    if run.ending is not None:
        return Went.NOWHERE

    def judge(found: _Conversation | None) -> Verdict | None:
        return judging.on_following(then, due, found, after=after)

    before = newest_part_of(conversation)
    if actions.is_over(then, datetime.now(UTC)):
        await _note(run, due, Step.THEN, judging.OVER, before)
        return Went.WELL
    intent, looked = _intent(run, due, Step.THEN, before), _looked(run, due, Step.THEN, judge)
    write = _write_following(then, due.planned.conversation_id, run.plan.admin_id)
    became = await post(run, intent, write, looked)
    if isinstance(became, Verdict):
        return await _note(run, due, Step.THEN, became, before)
    if became is None:
        return Went.NOWHERE
    return Went.WELL if became.outcome is Outcome.SENT else Went.WRONG


def _looked(run: Run, due: Due, step: Step, judge: _Judge) -> Looked:
    """That the conversation was read just now, and how it is judged by what it has become meanwhile."""

    async def again() -> Verdict | None:
        try:
            return judge(await conversation_now(run.client.trying(_LOOKS), due.planned.conversation_id))
        except (AuthenticationFailed, PermissionMissing) as error:
            run.fail(error)
            return None
        except IntercomError as error:
            return _unreadable(due, step, error)

    return Looked(before=due.before.get(step), at=Moment(), again=again)


async def _note(run: Run, due: Due, step: Step, verdict: Verdict | None, before: str | None) -> Went:
    """Note why a step is not done, and tell; in a dry run without a verdict, that it would be."""
    # Where an answer is there already it is looked for again after what was there before it.
    is_held = verdict is not None and verdict.outcome is Outcome.HELD
    intent = _intent(run, due, step, verdict.newest_before if verdict and is_held else before)
    if verdict is not None and not run.order.dry_run:
        await run.ledger.do(lambda ledger: _write_down(ledger, intent, verdict))
    told = verdict or Verdict(outcome=Outcome.SENT)
    run.tell(
        Settled(
            conversation_id=intent.key.conversation_id, step=step, outcome=told.outcome, reason=told.reason
        ),
        tried=told.counts,
    )
    return Went.WRONG if told.counts else Went.NOWHERE


def _write_down(ledger: "Ledger", intent: Intent, verdict: Verdict) -> None:
    if verdict.outcome is Outcome.SENT:
        ledger.resolve(intent.key, Outcome.SENT, reason=verdict.reason or "", part_id=verdict.part_id)
    else:
        ledger.skip(intent, verdict.outcome, reason=verdict.reason or "")


def _unreadable(due: Due, step: Step, error: IntercomError) -> Verdict:
    outcome = Outcome.HELD if due.was_held(step) else Outcome.FAILED
    return Verdict(outcome=outcome, reason=f"It could not be looked at. {reason_of(error)}", counts=True)


def _intent(run: Run, due: Due, step: Step, newest_part: str | None) -> Intent:
    plan = run.plan
    following = plan.then.action if plan.then and step is Step.THEN else None
    return Intent(
        key=Key(
            workspace_id=plan.workspace_id,
            campaign=plan.campaign,
            conversation_id=due.planned.conversation_id,
            step=step,
        ),
        plan_id=plan.plan_id,
        run_id=run.run_id,
        by=run.order.by,
        admin_id=plan.admin_id,
        message_type=str(following or plan.message_type),
        body_sha256=body_hash("" if following else due.planned.body),
        newest_part=newest_part,
    )


def _write_of(reply: Reply, before: str | None) -> Write:
    return Write(
        path=reply.path,
        json=reply.to_json(),
        is_answer=lambda answer: str(answer.get("id")) == reply.conversation_id,
        part_of=lambda answer: shown.part_of(reply, answer, after=before),
    )


def _write_following(then: Then, conversation_id: str, admin_id: str) -> Write:
    # To tag is answered with the tag, everything else with the conversation.
    answered = then.target if then.action is Action.TAG else conversation_id
    return Write(
        path=actions.path_of(then, conversation_id),
        json=actions.json_of(then, admin_id),
        is_answer=lambda answer: str(answer.get("id")) == answered,
        part_of=newest_part_of,
    )
