"""What the parts of conversations and of tickets have in common.

Fields as in Intercom's API description of `conversation_part` and `ticket_part`, versions 2.11 to 2.16.
"""

from intercom_pipeline.sync.tables.columns import identifier, inside, text
from intercom_pipeline.warehouse.table import Person, plain_text

AUTHOR = (
    text(
        "author_type",
        "Who wrote the part: user, lead, admin, team or bot.",
        expression=inside("author", "type"),
    ),
    identifier(
        "author_id",
        "The author's id, of a contact or an admin by author_type.",
        expression=inside("author", "id"),
    ),
    text("author_name", "The author's name.", expression=inside("author", "name"), person=Person.NAME),
    text(
        "author_email",
        "The author's e-mail address.",
        expression=inside("author", "email"),
        person=Person.EMAIL,
    ),
)
"""Who wrote a part, read out of its `author`."""

ASSIGNED_AND_BODY = (
    text(
        "assigned_to_type",
        "Whether the part assigned to an admin or a team; NULL if it did not.",
        expression=inside("assigned_to", "type"),
    ),
    identifier(
        "assigned_to_id",
        "The id of the admin or team it assigned to; NULL if it did not.",
        expression=inside("assigned_to", "id"),
    ),
    text(
        "body_text",
        "The body as plain text; NULL if the part has none.",
        expression=plain_text("body"),
        person=Person.TEXT,
    ),
    text("body", "The body, which may hold HTML; NULL if the part has none.", person=Person.TEXT),
)
"""Whom a part assigned to, and what it says."""
