"""What the reply ledger knows, for analysts: the log in the warehouse and the models over it."""

from intercom_pipeline.analytics.models import models
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.values import Sending
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.reply_log import LoggedReply, Stored, store


def bring_up_to_date(ledger: Ledger, folder: DataFolder) -> Stored:
    """Write what a ledger knows into `pipeline.reply_log`, make the models, and publish the warehouse.

    Raises:
        WarehouseMissing: No sync has published anything yet.
        WarehouseBusy: A sync runs, or another program holds the database.
        WarehouseError: A file cannot be read or written; the log is as it was.
        LedgerError: The ledger cannot be read; the log is as it was.
    """
    entries = (_logged(sending, ledger.ledger_id) for sending in ledger.all_sendings())
    return store(folder, ledger.ledger_id, entries, models())


def _logged(sending: Sending, ledger_id: str) -> LoggedReply:
    intent = sending.intent
    return LoggedReply(
        ledger_id=ledger_id,
        workspace_id=intent.key.workspace_id,
        campaign=intent.key.campaign,
        conversation_id=intent.key.conversation_id,
        step=intent.key.step.value,
        outcome=sending.outcome.value,
        message_type=intent.message_type,
        admin_id=intent.admin_id,
        plan_id=intent.plan_id,
        run_id=intent.run_id,
        applied_by=intent.by,
        intended_at=sending.intended_at,
        settled_at=sending.settled_at,
        attempts=sending.attempts,
        part_id=sending.part_id,
        request_id=sending.request_id,
        body_sha256=intent.body_sha256,
        reason=sending.reason,
    )
