"""`statistics_of`, against a conversation worked out by hand."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from intercom_pipeline.sandbox import content
from tests.sandbox_content.workspace import Record, conversations, people

MONDAY = int(datetime(2025, 11, 3, 9, tzinfo=ZoneInfo(content.WORKSPACE_ZONE)).timestamp())
MINUTE = 60


def part(minute: int, kind: str, author: str, body: str | None = None, to: Record | None = None) -> Record:
    moment = MONDAY + minute * MINUTE
    return {
        "part_type": kind,
        "created_at": moment,
        "author": {"type": author, "id": "81"},
        "body": body,
        "assigned_to": to,
    }


def conversation(author: str, *parts: Record) -> Record:
    return {
        "created_at": MONDAY,
        "source": {"author": {"type": author, "id": "c1"}},
        "conversation_parts": {"conversation_parts": list(parts)},
    }


WORKED_OUT = conversation(
    "user",
    part(1, "assignment", "bot", to={"type": "team", "id": "5"}),
    part(10, "assignment", "admin", to={"type": "admin", "id": "81"}),
    part(12, "comment", "admin", "Which browser?"),
    part(42, "comment", "user", "Firefox"),
    part(45, "note", "admin", "seen before"),
    part(52, "comment", "admin", "Fixed"),
    part(60, "close", "admin"),
    part(60 * 24, "open", "user", "It is back"),
    part(60 * 24 + 30, "close", "admin", "Fixed for good"),
)


def minutes(**values: int) -> dict[str, Any]:
    return {name: value * MINUTE for name, value in values.items()}


def test_statistics_of_a_conversation_worked_out_by_hand() -> None:
    """Each figure is the one a person finds with Intercom's definitions (a day has nine office hours)."""
    found = content.statistics_of(WORKED_OUT, {"5": "Support"})
    durations = minutes(
        time_to_assignment=10,
        time_to_admin_reply=12,
        time_to_first_close=60,
        time_to_last_close=9 * 60 + 30,
        median_time_to_reply=12,
        handling_time=24 * 60 + 29,
        adjusted_handling_time=9 + 2 + 3 + 7 + 8 + 10,
    )
    moments = {
        "first_contact_reply_at": 0,
        "first_assignment_at": 1,
        "last_assignment_at": 10,
        "first_admin_reply_at": 12,
        "last_assignment_admin_reply_at": 12,
        "first_close_at": 60,
        "last_contact_reply_at": 60 * 24,
        "last_admin_reply_at": 60 * 24 + 30,
        "last_close_at": 60 * 24 + 30,
    }
    assert {name: found[name] for name in durations} == durations
    assert {name: (found[name] - MONDAY) // MINUTE for name in moments} == moments
    counts = (found["count_reopens"], found["count_assignments"], found["count_conversation_parts"])
    assert counts == (1, 2, 9)
    assert found["last_closed_by_id"] == "81"
    team = {"team_id": 5, "team_name": "Support", "response_time": 11 * MINUTE}
    assert found["assigned_team_first_response_time"] == [team]
    assert found["assigned_team_first_response_time_in_office_hours"] == [team]


def test_what_has_not_happened_has_no_figure() -> None:
    """A teammate's unanswered message has counts and nothing else."""
    found = content.statistics_of(conversation("admin", part(5, "note", "admin", "no answer yet")))
    assert set(found) - {
        "assigned_team_first_response_time",
        "assigned_team_first_response_time_in_office_hours",
    } == {
        "type",
        "count_reopens",
        "count_assignments",
        "count_conversation_parts",
    }


def test_a_bot_gives_no_admin_reply() -> None:
    """Bots and notes answer nobody: the first admin reply is a person's visible message."""
    found = content.statistics_of(
        conversation("user", part(1, "comment", "bot", "Hi"), part(2, "note", "admin", "?"))
    )
    assert "first_admin_reply_at" not in found


def test_made_conversations_carry_the_statistics_of_their_parts() -> None:
    """The statistics in a record are those computed from it."""
    for made in conversations():
        assert made["statistics"] == content.statistics_of(made, people().team_names)
