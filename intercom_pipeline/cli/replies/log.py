"""The reply log in the warehouse, brought up to date after whatever sends or resolves, and when asked."""

from typing import TYPE_CHECKING

from rich.text import Text

from intercom_pipeline.cli.output import number, print_json, remarks, results
from intercom_pipeline.cli.replies.opening import ledger_of
from intercom_pipeline.cli.replies.summary import print_lines
from intercom_pipeline.cli.stopping import ended_at_once
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.warehouse.errors import WarehouseMissing

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger
    from intercom_pipeline.settings import Settings
    from intercom_pipeline.warehouse.files import DataFolder

_LAST_WORDS = "\nEnded while the reply log was brought up to date. Later: replies log\n"


def log(settings: "Settings", *, as_json: bool) -> None:
    """Bring the reply log in the warehouse up to date.

    Raises:
        LedgerError: There is no ledger, or it cannot be read.
        WarehouseError: There is no warehouse, it is held, or it cannot be written.
    """
    from intercom_pipeline.analytics.reply_log import bring_up_to_date  # noqa: PLC0415 - late

    folder = settings.folder()
    with ledger_of(settings) as ledger:
        stored = bring_up_to_date(ledger, folder)
    if as_json:
        facts = {"rows": stored.rows, "not_made": stored.not_made, "published": str(folder.published)}
        print_json(facts)
        return
    results().print(f"pipeline.reply_log has {number(stored.rows)} rows of this ledger.")
    print_lines((f"{name} was not made: {why}" for name, why in stored.not_made.items()), remarks())


def refresh(ledger: "Ledger", folder: "DataFolder") -> None:
    """Bring the log up to date, where there is a warehouse and nobody holds it; else say so in a line.

    Whatever goes wrong here changes nothing of what was sent.
    """
    from intercom_pipeline.analytics.reply_log import bring_up_to_date  # noqa: PLC0415 - late

    try:
        # DuckDB would take a signal for a fault of its own; what it writes are transactions.
        with ended_at_once(last_words=_LAST_WORDS):
            bring_up_to_date(ledger, folder)
    except WarehouseMissing:
        # Whoever does not sync may not miss it.
        said = "There is no warehouse yet, so no reply log: sync makes one, then replies log fills it."
        remarks().print(Text(said, style="dim"), soft_wrap=True)
    except PipelineError as error:
        said = f"The reply log was not brought up to date: {error.what} Later: replies log"
        remarks().print(Text(said, style="dim"), soft_wrap=True)
