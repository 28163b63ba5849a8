"""Sending a plan from the command line: shown, confirmed, followed to its end."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from rich.text import Text

from intercom_pipeline.auth.identity import identify
from intercom_pipeline.cli.asking import ask, can_ask
from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.output import remarks, typed
from intercom_pipeline.cli.replies_opening import ledger_of, pace_of, plan_named, short_id, who
from intercom_pipeline.cli.replies_run import Run, follow, tell_end
from intercom_pipeline.cli.replies_summary import replies
from intercom_pipeline.cli.stopping import run, stoppable
from intercom_pipeline.replies.applying import check_applicable, check_confirmation
from intercom_pipeline.replies.events import Event
from intercom_pipeline.replies.ledger.values import Outcome
from intercom_pipeline.replies.preview import preview
from intercom_pipeline.replies.running import run_apply, run_retry
from intercom_pipeline.replies.standing import Standing, standing_of

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings

_NOTHING_SENT = "Nothing was sent."


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The options of a verb that sends, as they were given."""

    plan: str
    rate: float
    confirm: str | None = None
    dry_run: bool
    as_json: bool


def apply(settings: "Settings", asked: Asked) -> NoReturn:
    """Show a plan, have it confirmed, send it, tell what became of it.

    Raises:
        PipelineError: It is refused or not confirmed, so nothing was sent; or it cannot go on.
        typer.Exit: It ended; the code says how.
    """
    _check_can_confirm(asked)
    with _checked(settings, asked) as work:
        standing = standing_of(work.plan, work.ledger)
        if _is_nothing_due(standing):
            tell_end(work)
        with stoppable(why=_NOTHING_SENT):
            _show(work)
            if not asked.dry_run:
                check_confirmation(work.plan, _confirmation(asked, work.plan.confirmation))
        if not asked.dry_run:
            work.ledger.confirm(work.plan.plan_id, by=who())
        follow(work, lambda run_id: _applied(work, run_id))


def resume(settings: "Settings", asked: Asked) -> NoReturn:
    """Go on with a plan that was confirmed before.

    Raises:
        PipelineError: It is refused, or was never confirmed, so nothing was sent; or it cannot go on.
        typer.Exit: It ended; the code says how.
    """
    with _checked(settings, asked) as work:
        entry = work.ledger.entry(work.plan.plan_id)
        if entry.confirmed_at is None:
            raise UsageRefused(
                "The plan was never confirmed.",
                why="To resume is to go on with what somebody confirmed.",
                fix=f"Apply it: {typed()} replies apply {short_id(entry.plan_id)}",
            )
        standing = standing_of(work.plan, work.ledger)
        remarks().print(Text(f"{replies(standing.left)} of {len(work.plan.replies)} left to send."))
        if not asked.dry_run:
            work.ledger.resume(work.plan.plan_id)
        follow(work, lambda run_id: _applied(work, run_id))


def retry(settings: "Settings", asked: Asked, *, held: bool, failed: bool) -> NoReturn:
    """Send again what is held or failed.

    Raises:
        PipelineError: It is refused or not confirmed, so nothing was sent; or it cannot go on.
        typer.Exit: It ended; the code says how.
    """
    if held is failed:
        raise UsageRefused(
            "It is not said what to retry.",
            why="Held are those that may have been sent, failed those that surely were not.",
            fix="Give --held or --failed.",
        )
    _check_can_confirm(asked)
    outcome = Outcome.HELD if held else Outcome.FAILED
    with _checked(settings, asked) as work:
        standing = standing_of(work.plan, work.ledger)
        count = standing.outcomes.get(outcome, 0) + standing.then.get(outcome, 0)
        if not count:
            tell_end(work)
        remarks().print(Text(f"{replies(count)} {outcome}."))
        if not asked.dry_run:
            with stoppable(why=_NOTHING_SENT):
                _check_typed(_confirmation(asked, f"send {count}"), f"send {count}")
        follow(work, lambda run_id: _retried(work, outcome, run_id))


@contextmanager
def _checked(settings: "Settings", asked: Asked) -> Iterator[Run]:
    """A plan that may be applied here and now, and all that it takes.

    Raises:
        PlanRefused: It may not.
        PipelineError: The ledger or Intercom cannot be asked.
    """
    connection = settings.connection()
    with ledger_of(settings) as ledger:
        plan = plan_named(asked.plan, ledger)
        with stoppable(why=_NOTHING_SENT):
            identity = run(identify(connection))
        check_applicable(plan, ledger, identity, connection.base_url, datetime.now(UTC))
        yield Run(
            plan=plan,
            ledger=ledger,
            connection=connection,
            pace=pace_of(settings, asked.rate),
            folder=settings.folder(),
            dry_run=asked.dry_run,
            as_json=asked.as_json,
        )


def _applied(work: Run, run_id: str) -> Generator[Event, None, None]:
    return run_apply(
        work.plan,
        connection=work.connection,
        ledger=work.ledger,
        pace=work.pace,
        by=who(),
        run_id=run_id,
        dry_run=work.dry_run,
    )


def _retried(work: Run, outcome: Outcome, run_id: str) -> Generator[Event, None, None]:
    return run_retry(
        work.plan,
        outcome,
        connection=work.connection,
        ledger=work.ledger,
        pace=work.pace,
        by=who(),
        run_id=run_id,
        dry_run=work.dry_run,
    )


def _is_nothing_due(standing: Standing) -> bool:
    """Whether nothing is to be sent, nor to be found out about a run that died."""
    return not (standing.left or standing.then_left or Outcome.INTENDED in standing.outcomes)


def _show(work: Run) -> None:
    for line in preview(work.plan, work.pace).facts():
        remarks().print(Text(line), soft_wrap=True)


def _check_can_confirm(asked: Asked) -> None:
    """See that somebody can be asked, before anything else is."""
    if asked.confirm is None and not asked.dry_run and not can_ask():
        raise UsageRefused(
            "Nobody can confirm the plan.",
            why="stdin is no terminal.",
            fix="Look at it with replies show, then add --confirm with 'send' and the number of replies.",
        )


def _confirmation(asked: Asked, words: str) -> str:
    return ask(f"Type '{words}' to send") if asked.confirm is None else asked.confirm


def _check_typed(given: str, words: str) -> None:
    if " ".join(given.split()).lower() != words:
        raise UsageRefused(
            "It was not confirmed; nothing was sent.",
            why=f"The confirmation is '{words}'.",
            fix="Run it again when you are sure.",
        )
