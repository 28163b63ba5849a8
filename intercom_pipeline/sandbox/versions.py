"""What a record looks like in each API version; records are held with the fields of all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.options import VERSIONS
from intercom_pipeline.sandbox.renamed import RENAMED_LISTS

_LAST = len(VERSIONS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A field that only some versions show; in its path `[]` is each of a list, `{}` each value of a map."""

    path: str
    since: str = VERSIONS[0]
    before: str | None = None

    def hidden_in(self, version: str) -> bool:
        """Whether this version does not know the field."""
        last = _LAST if self.before is None else VERSIONS.index(self.before)
        return not VERSIONS.index(self.since) <= VERSIONS.index(version) < last


_PART = "conversation_parts.conversation_parts[]"
_TICKET_PART = "ticket_parts.ticket_parts[]"

_CONVERSATION_2_16 = ("channel", "sales_agent", "sales_agent_participated", "external_references")
_ARTICLE_2_16 = (
    "ai_chatbot_availability",
    "ai_copilot_availability",
    "ai_sales_agent_availability",
    "body_markdown",
    "created_by_id",
    "draft_updated_at",
    "exclude_from_article_suggestions",
    "has_unpublished_changes",
    "help_center_audience",
    "scheduled_publish_at",
    "scheduled_unpublish_at",
    "updated_by_id",
)
_INTERNAL_ARTICLE_2_16 = (
    "body_markdown",
    "audience_ids",
    "ai_chatbot_availability",
    "ai_copilot_availability",
    "ai_sales_agent_availability",
)

# The differences between Intercom's descriptions of 2.11 to 2.16, by kind of record.
SHOWN: dict[str, tuple[Shown, ...]] = {
    "contacts": (
        Shown(path="formatted_phone", before="2.12"),
        Shown(path="enabled_push_messaging", since="2.12"),
        Shown(path="merge_history", since="2.16"),
    ),
    "conversations": (
        Shown(path="company", since="2.15"),
        Shown(path="company.notes", since="2.16"),
        *(Shown(path=name, since="2.16") for name in _CONVERSATION_2_16),
        Shown(path="statistics.assigned_team_first_response_time", since="2.12"),
        Shown(path="statistics.assigned_team_first_response_time_in_office_hours", since="2.13"),
        Shown(path="statistics.handling_time", since="2.13"),
        Shown(path="statistics.adjusted_handling_time", since="2.13"),
        Shown(path="conversation_rating.updated_at", since="2.14"),
        Shown(path="ai_agent.created_at", since="2.14"),
        Shown(path="ai_agent.updated_at", since="2.14"),
        Shown(path="source.author.from_ai_agent", since="2.14"),
        Shown(path="source.author.is_ai_answer", since="2.14"),
        Shown(path=f"{_PART}.author.from_ai_agent", since="2.14"),
        Shown(path=f"{_PART}.author.is_ai_answer", since="2.14"),
        Shown(path=f"{_PART}.metadata", since="2.14"),
        Shown(path=f"{_PART}.state", since="2.13"),
        Shown(path=f"{_PART}.tags", since="2.13"),
        Shown(path=f"{_PART}.event_details", since="2.13"),
        Shown(path=f"{_PART}.app_package_code", since="2.13"),
        Shown(path=f"{_PART}.email_message_metadata", since="2.13"),
        Shown(path=f"{_PART}.email_message_metadata.message_id", since="2.15"),
        Shown(path=f"{_PART}.event_details.value.previous", since="2.15"),
    ),
    "articles": (
        Shown(path="tags", since="2.13"),
        Shown(path="parent_id", before="2.16"),
        Shown(path="parent_type", before="2.16"),
        *(Shown(path=name, since="2.16") for name in _ARTICLE_2_16),
        *(Shown(path=f"translated_content{{}}.{name}", since="2.16") for name in _ARTICLE_2_16),
        Shown(path="statistics.fin_involvements", since="2.16"),
        Shown(path="statistics.fin_resolutions", since="2.16"),
        Shown(path="statistics.fin_resolution_rate", since="2.16"),
    ),
    "admins": (Shown(path="away_status_reason_id", since="2.14"), Shown(path="role", since="2.16")),
    "teams": (Shown(path="assignment_limit", since="2.14"), Shown(path="distribution_method", since="2.14")),
    "companies": (Shown(path="notes", since="2.16"),),
    "help_centers": (Shown(path="default", since="2.16"), Shown(path="locales", since="2.16")),
    "internal_articles": tuple(Shown(path=name, since="2.16") for name in _INTERNAL_ARTICLE_2_16),
    "content_import_sources": (Shown(path="audience_ids", since="2.15"),),
    "tickets": (
        Shown(path="previous_ticket_state_id", since="2.16"),
        Shown(path=f"{_TICKET_PART}.app_package_code", since="2.13"),
        Shown(path=f"{_TICKET_PART}.updated_attribute_data", since="2.14"),
    ),
    "ticket_types": (Shown(path="ticket_states", since="2.12"),),
}

_PRIORITY_SINCE_2_16 = {"priority": "high", "not_priority": "none"}
# The description knows no null here.
_ABSENT_RATHER_THAN_NULL = ("company", "sales_agent")
_CALL_TIMES = ("initiated_at", "answered_at", "ended_at", "created_at", "updated_at")
_CALL_FORMS = 3
_RESOLUTION_SINCE_2_15 = {"routed_to_team": "escalated", "abandoned": None}


def at_least(version: str, other: str) -> bool:
    """Whether `version` is `other` or newer."""
    return VERSIONS.index(version) >= VERSIONS.index(other)


def shaped(kind: str, record: Record, version: str) -> Record:
    """The record as this version shows it; the record itself is left as it is."""
    for path in _hidden(kind, version):
        record = _without(record, path)
    renamed = _RENAMED.get(kind)
    return record if renamed is None else renamed(record, version)


@cache
def _hidden(kind: str, version: str) -> tuple[list[str], ...]:
    return tuple(field.path.split(".") for field in SHOWN.get(kind, ()) if field.hidden_in(version))


def _without(record: Record, path: list[str]) -> Record:
    head, rest = path[0], path[1:]
    name = head.rstrip("[]{}")
    value = record.get(name)
    if value is None and name not in record:
        return record
    if not rest:
        return {key: held for key, held in record.items() if key != name}
    if isinstance(value, list):
        return record | {name: [_without(each, rest) for each in value]}
    if head.endswith("{}") and isinstance(value, dict):
        return record | {name: {key: _without_in(held, rest) for key, held in value.items()}}
    return record | {name: _without_in(value, rest)}


def _without_in(value: Any, path: list[str]) -> Any:
    return _without(value, path) if isinstance(value, dict) else value


def _contact(record: Record, version: str) -> Record:
    owner = record.get("owner_id")
    if owner is None or not at_least(version, "2.16"):
        return record
    return record | {"owner_id": str(owner)}


def _conversation(record: Record, version: str) -> Record:
    changed: dict[str, Any] = {}
    if at_least(version, "2.15") and record.get("ai_agent"):
        agent = record["ai_agent"]
        state = agent.get("resolution_state")
        changed["ai_agent"] = agent | {"resolution_state": _RESOLUTION_SINCE_2_15.get(state, state)}
    if at_least(version, "2.16"):
        changed["priority"] = _PRIORITY_SINCE_2_16.get(record["priority"], record["priority"])
    absent = [name for name in _ABSENT_RATHER_THAN_NULL if name in record and record[name] is None]
    if absent:
        record = {name: value for name, value in record.items() if name not in absent}
    return record | changed if changed else record


def _admin(record: Record, version: str) -> Record:
    avatar = record.get("avatar")
    if at_least(version, "2.12") or not isinstance(avatar, str):
        return record
    return record | {"avatar": {"image_url": avatar}}


def _ticket(record: Record, version: str) -> Record:
    # Intercom's examples leave a null out here.
    shown = {name: value for name, value in record.items() if value is not None or name != "snoozed_until"}
    state = record["ticket_state"]
    if not at_least(version, "2.12"):
        shown["ticket_state"] = state["category"]
        shown |= {f"ticket_state_{name}": state[name] for name in ("internal_label", "external_label")}
    if not at_least(version, "2.16"):
        shown |= {name: str(record[name]) for name in ("admin_assignee_id", "team_assignee_id")}
    return shown


def _call(record: Record, _: str) -> Record:
    # A call's time is described as text or a number, and not when it is which: each third call has text.
    shown = {name: value for name, value in record.items() if name != "transcript"}
    if int(record["id"]) % _CALL_FORMS:
        return shown
    return shown | {name: _iso(shown[name]) for name in _CALL_TIMES if name in shown}


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_RENAMED: dict[str, Callable[[Record, str], Record]] = {
    **RENAMED_LISTS,
    "contacts": _contact,
    "conversations": _conversation,
    "admins": _admin,
    "tickets": _ticket,
    "calls": _call,
}
