"""Believable content for the sandbox: a project planner's support workspace, the same for the same seed.

`make_people` first; the makers then give the record of any index without having made the others, and the
`_times` functions give what a list is sorted by without making any. `now` is in unix seconds: nothing is
later than it but `snoozed_until`.
"""

from intercom_pipeline.sandbox.content.activity import (
    activity,
    activity_id,
    activity_times,
    activity_types,
    make_activity,
)
from intercom_pipeline.sandbox.content.articles import article_times, make_article
from intercom_pipeline.sandbox.content.calls import (
    blank_call,
    call_id,
    call_times,
    make_call,
    transcribed,
    transcript_text,
)
from intercom_pipeline.sandbox.content.companies import make_companies
from intercom_pipeline.sandbox.content.contacts import contact_times, make_contact
from intercom_pipeline.sandbox.content.conversations import make_conversation
from intercom_pipeline.sandbox.content.deletions import deleted, deleted_conversations
from intercom_pipeline.sandbox.content.hours import WORKSPACE_ZONE
from intercom_pipeline.sandbox.content.ids import (
    WORKSPACE_ID,
    article_id,
    contact_id,
    contact_index,
    conversation_id,
    conversation_index,
    subscription_type_ids,
    workspace_id,
)
from intercom_pipeline.sandbox.content.measures import statistics_of
from intercom_pipeline.sandbox.content.notes import contact_notes, note
from intercom_pipeline.sandbox.content.people import (
    People,
    make_admins,
    make_people,
    make_segments,
    make_tags,
    make_teams,
)
from intercom_pipeline.sandbox.content.segments import segment_members
from intercom_pipeline.sandbox.content.ticket_parts import author_of, blank_part, updated_attribute
from intercom_pipeline.sandbox.content.tickets import make_ticket, ticket_id, ticket_times
from intercom_pipeline.sandbox.content.timeline import conversation_times, longest_conversations

__all__ = [
    "WORKSPACE_ID",
    "WORKSPACE_ZONE",
    "People",
    "activity",
    "activity_id",
    "activity_times",
    "activity_types",
    "article_id",
    "article_times",
    "author_of",
    "blank_call",
    "blank_part",
    "call_id",
    "call_times",
    "contact_id",
    "contact_index",
    "contact_notes",
    "contact_times",
    "conversation_id",
    "conversation_index",
    "conversation_times",
    "deleted",
    "deleted_conversations",
    "longest_conversations",
    "make_activity",
    "make_admins",
    "make_article",
    "make_call",
    "make_companies",
    "make_contact",
    "make_conversation",
    "make_people",
    "make_segments",
    "make_tags",
    "make_teams",
    "make_ticket",
    "note",
    "segment_members",
    "statistics_of",
    "subscription_type_ids",
    "ticket_id",
    "ticket_times",
    "transcribed",
    "transcript_text",
    "updated_attribute",
    "workspace_id",
]
