"""What somebody orders: a plan to be sent, and how."""

from dataclasses import dataclass

from intercom_pipeline.replies.plan import Plan
from intercom_pipeline.replies.sending.pace import Pace


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A plan to be sent; whoever orders it has confirmed it (`check_confirmation`).

    Attributes:
        plan: The plan.
        pace: How quickly, and how many at most.
        by: Who orders it, for the log.
        run_id: What they call the run, for the log.
        dry_run: Whether to look only, and tell what would be sent; nothing is written or sent.
        resume: Whether the plan goes on although it was stopped, once no other process sends it.
    """

    plan: Plan
    pace: Pace
    by: str
    run_id: str
    dry_run: bool = False
    resume: bool = False
