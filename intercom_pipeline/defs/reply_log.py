"""The asset `reply_log`: what became of bulk replies, copied from the ledger into the warehouse."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from intercom_pipeline.analytics.reply_log import bring_up_to_date
from intercom_pipeline.defs.failures import failing_plainly
from intercom_pipeline.defs.resources import WarehouseResource
from intercom_pipeline.defs.translate import OWNER, schema_of
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.replies.ledger.errors import LedgerMissing
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.warehouse.errors import WarehouseMissing
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.reply_log import COLUMNS, DESCRIPTION, GRAIN, PRIMARY_KEY, Stored

KEY = dg.AssetKey(["intercom", "reply_log"])


@dg.asset(
    key=KEY,
    # After a sync of the same run: one at a time writes, and the models are made over its conversations.
    deps=[dg.AssetKey(["intercom", "conversations"])],
    description=f"{DESCRIPTION} One row is {GRAIN}.",
    group_name="replies",
    kinds={"duckdb"},
    owners=[OWNER],
    metadata={
        "dagster/column_schema": schema_of(COLUMNS, PRIMARY_KEY),
        "dagster/table_name": "intercom.pipeline.reply_log",
        "dagster/storage_kind": "duckdb",
    },
    output_required=False,
)
def reply_log(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> Iterator[Any]:
    """Bring the log up to date; where no reply was ever planned there is none."""
    with failing_plainly():
        try:
            with warehouse.ledger() as ledger:
                stored = bring_up_to_date(ledger, warehouse.folder())
        except LedgerMissing as missing:
            context.log.info(missing.what)
            return
    yield dg.Output(None, metadata=metadata_of(stored))


def refresh(context: dg.OpExecutionContext, ledger: Ledger, folder: DataFolder) -> None:
    """Bring the log up to date after a run that sent; what goes wrong changes nothing of what was sent."""
    try:
        stored = bring_up_to_date(ledger, folder)
    except WarehouseMissing:
        context.log.info("There is no warehouse yet, so no reply log either.")
    except PipelineError as error:
        context.log.warning("The reply log is not up to date: %s Materialize reply_log later.", error.what)
    else:
        context.log_event(dg.AssetMaterialization(asset_key=KEY, metadata=metadata_of(stored)))


def metadata_of(stored: Stored) -> dict[str, Any]:
    """How many rows the log has, and the models that could not be made."""
    not_made = {"models_not_made": dict(stored.not_made)} if stored.not_made else {}
    return {"dagster/row_count": dg.MetadataValue.int(stored.rows), **not_made}
