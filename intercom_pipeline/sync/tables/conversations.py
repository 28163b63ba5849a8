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
    unix_time,
    whole_number,
)
from intercom_pipeline.sync.tables.conversation_parts import CONVERSATION_PARTS_TABLE
from intercom_pipeline.warehouse.table import PARENT, Column, Table, plain_text

_STATE = (
    identifier("id", "The conversation's id, given by Intercom."),
    text("type", "Always conversation."),
    text("title", "The conversation's title; NULL if it has none.", personal=True),
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
        personal=True,
    ),
    text(
        "source_body_text",
        "The opening message as plain text; NULL if there is none.",
        expression=plain_text(inside("source", "body")),
        personal=True,
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


def _count(name: str, description: str) -> Column:
    return integer(name, description, expression=whole_number("statistics", name))


def _seconds(name: str, description: str) -> Column:
    return integer(
        name, f"{description}, in seconds; NULL if not yet.", expression=whole_number("statistics", name)
    )


def _moment(name: str, description: str) -> Column:
    return time(name, f"{description} (UTC); NULL if never.", expression=unix_time("statistics", name))


_STATISTICS = (
    _count("count_conversation_parts", "How many parts the conversation has, stored here or not."),
    _count("count_assignments", "How often it was assigned after the customer's first reply."),
    _count("count_reopens", "How often it was reopened after the customer's first reply."),
    _seconds("time_to_assignment", "Time until the last assignment before the first teammate's reply"),
    _seconds(
        "time_to_admin_reply", "Time until the first teammate's reply, without time outside office hours"
    ),
    _seconds("time_to_first_close", "Time until the first close, without time outside office hours"),
    _seconds("time_to_last_close", "Time until the last close, without time outside office hours"),
    _seconds("median_time_to_reply", "Median time of teammates' replies, without time outside office hours"),
    _seconds("handling_time", "Time from assignment to close"),
    _seconds("adjusted_handling_time", "Time from assignment to close, without idle time"),
    _moment("first_contact_reply_at", "When the customer first wrote a part"),
    _moment("first_assignment_at", "When it was first assigned after the customer's first reply"),
    _moment("first_admin_reply_at", "When a teammate first replied after the customer's first reply"),
    _moment("first_close_at", "When it was first closed after the customer's first reply"),
    _moment("last_assignment_at", "When it was last assigned"),
    _moment("last_assignment_admin_reply_at", "When a teammate first replied since the last assignment"),
    _moment("last_contact_reply_at", "When the customer last wrote a part"),
    _moment("last_admin_reply_at", "When a teammate last wrote a part"),
    _moment("last_close_at", "When it was last closed"),
    identifier(
        "last_closed_by_id",
        "The id of the admin who last closed it; NULL if nobody did.",
        expression=inside("statistics", "last_closed_by_id"),
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
        personal=True,
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
        "source", "The opening message, with channel, subject, body, author and attachments.", personal=True
    ),
    json("statistics", "Intercom's own times and counts, in seconds and unix seconds."),
    json("conversation_rating", "The rating with its remark, contact and teammate.", personal=True),
    json("sla_applied", "The SLA's name and status; NULL if none applies."),
    json("first_contact_reply", "When, how and on which page the customer first wrote.", personal=True),
    json(
        "custom_attributes",
        "Your workspace's own attributes, by name; as rows in conversation_attributes.",
        personal=True,
    ),
    json("tags", "The tags, with who applied them and when; as rows in conversation_tags."),
    json("contacts", "The contacts; as rows in conversation_contacts.", personal=True),
    json("teammates", "The teammates who wrote in it; as rows in conversation_teammates."),
    json("topics", "The topics Intercom found in the conversation; NULL if not sent."),
    json("ticket", "The ticket the conversation became; NULL if none.", personal=True),
    json("linked_objects", "The linked conversations and tickets, with total_count and has_more."),
    json("ai_agent", "What Fin, the AI agent, answered and how it ended; NULL without Fin.", personal=True),
    json("company", "The company of the conversation; sent from API version 2.15 on.", personal=True),
    json("sales_agent", "What the sales agent collected; sent from API version 2.16 on.", personal=True),
    json("channel", "The first and the current channel; sent from API version 2.16 on."),
    json("external_references", "Records in other help desks; sent from API version 2.16 on.", personal=True),
    json("monitor_evaluations", "Quality monitors' findings; NULL unless asked for.", personal=True),
    json("scorecards", "Quality scorecards; NULL unless asked for.", personal=True),
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
        json("applied_by", "Who applied the tag, with type and id."),
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
            "external_id", "The contact's id in your own product; NULL if none was given.", personal=True
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
        json("value", "The attribute's value, of whatever type.", personal=True),
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
    columns=_STATE + _SOURCE + _OUTCOME + _STATISTICS + _NESTED + _COMPLETENESS,
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
