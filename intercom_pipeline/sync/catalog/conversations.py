"""Conversations, and those that were deleted."""

from intercom_pipeline.sync.stream import Need, Paging, Replication, Stream
from intercom_pipeline.sync.tables.conversations import CONVERSATIONS_TABLE, DELETED_CONVERSATIONS_TABLE

CONVERSATIONS = (
    Stream(
        table=CONVERSATIONS_TABLE,
        group="conversations",
        path="/conversations/search",
        records="conversations",
        paging=Paging.SEARCH,
        replication=Replication.INCREMENTAL,
        permission="Read conversations",
        detail="/conversations/{id}",
        cost="1 for each 150 conversations that changed, and 1 for each of them",
    ),
    Stream(
        table=DELETED_CONVERSATIONS_TABLE,
        group="conversations",
        path="/conversations/deleted",
        params=(("order", "desc"),),
        records="conversations",
        paging=Paging.PAGE_NUMBER,
        replication=Replication.NEWEST_FIRST,
        permission="Read conversations",
        per_page=60,
        tells_gone=CONVERSATIONS_TABLE,
        minimum_version="2.16",
        need=Need.WHERE_AVAILABLE,
        cost="1 for each 60 conversations deleted since",
    ),
)
"""Streams of conversations."""
