"""How the workspace is set up."""

from functools import partial

from intercom_pipeline.sync.stream import Need, Paging, Parent, Replication, Stream
from intercom_pipeline.sync.tables.settings import (
    AWAY_STATUS_REASONS_TABLE,
    BRANDS_TABLE,
    EMAILS_TABLE,
    MACROS_TABLE,
    OFFICE_HOURS_EXCEPTIONS_TABLE,
    OFFICE_HOURS_TABLE,
    SUBSCRIPTION_TYPES_TABLE,
)

_READ_OFFICE_HOURS = "Read and write office hours"

_whole = partial(
    Stream,
    group="settings",
    records="data",
    paging=Paging.SINGLE,
    replication=Replication.FULL_REFRESH,
    cost="1",
)
"""What is given in one response."""

_optional = partial(_whole, need=Need.WHERE_AVAILABLE)

SETTINGS = (
    _whole(
        table=SUBSCRIPTION_TYPES_TABLE,
        path="/subscription_types",
        permission="Read and list users and companies",
    ),
    _optional(
        table=AWAY_STATUS_REASONS_TABLE,
        path="/away_status_reasons",
        permission="Read admins",
        minimum_version="2.14",
    ),
    _optional(
        table=OFFICE_HOURS_TABLE,
        path="/office_hours_schedules",
        permission=_READ_OFFICE_HOURS,
        minimum_version="2.16",
    ),
    _optional(
        table=OFFICE_HOURS_EXCEPTIONS_TABLE,
        path="/office_hours_schedules/{id}/office_hours_exceptions",
        parent=Parent(table="office_hours", changed_only=False),
        permission=_READ_OFFICE_HOURS,
        minimum_version="2.16",
        cost="1 for each schedule",
    ),
    _optional(table=BRANDS_TABLE, path="/brands", permission="Read admins", minimum_version="2.15"),
    _optional(table=EMAILS_TABLE, path="/emails", permission="Read admins", minimum_version="2.15"),
    _optional(
        table=MACROS_TABLE,
        path="/macros",
        paging=Paging.CURSOR,
        permission="Read conversations",
        minimum_version="2.16",
        cost="1 for each 150 macros",
    ),
)
"""Streams of the workspace's settings."""
