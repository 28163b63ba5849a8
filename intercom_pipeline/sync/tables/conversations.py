"""Conversations, with the tags, contacts, teammates and attributes inside them, and those deleted.

Fields as in Intercom's API description of `conversation` and `conversation_list_item`, versions 2.11 to 2.16
(`topics` and `ticket` stand in its examples only), and of `deleted_conversation_item`, 2.16.
"""

from intercom_pipeline.sync.tables.columns import (
    boolean,
    identifier,
    inside,
    integer,
    json,
    text,
    time,
    whole_number,
)
from intercom_pipeline.sync.tables.conversation_parts import CONVERSATION_PARTS_TABLE
from intercom_pipeline.sync.tables.conversation_statistics import STATISTICS
from intercom_pipeline.sync.tables.persons import (
    AI_AGENT,
    COMPANY,
    LINKED,
    MONITORS,
    RATING,
    REFERENCE,
    SCORECARDS,
    SOURCE,
)
from intercom_pipeline.warehouse.table import PARENT, Person, Table, plain_text

_STATE = (
    identifier("id", "The conversation's id, given by Intercom."),
    text("type", "Always conversation."),
    text("title", "The conversation's title; NULL if it has none.", person=Person.TEXT),
    time("created_at", "When the conversation was created (UTC)."),
    time("updated_at", "When the conversation last changed (UTC)."),
    text("state", "Whether the conversation is open, closed or snoozed."),
    boolean("open", "Whether the conversation is open rather than closed."),
    boolean("read", "Whether the conversation was read."),
    text("priority", "Its priority: priority or not_priority, in newer API versions none to urgent."),
    time("waiting_since", "Since when the customer has waited for a reply (UTC); NULL if nobody waits."),
    time("snoozed_until", "When a snoozed conversation opens again (UTC); NULL if it is not snoozed."),
    identifier("admin_assignee_id", "The id of the admin it is assigned to; 0 or NULL means nobody."),
    identifier("team_assignee_id", "The id of the team it is assigned to; 0 or NULL means none."),
)

_SOURCE = (
    text(
        "source_type",
        "The channel it began in, such as conversation, email or push.",
        expression=inside("source", "type"),
    ),
    text(
        "source_delivered_as",
        "How it began, such as customer_initiated, admin_initiated or operator_initiated.",
        expression=inside("source", "delivered_as"),
    ),
    text(
        "source_subject",
        "The opening message's subject, which may hold HTML.",
        expression=inside("source", "subject"),
        person=Person.TEXT,
    ),
    text(
        "source_body_text",
        "The opening message as plain text; NULL if there is none.",
        expression=plain_text(inside("source", "body")),
        person=Person.TEXT,
    ),
    text(
        "source_author_type",
        "Who opened it: user, lead, admin, team or bot.",
        expression=inside("source", "author", "type"),
    ),
    identifier(
        "source_author_id",
        "The id of who opened it, of a contact or an admin.",
        expression=inside("source", "author", "id"),
    ),
)


_OUTCOME = (
    integer(
        "rating",
        "The customer's rating from 1 to 5; NULL if none was given.",
        expression=whole_number("conversation_rating", "rating"),
    ),
    text(
        "rating_remark",
        "What the customer wrote with the rating; NULL if nothing.",
        expression=inside("conversation_rating", "remark"),
        person=Person.TEXT,
    ),
    text("sla_name", "The SLA's name; NULL if none applies.", expression=inside("sla_applied", "sla_name")),
    text(
        "sla_status",
        "Whether the SLA was hit, missed, cancelled or is active; NULL if none applies.",
        expression=inside("sla_applied", "sla_status"),
    ),
    boolean("ai_agent_participated", "Whether Fin, the AI agent, took part."),
    boolean("sales_agent_participated", "Whether the sales agent took part; sent from API version 2.16 on."),
)

_NESTED = (
    json(
        "source",
        "The opening message, with channel, subject, body, author and attachments.",
        person=Person.DETAIL,
        holds=SOURCE,
    ),
    json("statistics", "Intercom's own times and counts, in seconds and unix seconds."),
    json(
        "conversation_rating",
        "The rating with its remark, contact and teammate.",
        person=Person.DETAIL,
        holds=RATING,
    ),
    json("sla_applied", "The SLA's name and status; NULL if none applies."),
    json(
        "first_contact_reply",
        "When, how and on which page the customer first wrote.",
        person=Person.DETAIL,
        holds={"url": Person.LINK},
    ),
    json(
        "custom_attributes",
        "Your workspace's own attributes, by name; as rows in conversation_attributes.",
        person=Person.TEXT,
    ),
    json("tags", "The tags, with who applied them and when; as rows in conversation_tags."),
    json("contacts", "The contacts; as rows in conversation_contacts.", person=Person.DETAIL),
    json(
        "teammates", "The teammates who wrote in it; as rows in conversation_teammates.", person=Person.DETAIL
    ),
    json("topics", "The topics Intercom found in the conversation; NULL if not sent."),
    json(
        "ticket", "The ticket the conversation became; NULL if none.", person=Person.DETAIL, holds=REFERENCE
    ),
    json(
        "linked_objects",
        "The linked conversations and tickets, with total_count and has_more.",
        person=Person.DETAIL,
        holds=LINKED,
    ),
    json(
        "ai_agent",
        "What Fin, the AI agent, answered and how it ended; NULL without Fin.",
        person=Person.DETAIL,
        holds=AI_AGENT,
    ),
    json(
        "company",
        "The company of the conversation; sent from API version 2.15 on.",
        person=Person.DETAIL,
        holds=COMPANY,
    ),
    json(
        "sales_agent",
        "What the sales agent collected; sent from API version 2.16 on.",
        person=Person.DETAIL,
        holds={"outcome": None, "routing_outcome": None},
    ),
    json("channel", "The first and the current channel; sent from API version 2.16 on."),
    json(
        "external_references",
        "Records in other help desks; sent from API version 2.16 on.",
        person=Person.DETAIL,
        holds=REFERENCE,
    ),
    json(
        "monitor_evaluations",
        "Quality monitors' findings; NULL unless asked for.",
        person=Person.DETAIL,
        holds=MONITORS,
    ),
    json("scorecards", "Quality scorecards; NULL unless asked for.", person=Person.DETAIL, holds=SCORECARDS),
)

_CONVERSATION_TAGS = Table(
    name="conversation_tags",
    description="The tags of each conversation.",
    grain="one tag of one conversation",
    primary_key=("conversation_id", "tag_id"),
    columns=(
        identifier("conversation_id", "The conversation's id, as in conversations.", field=PARENT),
        identifier("tag_id", "The tag's id, as in tags.", field="id"),
        text("tag_name", "The tag's name.", field="name"),
        time("applied_at", "When the tag was applied (UTC)."),
        identifier(
            "applied_by_id",
            "The id of who applied the tag, mostly an admin.",
            expression=inside("applied_by", "id"),
        ),
        json("applied_by", "Who applied the tag, with type and id.", person=Person.DETAIL, holds=REFERENCE),
    ),
    ignored=frozenset({"type", "url"}),
    path=("tags", "tags"),
)

_CONVERSATION_CONTACTS = Table(
    name="conversation_contacts",
    description="The contacts in each conversation: one, unless it is a group conversation.",
    grain="one contact in one conversation",
    primary_key=("conversation_id", "contact_id"),
    columns=(
        identifier("conversation_id", "The conversation's id, as in conversations.", field=PARENT),
        identifier("contact_id", "The contact's id, as in contacts.", field="id"),
        identifier(
            "external_id",
            "The contact's id in your own product; NULL if none was given.",
            person=Person.IDENTITY,
        ),
    ),
    ignored=frozenset({"type", "url"}),
    path=("contacts", "contacts"),
)

_CONVERSATION_TEAMMATES = Table(
    name="conversation_teammates",
    description="The teammates who wrote at least one part of each conversation.",
    grain="one admin in one conversation",
    primary_key=("conversation_id", "admin_id"),
    columns=(
        identifier("conversation_id", "The conversation's id, as in conversations.", field=PARENT),
        identifier("admin_id", "The admin's id, as in admins.", field="id"),
    ),
    ignored=frozenset({"type", "url"}),
    path=("teammates", "teammates"),
)

_CONVERSATION_ATTRIBUTES = Table(
    name="conversation_attributes",
    description="The values of your workspace's own attributes of each conversation.",
    grain="one attribute of one conversation",
    primary_key=("conversation_id", "name"),
    columns=(
        identifier("conversation_id", "The conversation's id, as in conversations.", field=PARENT),
        text("name", "The attribute's name, as in data_attributes."),
        json("value", "The attribute's value, of whatever type.", person=Person.TEXT),
    ),
    path=("custom_attributes",),
    mapped="name",
    scalar="value",
)

_COMPLETENESS = (
    boolean(
        "_parts_truncated",
        "Whether Intercom gave fewer parts than the conversation has, when it was read last.",
        expression="false",
    ),
    integer(
        "_parts_missing",
        "How many of its parts are not stored, since Intercom never gave them.",
        expression="0::BIGINT",
    ),
)

CONVERSATIONS_TABLE = Table(
    name="conversations",
    description="The conversations with your customers, each with its state, opening message and statistics.",
    grain="one conversation",
    columns=_STATE + _SOURCE + _OUTCOME + STATISTICS + _NESTED + _COMPLETENESS,
    cursor="updated_at",
    children=(
        CONVERSATION_PARTS_TABLE,
        _CONVERSATION_TAGS,
        _CONVERSATION_CONTACTS,
        _CONVERSATION_TEAMMATES,
        _CONVERSATION_ATTRIBUTES,
    ),
)

DELETED_CONVERSATIONS_TABLE = Table(
    name="deleted_conversations",
    description="The conversations that were deleted in Intercom, by id alone.",
    grain="one deleted conversation",
    columns=(
        identifier("id", "The id the conversation had, as in conversations."),
        time("deleted_at", "When the conversation was deleted (UTC)."),
        boolean("metrics_retained", "Whether Intercom's reports still count the conversation."),
    ),
    cursor="deleted_at",
    ignored=frozenset({"type"}),
)
