"""How far a plan is applied, on stderr: a bar on a terminal, a line now and then elsewhere."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from intercom_pipeline.cli.output import counted, joined, number, remarks
from intercom_pipeline.replies.events import Begun, Ended, Event, Settled
from intercom_pipeline.replies.ledger.values import Outcome, Step
from intercom_pipeline.steering import one_line

_LINE_EVERY_SECONDS = 10.0
_MOST_TOLD = 20
"""Replies that were not sent which are told one by one; `status` has all."""
FIRST = "The first reply is sent alone; the others follow once its conversation shows it."


@dataclass(slots=True)
class Tally:
    """What a run has told so far.

    Attributes:
        counts: How many replies ended in which way, in this run.
        begun: What it set out to do; None until it began.
        ended: How it ended; None until it did.
    """

    counts: "Counter[Outcome]" = field(default_factory=Counter)
    begun: Begun | None = None
    ended: Ended | None = None

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
            case Settled(step=Step.REPLY):
                self.counts[event.outcome] += 1
            case Settled():
                pass


def watch(events: Iterable[Event], tally: Tally, *, verb: str = "Sending") -> None:
    """Follow a run to its end, showing how far it is."""
    (_live if remarks().is_terminal else _plain)(events, tally, verb)


def _live(events: Iterable[Event], tally: Tally, verb: str) -> None:
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
    wrong = tally.counts.total() - tally.counts[Outcome.SENT]
    said = joined([verb, f"{number(wrong)} not sent" if wrong else ""])
    bar.update(task, description=said, completed=tally.counts.total(), total=tally.pending or None)


def _plain(
    events: Iterable[Event], tally: Tally, verb: str, clock: Callable[[], float] = time.monotonic
) -> None:
    due = clock() + _LINE_EVERY_SECONDS
    for event in events:
        _tell(event, tally, remarks().print)
        tally.take(event)
        if clock() >= due:
            remarks().print(f"{verb}: {line_of(tally)}")
            due = clock() + _LINE_EVERY_SECONDS


def line_of(tally: Tally) -> str:
    """How far a run is, on one line."""
    counts = (f"{number(tally.counts[each])} {each}" for each in Outcome if tally.counts[each])
    return joined([*counts, f"of {number(tally.pending)}"])


def _tell(event: Event, tally: Tally, say: Callable[..., object]) -> None:
    """Say what a person should see when it happens: the beginning, the first one, what was not sent."""
    match event:
        case Begun(pending=pending) if pending:
            say(Text(f"{counted(pending, 'reply').replace('replys', 'replies')} to send. {FIRST}"))
        case Settled(step=Step.REPLY, outcome=Outcome.SENT) if not tally.counts[Outcome.SENT]:
            say(Text(f"The first reply was sent, to conversation {one_line(event.conversation_id)}."))
        case Settled(outcome=outcome) if outcome is not Outcome.SENT:
            _tell_trouble(event, tally, say)


def _tell_trouble(event: Settled, tally: Tally, say: Callable[..., object]) -> None:
    told = tally.counts.total() - tally.counts[Outcome.SENT]
    if told < _MOST_TOLD:
        why = f": {one_line(event.reason)}" if event.reason else ""
        say(Text(f"{one_line(event.conversation_id)} {event.outcome}{why}"), soft_wrap=True)
    elif told == _MOST_TOLD:
        say(Text("There are more that were not sent; replies status shows all of them."))
