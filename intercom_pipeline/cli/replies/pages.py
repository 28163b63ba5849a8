"""Plans to look at: one, how it stands, all of them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from intercom_pipeline.cli.output import (
    columns,
    fitted,
    joined,
    moment,
    number,
    print_json,
    remarks,
    results,
    show,
)
from intercom_pipeline.cli.replies.opening import (
    ledger_of,
    pace_of,
    plan_id_named,
    plan_to_look_at,
)
from intercom_pipeline.cli.replies.states import Now, all_now, now_of
from intercom_pipeline.cli.replies.summary import (
    listed_as_json,
    now_as_json,
    print_lines,
    print_next,
    print_standing,
    purged_lines,
)
from intercom_pipeline.replies.ledger.errors import LedgerGone, LedgerMissing
from intercom_pipeline.replies.ledger.values import SURELY_NOT_APPLIED, Outcome
from intercom_pipeline.replies.plan import short_id
from intercom_pipeline.replies.planning.preview import example_json, preview
from intercom_pipeline.replies.planning.preview_lines import example, head
from intercom_pipeline.replies.sending.pace import Pace
from intercom_pipeline.replies.sending.standing import UNCERTAIN
from intercom_pipeline.steering import one_line

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings


def show_plan(settings: "Settings", name: str, *, everything: bool, as_json: bool) -> None:
    """Show a plan: what its preview says, or every reply.

    Raises:
        PipelineError: There is no such plan.
    """
    plan = plan_to_look_at(settings, name)
    shown = preview(plan, pace_of(settings, Pace().per_second))
    if as_json:
        every_one = {"all_replies": [example_json(each) for each in plan.replies]}
        print_json(shown.to_json() | (every_one if everything else {}))
        return
    if not everything:
        print_lines(shown.facts())
        return
    print_lines(head(shown))
    for each in plan.replies:
        print_lines(["", *example(plan, each)])


def status(settings: "Settings", name: str, *, as_json: bool) -> None:
    """Tell what became of a plan's replies, and what to do next.

    Raises:
        PipelineError: There is no such plan, or the ledger does not know it.
    """
    with ledger_of(settings) as ledger:
        now = now_of(plan_id_named(name, ledger), ledger)
    print_now(now, as_json=as_json)


def print_now(now: Now, *, as_json: bool) -> None:
    """How a plan is, and what to do next."""
    if as_json:
        print_json(now_as_json(now))
        return
    results().print(Text(_head(now), style="bold"), soft_wrap=True)
    print_standing(now.plan, now.standing, on_its_way=now.on_its_way)
    if now.entry.stopped_at and now.plan:
        results().print(Text(f"Stopped {moment(now.entry.stopped_at)}: nothing is sent until it goes on."))
    if now.sender:
        remarks().print(Text(_sender(now)), soft_wrap=True)
    if now.plan is None:
        print_lines(purged_lines(now.entry.plan_id, now.standing))
    else:
        print_next(now.plan, now.standing, confirmed=now.entry.confirmed_at is not None, now=now)


def _sender(now: Now) -> str:
    """Who sends, and what."""
    assert now.sender  # noqa: S101 - for the type checker: it is asked for where there is one
    other = f"the plan {short_id(now.sender.plan_id)}" if now.sender.plan_id else "a plan"
    which = "this plan" if now.is_being_sent else other
    return f"Process {now.sender.pid} on {one_line(now.sender.host)} is sending or resolving {which} now."


def _head(now: Now) -> str:
    """What a plan is and in which state, on one line."""
    entry, kind = now.entry, now.entry.message_type
    if now.plan:
        kind = f"{kind} as {now.plan.admin_name or 'admin'} ({now.plan.admin_id})"
    made = f"made {moment(entry.created_at)}"
    return one_line(joined([f"Plan {short_id(entry.plan_id)}", entry.campaign, kind, made, now.state]))


def list_plans(settings: "Settings", *, as_json: bool) -> None:
    """List the plans that the ledger knows, the latest first.

    Raises:
        LedgerError: There was a ledger and is none, or it cannot be read.
    """
    try:
        with ledger_of(settings) as ledger:
            known = ledger.entries(limit=_MOST_LISTED + 1)
            plans = all_now(known[:_MOST_LISTED], ledger)
    except LedgerGone:
        raise
    except LedgerMissing:
        known, plans = [], []
    if len(known) > len(plans):
        said = f"These are the latest {_MOST_LISTED}; the ledger knows more."
        remarks().print(Text(said, style="dim"), soft_wrap=True)
    if as_json:
        print_json([listed_as_json(each) for each in plans])
    elif plans:
        _show_plans(plans)
    else:
        results().print("Nothing has been planned yet.")


def _show_plans(plans: list[Now]) -> None:
    """A table of them; in a narrow terminal without what is told elsewhere."""
    names = ["plan", "campaign", "type", "made", "state", *_NUMBERS]

    def made(some: Sequence[str]) -> Table:
        table = columns(*some, right=_NUMBERS)
        for each in plans:
            cells = dict(zip(names, _cells(each), strict=True))
            table.add_row(*(cells[name] for name in some))
        return table

    has_elsewhere = any(each.standing.elsewhere for each in plans)
    shown = [name for name in names if name != "elsewhere" or has_elsewhere]
    show(fitted(made, shown, ("type", "made", "replies"), results().width)[0])


_NUMBERS = ("replies", "sent", "not done", "uncertain", "left", "elsewhere")
_MOST_LISTED = 50


def _cells(now: Now) -> Iterator[str]:
    entry = now.entry
    yield short_id(entry.plan_id)
    yield one_line(entry.campaign, 30)
    yield one_line(entry.message_type)
    yield moment(entry.created_at)
    yield now.state
    sent = entry.outcomes.get(Outcome.SENT, 0)
    uncertain, elsewhere = now.count(UNCERTAIN), now.standing.elsewhere
    counts = (entry.replies, sent, now.count(SURELY_NOT_APPLIED), uncertain, now.left, elsewhere)
    yield from map(number, counts)
