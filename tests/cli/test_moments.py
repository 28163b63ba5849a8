"""The part of the streams that `--since` and `--until` name."""

from datetime import UTC, datetime

import pytest

from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.moments import bounds
from intercom_pipeline.sync.plan import Bounds

NOW = datetime(2026, 3, 15, 10, 30, tzinfo=UTC)


def second(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp())  # type: ignore[arg-type, misc]  # the parts of a moment


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("2026-03-01", second(2026, 3, 1)),
        ("2026-03-01T12:00", second(2026, 3, 1, 12)),
        ("2026-03-01 12:00:30+05:45", second(2026, 3, 1, 6, 15, 30)),
        ("2026-03-01T12:00:00Z", second(2026, 3, 1, 12)),
        ("7d", second(2026, 3, 8)),
        ("2w", second(2026, 3, 1)),
        ("0d", second(2026, 3, 15)),
        ("1969-01-01", 0),
    ],
)
def test_a_moment_is_a_date_a_time_or_days_ago(text: str, first: int) -> None:
    """In UTC unless it has an offset; a day is its first second."""
    assert bounds(text, None, NOW) == Bounds(since=first)
    assert bounds(None, text, NOW) == Bounds(until=first)


def test_neither_names_no_part() -> None:
    """Then everything is synced."""
    assert bounds(None, None, NOW) is None


@pytest.mark.parametrize(
    "text", ["", "soon", "7", "d", "7m", "-7d", "2026-02-30", "99999999d", "2026-03-01T25:00"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    """With the forms there are."""
    with pytest.raises(UsageRefused, match="--since cannot be") as told:
        bounds(text, None, NOW)
    assert "2026-03-01" in told.value.why


@pytest.mark.parametrize(
    ("since", "until"), [("2026-03-02", "2026-03-01"), ("2026-03-01", "2026-03-01"), ("1d", "1w")]
)
def test_a_since_that_is_not_before_its_until_is_refused(since: str, until: str) -> None:
    """There would be nothing to read."""
    with pytest.raises(UsageRefused, match="is not before"):
        bounds(since, until, NOW)


@pytest.mark.parametrize(
    ("since", "until"),
    [("2026-03-16", None), (None, "2026-03-16"), ("2026-03-01", "2026-03-15T10:30:00-01:00")],
)
def test_the_future_is_refused(since: str | None, until: str | None) -> None:
    """Nothing was created there."""
    with pytest.raises(UsageRefused, match="future"):
        bounds(since, until, NOW)
