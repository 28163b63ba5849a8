"""Looking what became of replies that got no answer, from the command line."""

from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING, NoReturn

from intercom_pipeline.cli.exits import Stopped
from intercom_pipeline.cli.output import number, remarks
from intercom_pipeline.cli.replies.log import refresh
from intercom_pipeline.cli.replies.opening import ledger_of, pace_of, plan_named
from intercom_pipeline.cli.replies.progress import Tally
from intercom_pipeline.cli.replies.run import Run, tell_end
from intercom_pipeline.cli.replies.summary import found_line, print_lines
from intercom_pipeline.cli.stopping import stoppable
from intercom_pipeline.intercom.errors import IntercomError
from intercom_pipeline.replies.sending.events import Settled
from intercom_pipeline.replies.sending.pace import Pace
from intercom_pipeline.replies.sending.running import run_resolve

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings


def resolve(settings: "Settings", name: str, *, dry_run: bool, as_json: bool) -> NoReturn:
    """Look for each reply whose outcome is not known, and tell what was found.

    Raises:
        PipelineError: The plan is refused, or a conversation could not be read.
        typer.Exit: It ended; the code says how the plan stands.
    """
    connection = settings.connection()
    with ledger_of(settings) as ledger:
        work = Run(
            plan=plan_named(name, ledger),
            ledger=ledger,
            connection=connection,
            pace=pace_of(settings, Pace().per_second),
            folder=settings.folder(),
            dry_run=dry_run,
            as_json=as_json,
        )
        found = Tally()
        looked_for = _look(work, found)
        remarks().print(f"{number(looked_for)} looked for.")
        tell_end(work, found)


def _look(work: Run, found: Tally) -> int:
    events = run_resolve(work.plan, connection=work.connection, ledger=work.ledger, dry_run=work.dry_run)
    try:
        with stoppable(why="What was found so far is noted.", fix="Run it again."), closing(events):
            return _tell(events, found)
    except (IntercomError, Stopped):
        if not work.dry_run:
            refresh(work.ledger, work.folder)
        raise


def _tell(events: Iterable[Settled], found: Tally) -> int:
    """Say of each what was found, as it is; gives how many there were."""
    told = []
    for event in events:
        found.take(event)
        told.append(event)
        print_lines([found_line(event)], remarks())
    return len(told)
