"""What became of a plan's replies, as a run's metadata, or as its failure where not all of it is done."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import dagster as dg

from intercom_pipeline.replies.ledger.values import Outcome, Sending
from intercom_pipeline.replies.plan import Plan, short_id
from intercom_pipeline.replies.sending.events import Ended, Ending
from intercom_pipeline.replies.sending.run import PLAN_STOPPED
from intercom_pipeline.replies.sending.standing import Standing

_MOST_SHOWN = 100
_COLUMNS: Final = (
    dg.TableColumn("conversation_id", description="The conversation."),
    dg.TableColumn("step", description="reply, or then: what follows it."),
    dg.TableColumn("outcome", description="What became of it."),
    dg.TableColumn("reason", description="Why."),
)
_NEXT: Final[Mapping[Outcome, str]] = {
    Outcome.INTENDED: "what was being sent is looked into by the next run",
    Outcome.UNKNOWN: "after five minutes, find out about what is unknown: replies resolve {plan}",
    Outcome.HELD: "look at the conversations that are held, then: replies retry {plan} --held",
    Outcome.FAILED: "once the reason is dealt with: replies retry {plan} --failed",
    Outcome.STALE: "read the stale ones; where one still needs the reply, plan it again in the same campaign",
}
"""What a person does about each outcome; `replies` are commands of intercom-pipeline."""


def summary(standing: Standing) -> str:
    """How many replies have which outcome, in a line."""
    counts = [f"{count:,} {outcome}" for outcome, count in standing.outcomes.items()]
    if standing.elsewhere:
        counts.append(f"{standing.elsewhere:,} answered by another plan")
    if standing.left:
        counts.append(f"{standing.left:,} left")
    return f"Replies: {', '.join(counts) or 'none'}."


def metadata_of(plan: Plan, standing: Standing) -> dict[str, Any]:
    """Counts by outcome, and what was not sent, at most a hundred of it: ids and reasons, no names."""
    found: dict[str, Any] = {"plan_id": plan.plan_id, "campaign": plan.campaign, "replies": len(plan.replies)}
    found |= {str(outcome): standing.outcomes.get(outcome, 0) for outcome in Outcome}
    found |= {"left": standing.left, "answered_by_other_plans": standing.elsewhere}
    if plan.then:
        found |= {f"then_{outcome}": standing.then.get(outcome, 0) for outcome in Outcome}
        found["then_left"] = standing.then_left
    return {**found, "not_sent": _table(standing.troubles[:_MOST_SHOWN])}


def raise_unless_done(plan: Plan, standing: Standing, ended: Ended) -> None:
    """Fail a run after which anything is left to do: it must not look as if all had been answered.

    Raises:
        dagster.Failure: What is not done, why, and how to go on; its metadata is that of the plan.
    """
    if standing.is_done:
        return
    all_tried = "All that could be was tried."
    why = all_tried if ended.why is Ending.COMPLETE else f"It ended {ended.why}. {ended.reason or ''}".strip()
    steps = "; ".join(_next_steps(plan, standing, ended))
    raise dg.Failure(
        f"Not everything was done. {summary(standing)}\n{why}\nWhat to do: {steps}.",
        metadata=metadata_of(plan, standing),
        allow_retries=False,
    )


def _next_steps(plan: Plan, standing: Standing, ended: Ended) -> Iterator[str]:
    for outcome, step in _NEXT.items():
        if outcome in standing.to_see_to:
            yield step.format(plan=short_id(plan.plan_id))
    if standing.is_held:
        resolve = f"replies resolve {short_id(plan.plan_id)} --sent ID, or --not-sent ID"
        yield f"where you saw what became of a held one: {resolve}"
    if standing.gone:
        yield f"plan {standing.gone:,} of them no more: the conversation is gone"
    if ended.why is Ending.EXPIRED:
        yield "for what is left, plan again in the same campaign: the plan is too old"
    elif standing.left or standing.then_left:
        anyway = " with resume: true" if ended.reason == PLAN_STOPPED else ""
        yield f"for what is left, launch it again{anyway}: what was sent is not sent twice"


def _table(troubles: Sequence[Sending]) -> dg.TableMetadataValue:
    records = [
        dg.TableRecord(
            {
                "conversation_id": each.intent.key.conversation_id,
                "step": each.intent.key.step.value,
                "outcome": each.outcome.value,
                "reason": each.reason,
            }
        )
        for each in troubles
    ]
    return dg.MetadataValue.table(records=records, schema=dg.TableSchema(columns=list(_COLUMNS)))
