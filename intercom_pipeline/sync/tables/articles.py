"""Articles of the help centre, and their translations.

Fields as in Intercom's API description of `article_list_item`, `article` and `article_content`, versions 2.11
to 2.16; for multilingual articles the fields outside `translated_content` are those of the default language.
"""

from intercom_pipeline.sync.tables.columns import (
    boolean,
    identifier,
    integer,
    json,
    text,
    time,
    whole_number,
)
from intercom_pipeline.warehouse.table import PARENT, Table, plain_text

_ARTICLE_TRANSLATIONS = Table(
    name="article_translations",
    description="The help centre's articles in each of their languages.",
    grain="one language of one article",
    primary_key=("article_id", "locale"),
    columns=(
        identifier("article_id", "The article's id, as in articles.", field=PARENT),
        text("locale", "The language, such as de or pt-BR."),
        text("title", "The translation's title."),
        text("description", "The translation's summary; NULL if it has none."),
        text("body_text", "The body as plain text; NULL if it is empty.", expression=plain_text("body")),
        text("body", "The body as HTML; NULL if it is empty."),
        text("body_markdown", "The body as Markdown; sent from API version 2.16 on."),
        text("state", "Whether the translation is published or a draft."),
        text("url", "Where the translation is read; NULL for one never published."),
        identifier("author_id", "The id of the admin who is the translation's author."),
        identifier("created_by_id", "The id of the admin who created it; sent from API version 2.16 on."),
        identifier(
            "updated_by_id", "The id of the admin who last changed it; sent from API version 2.16 on."
        ),
        time("created_at", "When the translation was created (UTC)."),
        time("updated_at", "When the translation last changed (UTC)."),
        time("draft_updated_at", "When the staged draft last changed (UTC); NULL if there is none."),
        boolean("has_unpublished_changes", "Whether a draft is staged on the published translation."),
        boolean("ai_chatbot_availability", "Whether Fin may answer from it; sent from API version 2.16 on."),
        boolean("ai_copilot_availability", "Whether Copilot may use it; sent from API version 2.16 on."),
        boolean(
            "ai_sales_agent_availability", "Whether the sales agent may use it; from API version 2.16 on."
        ),
        json("audience_ids", "The audiences Fin offers it to, as a list of ids; from API version 2.16 on."),
    ),
    ignored=frozenset({"type"}),
    path=("translated_content",),
    mapped="locale",
)

ARTICLES_TABLE = Table(
    name="articles",
    description="The help centre's articles, in their default language, with translations and statistics.",
    grain="one article",
    columns=(
        identifier("id", "The article's id, given by Intercom."),
        text("type", "Always article."),
        identifier("workspace_id", "The id of the workspace the article belongs to."),
        text("title", "The article's title."),
        text("description", "The article's summary; NULL if it has none."),
        text("body_text", "The body as plain text; NULL if it is empty.", expression=plain_text("body")),
        text("body", "The body as HTML; NULL if it is empty."),
        text("body_markdown", "The body as Markdown; sent from API version 2.16 on."),
        text("state", "Whether the article is published or a draft."),
        text("url", "Where the article is read; NULL for one never published."),
        text("default_locale", "The help centre's default language; NULL if it has one language only."),
        identifier("author_id", "The id of the admin who is the article's author."),
        identifier("created_by_id", "The id of the admin who created it; sent from API version 2.16 on."),
        identifier(
            "updated_by_id", "The id of the admin who last changed it; sent from API version 2.16 on."
        ),
        time("created_at", "When the article was created (UTC)."),
        time("updated_at", "When the article last changed (UTC)."),
        time("draft_updated_at", "When the staged draft last changed (UTC); NULL if there is none."),
        time("scheduled_publish_at", "When it is to be published (UTC); NULL if not planned."),
        time("scheduled_unpublish_at", "When it is to be taken offline (UTC); NULL if not planned."),
        boolean("has_unpublished_changes", "Whether a draft is staged on the published article."),
        identifier(
            "parent_id", "The collection it stands in, up to API version 2.15; NULL if it stands alone."
        ),
        text("parent_type", "Whether its parent is a collection or a section, up to API version 2.15."),
        json("parent_ids", "The ids of the collections it stands in, as a list."),
        text(
            "help_center_audience",
            "Who may read it, such as everyone or restricted; from API version 2.16 on.",
        ),
        json("audience_ids", "The audiences Fin offers it to, as a list of ids; from API version 2.16 on."),
        boolean("ai_chatbot_availability", "Whether Fin may answer from it; sent from API version 2.16 on."),
        boolean("ai_copilot_availability", "Whether Copilot may use it; sent from API version 2.16 on."),
        boolean(
            "ai_sales_agent_availability", "Whether the sales agent may use it; from API version 2.16 on."
        ),
        boolean(
            "exclude_from_article_suggestions", "Whether Fin never suggests it; from API version 2.16 on."
        ),
        integer("views", "How often it was viewed.", expression=whole_number("statistics", "views")),
        integer(
            "conversions",
            "How many conversations were started from it.",
            expression=whole_number("statistics", "conversions"),
        ),
        integer(
            "reactions", "How many reactions it received.", expression=whole_number("statistics", "reactions")
        ),
        json(
            "statistics",
            "Views, conversations started, reactions with their shares in percent, and Fin's use.",
        ),
        json("tags", "The article's tags; sent from API version 2.13 on."),
        json(
            "translated_content",
            "Title, body, state and times of each translation, by language; as rows in article_translations.",
        ),
    ),
    cursor="updated_at",
    children=(_ARTICLE_TRANSLATIONS,),
)
