"""Changes on the bookmark's own day are never lost, in any time zone and API version."""

from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from intercom_pipeline.sandbox import Options, Sizes, serve
from intercom_pipeline.sync.days import calendar_of
from tests.syncing import assert_equal_to_the_workspace, sync

ZONES = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "America/New_York", "Not/A_Zone"]
FEW = Sizes(contacts=40, conversations=5, articles=2, long_conversations=0)

AROUND_MIDNIGHT = [
    *((zone, datetime(2026, 5, 20, tzinfo=ZoneInfo(zone))) for zone in ZONES[:4]),
    ("America/New_York", datetime(2026, 3, 9, tzinfo=ZoneInfo("America/New_York"))),  # after 23 hours
    ("America/New_York", datetime(2026, 11, 2, tzinfo=ZoneInfo("America/New_York"))),  # after 25 hours
]


@pytest.mark.parametrize(
    ("zone", "midnight", "version"),
    [
        *((zone, midnight, "2.16") for zone, midnight in AROUND_MIDNIGHT),
        *((*AROUND_MIDNIGHT[-1], version) for version in ("2.11", "2.17", "app")),
    ],
)
def test_changes_around_midnight_arrive(tmp_path: Path, zone: str, midnight: datetime, version: str) -> None:
    """A sync just before midnight, changes on both sides of it, and a sync after each."""
    options = Options(limit_per_minute=6_000_000, api_timezone=zone, now=midnight.timestamp() - 90)
    with serve(sizes=FEW, options=options, seed=9) as sandbox:
        contacts = [record["id"] for record in sandbox.workspace.records("contacts")]
        sandbox.workspace.update_contact(contacts[0], name="just before the first sync")
        sync(sandbox, tmp_path, "contacts", version=version, lookback=0)
        for step, contact in enumerate(contacts[1:7]):
            sandbox.workspace.clock.advance(30)
            sandbox.workspace.update_contact(contact, name=f"step {step}")
            if step % 2:
                sync(sandbox, tmp_path, "contacts", version=version, lookback=0)
        sandbox.workspace.clock.advance(26 * 3600)
        sync(sandbox, tmp_path, "contacts", version=version, lookback=0)
        assert_equal_to_the_workspace(sandbox, tmp_path, "contacts", version=version)


@pytest.mark.parametrize(
    ("zone", "version"),
    [("Pacific/Kiritimati", "2.14"), ("Pacific/Pago_Pago", "2.14"), ("Pacific/Auckland", "2.17")],
)
def test_a_sliced_backfill_leaves_out_nobody(tmp_path: Path, zone: str, version: str) -> None:
    """The slices of a backfill meet, whatever the workspace's midnight."""
    sizes = Sizes(contacts=1_500, conversations=0, articles=0, long_conversations=0)
    options = Options(limit_per_minute=6_000_000, api_timezone=zone)
    with serve(sizes=sizes, options=options, seed=10) as sandbox:
        sync(sandbox, tmp_path, "contacts", version=version, per_page=50)
        assert 1_500 / 50 < sandbox.requests.count("POST /contacts/search") < 1_500 / 50 * 1.5
        assert_equal_to_the_workspace(sandbox, tmp_path, "contacts", version=version)


@pytest.mark.parametrize("zone", [*ZONES, None])
def test_the_days_around_a_moment_enclose_its_day(zone: str | None) -> None:
    """What lies between the day before and the day after holds the whole day, all through a year."""
    calendar = calendar_of(zone)
    moment = datetime(2026, 1, 1, tzinfo=calendar.zone)
    for hours in range(0, 366 * 24, 7):
        second = int((moment + timedelta(hours=hours)).timestamp())
        assert day(calendar.day_before(second), calendar.zone) < day(second, calendar.zone)
        assert day(calendar.day_after(second), calendar.zone) > day(second, calendar.zone)
        assert day(calendar.first_second(second), calendar.zone) == day(second, calendar.zone)
        assert day(calendar.first_second(second) - 1, calendar.zone) < day(second, calendar.zone)


def day(second: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(second, zone).date()
