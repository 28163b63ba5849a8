"""What the source holds beyond its collections: what hangs on records, as flat lists."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from intercom_pipeline.sandbox import content, shapes
from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.contact_changes import ContactChanges

Truth = Callable[[ContactChanges, str], Iterator[Record]]
"""The entries of a kind in an API version."""


def _contact_notes(workspace: ContactChanges, version: str) -> Iterator[Record]:
    for person in workspace.collections["contacts"]:
        for note in reversed(workspace.notes_of(person["id"])):
            yield shapes.note(note, version)


def _contact_segments(workspace: ContactChanges, _: str) -> Iterator[Record]:
    contacts = workspace.collections["contacts"]
    for position in contacts.positions():
        for segment_id in workspace.memberships.of(position):
            yield {"contact_id": contacts.ids[position], "segment_id": segment_id}


def _contact_subscriptions(workspace: ContactChanges, _: str) -> Iterator[Record]:
    for person in workspace.collections["contacts"]:
        for consent, name in _CONSENTS.items():
            for each in person[name]["data"]:
                yield {
                    "contact_id": person["id"],
                    "subscription_type_id": each["id"],
                    "consent_type": consent,
                }


def _company_notes(workspace: ContactChanges, version: str) -> Iterator[Record]:
    for firm in workspace.collections["companies"]:
        for note in reversed(firm["notes"]["notes"]):
            yield shapes.note(note, version)


def _call_transcripts(workspace: ContactChanges, _: str) -> Iterator[Record]:
    for each in workspace.collections["calls"]:
        if each["transcript"] is not None:
            yield {"call_id": each["id"], "transcript": content.transcript_text(each["transcript"])}


_CONSENTS = {"opt_out": "opted_out_subscription_types", "opt_in": "opted_in_subscription_types"}
TRUTHS: Mapping[str, Truth] = MappingProxyType(
    {
        "call_transcripts": _call_transcripts,
        "company_notes": _company_notes,
        "contact_notes": _contact_notes,
        "contact_segments": _contact_segments,
        "contact_subscriptions": _contact_subscriptions,
    }
)
