"""Calls and their transcripts."""

from intercom_pipeline.sync.stream import Need, Paging, Parent, Replication, Stream
from intercom_pipeline.sync.tables.calls import CALL_TRANSCRIPTS_TABLE, CALLS_TABLE

CALLS = (
    Stream(
        table=CALLS_TABLE,
        group="calls",
        path="/calls",
        records="data",
        paging=Paging.PAGE_NUMBER,
        replication=Replication.FULL_REFRESH,
        permission="Read conversations",
        per_page=25,
        minimum_version="2.14",
        need=Need.WHERE_AVAILABLE,
        cost="1 for each 25 calls",
    ),
    Stream(
        table=CALL_TRANSCRIPTS_TABLE,
        group="calls",
        path="/calls/{id}/transcript",
        records="",
        paging=Paging.TEXT,
        replication=Replication.BY_PARENT,
        permission="Read conversations",
        parent=Parent(table="calls", having="transcription_url IS NOT NULL"),
        minimum_version="2.14",
        need=Need.ON_REQUEST,
        cost="1 for each call that has a transcript and changed",
    ),
)
"""Streams of calls."""
