"""Having nothing more of a plan sent, wherever it is being applied."""

from typing import TYPE_CHECKING

from rich.text import Text

from intercom_pipeline.cli.output import number, print_json, results
from intercom_pipeline.cli.replies.opening import ledger_of, plan_id_named, who
from intercom_pipeline.cli.replies.states import now_of

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings


def stop(settings: "Settings", name: str, *, dry_run: bool, as_json: bool) -> None:
    """Have nothing more of a plan sent; where all of it is done, nothing is noted.

    Raises:
        PipelineError: The ledger does not know the plan.
    """
    with ledger_of(settings) as ledger:
        plan_id = plan_id_named(name, ledger)
        before = now_of(plan_id, ledger)
        # Of one that was purged it is not known whether another plan did the rest.
        done = before.is_done and not before.entry.purged
        if not dry_run and not done:
            ledger.stop(plan_id, by=who())
        now = now_of(plan_id, ledger)
    if as_json:
        print_json({"dry_run": dry_run, "plan_id": plan_id, "stopped_at": now.entry.stopped_at})
        return
    if done:
        results().print("All of it is done; there is nothing to stop.")
        return
    left = f"{number(now.standing.left)} of {number(now.entry.replies)} replies are not begun"
    then = f", and what follows in {number(now.standing.then_left)}" if now.standing.then_left else ""
    would = "Would be stopped" if dry_run else "Stopped"
    results().print(Text(f"{would}: {left}{then}. What is on its way is finished."))
