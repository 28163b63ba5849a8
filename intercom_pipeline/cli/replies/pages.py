"""Plans to look at: one, how it stands, all of them; stopping one; the reply log."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.text import Text

from intercom_pipeline.cli.output import columns, joined, moment, number, print_json, remarks, results, show
from intercom_pipeline.cli.replies.opening import (
    ledger_of,
    pace_of,
    plan_id_named,
    plan_named,
    plan_to_look_at,
    short_id,
    who,
)
from intercom_pipeline.cli.replies.summary import (
    print_lines,
    print_next,
    print_standing,
    purged_as_json,
    standing_as_json,
)
from intercom_pipeline.replies.ledger.values import Outcome, PlanEntry
from intercom_pipeline.replies.plan import GOOD_FOR, Plan
from intercom_pipeline.replies.planning.preview import example_json, preview
from intercom_pipeline.replies.planning.preview_lines import example, head
from intercom_pipeline.replies.sending.pace import Pace
from intercom_pipeline.replies.sending.standing import UNCERTAIN, Standing, standing_of, standing_without_plan
from intercom_pipeline.steering import one_line

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger
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
        entry = ledger.entry(plan_id_named(name, ledger))
        if entry.purged:
            standing = standing_without_plan(entry.replies, ledger.sendings(entry.plan_id))
            _tell_purged(entry, standing, as_json=as_json)
            return
        plan = plan_named(name, ledger)
        standing, applier = standing_of(plan, ledger), ledger.applier()
    if as_json:
        facts = {"created_at": entry.created_at, "confirmed_at": entry.confirmed_at}
        facts |= {"stopped_at": entry.stopped_at, "expires_at": plan.expires_at}
        print_json(standing_as_json(plan, standing) | facts)
        return
    results().print(Text(_head(plan), style="bold"), soft_wrap=True)
    print_standing(plan, standing)
    if entry.stopped_at:
        results().print(Text(f"Stopped {moment(entry.stopped_at)}: nothing is sent until it goes on."))
    if applier:
        remarks().print(Text(f"Process {applier.pid} on {applier.host} is sending a plan now."))
    print_next(plan, standing, confirmed=entry.confirmed_at is not None, sending=applier is not None)


def _tell_purged(entry: PlanEntry, standing: Standing, *, as_json: bool) -> None:
    """What became of a plan whose words went with a person; what is unknown is for people to look at."""
    if as_json:
        times = {"created_at": entry.created_at, "confirmed_at": entry.confirmed_at}
        times |= {"stopped_at": entry.stopped_at, "expires_at": entry.created_at + GOOD_FOR}
        print_json(purged_as_json(entry, standing) | times)
        return
    made = f"made {moment(entry.created_at)}"
    head = joined([f"Plan {short_id(entry.plan_id)}", entry.campaign, entry.message_type, made])
    results().print(Text(one_line(head), style="bold"), soft_wrap=True)
    print_standing(None, standing)
    print_lines(["A person in it was purged: nothing of it is sent or looked for any more."])
    if standing.is_uncertain:
        print_lines(["Look at the conversations that are unknown, held or intended yourself."])
    if standing.left:
        print_lines(["Plan what is left again, in the same campaign."])


def _head(plan: Plan) -> str:
    """What a plan is, on one line."""
    who = plan.admin_name or "admin"
    kind = f"{plan.message_type} as {who} ({plan.admin_id})"
    made = f"made {moment(plan.created_at)}"
    return one_line(joined([f"Plan {short_id(plan.plan_id)}", plan.campaign, kind, made]))


def stop(settings: "Settings", name: str, *, dry_run: bool, as_json: bool) -> None:
    """Have nothing more of a plan sent; where all of it is done, nothing is noted.

    Raises:
        PipelineError: The ledger does not know the plan.
    """
    with ledger_of(settings) as ledger:
        plan_id = plan_id_named(name, ledger)
        done = _is_done(plan_id, ledger)
        if not dry_run and not done:
            ledger.stop(plan_id, by=who())
        entry = ledger.entry(plan_id)
    if as_json:
        print_json({"dry_run": dry_run, "plan_id": plan_id, "stopped_at": entry.stopped_at})
        return
    if done:
        results().print("All of it is done; there is nothing to stop.")
        return
    left = f"{number(entry.replies - sum(entry.outcomes.values()))} of {number(entry.replies)} replies"
    would = "Would be stopped" if dry_run else "Stopped"
    results().print(Text(f"{would}: {left} are not begun. What is on its way is finished."))


def _is_done(plan_id: str, ledger: "Ledger") -> bool:
    """Whether nothing can be sent of a plan any more; what failed or is held may be being retried."""
    return not ledger.entry(plan_id).purged and standing_of(ledger.plan(plan_id), ledger).is_done


def list_plans(settings: "Settings", *, as_json: bool) -> None:
    """List the plans that the ledger knows, the latest first.

    Raises:
        LedgerError: There is no ledger, or it cannot be read.
    """
    with ledger_of(settings) as ledger:
        known = ledger.entries(limit=_MOST_LISTED + 1)
    entries = known[:_MOST_LISTED]
    if len(known) > len(entries):
        said = f"These are the latest {_MOST_LISTED}; the ledger knows more."
        remarks().print(Text(said, style="dim"), soft_wrap=True)
    if as_json:
        print_json(entries)
        return
    table = columns("plan", "campaign", "type", "made", "replies", "sent", "trouble", "", right=_NUMBERS)
    for entry in entries:
        table.add_row(*_cells(entry))
    show(table)


_NUMBERS = ("replies", "sent", "trouble")
_MOST_LISTED = 50


def _cells(entry: PlanEntry) -> Iterator[str]:
    sent = entry.outcomes.get(Outcome.SENT, 0)
    yield short_id(entry.plan_id)
    yield one_line(entry.campaign, 30)
    yield one_line(entry.message_type)
    yield moment(entry.created_at)
    yield from map(number, (entry.replies, sent, sum(entry.outcomes.values()) - sent))
    yield _state(entry)


def _state(entry: PlanEntry) -> str:
    """What to know of a plan in a list, in a few words."""
    left = entry.replies > sum(entry.outcomes.values())
    expired = left and datetime.now(UTC) >= entry.created_at + GOOD_FOR
    states = {
        "a person was purged": entry.purged,
        "somebody has to look": bool(UNCERTAIN & entry.outcomes.keys()),
        "stopped": entry.stopped_at is not None,
        "expired": expired,
        "not confirmed": entry.confirmed_at is None and not expired,
    }
    return joined(word for word, holds in states.items() if holds)


def log(settings: "Settings", *, as_json: bool) -> None:
    """Bring the reply log in the warehouse up to date.

    Raises:
        LedgerError: There is no ledger, or it cannot be read.
        WarehouseError: There is no warehouse, it is held, or it cannot be written.
    """
    from intercom_pipeline.analytics.reply_log import bring_up_to_date  # noqa: PLC0415 - late

    folder = settings.folder()
    with ledger_of(settings) as ledger:
        stored = bring_up_to_date(ledger, folder)
    if as_json:
        facts = {"rows": stored.rows, "not_made": stored.not_made, "published": str(folder.published)}
        print_json(facts)
        return
    results().print(f"pipeline.reply_log has {number(stored.rows)} rows of this ledger.")
    print_lines((f"{name} was not made: {why}" for name, why in stored.not_made.items()), remarks())
