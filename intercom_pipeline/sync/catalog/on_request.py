"""What the settings have to name before it can be asked for, and the datasets they can name."""

from intercom_pipeline.sync.stream import Need, Paging, Parent, Replication, Stream
from intercom_pipeline.sync.tables.on_request import (
    CUSTOM_OBJECTS_TABLE,
    REPORTING_DATA_TABLE,
    REPORTING_DATASETS_TABLE,
)

ON_REQUEST = (
    Stream(
        table=CUSTOM_OBJECTS_TABLE,
        group="custom objects",
        path="/custom_object_instances/{id}",
        records="data",
        paging=Paging.PAGE_NUMBER,
        replication=Replication.FULL_REFRESH,
        permission="Read and write custom object instances",
        per_page=50,
        parent=Parent(setting="custom_objects", changed_only=False),
        minimum_version="2.16",
        need=Need.ON_REQUEST,
        cost="1 for each 50 instances of each type",
    ),
    Stream(
        table=REPORTING_DATASETS_TABLE,
        group="reporting",
        path="/export/reporting_data/get_datasets",
        records="data",
        paging=Paging.SINGLE,
        replication=Replication.FULL_REFRESH,
        permission="Read reporting datasets",
        minimum_version="2.14",
        need=Need.WHERE_AVAILABLE,
        cost="1",
    ),
    Stream(
        table=REPORTING_DATA_TABLE,
        group="reporting",
        path="/export/reporting_data/enqueue",
        records="",
        paging=Paging.EXPORT,
        replication=Replication.FULL_REFRESH,
        permission="Export reporting data",
        parent=Parent(setting="reporting_datasets", changed_only=False),
        minimum_version="2.14",
        need=Need.ON_REQUEST,
        cost="3 for each dataset, and 1 for each look at whether its file is ready",
    ),
)
"""Streams that a setting brings."""
