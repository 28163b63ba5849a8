"""The code location: what Dagster is pointed at by `workspace.yaml`."""

import dagster as dg

from intercom_pipeline.defs.asking import get_contact_job, search_contacts_job
from intercom_pipeline.defs.assets import intercom_tables
from intercom_pipeline.defs.backfilling import backfill_month
from intercom_pipeline.defs.jobs import hourly_sync, nightly_sweep, sync_job
from intercom_pipeline.defs.reply_log import reply_log
from intercom_pipeline.defs.replying import bulk_reply_job
from intercom_pipeline.defs.resources import IntercomResource, SyncResource, WarehouseResource
from intercom_pipeline.defs.sweeping import sweep_job

defs = dg.Definitions(
    assets=[intercom_tables, reply_log],
    jobs=[sync_job, sweep_job, backfill_month, search_contacts_job, get_contact_job, bulk_reply_job],
    schedules=[hourly_sync, nightly_sweep],
    resources={"intercom": IntercomResource(), "warehouse": WarehouseResource(), "sync": SyncResource()},
    # A step in a process of its own would take seconds to start, and there is one step a run.
    executor=dg.in_process_executor,
)
