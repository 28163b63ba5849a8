"""A database that another program has open is waited for, and then the program is named."""

from intercom_pipeline.cli.exits import Exit
from tests.cli.conftest import Waiting
from tests.cli.running import ended
from tests.syncing import select


def test_a_database_that_another_program_has_open(waiting: Waiting) -> None:
    """The program and its process are named; the data stays readable."""
    told = ended(waiting.sync)
    assert told.code == Exit.BUSY
    assert f"process {waiting.holder.pid}" in told.three_lines[0]
    assert "intercom.duckdb" in told.three_lines[2]
    assert select(waiting.folder, "SELECT count(*) > 0 FROM tags") == [(True,)]
