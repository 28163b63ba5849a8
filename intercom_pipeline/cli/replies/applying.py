"""Sending a plan from the command line: shown, confirmed, followed to its end."""

import uuid
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.text import Text

from intercom_pipeline.auth.identity import Identity, identify
from intercom_pipeline.cli.asking import ask_for_line, can_ask
from intercom_pipeline.cli.exits import Exit, UsageRefused
from intercom_pipeline.cli.output import number, remarks, results, typed
from intercom_pipeline.cli.replies.opening import ledger_of, pace_of, plan_named, who
from intercom_pipeline.cli.replies.run import NOTHING_SENT, Run, follow, tell_end
from intercom_pipeline.cli.replies.summary import print_lines, print_next, replies
from intercom_pipeline.cli.stopping import run, stoppable
from intercom_pipeline.replies.ledger.values import Outcome
from intercom_pipeline.replies.plan import short_id
from intercom_pipeline.replies.planning.preview import preview
from intercom_pipeline.replies.sending.applicable import (
    ConfirmationRefused,
    check_applicable,
    check_confirmation,
    confirmation_of,
)
from intercom_pipeline.replies.sending.due import Due, due_again
from intercom_pipeline.replies.sending.events import Event
from intercom_pipeline.replies.sending.judging import is_beyond_trying
from intercom_pipeline.replies.sending.order import Order
from intercom_pipeline.replies.sending.running import run_apply, run_retry
from intercom_pipeline.replies.sending.standing import Standing, standing_of
from intercom_pipeline.steering import one_line

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings

_MOST_SHOWN = 20
_WIDEST = 300
_MOST_TRIES = 3
"""How often what confirms a plan may be typed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The options of a verb that sends, as they were given."""

    plan: str
    rate: float
    confirm: str | None = None
    dry_run: bool
    as_json: bool


def apply(settings: "Settings", asked: Asked) -> NoReturn:
    """Show a plan, have it confirmed, send it, tell what became of it; one that was stopped goes on.

    Raises:
        PipelineError: It is refused or not confirmed, so nothing was sent; or it cannot go on.
        typer.Exit: It ended; the code says how.
    """
    with _opened(settings, asked) as work:
        _check_can_confirm(asked, work.plan.confirmation)
        _check_applicable(work)
        if _is_nothing_due(standing_of(work.plan, work.ledger)):
            tell_end(work)
        stopped = _is_stopped(work)
        with stoppable(why=NOTHING_SENT):
            print_lines(preview(work.plan, work.pace).facts(), remarks())
            _tell_stopped(stopped)
            _confirm(work, asked)
        follow(work, _applied(work, resume=stopped))


def resume(settings: "Settings", asked: Asked) -> NoReturn:
    """Go on with a plan that was confirmed before.

    Raises:
        PipelineError: It is refused, or was never confirmed, so nothing was sent; or it cannot go on.
        typer.Exit: It ended; the code says how.
    """
    with _opened(settings, asked) as work:
        _check_confirmed(work)
        _check_applicable(work)
        _tell_left(work)
        follow(work, _applied(work, resume=True))


def retry(settings: "Settings", asked: Asked, *, held: bool, failed: bool) -> NoReturn:
    """Send again what is held or failed; who confirms it is shown each.

    Raises:
        PipelineError: It is refused or not confirmed, so nothing was sent; or it cannot go on.
        typer.Exit: It ended; the code says how.
    """
    outcome = _one_outcome(held=held, failed=failed)
    with _opened(settings, asked) as work:
        confirmed = work.ledger.entry(work.plan.plan_id).confirmed_at is not None
        found = due_again(work.plan, work.ledger, outcome)
        dues = [due for due in found if not _is_beyond_trying(due)]
        if not dues:
            _tell_none(work, outcome, left_alone=len(found), confirmed=confirmed)
        _check_can_confirm(asked, confirmation_of(len(dues)), look=f"retry --{outcome} --dry-run")
        _check_applicable(work, whatever_age=outcome is Outcome.HELD)
        stopped = _is_stopped(work)
        print_lines(_tried_again(dues, outcome), remarks())
        _tell_stopped(stopped)
        with stoppable(why=NOTHING_SENT):
            _confirm(work, asked, len(dues))
        retried = run_retry(
            _order(work, resume=stopped),
            outcome,
            connection=work.connection,
            ledger=work.ledger,
            among={due.planned.conversation_id for due in dues},
        )
        follow(work, retried, go_on=f"retry {{plan}} --{outcome}")


@contextmanager
def _opened(settings: "Settings", asked: Asked) -> Iterator[Run]:
    """A plan and all that it takes to send it.

    Raises:
        PlanFileRefused: There is no such plan.
        LedgerError: The ledger cannot be read, or does not know the plan.
        SettingRefused: A setting cannot be used.
        TokenMissing: There is no token.
    """
    connection = settings.connection()
    with ledger_of(settings) as ledger:
        yield Run(
            plan=plan_named(asked.plan, ledger),
            ledger=ledger,
            connection=connection,
            pace=pace_of(settings, asked.rate),
            folder=settings.folder(),
            dry_run=asked.dry_run,
            as_json=asked.as_json,
        )


def _identity(work: Run) -> Identity:
    """Whose token would send it."""
    with stoppable(why=NOTHING_SENT):
        return run(identify(work.connection))


def _check_applicable(work: Run, *, whatever_age: bool = False) -> None:
    """See that a plan may be applied, stopped or not; what is held of one that expired too: no other may."""
    check_applicable(
        work.plan,
        work.ledger,
        _identity(work),
        work.connection.base_url,
        datetime.now(UTC),
        stopped_too=True,
        whatever_age=whatever_age,
    )


def _is_stopped(work: Run) -> bool:
    """Whether it is stopped already: of this who confirms it knows; a later stop is not theirs to lift."""
    return work.ledger.is_stopped(work.plan.plan_id)


def _tell_stopped(stopped: bool) -> None:  # noqa: FBT001 - it is what is told
    if stopped:
        remarks().print(Text("The plan was stopped. Once it is confirmed, it goes on."))


def _confirm(work: Run, asked: Asked, count: int | None = None) -> None:
    """Have somebody say how many are sent; where nothing is, nobody is asked.

    Raises:
        ConfirmationRefused: They said something else, at the prompt three times.
        UsageRefused: The input ended.
    """
    if asked.dry_run:
        return
    if asked.confirm is not None:
        check_confirmation(work.plan, asked.confirm, count=count)
        return
    words = work.plan.confirmation if count is None else confirmation_of(count)
    for tries in range(1, _MOST_TRIES + 1):
        try:
            check_confirmation(work.plan, _typed_line(words), count=count)
        except ConfirmationRefused:
            if tries == _MOST_TRIES:
                raise
            remarks().print("That is something else; nothing was sent. Ctrl-C to leave it.")
        else:
            return


def _typed_line(words: str) -> str:
    given = ask_for_line(f"Type '{words}' to send")
    if given is None:
        raise UsageRefused(
            "It was not confirmed; nothing was sent.",
            why="The input ended before a line was typed.",
            fix=f"Run it again and type: {words}",
        )
    return given


def _check_confirmed(work: Run) -> None:
    entry = work.ledger.entry(work.plan.plan_id)
    if entry.confirmed_at is None:
        raise UsageRefused(
            "The plan was never confirmed.",
            why="To resume is to go on with what somebody confirmed.",
            fix=f"Apply it: {typed()} replies apply {short_id(entry.plan_id)}",
        )


def _tell_left(work: Run) -> None:
    standing = standing_of(work.plan, work.ledger)
    then = f", and what follows in {number(standing.then_left)}" if standing.then_left else ""
    remarks().print(Text(f"{replies(standing.left)} of {number(len(work.plan.replies))} left to send{then}."))


def _tell_none(work: Run, outcome: Outcome, *, left_alone: int, confirmed: bool) -> NoReturn:
    """Say that there is nothing to retry, and what there is to do instead."""
    if work.as_json:
        tell_end(work, code=Exit.OK)
    they = "is held" if outcome is Outcome.HELD else "failed"
    said = f"Nothing that {they} can be tried again" if left_alone else f"Nothing {they}"
    results().print(f"{said}; nothing was sent.")
    print_next(work.plan, standing_of(work.plan, work.ledger), confirmed=confirmed)
    raise typer.Exit(Exit.OK)


def _tried_again(dues: Sequence[Due], outcome: Outcome) -> Iterator[str]:
    """What would be tried again: how many, whom it is to, and why it has this outcome."""
    yield f"{replies(len(dues))} {outcome}."
    for due in dues[:_MOST_SHOWN]:
        to = f" with {due.planned.to}" if due.planned.to else ""
        reasons = [each.reason for each in due.before.values() if each.outcome is outcome and each.reason]
        why = f": {' '.join(reasons)}" if reasons else ""
        yield one_line(f"  Conversation {due.planned.conversation_id}{to}{why}", _WIDEST)
    if len(dues) > _MOST_SHOWN:
        yield f"  and {number(len(dues) - _MOST_SHOWN)} more: replies status --json has all of them"


def _is_beyond_trying(due: Due) -> bool:
    """Whether none of what was tried is ever sent any more."""
    return all(is_beyond_trying(due.before[step]) for step in due.steps if step in due.before)


def _one_outcome(*, held: bool, failed: bool) -> Outcome:
    if held is failed:
        raise UsageRefused(
            "It is not said what to retry, or both.",
            why="Held are those that may have been sent, failed those that surely were not.",
            fix="Give --held or --failed.",
        )
    return Outcome.HELD if held else Outcome.FAILED


def _applied(work: Run, *, resume: bool) -> Generator[Event, None, None]:
    return run_apply(_order(work, resume=resume), connection=work.connection, ledger=work.ledger)


def _order(work: Run, *, resume: bool) -> Order:
    return Order(
        plan=work.plan,
        pace=work.pace,
        by=who(),
        run_id=uuid.uuid4().hex,
        dry_run=work.dry_run,
        resume=resume,
    )


def _is_nothing_due(standing: Standing) -> bool:
    """Whether nothing is to be sent, nor to be found out about a run that died."""
    intended = Outcome.INTENDED in standing.outcomes or Outcome.INTENDED in standing.then
    return not (standing.left or standing.then_left or intended)


def _check_can_confirm(asked: Asked, words: str, *, look: str = "show") -> None:
    """See that somebody can be asked, before Intercom is."""
    if asked.confirm is None and not asked.dry_run and not can_ask():
        raise UsageRefused(
            "Nobody can confirm the plan.",
            why="stdin is no terminal.",
            fix=f'Look at it with replies {look}, then add --confirm "{words}"',
        )
