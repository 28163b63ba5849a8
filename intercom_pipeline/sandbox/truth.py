"""What the source holds beyond its collections: what hangs on records, as flat lists."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from intercom_pipeline.sandbox import content, shapes
from intercom_pipeline.sandbox.collection import Record

if TYPE_CHECKING:
    from intercom_pipeline.sandbox.workspace import Workspace


Truth = Callable[["Workspace", str], Iterator[Record]]
"""The entries of a kind in an API version."""


def _contact_notes(workspace: "Workspace", version: str) -> Iterator[Record]:
    for person in workspace.collections["contacts"]:
        for note in reversed(workspace.notes_of(person["id"])):
            yield shapes.note(note, version)


def _contact_segments(workspace: "Workspace", _: str) -> Iterator[Record]:
    contacts = workspace.collections["contacts"]
    for position in contacts.positions():
        for segment_id in workspace.memberships.of(position):
            yield {"contact_id": contacts.ids[position], "segment_id": segment_id}


def _contact_subscriptions(workspace: "Workspace", _: str) -> Iterator[Record]:
    for person in workspace.collections["contacts"]:
        for consent, name in _CONSENTS.items():
            for each in person[name]["data"]:
                yield {
                    "contact_id": person["id"],
                    "subscription_type_id": each["id"],
                    "consent_type": consent,
                }


def _contact_merges(workspace: "Workspace", _: str) -> Iterator[Record]:
    gone = workspace.collections["contacts"].gone
    for into_id, entries in workspace.merges.items():
        for entry in entries:
            present = into_id
            while present in gone and gone[present].into is not None:
                present = str(gone[present].into)
            yield {
                "contact_id": entry["source_contact_id"],
                "merged_into": into_id,
                "present_id": present,
                "merged_at": entry["merged_at"],
            }


def _company_notes(workspace: "Workspace", version: str) -> Iterator[Record]:
    for firm in workspace.collections["companies"]:
        for note in reversed(firm["notes"]["notes"]):
            yield shapes.note(note, version)


def _deleted_conversations(workspace: "Workspace", _: str) -> Iterator[Record]:
    yield from workspace.deleted_conversations


def _call_transcripts(workspace: "Workspace", _: str) -> Iterator[Record]:
    for each in workspace.collections["calls"]:
        if each["transcript"] is not None:
            yield {"call_id": each["id"], "transcript": content.transcript_text(each["transcript"])}


def _conversation_writes(workspace: "Workspace", _: str) -> Iterator[Record]:
    yield from workspace.conversation_writes


_CONSENTS = {"opt_out": "opted_out_subscription_types", "opt_in": "opted_in_subscription_types"}
TRUTHS: Mapping[str, Truth] = MappingProxyType(
    {
        "call_transcripts": _call_transcripts,
        "company_notes": _company_notes,
        "contact_merges": _contact_merges,
        "contact_notes": _contact_notes,
        "contact_segments": _contact_segments,
        "contact_subscriptions": _contact_subscriptions,
        "conversation_writes": _conversation_writes,
        "deleted_conversations": _deleted_conversations,
    }
)
