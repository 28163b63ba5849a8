"""The datasets of the reporting export (2.14+): tables of attributes over a workspace's own records."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.content.measures import is_customer
from intercom_pipeline.sandbox.errors import ApiError, invalid
from intercom_pipeline.sandbox.versions import at_least

_UNANSWERED_SINCE = _QUALIFIED_SINCE = "2.16"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """One column of a dataset."""

    id: str
    name: str
    """What the header of the file says."""
    value: Callable[[Record], Any]
    prefix: str = "conversation"

    @property
    def qualified_id(self) -> str:
        """`prefix.id`, which no other attribute has."""
        return f"{self.prefix}.{self.id}"

    def shown(self, version: str) -> Record:
        """The attribute as its dataset lists it; `qualified_id` came with 2.16."""
        qualified = {"qualified_id": self.qualified_id} if at_least(version, _QUALIFIED_SINCE) else {}
        return {"id": self.id, **qualified, "name": self.name}


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """What can be exported; its rows are the records of `kind`, chosen by the time in `time`."""

    id: str
    name: str
    description: str
    kind: str
    time: str
    attributes: Sequence[Attribute]

    def shown(self, version: str) -> Record:
        """The dataset as GET /export/reporting_data/get_datasets lists it."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "default_time_attribute_id": self.time,
            "attributes": [attribute.shown(version) for attribute in self.attributes],
        }

    def columns(self, identities: Sequence[str], version: str) -> list[Attribute]:
        """The attributes of these ids, from 2.16 on qualified or not; raises 400 for an unknown one."""
        qualified = at_least(version, _QUALIFIED_SINCE)
        found = {one.qualified_id: [one] for one in self.attributes if qualified}
        for one in self.attributes:
            found.setdefault(one.id, []).append(one)
        wrong = [identity for identity in identities if len(found.get(identity, ())) != 1]
        if wrong:
            message = f"attribute_ids invalid for {self.id} dataset: {', '.join(wrong)}"
            raise invalid(message, code="bad_request")
        return [found[identity][0] for identity in identities]


def rows(
    records: Iterator[Record], columns: Sequence[Attribute], *, between: tuple[int, int], version: str
) -> Iterator[list[Any]]:
    """The rows of the records created from the first to the last second of `between`, in their order.

    Before 2.16 a conversation that no customer ever wrote in is left out.
    """
    begin, end = between
    for record in records:
        if begin <= record["created_at"] <= end and _told(record, version):
            yield [column.value(record) for column in columns]


def _told(record: Record, version: str) -> bool:
    if record["type"] != "conversation" or at_least(version, _UNANSWERED_SINCE):
        return True
    parts = record["conversation_parts"]["conversation_parts"]
    writers = [record["source"]["author"], *(part["author"] for part in parts if part["body"])]
    return any(is_customer(writer) for writer in writers)


def _moment(name: str) -> Callable[[Record], str]:
    return lambda record: datetime.fromtimestamp(record[name], UTC).isoformat().replace("+00:00", "Z")


def _field(name: str) -> Callable[[Record], Any]:
    return lambda record: record[name]


def _statistic(name: str) -> Callable[[Record], Any]:
    return lambda record: (record.get("statistics") or {}).get(name)


def _rating(record: Record) -> Any:
    return (record.get("conversation_rating") or {}).get("rating")


def _language(record: Record) -> Any:
    return record["custom_attributes"].get("Language")


def _customer(record: Record) -> Any:
    return next((person["id"] for person in record["contacts"]["contacts"]), None)


_CONVERSATION = Dataset(
    id="conversation",
    name="Conversation",
    description="Conversation-level details: status, channel, assignee.",
    kind="conversations",
    time="conversation_started_at",
    attributes=(
        Attribute(id="conversation_id", name="Conversation ID", value=_field("id")),
        Attribute(
            id="conversation_started_at", name="Conversation started at (UTC)", value=_moment("created_at")
        ),
        Attribute(id="conversation_state", name="Conversation state", value=_field("state")),
        Attribute(id="conversation_title", name="Title", value=_field("title")),
        Attribute(id="teammate_assigned_id", name="Teammate assigned ID", value=_field("admin_assignee_id")),
        Attribute(id="team_assigned_id", name="Team assigned ID", value=_field("team_assignee_id")),
        Attribute(
            id="first_response_time", name="First response time", value=_statistic("time_to_admin_reply")
        ),
        Attribute(id="reopens", name="Conversation re-opens", value=_statistic("count_reopens")),
        Attribute(id="rating", name="Conversation rating", value=_rating),
        Attribute(id="Language", name="Language", value=_language),
        Attribute(id="user_id", name="User ID", value=_customer, prefix="people"),
    ),
)
_TICKET = Dataset(
    id="ticket",
    name="Ticket",
    description="Ticket-level details: category, type, times.",
    kind="tickets",
    time="ticket_created_at",
    attributes=(
        Attribute(id="ticket_id", name="Ticket ID", value=_field("ticket_id"), prefix="ticket"),
        # The same name again: Intercom's own description says that attributes may share theirs.
        Attribute(id="ticket_raw_id", name="Ticket ID", value=_field("id"), prefix="ticket"),
        Attribute(
            id="ticket_created_at", name="Ticket created at", value=_moment("created_at"), prefix="ticket"
        ),
        Attribute(id="ticket_category", name="Ticket category", value=_field("category"), prefix="ticket"),
    ),
)
DATASETS: Mapping[str, Dataset] = MappingProxyType({one.id: one for one in (_CONVERSATION, _TICKET)})


def dataset_of(identity: str) -> Dataset:
    """The dataset of an id; raises 400 where there is none."""
    if identity not in DATASETS:
        raise ApiError(status=400, code="bad_request", message=f"{identity} is not a valid dataset_id")
    return DATASETS[identity]
