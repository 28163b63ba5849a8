"""Calendar days of a workspace: up to API 2.16 a search compares a contact's dates by them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one time zone.

    Attributes:
        zone: The workspace's time zone.
        slack: Days to widen every range by, where the zone is not known for sure.
    """

    zone: tzinfo
    slack: int = 0

    def first_second(self, moment: int) -> int:
        """The first second (unix) of the day a moment lies in."""
        return self._at(self._day(moment), time.min)

    def day_before(self, moment: int) -> int:
        """Noon of the day before a moment's: "after it" starts with the moment's own day."""
        return self._at(self._day(moment) - _DAY * (1 + self.slack), time(12))

    def day_after(self, moment: int) -> int:
        """Noon of the day after a moment's: "before it" ends with the moment's own day."""
        return self._at(self._day(moment) + _DAY * (1 + self.slack), time(12))

    def _day(self, moment: int) -> date:
        return datetime.fromtimestamp(moment, self.zone).date()

    def _at(self, day: date, clock: time) -> int:
        return int(datetime.combine(day, clock, self.zone).timestamp())


def calendar_of(timezone: str | None) -> Calendar:
    """The calendar of a time zone as `GET /me` names it (`app.timezone`).

    A name that is not in the IANA database gives UTC, widened by a day each way: no zone is further off.
    """
    try:
        return Calendar(ZoneInfo(timezone or ""))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Calendar(UTC, slack=1)
