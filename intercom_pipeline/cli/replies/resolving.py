"""Finding out what became of replies, from the command line: by looking, or by what a person says."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, NoReturn

from rich.text import Text

from intercom_pipeline.cli.exits import Stopped
from intercom_pipeline.cli.output import number, remarks
from intercom_pipeline.cli.replies.log import refresh
from intercom_pipeline.cli.replies.opening import ledger_of, pace_of, plan_named, who
from intercom_pipeline.cli.replies.progress import Tally
from intercom_pipeline.cli.replies.run import Run, tell_end
from intercom_pipeline.cli.stopping import stoppable
from intercom_pipeline.intercom.errors import IntercomError
from intercom_pipeline.replies.ledger.values import Step
from intercom_pipeline.replies.sending.events import Settled
from intercom_pipeline.replies.sending.pace import Pace
from intercom_pipeline.replies.sending.resolving import settle_held
from intercom_pipeline.replies.sending.running import run_resolve
from intercom_pipeline.steering import one_line

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings


def resolve(
    settings: "Settings",
    name: str,
    *,
    sent: Sequence[str],
    not_sent: Sequence[str],
    dry_run: bool,
    as_json: bool,
) -> NoReturn:
    """Look for each reply whose outcome is not known, or note what a person says; tell what was found.

    Raises:
        PipelineError: The plan is refused, a conversation could not be read, or nothing is held in one that a
            person names.
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
        if sent or not_sent:
            said = settle_held(ledger, work.plan, sent=sent, not_sent=not_sent, by=who(), dry_run=dry_run)
            _tell(said, found)
        else:
            looked_for = _look(work, found)
            remarks().print(Text(f"{number(looked_for)} looked for."))
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
    number_told = 0
    for event in events:
        found.take(event)
        number_told += 1
        which = "" if event.step is Step.REPLY else ", what follows,"
        why = f": {event.reason}" if event.reason else ""
        remarks().print(
            Text(one_line(f"{event.conversation_id}{which} {event.outcome}{why}")), soft_wrap=True
        )
    return number_told
