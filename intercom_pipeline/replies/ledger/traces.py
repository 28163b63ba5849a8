"""What a ledger leaves behind: where that is found and no ledger, it was lost, and none is begun unasked."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from intercom_pipeline.replies.ledger.errors import LedgerGone
from intercom_pipeline.warehouse.files import DataFolder


def check_none_was(folder: Path, warehouse: DataFolder) -> None:
    """See that a ledger can be begun without forgetting what an earlier one knows.

    Args:
        folder: Where locks and plans' files are.
        warehouse: Where the published file is, whose log tells of replies.

    Raises:
        LedgerGone: There was one.
    """
    found = [*_in_folder(folder), *_in_log(warehouse)]
    if found:
        raise LedgerGone(
            "There was a ledger of replies, and it is not where it is looked for.",
            why=f"It left {' and '.join(found)}. Nobody else knows what was sent: it would be sent again.",
            fix="Put its file back, or correct INTERCOM_LEDGER_URL. To begin another all the same: "
            "replies plan --new-ledger",
        )


def _in_folder(folder: Path) -> Iterator[str]:
    plan = next((folder / "plans").glob("*.json"), None)
    if plan is not None:
        yield f"a plan at {plan}"
    elif (folder / "apply.lock").exists():
        yield f"the lock of whoever sent at {folder / 'apply.lock'}"


def _in_log(warehouse: DataFolder) -> Iterator[str]:
    if not warehouse.published.exists():
        return
    try:
        with duckdb.connect(warehouse.published, read_only=True) as connection:
            counted = connection.execute("SELECT count(*) FROM pipeline.reply_log").fetchone()
    except duckdb.Error:  # no such table yet, or a file that cannot be read: it tells nothing
        return
    if counted and counted[0]:
        yield f"a log of {counted[0]:,} replies in {warehouse.published}"
