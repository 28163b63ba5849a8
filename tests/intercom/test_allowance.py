"""The allowance against a simulated server: never over the limit, and little of it unused."""

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from math import floor, inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intercom_pipeline.intercom.allowance import UNTOLD_LIMIT, Allowance
from intercom_pipeline.intercom.rate_headers import RateHeaders
from tests.intercom.simulated_limit import Server, run

SECONDS = 45.0
START = RateHeaders(limit=100, remaining=99, reset=1_000_010, date=1_000_000)


def travel(seconds: float, seed: int) -> Callable[[], float]:
    rng = random.Random(seed)  # noqa: S311 (a simulation)
    return lambda: seconds * rng.uniform(0.7, 1.3)


def simulate(server: Server, share: float, round_trip: float, *, at_once: int = 400, seed: int = 0) -> None:
    leg = travel(round_trip / 2, seed)
    run(server, Allowance(share=share), seconds=SECONDS, there=leg, back=leg, at_once=at_once)


@settings(max_examples=60, deadline=None)
@given(
    limit=st.integers(1, 2_000),
    share=st.floats(0.05, 1.0),
    round_trip=st.floats(0.001, 2.0),
    ahead=st.floats(1e9, 2e9),
    at_once=st.integers(1, 300),
)
def test_no_window_sees_more_than_our_share(
    limit: int, share: float, round_trip: float, ahead: float, at_once: int
) -> None:
    """Whatever limit, share, latency, clock and concurrency: a window gets at most our share, and no 429."""
    server = Server(limit=limit, clock_ahead=ahead)
    simulate(server, share, round_trip, at_once=at_once)
    assert not server.refused
    assert max(server.used.values()) <= max(1, floor(share * limit))


@settings(max_examples=40, deadline=None)
@given(
    limit=st.integers(83, 2_000),
    share=st.floats(0.5, 1.0),
    round_trip=st.sampled_from([0.001, 0.05, 0.5]),
    ahead=st.floats(1e9, 2e9),
)
def test_a_window_is_used_to_97_percent(limit: int, share: float, round_trip: float, ahead: float) -> None:
    """In the steady state 97 % of what the share allows is used, at 1, 50 and 500 ms latency."""
    server = Server(limit=limit, clock_ahead=ahead)
    simulate(server, share, round_trip)
    assert min(server.whole_windows(SECONDS)) >= floor(0.97 * floor(share * limit))


@settings(max_examples=30, deadline=None)
@given(rate=st.floats(0, 150), round_trip=st.floats(0.001, 0.5), ahead=st.floats(1e9, 2e9))
def test_other_apps_are_made_room_for(rate: float, round_trip: float, ahead: float) -> None:
    """While other apps use the allowance too, there is no 429, and what they leave is used."""
    server = Server(limit=1_666, clock_ahead=ahead, others=lambda since: rate * since)
    simulate(server, 0.8, round_trip)
    assert not server.refused
    assert min(server.whole_windows(SECONDS)) >= 0.9 * (floor(0.8 * 1_666) - 10 * rate)


def test_windows_of_a_minute_are_spread_over_the_minute() -> None:
    """A longer window, known from its reset alone, is used fully and evenly."""
    server = Server(limit=600, window=60)
    leg = travel(0.025, 1)
    run(server, Allowance(share=0.8), seconds=400, there=leg, back=leg)
    assert not server.refused
    assert min(server.whole_windows(400)) >= 470


@pytest.mark.parametrize("limit", [1, 2, 5, 83])
@pytest.mark.parametrize("share", [0.8, 1.0])
def test_tiny_limits_are_used_to_the_last_request(limit: int, share: float) -> None:
    """Workspaces with "83 in 10 seconds" exist: every request of the share is used, at least one a window."""
    server = Server(limit=limit)
    simulate(server, share, 0.05)
    assert not server.refused
    assert set(server.whole_windows(SECONDS)) == {max(1, floor(share * limit))}


@pytest.mark.parametrize("jump", [-86_400.0, -3.0, 3.0, 86_400.0])
def test_a_server_whose_clock_is_set_costs_no_more_than_a_window(jump: float) -> None:
    """The server's clock is set during the run: no standstill, and later the windows are used again."""
    server = Server(limit=500)
    answer = server.answer

    def jumping(at: float) -> tuple[bool, RateHeaders]:
        server.clock_ahead = 1_700_000_000.0 + (jump if at > 17 else 0)
        return answer(at)

    server.answer = jumping  # type: ignore[method-assign]
    simulate(server, 0.8, 0.05)
    last = floor((SECONDS + server.clock_ahead) / 10)
    assert server.used[last - 1] >= 380


@pytest.mark.parametrize("window", [10, 60])
def test_work_that_appears_late_keeps_to_the_pace(window: int) -> None:
    """Work that appears in the last second of a window is not sent in one burst."""
    server = Server(limit=1_666 * window // 10, window=window, clock_ahead=1_700_000_040.0)
    late = window - 2.0
    sent: list[float] = []
    allowance = Allowance(share=0.8)

    def there() -> float:
        sent.append(1)
        return 0.02

    def idle(now: float) -> float:
        return now if now < 0.01 or now > late else late

    run(server, allowance, seconds=late + 1, there=there, back=lambda: 0.02, idle=idle)
    assert 100 < len(sent) <= 1.5 * 133.2 + 2


def test_requests_are_spread_over_the_window() -> None:
    """No tenth of a window gets more than 1.5 times its even part."""
    moments: list[float] = []
    server = Server(limit=1_000)
    answer = server.answer

    def counting(at: float) -> tuple[bool, RateHeaders]:
        moments.append(at)
        return answer(at)

    server.answer = counting  # type: ignore[method-assign]
    simulate(server, 0.8, 0.05)
    per_second = [sum(second <= at < second + 1 for at in moments) for second in range(1, int(SECONDS))]
    assert max(per_second) <= 1.5 * 80 + 1
    assert min(per_second) >= 0.5 * 80


def test_missing_dates_only_cost_some_use() -> None:
    """Without `Date` the windows' edges are guessed: still never over the limit, and never stuck."""
    server = Server(limit=200, with_date=False)
    simulate(server, 1.0, 0.05)
    assert max(server.used.values()) <= 200
    assert sum(server.used.values()) > 300


def test_before_the_first_answer_one_request_goes_out() -> None:
    """Nothing is known of the limit yet, so nothing is risked."""
    allowance = Allowance(share=0.8)
    assert allowance.ready_at(5.0) == 5.0
    allowance.sent(5.0)
    assert allowance.ready_at(5.1) == inf


def test_a_failed_first_request_lets_the_next_one_out() -> None:
    """An answer that never comes, or an error page without headers, opens nothing and blocks nothing."""
    allowance = Allowance(share=0.8)
    allowance.unanswered(allowance.sent(0.0))
    assert allowance.ready_at(1.0) == 1.0
    turn = allowance.sent(1.0)
    allowance.answered(turn, 1.5, RateHeaders(), succeeded=False)
    assert allowance.ready_at(2.0) == 2.0
    allowance.sent(2.0)
    assert allowance.ready_at(2.0) == inf


def test_without_headers_ten_thousand_a_minute_are_assumed() -> None:
    """A server that never sends the headers gets Intercom's default limit, times the share."""
    allowance = Allowance(share=0.5)
    now, sent = 0.0, 0
    while now < 100:
        now = max(now, allowance.ready_at(now))
        turn = allowance.sent(now)
        allowance.answered(turn, now, RateHeaders())
        sent += 1
    assert 0.9 * 10 * UNTOLD_LIMIT * 0.5 <= sent <= 10.5 * UNTOLD_LIMIT * 0.5


@pytest.mark.parametrize(
    ("told", "wait"),
    [
        (RateHeaders(retry_after=7.0), 7.0),
        (replace(START, remaining=0, retry_after=3.0), 3.0),
        (replace(START, remaining=0), 10.0),
        (replace(START, remaining=0, reset=1_000_000 + 10**6), 60.0),
        (replace(START, remaining=0, reset=1), 1.0),
        (RateHeaders(), 1.0),
    ],
    ids=["retry-after", "retry-after before reset", "reset", "absurd reset", "reset in the past", "neither"],
)
def test_a_refusal_is_waited_out_as_told(told: RateHeaders, wait: float) -> None:
    """All requests wait for `Retry-After`, else for the reset, else for a backoff; never over a minute."""
    allowance = Allowance(share=0.8, chance=lambda: 1.0)
    allowance.answered(allowance.sent(0.0), 0.0, START)
    allowance.refused(allowance.sent(0.5), 0.5, told)
    ready = allowance.ready_at(0.5)
    # The server's clock is known to half a second here, hence the end of ten seconds too.
    assert ready == pytest.approx(0.5 + wait, abs=0.51 if wait == 10.0 else 0.01)
    assert allowance.ready_at(ready) == pytest.approx(ready)


def test_untold_waits_double_and_are_forgotten_after_a_success() -> None:
    """A 429 that says nothing is waited out longer each time, up to a minute, anew after a success."""
    allowance = Allowance(share=0.8, chance=lambda: 1.0)
    allowance.answered(allowance.sent(0.0), 0.0, START)
    now, waits = 20.0, []
    for _ in range(8):
        allowance.refused(allowance.sent(now), now, RateHeaders())
        waits.append(allowance.ready_at(now) - now)
        now = allowance.ready_at(now)
    assert waits == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60])
    allowance.answered(allowance.sent(now), now, RateHeaders())
    allowance.refused(allowance.sent(now + 1), now + 1, RateHeaders())
    assert allowance.ready_at(now + 1) == pytest.approx(now + 2)


def test_many_refusals_of_one_moment_count_once() -> None:
    """Fifty requests in flight that are all refused are one refusal, not fifty doublings."""
    allowance = Allowance(share=0.8, chance=lambda: 1.0)
    allowance.answered(allowance.sent(0.0), 0.0, START)
    turns = [allowance.sent(1.0) for _ in range(50)]
    for number, turn in enumerate(turns):
        allowance.refused(turn, 2.0 + number / 1000, RateHeaders())
    assert allowance.ready_at(2.1) == pytest.approx(3.0)


def test_a_stale_answer_never_raises_the_room() -> None:
    """An older answer of the same window, or one of the window before, gives nothing back."""
    allowance = Allowance(share=1.0)
    old, new, older = allowance.sent(0.0), allowance.sent(0.1), allowance.sent(0.0)
    allowance.answered(new, 1.0, replace(START, remaining=0))
    allowance.answered(old, 1.1, replace(START, remaining=90))
    assert allowance.ready_at(1.2) > 9.0
    allowance.answered(older, 1.3, replace(START, remaining=100, reset=1_000_000, date=999_999))
    assert allowance.ready_at(1.4) > 9.0


def test_requests_answered_late_do_not_use_up_the_windows_they_wait_through() -> None:
    """Every fourth answer takes 18 seconds: a tiny limit is still used, and never exceeded."""
    server = Server(limit=83)
    leg, turns = travel(0.02, 3), cycle([0.02, 0.02, 0.02, 18.0])
    run(server, Allowance(share=1.0), seconds=200, there=leg, back=lambda: next(turns), at_once=400)
    assert not server.refused
    assert min(server.whole_windows(200)[4:]) >= 60


@pytest.mark.parametrize("offsets", [(-1, -1), (0, 1), (1, 1)])
def test_servers_a_second_apart_speak_of_one_window(offsets: tuple[int, int]) -> None:
    """A reset that jitters by a second is no new window, whose room would be whole, and no old one."""
    allowance = Allowance(share=1.0)
    turns = [allowance.sent(0.0), allowance.sent(0.0), allowance.sent(0.0)]
    allowance.answered(turns[0], 0.1, replace(START, remaining=50))
    allowance.answered(turns[1], 0.2, replace(START, remaining=1, reset=1_000_010 + offsets[0]))
    allowance.answered(turns[2], 0.3, replace(START, remaining=60, reset=1_000_010 + offsets[1]))
    assert allowance.ready_at(0.3) < 9.0
    allowance.sent(0.3)
    assert allowance.ready_at(0.3) > 8.0


def test_a_window_that_turns_out_longer_is_believed() -> None:
    """An answer to a request sent after the supposed edge that still shows the old window counts."""
    allowance = Allowance(share=1.0)
    allowance.answered(allowance.sent(0.0), 0.1, replace(START, remaining=50, date=1_000_008))
    assert allowance.ready_at(5.0) == 5.0
    allowance.answered(allowance.sent(5.0), 5.1, replace(START, remaining=0, date=1_000_008))
    assert allowance.ready_at(5.2) > 6.0


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["answered", "refused", "unanswered"]),
            st.floats(0, 100),
            st.builds(
                RateHeaders,
                limit=st.none() | st.integers(1, 10**12),
                remaining=st.none() | st.integers(0, 10**12),
                reset=st.none() | st.integers(1, 10**12),
                date=st.none() | st.integers(-(10**11), 10**11),
                retry_after=st.none() | st.floats(0, 60),
            ),
        ),
        max_size=30,
    ),
)
def test_no_headers_however_absurd_stop_a_run_for_more_than_two_minutes(
    answers: list[tuple[str, float, RateHeaders]],
) -> None:
    """With nothing in flight the next request is never further off than two clamped waits."""
    allowance = Allowance(share=0.8)
    now = 0.0
    for what, later, told in answers:
        turn = allowance.sent(now)
        now += later
        if what == "unanswered":
            allowance.unanswered(turn)
        else:
            getattr(allowance, what)(turn, now, told)
        ready = allowance.ready_at(now)
        assert ready - now <= 120.0
        now = ready
