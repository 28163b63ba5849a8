"""What people, teammates and Fin read: articles, news, snippets and pages from elsewhere."""

from functools import partial

from intercom_pipeline.sync.stream import Need, Paging, Parent, Replication, Stream
from intercom_pipeline.sync.tables.articles import ARTICLES_TABLE
from intercom_pipeline.sync.tables.fin_content import (
    AUDIENCES_TABLE,
    CONTENT_IMPORT_SOURCES_TABLE,
    CONTENT_SNIPPETS_TABLE,
    EXTERNAL_PAGES_TABLE,
    INTERNAL_ARTICLES_TABLE,
)
from intercom_pipeline.sync.tables.help_center import COLLECTIONS_TABLE, HELP_CENTERS_TABLE
from intercom_pipeline.sync.tables.news import NEWS_ITEMS_TABLE, NEWSFEED_ITEMS_TABLE, NEWSFEEDS_TABLE

_READ_ARTICLES = "Read and List articles"
_READ_NEWS = "Read and List news items and newsfeeds"
_READ_CONTENT = "Read content data"

_paged = partial(
    Stream, records="data", paging=Paging.PAGE_NUMBER, replication=Replication.FULL_REFRESH, per_page=50
)
"""What is listed by page number, whole each time."""

_fin = partial(_paged, group="fin content", permission=_READ_CONTENT, need=Need.WHERE_AVAILABLE)
_news = partial(_paged, group="news", permission=_READ_NEWS, need=Need.WHERE_AVAILABLE)

HELP_CENTER = (
    Stream(
        table=ARTICLES_TABLE,
        group="articles",
        path="/articles",
        records="data",
        paging=Paging.PAGE_NUMBER,
        replication=Replication.NEWEST_FIRST,
        permission=_READ_ARTICLES,
        detail="/articles/{id}",
        cost="1 for each 150 articles that changed, and 1 for each of them",
    ),
    _paged(
        table=COLLECTIONS_TABLE,
        group="articles",
        path="/help_center/collections",
        permission=_READ_ARTICLES,
        cost="1 for each 50 collections",
    ),
    _paged(
        table=HELP_CENTERS_TABLE,
        group="articles",
        path="/help_center/help_centers",
        permission=_READ_ARTICLES,
        cost="1 for each 50 help centres",
    ),
    _fin(
        table=INTERNAL_ARTICLES_TABLE,
        path="/internal_articles",
        permission=_READ_ARTICLES,
        minimum_version="2.13",
        cost="1 for each 50 internal articles",
    ),
    _fin(
        table=CONTENT_SNIPPETS_TABLE,
        path="/content_snippets",
        minimum_version="2.16",
        cost="1 for each 50 snippets",
    ),
    _fin(
        table=EXTERNAL_PAGES_TABLE,
        path="/ai/external_pages",
        minimum_version="2.12",
        cost="1 for each 50 pages",
    ),
    _fin(
        table=CONTENT_IMPORT_SOURCES_TABLE,
        path="/ai/content_import_sources",
        minimum_version="2.12",
        cost="1 for each 50 sources",
    ),
    _fin(
        table=AUDIENCES_TABLE,
        path="/audiences",
        minimum_version="2.16",
        cost="1 for each 50 audiences",
    ),
    _news(table=NEWS_ITEMS_TABLE, path="/news/news_items", cost="1 for each 50 news items"),
    _news(table=NEWSFEEDS_TABLE, path="/news/newsfeeds", cost="1 for each 50 newsfeeds"),
    _news(
        table=NEWSFEED_ITEMS_TABLE,
        path="/news/newsfeeds/{id}/items",
        parent=Parent(table="newsfeeds", changed_only=False),
        cost="1 for each 50 news items of each newsfeed",
    ),
)
"""Streams of content."""
