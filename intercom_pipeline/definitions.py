"""The code location: what Dagster is pointed at by `workspace.yaml`."""

import dagster as dg

from intercom_pipeline.defs.assets import intercom_tables
from intercom_pipeline.defs.jobs import hourly_sync, sync_job
from intercom_pipeline.defs.resources import IntercomResource, SyncResource, WarehouseResource

defs = dg.Definitions(
    assets=[intercom_tables],
    jobs=[sync_job],
    schedules=[hourly_sync],
    resources={"intercom": IntercomResource(), "warehouse": WarehouseResource(), "sync": SyncResource()},
    # A step in a process of its own would take seconds to start, and there is one step a run.
    executor=dg.in_process_executor,
)
