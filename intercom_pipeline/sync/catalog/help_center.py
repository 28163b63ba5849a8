"""What people read for themselves: the help centre's articles."""

from intercom_pipeline.sync.stream import Paging, Replication, Stream
from intercom_pipeline.sync.tables.articles import ARTICLES_TABLE

HELP_CENTER = (
    Stream(
        table=ARTICLES_TABLE,
        group="articles",
        path="/articles",
        records="data",
        paging=Paging.PAGE_NUMBER,
        replication=Replication.NEWEST_FIRST,
        permission="Read and List articles",
        detail="/articles/{id}",
        cost="1 for each 150 articles that changed, and 1 for each of them",
    ),
)
"""Streams of the help centre."""
