"""Every kind of record that a workspace holds, in one table.

A new kind is a line here, a maker in `content` and a count in `Sizes`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from intercom_pipeline.sandbox import content
from intercom_pipeline.sandbox.kind import Kind
from intercom_pipeline.sandbox.lists import LISTS


def _newer_object_id(_: int, index: int) -> str:
    return f"67{index:022x}"


_KINDS: dict[str, Kind] = {
    "contacts": Kind(
        one="contact",
        make=content.make_contact,
        identity=content.contact_id,
        times=content.contact_times,
        missing=("User Not Found",),
    ),
    "conversations": Kind(
        one="conversation",
        make=content.make_conversation,
        identity=content.conversation_id,
        times=content.conversation_times,
    ),
    "articles": Kind(
        one="article",
        make=content.make_article,
        identity=content.article_id,
        times=content.article_times,
    ),
    "companies": Kind(
        one="company", identity=_newer_object_id, missing=("Company Not Found", "company_not_found")
    ),
    "admins": Kind(one="admin", timed=False, missing=("Admin not found", "admin_not_found")),
    "teams": Kind(one="team", timed=False, missing=("Team not found", "team_not_found")),
    "tags": Kind(one="tag", timed=False),
    "segments": Kind(one="segment", identity=_newer_object_id),
    "tickets": Kind(
        one="ticket",
        make=content.make_ticket,
        identity=content.ticket_id,
        times=content.ticket_times,
        missing=("Ticket not found", "ticket_not_found"),
    ),
    "ticket_types": Kind(one="ticket_type"),
    "ticket_states": Kind(one="ticket_state", timed=False),
    "calls": Kind(
        one="call",
        make=content.make_call,
        identity=content.call_id,
        times=content.call_times,
        missing=("Not Found",),
    ),
    "activity_logs": Kind(
        one=None,
        make=content.make_activity,
        identity=content.activity_id,
        times=content.activity_times,
        timed=False,
    ),
    **LISTS,
}
KINDS: Mapping[str, Kind] = MappingProxyType(_KINDS)
