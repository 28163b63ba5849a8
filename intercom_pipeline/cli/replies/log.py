"""The reply log in the warehouse, brought up to date after whatever sends or resolves."""

from typing import TYPE_CHECKING

from rich.text import Text

from intercom_pipeline.cli.output import remarks
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.warehouse.errors import WarehouseMissing

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger
    from intercom_pipeline.warehouse.files import DataFolder


def refresh(ledger: "Ledger", folder: "DataFolder") -> None:
    """Bring the log up to date, where there is a warehouse and nobody holds it; else say so in a line.

    Whatever goes wrong here changes nothing of what was sent.
    """
    from intercom_pipeline.analytics.reply_log import bring_up_to_date  # noqa: PLC0415 - late

    try:
        bring_up_to_date(ledger, folder)
    except WarehouseMissing:
        # Whoever does not sync may not miss it.
        said = "There is no warehouse yet, so no reply log: sync makes one, then replies log fills it."
        remarks().print(Text(said, style="dim"), soft_wrap=True)
    except PipelineError as error:
        said = f"The reply log was not brought up to date: {error.what} Later: replies log"
        remarks().print(Text(said, style="dim"), soft_wrap=True)
