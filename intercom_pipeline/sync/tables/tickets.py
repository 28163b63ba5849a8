"""Tickets with their parts and contacts, the types they are of and the states they pass through.

Fields as in Intercom's API description of `ticket`, `ticket_part`, `ticket_type`, `ticket_type_attribute` and
`ticket_state_detailed`, versions 2.11 to 2.16; `is_internal` of a ticket type stands in its examples only.
"""

from intercom_pipeline.sync.tables.attachments import attachments_of
from intercom_pipeline.sync.tables.columns import (
    boolean,
    identifier,
    inside,
    integer,
    json,
    text,
    time,
)
from intercom_pipeline.sync.tables.parts import ASSIGNED_AND_BODY, AUTHOR
from intercom_pipeline.sync.tables.persons import CHANGED_ATTRIBUTE, LINKED, REFERENCE, WRITER
from intercom_pipeline.warehouse.table import PARENT, Person, Table, plain_text

_TICKET_PARTS = Table(
    name="ticket_parts",
    description="Every message, note, assignment and change of state or attribute of a ticket.",
    grain="one part of a ticket",
    columns=(
        identifier("id", "The part's id, given by Intercom."),
        identifier("ticket_id", "The ticket's id, as id in tickets.", field=PARENT),
        text("part_type", "What happened, such as comment, note or ticket_state_updated_by_admin."),
        time("created_at", "When the part was created (UTC)."),
        time("updated_at", "When the part last changed (UTC)."),
        *AUTHOR,
        *ASSIGNED_AND_BODY,
        text("ticket_state", "The category of the state that the part left the ticket in."),
        text("previous_ticket_state", "The category of the state the ticket was in before."),
        boolean("redacted", "Whether the part's content was redacted."),
        identifier(
            "external_id",
            "The part's id in an external system; NULL if none was given.",
            person=Person.IDENTITY,
        ),
        text("app_package_code", "The app that created the part through the API; NULL if none did."),
        json(
            "author",
            "Who wrote the part, with type, id, name and e-mail.",
            person=Person.DETAIL,
            holds=WRITER,
        ),
        json(
            "assigned_to",
            "The admin or team the part assigned the ticket to; NULL if it did not.",
            person=Person.DETAIL,
            holds=REFERENCE,
        ),
        json(
            "attachments",
            "The files attached to the part; as rows in ticket_part_attachments.",
            person=Person.DETAIL,
        ),
        json(
            "updated_attribute_data",
            "The attribute the part changed, with its new value; from API version 2.14 on.",
            person=Person.DETAIL,
            holds=CHANGED_ATTRIBUTE,
        ),
    ),
    ignored=frozenset({"type"}),
    path=("ticket_parts", "ticket_parts"),
    # Intercom gives 500 parts at most: one that is missing has not vanished.
    keeps_vanished=True,
    children=(attachments_of("ticket_parts"),),
)

_TICKET_CONTACTS = Table(
    name="ticket_contacts",
    description="The contacts that each ticket is about.",
    grain="one contact of one ticket",
    primary_key=("ticket_id", "contact_id"),
    columns=(
        identifier("ticket_id", "The ticket's id, as id in tickets.", field=PARENT),
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

# Up to API version 2.11 the state is one of four words, from 2.12 on an object of the workspace's own making.
_STATE = (
    text(
        "state",
        "The state's category: submitted, in_progress, waiting_on_customer or resolved.",
        expression=f"coalesce({inside('ticket_state', 'category')}, "
        "CASE json_type(ticket_state) WHEN 'VARCHAR' THEN ticket_state ->> '$' END)",
    ),
    identifier(
        "state_id",
        "The state's id, as in ticket_states; NULL up to API version 2.11.",
        expression=inside("ticket_state", "id"),
    ),
    text(
        "state_label",
        "The state as teammates read it.",
        expression=f"coalesce({inside('ticket_state', 'internal_label')}, ticket_state_internal_label)",
    ),
    text(
        "state_external_label",
        "The state as customers read it.",
        expression=f"coalesce({inside('ticket_state', 'external_label')}, ticket_state_external_label)",
    ),
    identifier(
        "previous_ticket_state_id",
        "The id of the state before; NULL if it never changed, sent from API version 2.16 on.",
    ),
)

TICKETS_TABLE = Table(
    name="tickets",
    description="Your customers' and your back office's tickets, each with its type, state and attributes.",
    grain="one ticket",
    columns=(
        identifier("id", "The ticket's id, given by Intercom."),
        identifier("ticket_id", "The ticket's number as people see it in Intercom."),
        text("category", "What the ticket is for: Customer, Back-office or Tracker."),
        text(
            "title",
            "The ticket's title; NULL if it has none.",
            expression=inside("ticket_attributes", "_default_title_"),
            person=Person.TEXT,
        ),
        text(
            "description_text",
            "The ticket's description as plain text; NULL if it has none.",
            expression=plain_text(inside("ticket_attributes", "_default_description_")),
            person=Person.TEXT,
        ),
        identifier(
            "ticket_type_id",
            "The id of the ticket's type, as in ticket_types.",
            expression=inside("ticket_type", "id"),
        ),
        text("ticket_type_name", "The name of its type.", expression=inside("ticket_type", "name")),
        *_STATE,
        boolean("open", "Whether the ticket is open rather than closed."),
        boolean("is_shared", "Whether the customer sees the ticket."),
        identifier("admin_assignee_id", "The id of the admin it is assigned to; 0 or NULL means nobody."),
        identifier("team_assignee_id", "The id of the team it is assigned to; 0 or NULL means none."),
        time("created_at", "When the ticket was created (UTC)."),
        time("updated_at", "When the ticket last changed (UTC)."),
        time("snoozed_until", "When a snoozed ticket opens again (UTC); NULL if it is not snoozed."),
        text("ticket_state_internal_label", "As state_label, as sent by API version 2.11 only."),
        text("ticket_state_external_label", "As state_external_label, as sent by API version 2.11 only."),
        json("ticket_state", "The state as sent: a word in API version 2.11, an object since."),
        json("ticket_type", "The ticket's type with its attributes; as rows in ticket_types."),
        json("ticket_attributes", "The values of the type's attributes, by name.", person=Person.TEXT),
        json("contacts", "The contacts; as rows in ticket_contacts.", person=Person.DETAIL),
        json(
            "linked_objects",
            "The linked conversations and tickets, with total_count and has_more.",
            person=Person.DETAIL,
            holds=LINKED,
        ),
    ),
    cursor="updated_at",
    ignored=frozenset({"type"}),
    children=(_TICKET_PARTS, _TICKET_CONTACTS),
)

_TICKET_TYPE_ATTRIBUTES = Table(
    name="ticket_type_attributes",
    description="The fields that tickets of each type have.",
    grain="one attribute of one ticket type",
    columns=(
        identifier("id", "The attribute's id, given by Intercom."),
        identifier("ticket_type_id", "The ticket type's id, as in ticket_types.", field=PARENT),
        identifier("workspace_id", "The id of the workspace the attribute belongs to."),
        text("name", "The attribute's name."),
        text("description", "What the attribute is for."),
        text(
            "data_type", "What it holds, such as string, list, integer, decimal, boolean, datetime or files."
        ),
        integer("position", "The attribute's place among the others.", field="order"),
        boolean("required_to_create", "Whether a teammate must fill it in."),
        boolean("required_to_create_for_contacts", "Whether a contact must fill it in."),
        boolean("visible_on_create", "Whether a teammate sees it when creating a ticket."),
        boolean("visible_to_contacts", "Whether a contact sees it."),
        boolean("is_default", "Whether it is Intercom's own rather than your workspace's.", field="default"),
        boolean("archived", "Whether it was archived."),
        time("created_at", "When the attribute was created (UTC)."),
        time("updated_at", "When the attribute last changed (UTC)."),
        json("input_options", "How it is filled in, such as the items of a list; NULL if nothing is set."),
    ),
    ignored=frozenset({"type", "ticket_type_id"}),
    path=("ticket_type_attributes", "data"),
)

TICKET_TYPES_TABLE = Table(
    name="ticket_types",
    description="The kinds of ticket that your workspace defined.",
    grain="one ticket type",
    columns=(
        identifier("id", "The ticket type's id, given by Intercom."),
        identifier("workspace_id", "The id of the workspace the ticket type belongs to."),
        text("category", "What its tickets are for: Customer, Back-office or Tracker."),
        text("name", "The ticket type's name."),
        text("description", "What the ticket type is for."),
        text("icon", "The ticket type's icon, an emoji."),
        boolean("archived", "Whether the ticket type was archived."),
        boolean("is_internal", "Whether its tickets are for teammates alone."),
        time("created_at", "When the ticket type was created (UTC)."),
        time("updated_at", "When the ticket type last changed (UTC)."),
        json("ticket_type_attributes", "Its tickets' fields; as rows in ticket_type_attributes."),
        json("ticket_states", "The states its tickets pass through; sent from API version 2.12 on."),
    ),
    ignored=frozenset({"type"}),
    children=(_TICKET_TYPE_ATTRIBUTES,),
)

TICKET_STATES_TABLE = Table(
    name="ticket_states",
    description="The states that tickets can be in.",
    grain="one ticket state",
    columns=(
        identifier("id", "The state's id, given by Intercom."),
        text("category", "The state's category: submitted, in_progress, waiting_on_customer or resolved."),
        text("internal_label", "The state as teammates read it."),
        text("external_label", "The state as customers read it."),
        boolean("archived", "Whether the state was archived."),
        json("ticket_types", "The ticket types whose tickets can be in it."),
    ),
    ignored=frozenset({"type"}),
)
