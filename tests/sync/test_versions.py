"""In every API version that is supported, every stream is brought to what the workspace holds."""

from functools import partial
from pathlib import Path

import pytest

from intercom_pipeline.intercom.versions import APP
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from intercom_pipeline.sync.access import refused_by_version
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.sync.sweeping import can_be_swept
from tests.changing import EVERY
from tests.syncing import assert_equal_to_the_workspace, select, sync

FEW = Sizes(
    contacts=40,
    conversations=14,
    articles=8,
    companies=12,
    collections=4,
    admins=5,
    tags=14,
    segments=5,
    tickets=8,
    calls=6,
    activity_logs=30,
    custom_objects=4,
)
TYPES = ("Order", "Subscription")


UNCOMPARED = {"reporting_data"}
"""Its rows have no id but what is made of their values; its own tests hold it to the exported file."""


def named(version: str, *, swept: bool = False) -> list[str]:
    """The streams that a version has; of them those that can be swept."""
    streams = [stream for stream in CATALOG if not refused_by_version(stream, version)]
    compared = [stream for stream in streams if stream.name not in UNCOMPARED]
    return [stream.name for stream in compared if can_be_swept(stream) or not swept]


def change_everything(sandbox: Sandbox) -> None:
    """Every change there is, to several records each, over a day."""
    for number in (3, 17, 40):
        for change in EVERY.values():
            sandbox.workspace.clock.advance(300)
            change(sandbox.workspace, number)


def unfinished(results: dict[str, SyncResult]) -> dict[str, object]:
    """Why streams are not complete, by name."""
    return {
        name: result.error or result.outcome
        for name, result in results.items()
        if result.outcome is not Outcome.COMPLETE
    }


@pytest.mark.parametrize(
    ("version", "pinned"),
    [
        ("2.11", "2.14"),
        ("2.14", "2.14"),
        ("2.16", "2.14"),
        ("2.17", "2.14"),
        (APP, "2.12"),
        (APP, "2.17"),
    ],
)
def test_every_stream_equals_the_workspace(tmp_path: Path, version: str, pinned: str) -> None:
    """First synced, then changed in every way, synced and swept; and no field is new to its table."""
    options = Options(limit_per_minute=6_000_000, pinned_version=pinned)
    with serve(sizes=FEW, options=options, seed=21) as sandbox:
        names, swept = named(version), named(version, swept=True)
        bring = partial(sync, sandbox, tmp_path, version=version, custom_objects=TYPES)
        assert unfinished(bring(*names)) == {}
        assert_equal_to_the_workspace(sandbox, tmp_path, *names, version=version)
        change_everything(sandbox)
        sandbox.workspace.clock.advance(3_600)
        assert unfinished(bring(*names)) == {}
        assert_equal_to_the_workspace(sandbox, tmp_path, *names, version=version, swept=False)
        assert unfinished(bring(*swept, sweep=True, allow_many=True)) == {}
        assert unfinished(bring(*names)) == {}
        assert_equal_to_the_workspace(sandbox, tmp_path, *names, version=version)
    assert select(tmp_path, "SELECT table_name, field, drift FROM pipeline.schema_events") == []
