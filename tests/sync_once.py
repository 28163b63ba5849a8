"""A sync in a process of its own, to be killed: python -m tests.sync_once URL TOKEN FOLDER [STREAM …]."""

import sys
from pathlib import Path
from uuid import uuid4

from intercom_pipeline.intercom.connection import Connection, Secret
from intercom_pipeline.sync.choice import choose
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.sync.run import run
from intercom_pipeline.warehouse.errors import WarehouseBusy
from intercom_pipeline.warehouse.files import DataFolder

BUSY = 75


def main(url: str, token: str, folder: str, *names: str) -> int:
    """Exit code 0 when all streams are complete or not to be had, 1 when one failed, 75 when one runs."""
    choice = choose(Options(run_id=uuid4().hex), names=names)
    events = run(
        choice.streams,
        connection=Connection(token=Secret(token), base_url=url, rate_share=1.0),
        folder=DataFolder(Path(folder)),
        options=choice.options,
    )
    try:
        results = [event for event in events if isinstance(event, SyncResult)]
    except WarehouseBusy:
        return BUSY
    return int(any(result.outcome not in {Outcome.COMPLETE, Outcome.SKIPPED} for result in results))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
