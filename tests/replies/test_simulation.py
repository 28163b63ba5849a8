"""Simulated campaigns of replies: a few of the thousands of `benchmarks/reply_simulation.py`."""

from benchmarks.reply_simulation import Tally, simulate

CAMPAIGNS = 25


def test_simulated_campaigns_send_nothing_twice_and_lose_nothing() -> None:
    """Crashes, faults, stops, second processes and people in any order; the same ones each time."""
    tally: Tally = simulate([f"suite:{number}" for number in range(CAMPAIGNS)])
    assert tally.wrong == {}
    assert tally.runs == CAMPAIGNS
    # That it is worth something: replies arrived, processes crashed, and requests failed.
    assert tally.outcomes["sent"] > CAMPAIGNS
    assert tally.crashes.total() > CAMPAIGNS / 4
    assert tally.faults > CAMPAIGNS / 4
