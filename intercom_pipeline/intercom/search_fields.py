"""What POST /contacts/search and POST /conversations/search can search by, and how each field is compared.

Fields, types and operators are those of the tables in Intercom's API description of the two, 2.11 to 2.16,
its misprints (`andoid_sdk_version`, `conversation_rating.admin_d`) beside what they mean.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class FieldKind(StrEnum):
    """What a searchable field holds; the member's value is what it is called to people."""

    TEXT = "text"
    """A text or an id. Upper and lower case are the same."""
    INTEGER = "whole number"
    DATE = "date"
    """A moment, in unix seconds."""
    BOOLEAN = "true or false"
    TAG = "tag id"
    ANY = "value of any type"
    """A custom attribute: what it holds is known to the workspace alone."""

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators that a field of this kind can be compared with."""
        return _OPERATORS[self]


_EQUAL = ("=", "!=")
_LISTED = (*_EQUAL, "IN", "NIN")
_ORDER = (">", "<", ">=", "<=")
_PARTS_OF_TEXT = ("~", "!~", "^", "$")
_OPERATORS: Final[Mapping[FieldKind, tuple[str, ...]]] = MappingProxyType(
    {
        FieldKind.TEXT: (*_LISTED, *_PARTS_OF_TEXT),
        FieldKind.INTEGER: (*_LISTED, *_ORDER),
        FieldKind.DATE: (*_LISTED, *_ORDER),
        FieldKind.BOOLEAN: _EQUAL,
        FieldKind.TAG: _EQUAL,
        FieldKind.ANY: (*_LISTED, *_ORDER, *_PARTS_OF_TEXT),
    }
)

NOBODY_IS_0: Final = frozenset({"admin_assignee_id", "team_assignee_id"})
"""Fields that are 0 where nobody is named: described as null up to 2.15 (with 0 in its examples), as 0 from
2.16 on."""

_ANY_NAME = "{name}"


def _fields(custom: str, **names: str) -> Mapping[str, FieldKind]:
    attributes = {f"{prefix}{_ANY_NAME}": FieldKind.ANY for prefix in custom.split()}
    listed = {name: FieldKind[kind] for kind, these in names.items() for name in these.split()}
    return MappingProxyType(listed | attributes)


CONTACTS: Final = _fields(
    custom="custom_attributes.",
    TEXT="""
        id role name avatar email email_domain phone formatted_phone external_id language_override browser
        browser_language os location.country location.region location.city ios_app_version ios_device
        ios_app_device ios_os_version ios_app_name ios_sdk_version android_app_version android_device
        android_app_name andoid_sdk_version android_sdk_version segment_id
    """,
    # Described as text from 2.16 on; a whole number is taken there, too.
    INTEGER="owner_id",
    BOOLEAN="unsubscribed_from_emails marked_email_as_spam has_hard_bounced",
    DATE="""
        created_at signed_up_at updated_at last_seen_at last_contacted_at last_replied_at
        last_email_opened_at last_email_clicked_at ios_last_seen_at android_last_seen_at
    """,
    TAG="tag_id",
)
"""What contacts can be searched by; `{name}` stands for any custom attribute's."""

CONVERSATIONS: Final = _fields(
    # The description names neither; both spellings are in use.
    custom="custom_attributes. custom_attribute.",
    TEXT="""
        id source.type source.id source.delivered_as source.subject source.body source.author.id
        source.author.type source.author.name source.author.email source.url contact_ids teammate_ids
        channel_initiated state tag_ids priority statistics.last_closed_by_id conversation_rating.remark
        conversation_rating.contact_id conversation_rating.admin_d conversation_rating.admin_id
        ai_agent.resolution_state ai_agent.last_answer_type ai_agent.rating_remark ai_agent.source_type
        ai_agent.source_title
    """,
    INTEGER="""
        admin_assignee_id team_assignee_id statistics.time_to_assignment statistics.time_to_admin_reply
        statistics.time_to_first_close statistics.time_to_last_close statistics.median_time_to_reply
        statistics.count_reopens statistics.count_assignments statistics.count_conversation_parts
        conversation_rating.score ai_agent.rating
    """,
    BOOLEAN="open read ai_agent_participated",
    DATE="""
        created_at updated_at waiting_since snoozed_until statistics.first_contact_reply_at
        statistics.first_assignment_at statistics.first_admin_reply_at statistics.first_close_at
        statistics.last_assignment_at statistics.last_assignment_admin_reply_at
        statistics.last_contact_reply_at statistics.last_admin_reply_at statistics.last_close_at
        conversation_rating.requested_at conversation_rating.replied_at
    """,
)
"""What conversations can be searched by; `{name}` stands for any custom attribute's."""


def kind_of(field: str, fields: Mapping[str, FieldKind]) -> FieldKind | None:
    """What a field holds; None where it cannot be searched by."""
    return FieldKind.ANY if attribute_of(field, fields) else fields.get(field)


def attribute_of(field: str, fields: Mapping[str, FieldKind]) -> str | None:
    """The name of the custom attribute that a field means; None where it means none."""
    prefix, dot, name = field.partition(".")
    return name if name and f"{prefix}{dot}{_ANY_NAME}" in fields else None
