"""The kinds of record that make up a workspace's short lists: all of them are made at the start."""

from intercom_pipeline.sandbox.content import (
    attributes,
    help_center,
    knowledge,
    news,
    objects,
    office,
    settings,
)
from intercom_pipeline.sandbox.kind import Kind

LISTS: dict[str, Kind] = {
    "help_centers": Kind(one=None, make=help_center.make_help_center),
    "collections": Kind(one=None, make=help_center.make_collection),
    "internal_articles": Kind(one="internal_article", make=knowledge.make_internal_article),
    "news_items": Kind(one="news-item", make=news.make_news_item),
    "newsfeeds": Kind(one="newsfeed", make=news.make_newsfeed),
    "away_status_reasons": Kind(one="away_status_reason", make=office.make_away_status_reason),
    "office_hours_schedules": Kind(one="office_hours_schedule", make=office.make_office_hours_schedule),
    "office_hours_exceptions": Kind(one="office_hours_exception", make=office.make_office_hours_exception),
    "subscription_types": Kind(one="subscription", make=settings.make_subscription_type, timed=False),
    "brands": Kind(one="brand", make=settings.make_brand, missing=("Brand not found",)),
    "emails": Kind(one="email_setting", make=settings.make_email, missing=("Email setting not found",)),
    "macros": Kind(one="macro", make=settings.make_macro, missing=("Macro not found",)),
    "audiences": Kind(one="audience", make=settings.make_audience),
    "content_snippets": Kind(
        one="content_snippet", make=knowledge.make_content_snippet, missing=("Content snippet not found",)
    ),
    "external_pages": Kind(one="external_page", make=knowledge.make_external_page),
    "data_attributes": Kind(
        one="data_attribute", make=attributes.make_data_attribute, count=attributes.data_attribute_count
    ),
    "conversation_attributes": Kind(
        one="conversation_attribute",
        make=attributes.make_conversation_attribute,
        count=attributes.conversation_attribute_count,
        missing=("Conversation attribute not found", "conversation_attribute_not_found"),
    ),
    "custom_objects": Kind(one=None, make=objects.make_custom_object),
    "content_import_sources": Kind(one="content_import_source", make=knowledge.make_content_import_source),
}
