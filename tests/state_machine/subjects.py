"""What a sequence is about: some streams, and the changes that concern them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from intercom_pipeline.sync.access import refused_by_version
from intercom_pipeline.sync.catalog import stream_named
from intercom_pipeline.sync.sweeping import can_be_swept
from tests.changing import ARTICLES, CALLS, COMPANIES, CONTACTS, CONVERSATIONS, EVERY, LISTS, TICKETS, Change

SWITCHED = ("2.11", "2.14", "2.16", "2.17", "app")


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What a sequence is about.

    Attributes:
        streams: The names of the streams that are synced.
        changes: What happens in the workspace, by name.
    """

    streams: tuple[str, ...]
    changes: Mapping[str, Change]

    def named(self, version: str, *, swept: bool = False) -> list[str]:
        """The streams that an API version has; of them those that can be swept."""
        streams = [stream_named(name) for name in self.streams]
        there = [stream for stream in streams if not refused_by_version(stream, version)]
        return [stream.name for stream in there if can_be_swept(stream) or not swept]


_LISTED = ("admins", "teams", "tags", "segments", "data_attributes", "activity_logs")

SUBJECTS: Mapping[str, Subject] = MappingProxyType(
    {
        "contacts": Subject(streams=("contacts", "contact_notes"), changes=CONTACTS),
        "segments": Subject(
            streams=("contacts", "segments", "contact_segments"), changes={**CONTACTS, **LISTS}
        ),
        "companies": Subject(streams=("companies", "company_notes"), changes=COMPANIES),
        "conversations": Subject(streams=("conversations", "deleted_conversations"), changes=CONVERSATIONS),
        "tickets": Subject(streams=("tickets", "ticket_types"), changes=TICKETS),
        "articles": Subject(streams=("articles",), changes=ARTICLES),
        "lists": Subject(streams=_LISTED, changes=LISTS),
        "calls": Subject(streams=("calls", "call_transcripts"), changes=CALLS),
        "mixed": Subject(
            streams=(
                "contacts",
                "contact_notes",
                "conversations",
                "tickets",
                "articles",
                "companies",
                "tags",
            ),
            changes=EVERY,
        ),
    }
)
"""The subjects, by name."""
