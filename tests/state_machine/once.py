"""A run in a process of its own, to be killed: python -m tests.state_machine.once OPTIONS, as JSON."""

import json
import sys
from pathlib import Path
from uuid import uuid4

from intercom_pipeline.intercom.connection import Connection, Secret
from intercom_pipeline.sync.choice import choose
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.run import run
from intercom_pipeline.warehouse.files import DataFolder
from tests.syncing import IMPATIENT


def main(told: str) -> None:
    """Sync or sweep to the end."""
    asked = json.loads(told)
    history, sweep = frozenset(asked["history"]), asked["sweep"]
    choice = choose(
        Options(run_id=uuid4().hex, sweep=sweep, allow_many=True, history=history), names=asked["names"]
    )
    connection = Connection(
        token=Secret(asked["token"]), base_url=asked["url"], version=asked["version"], patience=IMPATIENT
    )
    events = run(
        choice.streams,
        connection=connection,
        folder=DataFolder(Path(asked["folder"])),
        options=choice.options,
    )
    for _ in events:
        pass


if __name__ == "__main__":
    main(sys.argv[1])
