"""What reaches Intercom's search late, and after what changed later, arrives all the same."""

from pathlib import Path

import pytest

from intercom_pipeline.sandbox import Options, Sizes, serve
from tests.changing import ids
from tests.syncing import assert_equal_to_the_workspace, select, sync

SMALL = Sizes(contacts=30, conversations=12, tickets=12, long_conversations=0)
NAMES = ("contacts", "conversations", "tickets")
LATE = 600


@pytest.mark.parametrize("version", ["2.14", "2.17"])
def test_a_change_that_is_found_after_later_ones_arrives(tmp_path: Path, version: str) -> None:
    """The bookmark has passed it by then: what lies a little before the bookmark is looked at again."""
    options = Options(limit_per_minute=6_000_000, searchable_after_seconds=LATE, now=1_772_902_800)
    with serve(sizes=SMALL, options=options, seed=4) as sandbox:
        workspace = sandbox.workspace
        workspace.searchable_in_any_order = True
        sync(sandbox, tmp_path, *NAMES, version=version)
        for kind in NAMES:
            for record_id in reversed(ids(workspace, kind)):
                workspace.clock.advance(10)
                workspace.update(kind, record_id)
        workspace.clock.advance(LATE / 2)
        sync(sandbox, tmp_path, *NAMES, version=version)
        assert _arrived(tmp_path) < SMALL.contacts + SMALL.conversations + SMALL.tickets
        workspace.clock.advance(LATE / 2)
        sync(sandbox, tmp_path, *NAMES, version=version)
        assert_equal_to_the_workspace(sandbox, tmp_path, *NAMES, version=version)


def _arrived(folder: Path) -> int:
    """How many records are stored as they were changed last."""
    counts = " UNION ALL ".join(f"SELECT updated_at FROM {name}" for name in NAMES)
    [(count,)] = select(
        folder, f"SELECT count(*) FROM ({counts}) WHERE updated_at > to_timestamp(1772902800)"
    )
    return int(count)
