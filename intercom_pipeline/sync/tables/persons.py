"""What JSON columns hold about persons, path by path: `None` for what is harmless, the rest by its kind.

Whatever is not listed is unknown, and treated as a detail about somebody. `type`, `id`, counts and times of
change are harmless wherever they stand (see `warehouse/people/rules.py`) and not listed again.

Fields as in Intercom's API description, versions 2.11 to 2.16.
"""

from intercom_pipeline.warehouse.table import Person

WRITER: dict[str, Person | None] = {
    "name": Person.NAME,
    "email": Person.EMAIL,
    "from_ai_agent": None,
    "is_ai_answer": None,
}
"""Who wrote something."""

ATTACHMENT: dict[str, Person | None] = {
    "name": Person.FILE,
    "url": Person.LINK,
    "content_type": None,
    "filesize": None,
    "width": None,
    "height": None,
}
"""A file attached to something."""

EMAIL_MESSAGE: dict[str, Person | None] = {
    "subject": Person.TEXT,
    "history": Person.TEXT,
    "email_address_headers.email_address": Person.EMAIL,
    "email_address_headers.name": Person.NAME,
}
"""The subject and headers of an e-mail."""

REFERENCE: dict[str, Person | None] = {"id": None}
"""Somebody or something by type and id alone."""

LINKED: dict[str, Person | None] = {"data.category": None}
"""Linked conversations and tickets."""


def under(key: str, holds: dict[str, Person | None]) -> dict[str, Person | None]:
    """The same, where it stands under a key."""
    return {f"{key}.{path}": person for path, person in holds.items()}


NOTES: dict[str, Person | None] = {"notes.body": Person.TEXT, **under("notes.author", WRITER)}
"""A company's notes."""

SOURCE: dict[str, Person | None] = {
    "delivered_as": None,
    "redacted": None,
    "subject": Person.TEXT,
    "body": Person.TEXT,
    "url": Person.LINK,
    "recipients.email": Person.EMAIL,
    "recipients.drop_reason": None,
    "reply_to.email": Person.EMAIL,
    "reply_to.name": Person.NAME,
    **under("author", WRITER),
    **under("attachments", ATTACHMENT),
    **under("email_message_metadata", EMAIL_MESSAGE),
}
"""A conversation's opening message."""

RATING: dict[str, Person | None] = {
    "rating": None,
    "remark": Person.TEXT,
    "contact.external_id": Person.IDENTITY,
    "teammate.id": None,
}
"""How a customer rated a conversation."""

AI_AGENT: dict[str, Person | None] = {
    "source_type": None,
    "source_title": None,
    "last_answer_type": None,
    "resolution_state": None,
    "rating": None,
    "rating_remark": Person.TEXT,
    "content_sources.content_sources.content_type": None,
    "content_sources.content_sources.url": None,
    "content_sources.content_sources.title": None,
    "content_sources.content_sources.locale": None,
}
"""What Fin, the AI agent, did."""

COMPANY: dict[str, Person | None] = {
    "name": None,
    "company_id": None,
    "app_id": None,
    "plan.name": None,
    "size": None,
    "website": None,
    "industry": None,
    "monthly_spend": None,
    "session_count": None,
    "user_count": None,
    "remote_created_at": None,
    "last_request_at": None,
    "tags.tags.name": None,
    "segments.segments.name": None,
    "custom_attributes": Person.TEXT,
    **under("notes", NOTES),
}
"""A company inside a conversation."""

MONITORS: dict[str, Person | None] = {
    "monitor_id": None,
    "monitor_name": None,
    "monitor_type": None,
    "result": None,
    "evaluated_at": None,
    "explanation": Person.TEXT,
}
"""What quality monitors found."""

SCORECARDS: dict[str, Person | None] = {
    "scorecard_id": None,
    "scorecard_version_id": None,
    "scorecard_type": None,
    "name": None,
    "passed": None,
    "score": None,
    "ai_score": None,
    "evaluated_at": None,
    "reviewed_teammate.admin_id": None,
    "evaluators.evaluator_id": None,
    "evaluators.result.value": None,
    "evaluators.result.source": None,
    "evaluators.result.reason_ids": None,
    "evaluators.result.reasoning": Person.TEXT,
    "evaluators.result.other_text": Person.TEXT,
}
"""Quality scorecards."""

TAGS: dict[str, Person | None] = {
    "name": None,
    "applied_at": None,
    "tags.name": None,
    "tags.applied_at": None,
}
"""Tags, with or without who put them on."""

EVENT: dict[str, Person | None] = {
    "workflow.name": None,
    "attribute.name": None,
    "action.name": None,
    "action.result": None,
    "event.result": None,
    "value.name": Person.TEXT,
    "value.previous": Person.TEXT,
}
"""What a part says that changed."""

CHANGED_ATTRIBUTE: dict[str, Person | None] = {
    "attribute.label": None,
    # The attribute's value itself may stand under `id`.
    "value.id": Person.TEXT,
    "value.label": Person.TEXT,
}
"""The attribute that a ticket's part changed."""

QUICK_REPLIES: dict[str, Person | None] = {
    "quick_reply_options.text": None,
    "quick_reply_options.uuid": None,
    "quick_reply_options.translations": None,
    "quick_reply_uuid": None,
}
"""The quick replies offered in a part, which the workspace wrote."""

MERGES: dict[str, Person | None] = {
    "source_contact_id": None,
    "source_contact_role": None,
    "merged_at": None,
}
"""The contacts merged into a contact."""
