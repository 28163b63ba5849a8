"""How quickly replies are sent, and when too much goes wrong."""

import asyncio
from dataclasses import dataclass, field

import pytest

from intercom_pipeline.replies.sending.breaker import Breaker
from intercom_pipeline.replies.sending.pace import FASTEST, Metronome, Pace, PaceRefused


@dataclass
class Time:
    """Passes only while somebody waits, or where a test says so."""

    now: float = 100.0
    begun: list[float] = field(default_factory=list)

    async def wait(self, seconds: float) -> None:
        self.now += seconds

    def begin(self, metronome: Metronome, count: int) -> list[float]:
        """When each of so many may begin."""

        async def turns() -> list[float]:
            found = []
            for _ in range(count):
                await metronome.turn()
                found.append(round(self.now - 100, 6))
            return found

        return asyncio.run(turns())


def test_one_begins_after_the_other_evenly() -> None:
    """The first at once."""
    time = Time()
    metronome = Metronome(per_second=4, clock=lambda: time.now, sleep=time.wait)
    assert time.begin(metronome, 4) == [0, 0.25, 0.5, 0.75]


def test_a_small_delay_is_made_up_for_and_a_pause_is_not() -> None:
    """So the rate is kept on a busy machine, and there is no burst after a laptop slept."""
    time = Time()
    metronome = Metronome(per_second=10, clock=lambda: time.now, sleep=time.wait)
    time.begin(metronome, 1)
    time.now += 0.15
    assert time.begin(metronome, 2) == [0.15, 0.2]
    time.now += 60
    assert time.begin(metronome, 3) == [60.2, 60.3, 60.4]


def test_more_than_an_interval_is_made_up_for_where_that_is_said() -> None:
    """As what leaves may be ready later by a slow answer; a longer pause is not."""
    time = Time()
    metronome = Metronome(per_second=10, slack=0.5, clock=lambda: time.now, sleep=time.wait)
    time.begin(metronome, 1)
    time.now += 0.45
    assert time.begin(metronome, 5) == [0.45, 0.45, 0.45, 0.45, 0.5]
    time.now += 0.65
    assert time.begin(metronome, 2) == [1.15, 1.25]


@pytest.mark.parametrize("rate", [0, -1, FASTEST + 1, float("nan"), float("inf")])
def test_a_rate_that_cannot_be_kept_is_refused(rate: float) -> None:
    """Rather than taken for another."""
    with pytest.raises(PaceRefused):
        Pace(per_second=rate)


def test_enough_are_in_flight_for_the_rate_where_answers_are_slow() -> None:
    """Two requests of two seconds each; but never more than a connection lets out."""
    assert Pace(per_second=2).in_flight >= 2 * 4
    assert Pace(per_second=FASTEST).in_flight < 100


def test_three_failures_in_a_row_are_too_many() -> None:
    """One that is sent begins the row anew."""
    breaker = Breaker()
    for sent in (True, False, False, True, False, False):
        breaker.note(sent=sent)
    assert breaker.tripped is None
    breaker.note(sent=False)
    assert breaker.tripped


def test_so_is_more_than_a_twentieth_once_enough_were_tried() -> None:
    """One of 20 may fail, not two."""
    breaker = Breaker()
    for number in range(20):
        breaker.note(sent=number != 5)
    assert breaker.tripped is None
    breaker.note(sent=False)
    assert breaker.tripped
