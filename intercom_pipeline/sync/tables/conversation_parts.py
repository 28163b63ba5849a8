"""Conversation parts: every message, note, assignment, close and other event after the opening message.

Fields as in Intercom's API description of `conversation_part`, versions 2.11 to 2.16.
"""

from intercom_pipeline.sync.tables.attachments import attachments_of
from intercom_pipeline.sync.tables.columns import boolean, identifier, json, text, time, truth
from intercom_pipeline.sync.tables.parts import ASSIGNED_AND_BODY, AUTHOR
from intercom_pipeline.sync.tables.persons import EMAIL_MESSAGE, EVENT, QUICK_REPLIES, REFERENCE, TAGS, WRITER
from intercom_pipeline.warehouse.table import PARENT, Cap, Person, Table

CONVERSATION_PARTS_TABLE = Table(
    name="conversation_parts",
    description=(
        "Every message, note, assignment, close and other event of a conversation after its opening message, "
        "which is conversations.source."
    ),
    grain="one part of a conversation",
    columns=(
        identifier("id", "The part's id, given by Intercom."),
        text("type", "Always conversation_part."),
        identifier("conversation_id", "The conversation's id, as in conversations.", field=PARENT),
        text("part_type", "What happened, such as comment, note, assignment, open, close or snoozed."),
        time("created_at", "When the part was created (UTC)."),
        time("updated_at", "When the part last changed (UTC)."),
        time("notified_at", "When people were notified of the part (UTC)."),
        *AUTHOR,
        boolean(
            "author_from_ai_agent",
            "Whether Fin, the AI agent, wrote the part; NULL before API version 2.14.",
            expression=truth("author", "from_ai_agent"),
        ),
        *ASSIGNED_AND_BODY,
        text("state", "The conversation's state when the part was created: open, closed or snoozed."),
        boolean("redacted", "Whether the part's content was redacted."),
        identifier(
            "external_id",
            "The part's id in an external system; NULL if none was given.",
            person=Person.IDENTITY,
        ),
        text("app_package_code", "The app that created the part through the API; NULL if none did."),
        json(
            "author",
            "Who wrote the part, with type, id, name, e-mail and whether Fin did.",
            person=Person.DETAIL,
            holds=WRITER,
        ),
        json(
            "assigned_to",
            "The admin or team the part assigned the conversation to; NULL if it did not.",
            person=Person.DETAIL,
            holds=REFERENCE,
        ),
        json(
            "attachments",
            "The files attached to the part; as rows in conversation_part_attachments.",
            person=Person.DETAIL,
        ),
        json("tags", "The tags put on the part.", person=Person.DETAIL, holds=TAGS),
        json(
            "event_details",
            "What changed, for a part that is an event; NULL otherwise.",
            person=Person.DETAIL,
            holds=EVENT,
        ),
        json(
            "email_message_metadata",
            "The subject and headers of an e-mail; NULL otherwise.",
            person=Person.DETAIL,
            holds=EMAIL_MESSAGE,
        ),
        json(
            "metadata",
            "The quick replies offered or chosen in the part; NULL if there are none.",
            person=Person.DETAIL,
            holds=QUICK_REPLIES,
        ),
    ),
    path=("conversation_parts", "conversation_parts"),
    # Intercom gives the 500 newest parts only: an older one that is missing has not vanished.
    keeps_vanished=True,
    cap=Cap(
        most=500,
        counted="count_conversation_parts",
        truncated="_parts_truncated",
        missing="_parts_missing",
    ),
    children=(attachments_of("conversation_parts"),),
)
