"""What a run tells when it cannot begin, or when a stream fails."""

import os
from collections.abc import Iterator

import duckdb
import pytest

from intercom_pipeline.defs.failures import CouldNotRun
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.settings import TokenMissing
from intercom_pipeline.warehouse.errors import WarehouseBusy, WarehouseUnwritable
from intercom_pipeline.warehouse.files import DataFolder, only_sync, prepare
from tests.defs.running import Runner, failure_of, materialized


@pytest.fixture
def without_articles(sandbox: Sandbox) -> Iterator[None]:
    """The token may not read articles."""
    sandbox.conditions.missing_permissions = {"articles"}
    yield
    sandbox.conditions.missing_permissions = set()


@pytest.mark.usefixtures("without_articles")
def test_a_failing_stream_fails_the_run_after_the_others_are_stored(runner: Runner) -> None:
    """The run names the stream and why; the other tables are materialised, published and recorded."""
    result = runner.run("articles", "tags", "admins")
    assert set(materialized(result)) == {"tags", "admins"}
    first, _, articles = failure_of(result).partition("\n\n")
    assert first == "1 of 3 streams failed: articles. The others are up to date."
    what, why, fix = articles.split("\n")
    assert what == "articles: The access token may not read articles."
    assert "token_unauthorized" in why
    assert "Developer Hub" in fix
    with duckdb.connect(str(runner.published), read_only=True) as published:
        recorded = published.execute("SELECT stream, result FROM pipeline.runs ORDER BY stream").fetchall()
        assert recorded == [("admins", "complete"), ("articles", "failed"), ("tags", "complete")]
        assert published.execute("SELECT count(*) > 0 FROM tags").fetchall() == [(True,)]


@pytest.mark.usefixtures("without_articles")
def test_where_nothing_else_was_synced_no_others_are_praised(runner: Runner) -> None:
    """The run says what is true of the streams it had."""
    assert failure_of(runner.run("articles")).startswith("1 of 1 streams failed: articles.\n\n")


def test_a_revoked_token_fails_the_run_before_any_stream(runner: Runner, sandbox: Sandbox) -> None:
    """Three lines, from Intercom's own answer."""
    sandbox.conditions.token = None
    try:
        what, why, fix = failure_of(runner.run("tags")).split("\n")
    finally:
        sandbox.conditions.token = sandbox.token
    assert what.startswith("Intercom does not accept the access token")
    assert "401" in why
    assert "INTERCOM_ACCESS_TOKEN" in fix


RETRIED = [
    (WarehouseBusy("Another sync is running."), True),
    (TokenMissing("There is no access token."), False),
    (WarehouseUnwritable("The disk is full."), False),
]


@pytest.mark.parametrize(("error", "retried"), RETRIED, ids=lambda value: type(value).__name__)
def test_only_what_passes_by_itself_is_worth_a_retry(error: PipelineError, *, retried: bool) -> None:
    """A run that only a person can mend is not repeated by a retry policy."""
    assert CouldNotRun(error).allow_retries is retried


def test_without_a_token_the_run_says_what_to_do(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    """Three lines, and nothing is asked of Intercom."""
    monkeypatch.delenv("INTERCOM_ACCESS_TOKEN")
    sandbox.requests.reset()
    what, why, fix = failure_of(runner.run("tags")).split("\n")
    assert what == "There is no access token."
    assert "INTERCOM_ACCESS_TOKEN" in why
    assert "auth login" in fix
    assert list(sandbox.requests) == []


def test_a_setting_is_read_when_the_run_needs_it(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed environment counts from the next run on, without a reload of the code location."""
    monkeypatch.setenv("INTERCOM_RATE_SHARE", "7")
    assert "INTERCOM_RATE_SHARE cannot be '7'." in failure_of(runner.run("tags"))
    monkeypatch.setenv("INTERCOM_RATE_SHARE", "0.5")
    assert runner.run("tags").success


def test_a_configured_resource_wins_over_the_environment(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    """The launchpad's address and folder are used, the token stays the environment's."""
    monkeypatch.setenv("INTERCOM_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("INTERCOM_DATA_DIR", "nowhere")
    data = str(runner.data)
    assert runner.run("tags", intercom={"base_url": sandbox.url}, warehouse={"data_dir": data}).success
    assert runner.published.exists()


def test_a_second_sync_at_the_same_time_names_the_first(runner: Runner) -> None:
    """The run fails at once with the process that syncs, and may be repeated later."""
    folder = DataFolder(runner.data)
    prepare(folder)
    with only_sync(folder):
        said = failure_of(runner.run("tags"))
    assert f"Another sync into {runner.data} is running (process {os.getpid()})." in said


def test_an_error_is_told_without_its_traceback(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error that the failure stands for is not shown a second time as its cause."""
    monkeypatch.delenv("INTERCOM_ACCESS_TOKEN")
    data = runner.run("tags").failure_data_for_node("intercom")
    assert data is not None
    assert data.error is not None
    assert data.error.cause is None
    assert data.error.context is None
