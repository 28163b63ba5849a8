"""Bulk replies from Dagster: a plan that was made before is sent, each reply once.

A run is given a plan's id and the confirmation alone: what is configured is stored and shown, so no body is.
It may be launched again, or executed again from the page, as often as anybody likes: the ledger knows what
was sent, and lets one process at a time send. No run is tried again by itself.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import closing

import dagster as dg
from pydantic import Field

from intercom_pipeline.defs.failures import failing_plainly
from intercom_pipeline.defs.reply_log import refresh
from intercom_pipeline.defs.reply_results import metadata_of, raise_unless_done, summary
from intercom_pipeline.defs.resources import IntercomResource, WarehouseResource
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.values import Outcome, Step
from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.sending.applicable import PlanStopped, check_confirmation
from intercom_pipeline.replies.sending.events import Begun, Ended, Ending, Event, Settled
from intercom_pipeline.replies.sending.order import Order
from intercom_pipeline.replies.sending.pace import FASTEST, Pace
from intercom_pipeline.replies.sending.running import run_apply
from intercom_pipeline.replies.sending.standing import standing_of
from intercom_pipeline.warehouse.files import DataFolder

_EVERY_SECONDS = 9.0
"""Between two lines on progress."""
_MOST_TOLD = 20
"""Steps that were not done which are logged one by one; the run's metadata has more."""

Events = Generator[Event, None, None]


class BulkReplyConfig(dg.Config):
    """Which plan to send."""

    plan_id: str = Field(
        description="The plan, by its id or the first digits of it, at least 8, in quotes, since some look "
        "like numbers: replies plan tells it."
    )
    confirm: str = Field(description="What confirms it, with the number of its replies, such as: send 150.")
    rate: float = Field(default=Pace().per_second, gt=0, le=FASTEST, description="Replies a second, at most.")
    resume: bool = Field(default=False, description="Send it although somebody stopped it with replies stop.")


# Nothing: an output of its own would be stored in Dagster's home. And no retry policy: whether to go on is a
# person's to say.
@dg.op(
    out=dg.Out(dg.Nothing),
    description="Sends the replies of a plan, each once, and shows what became of them as metadata.",
)
def bulk_reply(
    context: dg.OpExecutionContext,
    config: BulkReplyConfig,
    intercom: IntercomResource,
    warehouse: WarehouseResource,
) -> dg.Output[None]:
    """Send what is due of the plan, and tell how it stands then.

    Raises:
        dagster.Failure: Nothing was sent, or not all of it; it says what to do.
    """
    with failing_plainly(), warehouse.ledger() as ledger:
        plan = ledger.plan(config.plan_id)
        check_confirmation(plan, config.confirm)
        order = Order(
            plan=plan,
            pace=intercom.pace(config.rate),
            by=f"dagster run {context.run_id[:8]}",
            run_id=context.run_id,
            resume=config.resume,
        )
        events = run_apply(order, connection=intercom.connection(), ledger=ledger)
        ended = _followed(context, events, plan, ledger, warehouse.folder())
        standing = standing_of(plan, ledger)
        refresh(context, ledger, warehouse.folder())
    context.log.info(summary(standing))
    raise_unless_done(plan, standing, ended)
    return dg.Output(None, metadata=metadata_of(plan, standing))


# A graph's name and an op's cannot be the same, so the job's graph has another than the job.
@dg.graph
def replies_of_a_plan() -> None:
    """One operation."""
    bulk_reply()


bulk_reply_job = replies_of_a_plan.to_job(
    name="bulk_reply",
    description="Sends the replies of a plan that was made with intercom-pipeline replies plan, each once: "
    "executed again, it goes on where it was.",
    # Also where Dagster is set up to try failed runs again.
    tags={"dagster/max_retries": "0"},
)


def _followed(
    context: dg.OpExecutionContext, events: Events, plan: Plan, ledger: Ledger, folder: DataFolder
) -> Ended:
    """Follow a run to its end; where Dagster stops it, what had left is noted before it ends.

    Raises:
        PipelineError: It could not begin.
    """
    try:
        with closing(events):
            return logged(context.log, events)
    except PlanStopped as stopped:
        fix = f"{stopped.fix}; or launch this job with resume: true."
        raise PlanStopped(stopped.what, why=stopped.why, fix=fix) from None
    except dg.DagsterExecutionInterruptedError:
        context.log.warning("Stopped. %s Executed again, it goes on.", summary(standing_of(plan, ledger)))
        refresh(context, ledger, folder)
        raise


def logged(
    log: logging.Logger, events: Iterable[Event], clock: Callable[[], float] = time.monotonic
) -> Ended:
    """Log how far a run is, now and then, and what was not done; ids alone, no names.

    Args:
        log: Where to.
        events: The run, followed to its end.
        clock: Seconds that pass.

    Returns:
        How it ended.
    """
    ended = Ended(why=Ending.BROKEN, reason="It did not say how it ended.")
    counts: Counter[Outcome] = Counter()
    due, told = clock() + _EVERY_SECONDS, 0
    for event in events:  # to the end, since what was begun is taken down after the last event
        match event:
            case Begun():
                log.info(_beginning(event))
            case Ended():
                ended = event
            case Settled():
                if event.step is Step.REPLY:
                    counts[event.outcome] += 1
                if event.outcome is not Outcome.SENT and told < _MOST_TOLD:
                    log.warning(_line(event))
                    told += 1
        if clock() >= due:
            log.info("So far: %s.", ", ".join(f"{count:,} {each}" for each, count in counts.items()))
            due = clock() + _EVERY_SECONDS
    return ended


def _beginning(begun: Begun) -> str:
    most = f", {begun.at_most:,} of them in this run" if begun.at_most < begun.pending else ""
    return f"{begun.pending:,} replies to send{most}; {begun.done:,} done before."


def _line(settled: Settled) -> str:
    return f"Conversation {settled.conversation_id}: {settled.step} {settled.outcome}. {settled.reason or ''}"
