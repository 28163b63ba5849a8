"""Records as Intercom sends them: plain dictionaries, with the fields that most people need declared.

Nothing is converted: times are unix seconds, ids are what Intercom gives, further fields are there as well.
Which there are depends on the API version: https://developers.intercom.com/docs/references/rest-api.
"""

from typing import Any, Literal, TypedDict

from intercom_pipeline.errors import PipelineError

Record = dict[str, Any]
"""Any record."""


class Contact(TypedDict, total=False):
    """A contact: a user or lead (GET /contacts/{id})."""

    type: Literal["contact"]
    id: str
    external_id: str | None
    role: str
    email: str | None
    phone: str | None
    name: str | None
    owner_id: int | None
    created_at: int
    updated_at: int
    signed_up_at: int | None
    last_seen_at: int | None
    last_replied_at: int | None
    last_contacted_at: int | None
    location: Record
    tags: Record
    companies: Record
    custom_attributes: Record


class Conversation(TypedDict, total=False):
    """A conversation; its parts, the 500 newest at most, come with GET /conversations/{id} alone."""

    type: Literal["conversation"]
    id: str
    title: str | None
    state: Literal["open", "closed", "snoozed"]
    open: bool
    read: bool
    priority: str
    created_at: int
    updated_at: int
    waiting_since: int | None
    snoozed_until: int | None
    admin_assignee_id: int | None
    team_assignee_id: int | str | None
    source: Record
    contacts: Record
    teammates: Record
    tags: Record
    statistics: Record | None
    conversation_parts: Record
    custom_attributes: Record


class Article(TypedDict, total=False):
    """An article of the help centre (GET /articles/{id})."""

    type: Literal["article"]
    id: str
    title: str
    description: str | None
    body: str | None
    author_id: int
    state: Literal["published", "draft"]
    created_at: int
    updated_at: int
    url: str | None
    parent_id: int | None
    parent_type: str | None
    default_locale: str


class Admin(TypedDict, total=False):
    """A teammate (GET /admins)."""

    type: Literal["admin"]
    id: str
    name: str
    email: str
    job_title: str | None
    away_mode_enabled: bool
    has_inbox_seat: bool
    team_ids: list[int]


class LimitRefused(PipelineError):
    """A list cannot have so many records."""


def checked_limit(limit: int | None) -> int | None:
    """How many records a list has at most, None for all.

    Raises:
        LimitRefused: It is below 0.
    """
    if limit is not None and limit < 0:
        raise LimitRefused(
            f"A list cannot have {limit} records.",
            why="The limit is how many to give at most.",
            fix="Give 0 or more, or leave the limit out for all.",
        )
    return limit
