"""What Fin and Copilot read beside articles: internal articles, snippets, pages from elsewhere, and for whom.

Fields as in Intercom's API description of `internal_article_list_item`, `content_snippet`, `external_page`,
`content_import_source` and `audience`, versions 2.12 to 2.16.
"""

from intercom_pipeline.sync.tables.columns import boolean, identifier, integer, json, text, time
from intercom_pipeline.warehouse.table import Person, Table, plain_text

_AUDIENCES = json("audience_ids", "The audiences Fin offers it to, as a list of ids; NULL or empty for all.")

INTERNAL_ARTICLES_TABLE = Table(
    name="internal_articles",
    description="The articles that only teammates, Fin and Copilot read.",
    grain="one internal article",
    columns=(
        identifier("id", "The article's id, given by Intercom."),
        text("title", "The article's title."),
        text("body_text", "The body as plain text; NULL if it is empty.", expression=plain_text("body")),
        text("body", "The body as HTML; NULL if it is empty."),
        text("body_markdown", "The body as Markdown; sent from API version 2.16 on."),
        text("locale", "The language it is written in."),
        identifier("owner_id", "The id of the admin who is responsible for it."),
        identifier("author_id", "The id of the admin who wrote it."),
        time("created_at", "When the article was created (UTC)."),
        time("updated_at", "When the article last changed (UTC)."),
        boolean("ai_chatbot_availability", "Whether Fin may answer from it; sent from API version 2.16 on."),
        boolean("ai_copilot_availability", "Whether Copilot may use it; sent from API version 2.16 on."),
        boolean("ai_sales_agent_availability", "Whether the sales agent may use it; from API 2.16 on."),
        _AUDIENCES,
    ),
    ignored=frozenset({"type"}),
)

CONTENT_SNIPPETS_TABLE = Table(
    name="content_snippets",
    description="The short answers that were written for Fin and Copilot.",
    grain="one snippet",
    columns=(
        identifier("id", "The snippet's id, given by Intercom."),
        text("title", "The snippet's title; NULL if it has none."),
        text("body_markdown", "The snippet as Markdown; NULL if it is empty."),
        text("locale", "The language it is written in."),
        boolean("ai_chatbot_availability", "Whether Fin may answer from it."),
        boolean("ai_copilot_availability", "Whether Copilot may use it."),
        boolean("ai_sales_agent_availability", "Whether the sales agent may use it."),
        integer("chatbot_availability", "As ai_chatbot_availability, as 1 or 0; deprecated by Intercom."),
        integer("copilot_availability", "As ai_copilot_availability, as 1 or 0; deprecated by Intercom."),
        time("created_at", "When the snippet was created (UTC)."),
        time("updated_at", "When the snippet last changed (UTC)."),
        json("json_blocks", "The snippet as Intercom's blocks."),
        _AUDIENCES,
    ),
    ignored=frozenset({"type"}),
)

EXTERNAL_PAGES_TABLE = Table(
    name="external_pages",
    description="The pages from outside Intercom that Fin and Copilot read.",
    grain="one page",
    columns=(
        identifier("id", "The page's id, given by Intercom."),
        identifier("source_id", "The id of the source it was read from, as in content_import_sources."),
        identifier("external_id", "The page's id in that source."),
        text("title", "The page's title."),
        text("html_text", "The page as plain text.", expression=plain_text("html")),
        text("html", "The page as HTML."),
        text("url", "Where the page is read."),
        text("locale", "The language it is written in."),
        boolean("ai_agent_availability", "Whether Fin may answer from it."),
        boolean("ai_copilot_availability", "Whether Copilot may use it."),
        boolean("ai_sales_agent_availability", "Whether the sales agent may use it."),
        boolean("fin_availability", "Whether Fin or Copilot may use it; deprecated by Intercom."),
        time("created_at", "When the page was created in Intercom (UTC)."),
        time("updated_at", "When the page last changed in Intercom (UTC)."),
        time("last_ingested_at", "When Intercom last read the page (UTC)."),
    ),
    ignored=frozenset({"type"}),
)

CONTENT_IMPORT_SOURCES_TABLE = Table(
    name="content_import_sources",
    description="Where Intercom reads pages from for Fin and Copilot.",
    grain="one source",
    columns=(
        identifier("id", "The source's id, given by Intercom."),
        text("url", "The address that the source begins at."),
        text("status", "Whether the source is active or deactivated."),
        text("sync_behavior", "How its pages get into Intercom: api, automatic or manual."),
        time("last_synced_at", "When its pages were last read (UTC)."),
        time("created_at", "When the source was created (UTC)."),
        time("updated_at", "When the source last changed (UTC)."),
        _AUDIENCES,
    ),
    ignored=frozenset({"type"}),
)

AUDIENCES_TABLE = Table(
    name="audiences",
    description="The groups of contacts that content is offered to.",
    grain="one audience",
    columns=(
        identifier("id", "The audience's id, given by Intercom."),
        text("name", "The audience's name."),
        time("created_at", "When the audience was created (UTC)."),
        time("updated_at", "When the audience last changed (UTC)."),
        json("predicates", "The rules that a contact has to meet, as a list.", person=Person.DETAIL),
        json("role_predicates", "The rules about a contact's role, as a list."),
    ),
    ignored=frozenset({"type"}),
)
