"""How a workspace is set up: reasons to be away, office hours, subscriptions, brands, senders, macros.

Fields as in Intercom's API description of `away_status_reason`, `office_hours_schedule`,
`office_hours_exception`, `subscription_type`, `brand`, `email_setting` and `macro`, versions 2.11 to 2.16.
"""

from intercom_pipeline.sync.tables.columns import boolean, identifier, inside, integer, json, text, time
from intercom_pipeline.warehouse.table import PARENT, Person, Table

AWAY_STATUS_REASONS_TABLE = Table(
    name="away_status_reasons",
    description="The reasons that admins can give for being away.",
    grain="one reason",
    columns=(
        identifier("id", "The reason's id, as in admins.away_status_reason_id."),
        text("label", "The reason as people read it."),
        text("emoji", "The emoji that stands for it."),
        integer("position", "The reason's place among the others.", field="order"),
        boolean("deleted", "Whether the reason cannot be given any more."),
        time("created_at", "When the reason was created (UTC)."),
        time("updated_at", "When the reason last changed (UTC)."),
    ),
    ignored=frozenset({"type"}),
)

OFFICE_HOURS_TABLE = Table(
    name="office_hours",
    description="When the workspace is open in a usual week.",
    grain="one schedule",
    columns=(
        identifier("id", "The schedule's id, given by Intercom."),
        text("name", "The schedule's name."),
        text("time_zone_name", "The time zone its hours are in, by its IANA name."),
        boolean("twenty_four_seven", "Whether it is always open."),
        time("created_at", "When the schedule was created (UTC)."),
        time("updated_at", "When the schedule last changed (UTC)."),
        json("time_intervals", "The open hours, with start_minute and end_minute since Monday 00:00."),
    ),
    ignored=frozenset({"type"}),
)

OFFICE_HOURS_EXCEPTIONS_TABLE = Table(
    name="office_hours_exceptions",
    description="The days that differ from the usual week.",
    grain="one day of one schedule",
    columns=(
        identifier("id", "The exception's id, given by Intercom."),
        identifier("office_hours_id", "The schedule's id, as in office_hours.", field=PARENT),
        text("name", "The day's name; NULL if it has none."),
        text("exception_date", "The day, as YYYY-MM-DD in the schedule's time zone."),
        text("exception_type", "Whether it is closed all day or has custom_hours."),
        boolean("recurring_annually", "Whether it returns every year."),
        time("created_at", "When the exception was created (UTC)."),
        time("updated_at", "When the exception last changed (UTC)."),
        json("time_intervals", "The open hours, with minutes since midnight; NULL if it is closed."),
    ),
    ignored=frozenset({"type", "office_hours_schedule_id"}),
)

SUBSCRIPTION_TYPES_TABLE = Table(
    name="subscription_types",
    description="The kinds of message that contacts can choose to receive, or not to.",
    grain="one subscription type",
    columns=(
        identifier("id", "The subscription type's id, given by Intercom."),
        text("name", "Its name in the default language.", expression=inside("default_translation", "name")),
        text("state", "Whether it is live, a draft or archived."),
        text("consent_type", "Whether contacts opt in to it or opt out of it: opt_in or opt_out."),
        json("content_types", "What it covers, as a list of email and sms_message."),
        json("default_translation", "Its name and description in the default language."),
        json("translations", "Its name and description in each language, as a list."),
    ),
    ignored=frozenset({"type"}),
)

BRANDS_TABLE = Table(
    name="brands",
    description="The brands that the workspace speaks for.",
    grain="one brand",
    columns=(
        identifier("id", "The brand's id; the default brand has the workspace's."),
        text("name", "The brand's name."),
        boolean("is_default", "Whether it is the workspace's default."),
        identifier("help_center_id", "The id of its help centre, as in help_centers; NULL if it has none."),
        identifier("default_address_settings_id", "The id of the address it sends from, as in emails."),
        time("created_at", "When the brand was created (UTC)."),
        time("updated_at", "When the brand last changed (UTC)."),
    ),
    ignored=frozenset({"type"}),
)

EMAILS_TABLE = Table(
    name="emails",
    description="The e-mail addresses that the workspace sends from.",
    grain="one e-mail address",
    columns=(
        identifier("id", "The address's id, given by Intercom."),
        text("email", "The address.", person=Person.EMAIL),
        text("domain", "The part of the address after the @."),
        identifier("brand_id", "The id of its brand, as in brands."),
        boolean("verified", "Whether the workspace proved to own it."),
        boolean("forwarding_enabled", "Whether e-mail sent to it is forwarded to Intercom."),
        time("forwarded_email_last_received_at", "When one was last forwarded (UTC); NULL if never."),
        time("created_at", "When the address was added (UTC)."),
        time("updated_at", "When the address last changed (UTC)."),
    ),
    ignored=frozenset({"type"}),
)

MACROS_TABLE = Table(
    name="macros",
    description="The replies that teammates saved to use again.",
    grain="one macro",
    columns=(
        identifier("id", "The macro's id, given by Intercom."),
        text("name", "The macro's name."),
        text("body_text", "The reply as plain text, as Intercom sends it."),
        text("body", "The reply as HTML, with a tag for each attribute put in."),
        text("visible_to", "Who may use it: everyone or specific_teams."),
        time("created_at", "When the macro was created (UTC)."),
        time("updated_at", "When the macro last changed (UTC)."),
        json("visible_to_team_ids", "The teams that may use it, as a list of ids; empty for all."),
        json("available_on", "Where it can be used, as a list of inbox and messenger."),
    ),
    ignored=frozenset({"type"}),
)
