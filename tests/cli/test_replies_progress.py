"""What is told while replies are sent: the beginning, the first one, what went wrong, how far it is."""

from collections.abc import Iterator

import pytest

from intercom_pipeline.cli.replies.progress import Tally, begun_line, line_of, watch
from intercom_pipeline.replies.ledger.values import Outcome, Step
from intercom_pipeline.replies.sending.events import Begun, Ended, Ending, Event, Settled
from tests.hostile import EVIL


def settled(at: int, outcome: Outcome = Outcome.SENT, step: Step = Step.REPLY) -> Settled:
    """What became of one."""
    return Settled(
        conversation_id=f"c{at}", step=step, outcome=outcome, reason=None if outcome is Outcome.SENT else EVIL
    )


@pytest.mark.parametrize(
    ("begun", "said"),
    [
        (Begun(pending=1, done=0, at_most=1), "1 reply to send."),
        (Begun(pending=3, done=1, at_most=3), "3 replies to send. The first reply is sent alone"),
        (Begun(pending=30, done=0, at_most=20), "The caps allow 20 of them now."),
        (
            Begun(pending=0, done=4, at_most=0, following=4),
            "In 4 more conversations only what follows is left.",
        ),
    ],
)
def test_what_a_run_sets_out_to_do(begun: Begun, said: str) -> None:
    """With what the caps allow, so that nobody is surprised."""
    assert said in begun_line(begun)


def test_what_goes_wrong_is_told_as_it_happens(capsys: pytest.CaptureFixture[str]) -> None:
    """The first of each kind with its reason, which steers nothing; each has its line in the end alone."""
    wrong = [settled(at, Outcome.STALE) for at in range(30)]
    then = settled(1, Outcome.FAILED, Step.THEN)
    watch([Begun(pending=31, done=0, at_most=31), settled(99), then, *wrong], tally := Tally())
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines[2:]] == [
        "The first one answered; what follows failed",
        "The first one stale",
    ]
    assert all(line.partition(": ")[2] for line in lines[2:])
    assert not any("\x1b" in line or "\u202e" in line for line in lines)
    assert line_of(tally) == "1 sent, 30 stale, of 31"


def test_what_would_not_be_sent_is_told_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a dry run, which has no other list: twenty, a line each; then that there are more."""
    wrong = [settled(at, Outcome.STALE) for at in range(30)]
    then = settled(1, Outcome.FAILED, Step.THEN)
    ended = Ended(why=Ending.COMPLETE)
    events: list[Event] = [Begun(pending=31, done=0, at_most=31), settled(99), then, *wrong, ended]
    tally = Tally(dry_run=True)
    watch(events, tally)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("c1 answered; what follows failed: ")
    assert [line.split()[:2] for line in lines[1:20]] == [[f"c{at}", "stale:"] for at in range(19)]
    assert lines[20:] == ["There are more of these."]
    assert not any("\x1b" in line or "\u202e" in line for line in lines)
    assert tally.counts == {Outcome.SENT: 1, Outcome.STALE: 30}
    assert tally.ended is ended


def test_how_far_it_is_is_told_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no terminal: a line every ten seconds."""
    seconds = iter(range(0, 1000, 4))

    def events() -> Iterator[Event]:
        yield Begun(pending=6, done=0, at_most=6)
        yield from (settled(at) for at in range(6))

    watch(events(), Tally(), clock=lambda: next(seconds))
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if line.startswith("Sending")] == [
        "Sending: 2 sent, of 6",
        "Sending: 5 sent, of 6",
    ]


def test_a_dry_run_says_nothing_of_sending(capsys: pytest.CaptureFixture[str]) -> None:
    """Its outcomes are what would be."""
    tally = Tally(dry_run=True)
    watch([Begun(pending=1, done=0, at_most=1), settled(1), Ended(why=Ending.COMPLETE)], tally)
    assert capsys.readouterr().err == ""
    assert tally.counts[Outcome.SENT] == 1
