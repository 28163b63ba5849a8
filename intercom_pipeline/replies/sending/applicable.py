"""Whether a plan may be applied: here, now, and by whoever asks."""

from datetime import datetime
from typing import TYPE_CHECKING

from intercom_pipeline.auth.identity import Identity
from intercom_pipeline.replies.errors import PlanRefused
from intercom_pipeline.replies.plan import GOOD_FOR, Plan, short_id
from intercom_pipeline.steering import one_line

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger


class PlanExpired(PlanRefused):
    """A plan was made too long ago."""


class PlanStopped(PlanRefused):
    """Somebody stopped a plan."""


class ConfirmationRefused(PlanRefused):
    """What was typed is not what confirms the plan."""


def check_applicable(
    plan: Plan,
    ledger: "Ledger",
    identity: Identity,
    base_url: str,
    now: datetime,
    *,
    stopped_too: bool = False,
    whatever_age: bool = False,
) -> None:
    """See that a plan may be applied.

    Args:
        plan: The plan, as it was read.
        ledger: The ledger that is to know what is sent.
        identity: Whose token would send it.
        base_url: The host it would be sent to.
        now: The time.
        stopped_too: Whether it may have been stopped, as for whoever has it go on.
        whatever_age: Whether it may be of any age, as for what a person looked at, and no other plan of the
            campaign may send.

    Raises:
        PlanRefused: It may not: it is another workspace's or host's, too old (PlanExpired) or was stopped
            (PlanStopped).
        LedgerError: The ledger does not know it, or a person in it was purged.
    """
    check_belongs(plan, ledger, identity, base_url)
    if not whatever_age:
        _check_age(plan, now)
    if not stopped_too:
        _check_goes_on(plan, ledger)


def _check_age(plan: Plan, now: datetime) -> None:
    """See that a plan is neither too old nor of a time to come."""
    made = f"It was made at {plan.created_at:%Y-%m-%d %H:%M} UTC"
    if now >= plan.expires_at:
        raise PlanExpired(
            "The plan is too old.",
            why=f"{made}; after a day conversations are others.",
            fix="Make a new plan for the same campaign: what was sent is not sent again.",
        )
    if now < plan.created_at - GOOD_FOR:
        raise PlanExpired(
            "The plan is of a time to come.",
            why=f"{made}, and by this machine's clock it is {now:%Y-%m-%d %H:%M}.",
            fix="Correct the clock, or make a new plan for the same campaign.",
        )


def _check_goes_on(plan: Plan, ledger: "Ledger") -> None:
    if ledger.is_stopped(plan.plan_id):
        verb = "resume" if ledger.entry(plan.plan_id).confirmed_at else "apply"
        raise PlanStopped(
            "The plan was stopped.",
            why="Nothing of it is sent until somebody has it go on.",
            fix=f"To go on: intercom-pipeline replies {verb} {short_id(plan.plan_id)}",
        )


def check_belongs(plan: Plan, ledger: "Ledger", identity: Identity, base_url: str) -> None:
    """See that a plan is this ledger's, workspace's and host's: enough to look for what was sent.

    Raises:
        PlanRefused: It is another's.
        LedgerError: The ledger does not know it, or a person in it was purged.
    """
    if plan.ledger_id != ledger.ledger_id:
        raise PlanRefused(
            "The plan was made with another ledger.",
            why="This one may not know what it has sent.",
            fix="Use that one (--data-dir, INTERCOM_LEDGER_URL): a new plan could send again what was sent.",
        )
    ledger.plan(plan.plan_id)
    if plan.base_url != base_url:
        raise _refused("The plan is for another address.", f"It is for {plan.base_url}, not {base_url}.")
    if plan.workspace_id != identity.workspace_id:
        theirs = one_line(plan.workspace_name or plan.workspace_id)
        ours = one_line(identity.workspace_name or identity.workspace_id)
        raise _refused("The plan is for another workspace.", f"It is for {theirs}; the token is of {ours}.")


def check_confirmation(plan: Plan, typed: str, *, count: int | None = None) -> None:
    """See that somebody knows how many would be sent.

    Args:
        plan: The plan.
        typed: What they typed, such as `send 150`.
        count: How many it is about, where that is not all of the plan.

    Raises:
        ConfirmationRefused: It is something else.
    """
    wanted = plan.confirmation if count is None else confirmation_of(count)
    if " ".join(typed.lower().split()) != wanted:
        raise ConfirmationRefused(
            "It was not confirmed; nothing was sent.",
            why="What was typed names another number, or something else.",
            fix=f"Type exactly: {wanted}",
        )


def confirmation_of(count: int) -> str:
    """What somebody types to have so many sent."""
    return f"send {count}"


def _refused(what: str, why: str) -> PlanRefused:
    return PlanRefused(what, why=why, fix="Nothing was sent. Make a new plan where it is to be applied.")
