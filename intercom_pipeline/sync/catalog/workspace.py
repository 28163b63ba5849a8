"""What a workspace is made of: its people, its vocabulary, its settings and what was changed in them."""

from intercom_pipeline.sync.stream import Listing, Need, Paging, Replication, Stream
from intercom_pipeline.sync.tables.activity_logs import ACTIVITY_LOGS_TABLE
from intercom_pipeline.sync.tables.data_attributes import DATA_ATTRIBUTES_TABLE
from intercom_pipeline.sync.tables.workspace import ADMINS_TABLE, SEGMENTS_TABLE, TAGS_TABLE, TEAMS_TABLE

_ARCHIVED = ("include_archived", "true")

WORKSPACE = (
    Stream(
        table=ADMINS_TABLE,
        group="workspace",
        path="/admins",
        records="admins",
        paging=Paging.SINGLE,
        replication=Replication.FULL_REFRESH,
        permission="Read admins",
        cost="1",
    ),
    Stream(
        table=TEAMS_TABLE,
        group="workspace",
        path="/teams",
        records="teams",
        paging=Paging.SINGLE,
        replication=Replication.FULL_REFRESH,
        permission="Read admins",
        cost="1",
    ),
    Stream(
        table=TAGS_TABLE,
        group="workspace",
        path="/tags",
        records="data",
        paging=Paging.SINGLE,
        replication=Replication.FULL_REFRESH,
        permission="Read tags",
        cost="1",
    ),
    Stream(
        table=SEGMENTS_TABLE,
        group="workspace",
        # Without include_count the segments come without the number of their contacts.
        params=(("include_count", "true"),),
        path="/segments",
        records="segments",
        paging=Paging.SINGLE,
        replication=Replication.FULL_REFRESH,
        permission="Read and list users and companies",
        cost="1",
    ),
    Stream(
        table=DATA_ATTRIBUTES_TABLE,
        group="workspace",
        path="/data_attributes",
        params=(("model", "contact"), _ARCHIVED),
        records="data",
        paging=Paging.SINGLE,
        replication=Replication.FULL_REFRESH,
        permission="Read and list users and companies",
        besides=(
            Listing(path="/data_attributes", params=(("model", "company"), _ARCHIVED)),
            Listing(
                path="/data_attributes",
                params=(("model", "conversation"), _ARCHIVED),
                before="2.16",
                adds=(("model", "conversation"),),
            ),
            Listing(
                path="/conversations/attributes",
                params=(_ARCHIVED,),
                since="2.16",
                adds=(("model", "conversation"), ("full_name", "custom_attributes.{name}")),
            ),
        ),
        cost="3",
    ),
    Stream(
        table=ACTIVITY_LOGS_TABLE,
        group="workspace",
        path="/admins/activity_logs",
        records="activity_logs",
        paging=Paging.LOG,
        replication=Replication.INCREMENTAL,
        permission="Read admin activity logs",
        per_page=20,
        need=Need.WHERE_AVAILABLE,
        cost="1 for each 20 activities since",
    ),
)
"""Streams of the workspace itself."""
