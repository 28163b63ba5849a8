"""Which tables a run brings: those chosen, or those that come by themselves."""

from typing import Any

import dagster as dg
import pytest

from intercom_pipeline.defs.assets import choice_of
from intercom_pipeline.defs.translate import default_keys, keys_of
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.choice import is_default
from intercom_pipeline.sync.options import Options
from tests.defs.running import Runner, failure_of, materialized


def messages(runner: Runner, result: dg.ExecuteInProcessResult) -> str:
    return "\n".join(entry.user_message for entry in runner.instance.all_logs(result.run_id))


def test_a_run_of_everything_skips_what_cannot_be_had_and_brings_what_a_setting_names(
    runner: Runner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It succeeds and says why; a table on request is told as materialised although no job selects it."""
    monkeypatch.setenv("INTERCOM_ALSO_SYNC", "contact_segments")
    sandbox.conditions.missing_permissions = {"activity_logs"}
    try:
        whole = runner.run()
        chosen = runner.run("activity_logs", "tags")
    finally:
        sandbox.conditions.missing_permissions = set()
    assert whole.success
    assert "Skipped: activity_logs. Tick “Read admin activity logs”" in messages(runner, whole)
    assert "activity_logs" not in materialized(whole)
    assert materialized(whole)["contact_segments"]["dagster/row_count"] > 0
    assert materialized(chosen).keys() == {"tags"}
    assert "1 of 2 streams failed: activity_logs." in failure_of(chosen)


@pytest.mark.parametrize("keys", [default_keys(), keys_of(CATALOG)], ids=["the job", "all"])
def test_choosing_everything_asks_for_nothing_in_particular(keys: list[dg.AssetKey]) -> None:
    """So that what cannot be had is skipped, and what is on request left out."""
    choice = choice_of(keys, Options(run_id="choosing"), ())
    assert [stream.name for stream in choice.streams] == [each.name for each in CATALOG if is_default(each)]
    assert choice.options.asked == frozenset()


@pytest.mark.parametrize(
    ("setting", "value", "what"),
    [
        ("INTERCOM_ALSO_SYNC", "everything", "INTERCOM_ALSO_SYNC: There is no stream called 'everything'."),
        ("INTERCOM_HISTORY", "contact", "INTERCOM_HISTORY: There is no stream called 'contact'."),
    ],
)
def test_a_setting_that_names_no_stream_fails_the_run(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, what: str
) -> None:
    """Before anything is asked."""
    monkeypatch.setenv(setting, value)
    assert failure_of(runner.run("tags")).startswith(what)


def test_former_versions_are_kept_where_a_setting_says_so(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings of a run are those of the command."""
    monkeypatch.setenv("INTERCOM_HISTORY", "tags")
    assert runner.run("tags").success
    rows: Any = runner.select("SELECT count(*) FROM tags_history")
    assert rows[0][0] > 0
