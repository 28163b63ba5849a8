"""Which fields can be searched, and by which operators (Intercom's description of its searches)."""

from enum import StrEnum

from intercom_pipeline.sandbox.versions import at_least


class FieldType(StrEnum):
    """How a field is compared."""

    TEXT = "String"
    WORDS = "Words"
    NUMBER = "Integer"
    FLAG = "Boolean"
    DAY = "Date by calendar day"
    SECOND = "Date by second"
    INSTANT = "Date by exact second"
    TAG = "Tag"


_EQUAL = frozenset({"=", "!="})
_LISTED = _EQUAL | {"IN", "NIN"}
_TEXT = _LISTED | {"~", "!~", "^", "$"}
_ORDERED = _LISTED | {">", "<", ">=", "<="}

OPERATORS: dict[FieldType, frozenset[str]] = {
    FieldType.TEXT: _TEXT,
    FieldType.WORDS: _TEXT,
    FieldType.NUMBER: _ORDERED,
    FieldType.FLAG: _LISTED,
    # Contact dates up to 2.16: "!=, >=, <=, IN and NIN are not supported on Date fields and return an error".
    FieldType.DAY: frozenset({"=", ">", "<"}),
    FieldType.SECOND: _ORDERED,
    FieldType.INSTANT: _ORDERED,
    FieldType.TAG: _EQUAL,
}
KNOWN_OPERATORS = frozenset().union(*OPERATORS.values())


def _typed(**names: str) -> dict[str, FieldType]:
    return {name: FieldType[kind] for kind, listed in names.items() for name in listed.split()}


_CONTACTS = _typed(
    TEXT="""
        id role name avatar email email_domain phone external_id language_override browser
        browser_language os location.country location.region location.city ios_app_version ios_device
        ios_app_device ios_os_version ios_app_name ios_sdk_version android_app_version android_device
        android_app_name andoid_sdk_version android_sdk_version segment_id
    """,
    NUMBER="owner_id",
    FLAG="unsubscribed_from_emails marked_email_as_spam has_hard_bounced",
    DAY="""
        created_at signed_up_at updated_at last_seen_at last_contacted_at last_replied_at
        last_email_opened_at last_email_clicked_at ios_last_seen_at android_last_seen_at
    """,
    TAG="tag_id",
)

_CONVERSATIONS = _typed(
    TEXT="""
        id source.type source.id source.delivered_as source.subject source.author.id source.author.type
        source.author.name source.author.email source.url contact_ids teammate_ids channel_initiated
        state tag_ids priority statistics.last_closed_by_id conversation_rating.remark
        conversation_rating.contact_id conversation_rating.admin_d conversation_rating.admin_id
        ai_agent.resolution_state ai_agent.last_answer_type ai_agent.rating_remark ai_agent.source_type
        ai_agent.source_title
    """,
    # "The search will not be performed against the entire value, but instead against every element of it".
    WORDS="source.body",
    NUMBER="""
        admin_assignee_id team_assignee_id statistics.time_to_assignment statistics.time_to_admin_reply
        statistics.time_to_first_close statistics.time_to_last_close statistics.median_time_to_reply
        statistics.count_reopens statistics.count_assignments statistics.count_conversation_parts
        conversation_rating.score ai_agent.rating
    """,
    FLAG="open read ai_agent_participated",
    SECOND="""
        created_at updated_at waiting_since snoozed_until statistics.first_contact_reply_at
        statistics.first_assignment_at statistics.first_admin_reply_at statistics.first_close_at
        statistics.last_assignment_at statistics.last_assignment_admin_reply_at
        statistics.last_contact_reply_at statistics.last_admin_reply_at statistics.last_close_at
        conversation_rating.requested_at conversation_rating.replied_at
    """,
)

_TICKETS = _typed(
    TEXT="""
        id title description category ticket_type_id contact_ids teammate_ids admin_assignee_id
        team_assignee_id state
    """,
    FLAG="open",
    SECOND="created_at updated_at snoozed_until",
)

_CUSTOM = {
    "contacts": ("custom_attributes.",),
    "conversations": ("custom_attribute.", "custom_attributes."),
    "tickets": ("ticket_attribute.",),
}


def field_types(kind: str, version: str) -> dict[str, FieldType]:
    """The searchable fields of a kind in a version, custom attributes aside."""
    if kind == "conversations":
        return _CONVERSATIONS
    if kind == "tickets":
        return _TICKETS
    newer = {"formatted_phone": FieldType.TEXT} if at_least(version, "2.16") else {}
    return _CONTACTS | newer | (_exact_dates() if at_least(version, "2.17") else {})


def _exact_dates() -> dict[str, FieldType]:
    return {name: FieldType.INSTANT for name, kind in _CONTACTS.items() if kind is FieldType.DAY}


def custom_attribute(kind: str, field: str) -> str | None:
    """The custom attribute that a search field means, or None: its name, for tickets its id."""
    for prefix in _CUSTOM[kind]:
        if field.startswith(prefix):
            return field.removeprefix(prefix)
    return None
