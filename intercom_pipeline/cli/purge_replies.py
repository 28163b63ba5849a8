"""What `purge` does to planned replies: those that tell of whom is purged, in the ledger and in files."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from intercom_pipeline.replies.ledger.errors import LedgerMissing
from intercom_pipeline.replies.ledger.forgetting import delete_files, whom
from intercom_pipeline.replies.ledger.opening import open_ledger

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger
    from intercom_pipeline.settings import Settings


def forget(settings: "Settings", contact_ids: Collection[str], texts: Collection[str]) -> int:
    """Take people out of planned replies; gives how many were emptied. Killed, it is to be done again.

    Raises:
        LedgerError: The ledger cannot be used.
    """
    with _ledger(settings) as ledger:
        if ledger is not None:
            return ledger.forget(contact_ids, texts)
    # Files of plans outlast a ledger that was lost.
    _, folder = settings.ledger_place()
    delete_files(folder, whom(contact_ids, texts))
    return 0


def would_forget(settings: "Settings", contact_ids: Collection[str], texts: Collection[str]) -> int:
    """How many planned replies `forget` would empty.

    Raises:
        LedgerError: The ledger cannot be used.
    """
    with _ledger(settings) as ledger:
        return 0 if ledger is None else ledger.named(contact_ids, texts)


@contextmanager
def _ledger(settings: "Settings") -> "Iterator[Ledger | None]":
    """The ledger; None where none was begun, and none is."""
    url, folder = settings.ledger_place()
    try:
        ledger = open_ledger(url, folder, create=False)
    except LedgerMissing:
        yield None
        return
    with ledger:
        yield ledger
