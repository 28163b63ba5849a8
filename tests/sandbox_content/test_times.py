"""Times: those of the lists, those in the records, and the rhythm of a working week."""

from collections import Counter
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from intercom_pipeline.sandbox import content
from intercom_pipeline.sandbox.content.hours import HOUR, incident_days, office_seconds
from tests.sandbox_content.workspace import (
    ARTICLES,
    CONTACTS,
    CONVERSATIONS,
    NOW,
    SEED,
    Record,
    articles,
    contacts,
    conversations,
    parts_of,
)

ZONE = ZoneInfo(content.WORKSPACE_ZONE)


def times_in(records: tuple[Record, ...]) -> tuple[list[int], list[int]]:
    return [record["created_at"] for record in records], [record["updated_at"] for record in records]


def test_lists_and_records_tell_the_same_times() -> None:
    """The times by index are those in the records."""
    for times, records in (
        (content.contact_times(SEED, CONTACTS, NOW), contacts()),
        (content.conversation_times(SEED, CONVERSATIONS, NOW), conversations()),
        (content.article_times(SEED, ARTICLES, NOW), articles()),
    ):
        assert (list(times[0]), list(times[1])) == times_in(records)


def test_nothing_happens_before_its_creation_or_after_now() -> None:
    """created_at <= updated_at <= now, and ids rise with the time of creation."""
    for records in (contacts(), conversations(), articles()):
        assert all(record["created_at"] <= record["updated_at"] <= NOW for record in records)
        created, _ = times_in(records)
        assert created == sorted(created)


def test_a_conversation_was_updated_when_its_newest_part_was_written() -> None:
    """Parts never go back in time, and the last one's time is the conversation's updated_at."""
    for conversation in conversations():
        moments = [part["created_at"] for part in parts_of(conversation)]
        assert all(earlier <= later for earlier, later in pairwise([conversation["created_at"], *moments]))
        assert moments[-1] == conversation["updated_at"]


def test_most_conversations_begin_in_office_hours() -> None:
    """Two thirds begin between 9 and 18 on a weekday of the workspace's zone, and there is growth."""
    begun = [datetime.fromtimestamp(created, ZONE) for created in times_in(conversations())[0]]
    busy = sum(moment.weekday() < 5 and 9 <= moment.hour < 18 for moment in begun)
    assert busy > len(begun) * 2 / 3
    middle = datetime.fromtimestamp(NOW - 365 * 86_400, ZONE)
    assert sum(moment > middle for moment in begun) > len(begun) * 0.55


def test_incidents_show_as_a_spike_on_one_topic() -> None:
    """The days of incidents bring several times the usual number, most of them about the outage."""
    by_day = Counter(datetime.fromtimestamp(c["created_at"], ZONE).date() for c in conversations())
    assert sum(by_day[day] for day in incident_days(NOW)) > 4 * 3 * len(conversations()) / 730
    about = [
        topic_of(c)
        for c in conversations()
        if datetime.fromtimestamp(c["created_at"], ZONE).date() in incident_days(NOW)
    ]
    assert about.count("outage") > len(about) / 2


def topic_of(conversation: Record) -> str:
    name: str = conversation["topics"]["topics"][0]["name"]
    return name


def test_office_seconds_leave_out_nights_and_weekends() -> None:
    """From Friday 17:00 to Monday 10:00 there are two office hours; across a change of the clocks as well."""
    friday = int(datetime(2025, 10, 31, 17, tzinfo=ZONE).timestamp())
    monday = int(datetime(2025, 11, 3, 10, tzinfo=ZONE).timestamp())
    assert office_seconds(friday, monday) == 2 * HOUR
    assert office_seconds(monday, monday + 600) == 600
    assert office_seconds(monday, friday) == 0
