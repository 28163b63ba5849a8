"""How far a plan is applied, on stderr: a bar on a terminal, a line now and then elsewhere."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from intercom_pipeline.cli.output import joined, number, remarks
from intercom_pipeline.cli.replies.summary import replies
from intercom_pipeline.replies.ledger.values import Outcome, Step
from intercom_pipeline.replies.sending.events import Begun, Ended, Event, Settled
from intercom_pipeline.steering import one_line

_LINE_EVERY_SECONDS = 10.0
_MOST_TOLD = 20
"""Of a dry run, replies that would not be sent which are told one by one."""
FIRST = "The first reply is sent alone; the others follow once its conversation shows it."


@dataclass(slots=True)
class Tally:
    """What a run has told so far.

    Attributes:
        dry_run: Whether nothing is sent, and the outcomes are what would be.
        counts: How many replies ended in which way, in this run.
        begun: What it set out to do; None until it began.
        ended: How it ended; None until it did.
        troubles: How many steps did not end well, by how they ended.
    """

    dry_run: bool = False
    counts: "Counter[Outcome]" = field(default_factory=Counter)
    begun: Begun | None = None
    ended: Ended | None = None
    troubles: "Counter[tuple[Step, Outcome]]" = field(default_factory=Counter)

    @property
    def pending(self) -> int:
        """How many replies the run is to send."""
        return self.begun.pending if self.begun else 0

    def take(self, event: Event) -> None:
        """Count an event."""
        match event:
            case Begun():
                self.begun = event
            case Ended():
                self.ended = event
            case Settled():
                if event.outcome is not Outcome.SENT:
                    self.troubles[event.step, event.outcome] += 1
                if event.step is Step.REPLY:
                    self.counts[event.outcome] += 1


def watch(events: Iterable[Event], tally: Tally, clock: Callable[[], float] = time.monotonic) -> None:
    """Follow a run to its end, showing how far it is."""
    if remarks().is_terminal:
        _live(events, tally)
    else:
        _plain(events, tally, clock)


def _live(events: Iterable[Event], tally: Tally) -> None:
    verb = _verb(tally)
    parts = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*parts, console=remarks(), transient=True) as bar:
        task = bar.add_task(verb, total=None)
        for event in events:
            _tell(event, tally, bar.console.print)
            tally.take(event)
            _move(bar, task, tally, verb)


def _move(bar: Progress, task: TaskID, tally: Tally, verb: str) -> None:
    said = joined([verb, *_counts(tally, but=Outcome.SENT)])
    bar.update(task, description=said, completed=tally.counts.total(), total=tally.pending or None)


def _plain(events: Iterable[Event], tally: Tally, clock: Callable[[], float]) -> None:
    due = clock() + _LINE_EVERY_SECONDS
    for event in events:
        _tell(event, tally, remarks().print)
        tally.take(event)
        if clock() >= due:
            remarks().print(f"{_verb(tally)}: {line_of(tally)}")
            due = clock() + _LINE_EVERY_SECONDS


def _verb(tally: Tally) -> str:
    return "Looking" if tally.dry_run else "Sending"


def begun_line(begun: Begun) -> str:
    """What a run sets out to do."""
    said = f"{replies(begun.pending)} to send."
    if begun.following:
        said += f" In {number(begun.following)} more conversations only what follows is left."
    if begun.at_most < begun.pending:
        said += f" The caps allow {number(begun.at_most)} of them now."
    return f"{said} {FIRST}" if begun.at_most > 1 else said


def line_of(tally: Tally) -> str:
    """How far a run is, on one line."""
    return joined([*_counts(tally), f"of {number(tally.pending)}"])


def _counts(tally: Tally, *, but: Outcome | None = None) -> Iterator[str]:
    return (f"{number(tally.counts[each])} {each}" for each in Outcome if tally.counts[each] and each != but)


def _tell(event: Event, tally: Tally, say: Callable[..., object]) -> None:
    """Say what a person should see when it happens: the beginning, the first one, what goes wrong."""
    match event:
        case Begun() if not tally.dry_run:
            say(Text(begun_line(event)), soft_wrap=True)
        case Settled(step=Step.REPLY, outcome=Outcome.SENT) if not tally.dry_run:
            if not tally.counts[Outcome.SENT]:
                say(Text(f"The first reply was sent, to conversation {one_line(event.conversation_id)}."))
        case Settled(outcome=outcome) if outcome is not Outcome.SENT:
            _tell_trouble(event, tally, say)


def _tell_trouble(event: Settled, tally: Tally, say: Callable[..., object]) -> None:
    """Tell of a dry run each, which are told nowhere else; of another the first of a kind, and its reason."""
    what = event.outcome if event.step is Step.REPLY else f"answered; what follows {event.outcome}"
    why = f": {event.reason}" if event.reason else ""
    if not tally.dry_run:
        if not tally.troubles[event.step, event.outcome]:
            say(Text(one_line(f"The first one {what}{why}")), soft_wrap=True)
    elif tally.troubles.total() < _MOST_TOLD:
        say(Text(one_line(f"{event.conversation_id} {what}{why}")), soft_wrap=True)
    elif tally.troubles.total() == _MOST_TOLD:
        say(Text("There are more of these."))
