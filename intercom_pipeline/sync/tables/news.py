"""News, and the newsfeeds that show them.

Fields as in Intercom's API description of `news_item` and `newsfeed`, versions 2.11 to 2.16.
"""

from intercom_pipeline.sync.tables.columns import boolean, identifier, json, text, time
from intercom_pipeline.warehouse.table import PARENT, Table, plain_text

NEWS_ITEMS_TABLE = Table(
    name="news_items",
    description="The news that was written for your contacts.",
    grain="one news item",
    columns=(
        identifier("id", "The news item's id, given by Intercom."),
        identifier("workspace_id", "The id of the workspace the news item belongs to."),
        text("title", "The news item's title."),
        text("body_text", "The body as plain text; NULL if it is empty.", expression=plain_text("body")),
        text("body", "The body, which may hold HTML."),
        text("state", "Whether the news item is a draft or live."),
        identifier("sender_id", "The id of the admin who sends it."),
        text("cover_image_url", "The address of its picture; NULL if it has none."),
        boolean("deliver_silently", "Whether it comes without a badge in the Messenger."),
        time("created_at", "When the news item was created (UTC)."),
        time("updated_at", "When the news item last changed (UTC)."),
        json("labels", "The labels it bears, as a list."),
        json("reactions", "The emoji it can be answered with, as a list."),
        json("newsfeed_assignments", "The newsfeeds it is in and since when; live ones in newsfeed_items."),
    ),
    ignored=frozenset({"type"}),
)

NEWSFEEDS_TABLE = Table(
    name="newsfeeds",
    description="The lists of news that contacts see.",
    grain="one newsfeed",
    columns=(
        identifier("id", "The newsfeed's id, given by Intercom."),
        text("name", "The newsfeed's name as teammates read it."),
        time("created_at", "When the newsfeed was created (UTC)."),
        time("updated_at", "When the newsfeed last changed (UTC)."),
    ),
    ignored=frozenset({"type"}),
)

NEWSFEED_ITEMS_TABLE = Table(
    name="newsfeed_items",
    description="Which news is live in which newsfeed.",
    grain="one news item in one newsfeed",
    primary_key=("newsfeed_id", "news_item_id"),
    columns=(
        identifier("newsfeed_id", "The newsfeed's id, as in newsfeeds.", field=PARENT),
        identifier("news_item_id", "The news item's id, as in news_items.", field="id"),
    ),
    # The news item comes whole once more for each newsfeed: news_items has it.
    ignored=frozenset({column.key for column in NEWS_ITEMS_TABLE.sent} - {"id"} | NEWS_ITEMS_TABLE.ignored),
)
