"""A run that sends, from its beginning to its exit code: followed, stopped safely, told."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.text import Text

from intercom_pipeline.cli.exits import Exit, NotPrinted, Stopped
from intercom_pipeline.cli.output import counted, print_error, print_json, remarks, results, typed
from intercom_pipeline.cli.replies.log import refresh
from intercom_pipeline.cli.replies.progress import Tally, line_of, watch
from intercom_pipeline.cli.replies.states import exit_of
from intercom_pipeline.cli.replies.summary import (
    print_lines,
    print_next,
    print_standing,
    purged_lines,
    standing_as_json,
)
from intercom_pipeline.cli.stopping import stoppable
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.replies.ledger.values import SURELY_NOT_APPLIED, Outcome
from intercom_pipeline.replies.plan import short_id
from intercom_pipeline.replies.sending.events import Ending, Event
from intercom_pipeline.replies.sending.standing import Standing, standing_of

if TYPE_CHECKING:
    from intercom_pipeline.intercom.connection import Connection
    from intercom_pipeline.replies.ledger.ledger import Ledger
    from intercom_pipeline.replies.plan import Plan
    from intercom_pipeline.replies.sending.pace import Pace
    from intercom_pipeline.warehouse.files import DataFolder

Events = Generator[Event, None, None]
NOTHING_SENT = "Nothing was sent."


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What a run works with, and how it is told.

    Attributes:
        plan: The plan.
        ledger: The ledger, open.
        connection: How to reach Intercom.
        pace: How quickly and how much.
        folder: Where the warehouse is, whose reply log is brought up to date.
        dry_run: Whether it only tells what it would do.
        as_json: Whether it is told to a program.
    """

    plan: "Plan"
    ledger: "Ledger"
    connection: "Connection"
    pace: "Pace"
    folder: "DataFolder"
    dry_run: bool
    as_json: bool


def follow(work: Run, events: Events, *, go_on: str = "resume {plan}") -> NoReturn:
    """Follow a run to its end and tell what became of it.

    Args:
        work: What it works with.
        events: What it tells; it begins as these are asked for.
        go_on: The verb that goes on with it where it is stopped, as it is typed.

    Raises:
        Stopped: A signal came; what was on its way was finished and noted.
        PipelineError: It could not begin.
        NotPrinted: What became of it could not be printed.
        typer.Exit: It ended; the code says how.
    """
    tally = Tally(dry_run=work.dry_run)
    try:
        last_words = "" if work.dry_run else _last_words(work)
        with (
            stoppable(last_words=last_words),
            closing(events),
            _told_of_stopping(),
        ):
            watch(events, tally)
    except Stopped as stopped:
        told = _stopped(stopped, work, go_on)
        if not work.dry_run:
            refresh(work.ledger, work.folder)
        raise told from None
    except PipelineError as error:
        if tally.begun is None or work.dry_run:
            raise
        print_error(error)
        _say(f"What became of each: {typed()} replies status {short_id(work.plan.plan_id)}")
        refresh(work.ledger, work.folder)
        raise typer.Exit(_code_after_failure(work)) from None
    tell_end(work, tally)


@contextmanager
def _told_of_stopping() -> Iterator[None]:
    """Say to whoever stops a run why it does not end yet."""
    try:
        yield
    except KeyboardInterrupt:
        said = "Stopping: nothing further is sent; what is on its way is finished. Again to end on the spot."
        remarks().print(Text(said, style="bold yellow"))
        raise


def _last_words(work: Run) -> str:
    """What is said where a second signal ends it, whatever is on its way."""
    about = f"{typed()} replies {{}} {short_id(work.plan.plan_id)}"
    return (
        "\nEnded on the spot: what was on its way is not known, and not sent again by itself.\n"
        f"See what there is: {about.format('status')}; after five minutes: {about.format('resolve')}\n"
    )


def tell_end(work: Run, tally: Tally | None = None, *, code: Exit | None = None) -> NoReturn:
    """Tell how the plan stands after a run, or without one where nothing was to be done.

    Args:
        work: What the run worked with.
        tally: What it told; None without one.
        code: The exit code, where it is not the one that says how the plan stands.

    Raises:
        NotPrinted: It could not be printed.
        typer.Exit: The code says how the plan stands; that of a dry run only that it ended.
    """
    tally = tally or Tally()
    standing = standing_of(work.plan, work.ledger)
    if code is None:
        code = Exit.OK if work.dry_run else exit_of(standing)
    if not work.dry_run:
        refresh(work.ledger, work.folder)
    try:
        if work.as_json:
            _print_as_json(work, standing, tally, code)
        else:
            _print_for_people(work, standing, tally)
    except (OSError, UnicodeEncodeError) as error:
        raise _not_printed(work, error) from error
    raise typer.Exit(code)


def _print_for_people(work: Run, standing: Standing, tally: Tally) -> None:
    _say(_ending(tally))
    if work.dry_run:
        results().print(Text(_would_be(tally)))
    else:
        print_standing(work.plan, standing)
        _print_next(work, standing)


def _print_next(work: Run, standing: Standing) -> None:
    if work.ledger.entry(work.plan.plan_id).purged:
        print_lines(purged_lines(work.plan.plan_id, standing))
    else:
        print_next(work.plan, standing, confirmed=True)


def _would_be(tally: Tally) -> str:
    """What a dry run found; no more than that it sent nothing where nobody was to look at each."""
    if tally.begun is None:
        return "Nothing was sent."
    if not tally.counts:
        return "Nothing was sent, and nothing would be."
    return f"Nothing was sent. It would be: {line_of(tally)}."


def _print_as_json(work: Run, standing: Standing, tally: Tally, code: Exit) -> None:
    ended = tally.ended
    run = {
        "dry_run": work.dry_run,
        "ending": ended.why if ended else None,
        "reason": ended.reason if ended else None,
        "this_run": {str(outcome): tally.counts[outcome] for outcome in Outcome},
    }
    print_json(standing_as_json(work.plan, standing) | {"exit_code": code} | run)


def _ending(tally: Tally) -> str:
    """Why a run did not do all that it began."""
    if tally.ended is None or tally.ended.why is Ending.COMPLETE:
        return ""
    why = {
        Ending.STOPPED: "Stopped",
        Ending.BROKEN: "Broken off",
        Ending.CAPPED: "At the cap",
        Ending.EXPIRED: "Too old",
    }
    return f"{why[tally.ended.why]}: {tally.ended.reason}" if tally.ended.reason else why[tally.ended.why]


def _say(text: str) -> None:
    if text:
        remarks().print(Text(text, style="bold yellow"), soft_wrap=True)


def _stopped(stopped: Stopped, work: Run, go_on: str) -> Stopped:
    """How far it came, for whoever stopped it."""
    if work.dry_run:
        return Stopped(stopped.code, why=NOTHING_SENT)
    plan = short_id(work.plan.plan_id)
    fix = f"Go on with {typed()} replies {go_on.format(plan=plan)}: nothing is sent twice."
    try:
        standing = standing_of(work.plan, work.ledger)
    except PipelineError:
        why = "What was sent is noted in the ledger, which cannot be read now."
    else:
        why = _how_far(work, standing)
        if standing.is_uncertain:
            fix += f" What is not known: {typed()} replies status {plan}"
    return Stopped(stopped.code, why=why, fix=fix)


def _how_far(work: Run, standing: Standing) -> str:
    sent, all_of_them = standing.outcomes.get(Outcome.SENT, 0), len(work.plan.replies)
    wrong = sum(standing.outcomes.get(outcome, 0) for outcome in SURELY_NOT_APPLIED)
    not_sent = f", {wrong} failed or stale" if wrong else ""
    why = (
        f"{sent} of {counted(all_of_them, 'conversation')} are answered{not_sent}, {standing.left} are left."
    )
    return f"{why} Of some it is not known." if standing.is_uncertain else why


def _code_after_failure(work: Run) -> Exit:
    """The exit code where a run could not go on: whether somebody has to look first."""
    try:
        standing = standing_of(work.plan, work.ledger)
    except PipelineError:
        return Exit.UNCERTAIN
    return Exit.UNCERTAIN if standing.is_uncertain else Exit.PARTIAL


def _not_printed(work: Run, error: Exception) -> NotPrinted:
    return NotPrinted(
        "The plan was applied as far as it goes; only printing what became of it failed.",
        why=f"{type(error).__name__}: {error}",
        fix=f"Look at it with {typed()} replies status {short_id(work.plan.plan_id)}.",
    )
