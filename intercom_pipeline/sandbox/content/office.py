"""When the workspace's people are there: reasons to be away, office hours and their exceptions."""

from datetime import date

from intercom_pipeline.sandbox.content.entries import Draw, Record, entry, timed
from intercom_pipeline.sandbox.content.people import People

_FIRST_REASON, _FIRST_SCHEDULE, _FIRST_EXCEPTION = 4_000, 120, 450
_HOUR, _DAY, _WORKING_DAYS = 60, 1_440, 5  # minutes, minutes, Monday to Friday
_YEAR = 2026


def make_away_status_reason(seed: int, index: int, now: int, _: People) -> Record:
    """The reason of an index as GET /away_status_reasons lists it; the fifth was deleted, but is listed."""
    words = entry("away_status_reasons", index, named="label")
    return {
        "type": "away_status_reason",
        "id": str(_FIRST_REASON + index),
        "label": words["label"],
        "emoji": words["emoji"],
        "order": index + 1,
        "deleted": words.get("deleted", False),
        **timed(seed, Draw.AWAY_REASON, index, now),
    }


def make_office_hours_schedule(seed: int, index: int, now: int, _: People) -> Record:
    """The schedule of an index; its minutes count from Monday, midnight."""
    words = entry("office_hours_schedules", index)
    return {
        "type": "office_hours_schedule",
        "id": str(_FIRST_SCHEDULE + index),
        "name": words["name"],
        "time_zone_name": words["time_zone_name"],
        "time_intervals": [
            _interval(day * _DAY, words["open"], words["close"], day) for day in range(_WORKING_DAYS)
        ],
        "twenty_four_seven": False,
        **timed(seed, Draw.SCHEDULE, index, now),
    }


def make_office_hours_exception(seed: int, index: int, now: int, _: People, schedules: int = 2) -> Record:
    """The exception of an index to one of `schedules` schedules; its minutes count from midnight."""
    words = entry("office_hours_exceptions", index)
    day = f"{_YEAR}-{words['day']}"
    weekday = date.fromisoformat(day).weekday()
    shortened = "open" in words
    return {
        "type": "office_hours_exception",
        "id": str(_FIRST_EXCEPTION + index),
        "office_hours_schedule_id": str(_FIRST_SCHEDULE + index % max(schedules, 1)),
        "exception_date": day,
        "exception_type": "custom_hours" if shortened else "closed",
        "name": words.get("name"),
        "time_intervals": [_interval(0, words["open"], words["close"], weekday)] if shortened else None,
        "recurring_annually": words["recurring"],
        **timed(seed, Draw.EXCEPTION, index, now),
    }


def _interval(midnight: int, opens: int, closes: int, day: int) -> Record:
    return {
        "start_minute": midnight + opens * _HOUR,
        "end_minute": midnight + closes * _HOUR,
        "day_of_week": day,
    }
