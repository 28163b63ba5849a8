"""`sync` brings the published file up to date and tells what it did."""

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.cli.sync_progress import progress_line, result_line, seconds_left, view
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.sync.catalog import CATALOG, stream_named
from intercom_pipeline.sync.choice import is_default
from intercom_pipeline.sync.results import Cost, Outcome, StreamProgress, SyncResult
from tests.cli.conftest import CANARY, SMALL, Command
from tests.cli.running import environment, run_in_terminal, run_process
from tests.syncing import assert_equal_to_the_workspace, select, sync

STREAMS = [stream.name for stream in CATALOG if is_default(stream)]


def test_sync_from_a_terminal_less_process(sandbox: Sandbox, tmp_path: Path) -> None:
    """One command and two variables fill the published file; a summary on stdout, progress on stderr."""
    told = run_process("sync", env=environment(sandbox), cwd=tmp_path)
    assert told.code == Exit.OK, told.err
    assert_equal_to_the_workspace(sandbox, tmp_path / "data")
    summary = told.out.splitlines()
    assert {"contacts", "conversations"} <= {line.split()[0] for line in summary[1:10] if line}
    assert len(summary) < 24
    assert "INTERCOM_API_VERSION=2.16 has them all: deleted_conversations" in told.out
    assert summary[-1].endswith(f"To read it: {tmp_path}/data/intercom.duckdb")
    *done, skipped = told.err.splitlines()
    names = [line.partition(":")[0] for line in done]
    assert sorted([*names, *skipped.removeprefix("skipped: ").split(", ")]) == sorted(STREAMS)
    assert "\x1b" not in told.out + told.err
    assert CANARY not in told.out + told.err


def test_a_second_sync_says_that_nothing_changed(command: Command) -> None:
    """What was read again is counted as unchanged."""
    command("sync", "admins", "tags")
    told = command("sync", "admins", "tags", "--json")
    streams = json.loads(told.out)["streams"]
    for stream in streams:
        changes = stream["tables"][stream["stream"]]["changes"]
        assert changes["unchanged"] == changes["read"] > 0
        assert changes["inserted"] == changes["updated"] == 0


def test_json_is_one_object_with_every_figure(command: Command, tmp_path: Path) -> None:
    """Standard output holds nothing else, so that a program can read it."""
    told = command("sync", "tags", "admins", "tags", "--json", "--data-dir", "elsewhere")
    result = json.loads(told.out)
    assert result["exit_code"] == told.code == Exit.OK
    assert result["published"] == str(tmp_path / "elsewhere" / "intercom.duckdb")
    assert [stream["stream"] for stream in result["streams"]] == ["tags", "admins"]
    assert result["streams"][0].keys() == {
        "stream",
        "result",
        "error",
        "seconds",
        "bookmark_before",
        "bookmark_after",
        "cost",
        "gone",
        "tables",
    }
    assert result["streams"][0]["cost"]["requests"] == 1
    assert result["streams"][0]["tables"]["tags"]["rows"] > 0


def test_only_the_named_streams_are_synced(command: Command) -> None:
    """The others are not mentioned."""
    told = command("sync", "admins")
    assert "admins" in told.out
    assert "contacts" not in told.out


def test_a_full_refresh_asks_for_everything_anew(command: Command) -> None:
    """Although nothing changed since the sync before."""
    reads = []
    for extra in ([], [], ["--full-refresh"]):
        told = command("sync", "contacts", "--json", *extra)
        reads.append(json.loads(told.out)["streams"][0]["tables"]["contacts"]["changes"]["read"])
    assert min(reads[0], reads[2]) >= SMALL.contacts > reads[1]


def test_a_part_is_read_anew_and_nothing_else(command: Command, tmp_path: Path) -> None:
    """What was created within the bounds is asked for; how far the stream is stays as it was."""
    command("sync", "conversations", "tags")
    (middle, begun) = select(
        tmp_path / "data",
        "SELECT quantile_disc(created_at, 0.5)::DATE, min(created_at)::DATE FROM conversations",
    )[0]
    within = f"SELECT count(*) FROM conversations WHERE created_at >= '{begun}' AND created_at < '{middle}'"
    ((expected,),) = select(tmp_path / "data", within)
    told = command(
        "sync", "conversations", "--since", str(begun), "--until", str(middle), "--full-refresh", "--json"
    )
    (stream,) = json.loads(told.out)["streams"]
    changes = stream["tables"]["conversations"]["changes"]
    assert 0 < changes["read"] == changes["unchanged"] == expected < SMALL.conversations
    assert stream["cost"]["requests"] > expected
    assert stream["bookmark_before"] == stream["bookmark_after"] is not None
    runs = "SELECT work, result FROM pipeline.runs WHERE stream = 'conversations' ORDER BY started_at"
    assert select(tmp_path / "data", runs) == [("sync", "complete"), ("backfill", "complete")]


def test_the_environment_goes_before_the_file_and_an_option_before_both(
    command: Command, tmp_path: Path
) -> None:
    """The file `.env` of the folder is read; what is nearer to the command wins."""
    (tmp_path / ".env").write_text("INTERCOM_DATA_DIR=from-file\nINTERCOM_ACCESS_TOKEN=wrong\n")
    command("sync", "tags")
    assert (tmp_path / "from-file" / "intercom.duckdb").exists()
    command("sync", "tags", "--data-dir", "from-option")
    assert (tmp_path / "from-option" / "intercom.duckdb").exists()


def test_on_a_terminal_it_shows_how_far_it_is(sandbox: Sandbox, tmp_path: Path) -> None:
    """A live table, gone at the end; the summary fits 80 columns."""
    sandbox.conditions.latency_ms = 400  # long enough to be seen
    told = run_in_terminal("sync", "contacts", "tags", env=environment(sandbox), cwd=tmp_path)
    sandbox.conditions.latency_ms = 0
    assert told.code == Exit.OK
    assert "Connecting to Intercom" in told.out
    assert "Syncing" in told.out
    last = told.out[told.out.rindex("inserted") :]
    assert max(len(line.rstrip()) for line in last.splitlines()) <= 80 + len(str(tmp_path))
    assert CANARY not in told.out


@pytest.mark.parametrize("height", [8, 24])
@pytest.mark.parametrize("done", [0, 15, len(STREAMS)])
def test_what_is_shown_of_many_streams_is_no_higher_than_the_terminal(height: int, done: int) -> None:
    """The streams that run, and how many of the others there are of each kind."""
    console = Console(width=80, height=height, file=io.StringIO(), force_terminal=True, color_system=None)
    results = {
        name: SyncResult(
            stream=stream_named(name),
            outcome=Outcome.SKIPPED if name == STREAMS[0] else Outcome.COMPLETE,
            changes={},
            tables={},
            cost=Cost(),
            seconds=1,
            bookmark_before=None,
            bookmark_after=None,
        )
        for name in STREAMS[:done]
    }
    progress = {
        name: StreamProgress(stream=name, records=5, expected=None, seconds=1, cost=Cost(requests=1))
        for name in STREAMS[:-4]
    }
    console.print(view("Syncing", STREAMS, progress, results, console))
    assert isinstance(console.file, io.StringIO)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert len(lines) < height
    assert all(len(line) <= 80 for line in lines)
    running = STREAMS[done:-4][: height - 5]
    assert [line.split()[0] for line in lines[1:-1]] == [*(["stream"] if running else []), *running]
    assert ("1 skipped" in lines[-1]) == bool(done)
    assert ("4 waiting" in lines[-1]) == (done < len(STREAMS))


def test_a_progress_line_tells_records_rate_waits_and_time_left() -> None:
    """What is not known is left out."""
    known = at(1_500, expected=6_000, seconds=10, cost=Cost(requests=40, waited_seconds=20))
    assert progress_line([known]) == "contacts 1,500 of 6,000 (150/s, waits 0.5 s a request, 30.0 s left)"
    assert progress_line([at(3)]) == "contacts 3 (3/s)"
    assert progress_line([]) == "connecting to Intercom"


def test_a_progress_line_counts_the_streams_that_wait() -> None:
    """Those that had no answer since the line before, whatever they had before."""
    waiting, moved = at(0, cost=Cost()), at(9, stream="tags")
    assert progress_line([waiting, moved, waiting]) == "tags 9 (9/s); and 2 waiting"
    assert progress_line([waiting]) == "1 waiting"
    assert progress_line([at(3), moved], {"contacts": at(3)}) == "tags 9 (9/s); and 1 waiting"
    assert progress_line([moved] * 8).endswith("; and 2 more")


@pytest.mark.parametrize("read", [10, 11])
def test_nothing_is_announced_once_all_that_was_expected_is_read(read: int) -> None:
    """Records may be added while they are read, and nobody knows how many."""
    progress = at(read, expected=10)
    assert seconds_left(progress) is None
    assert ("of 10" in progress_line([progress])) == (read == 10)


def at(
    records: int,
    *,
    expected: int | None = None,
    stream: str = "contacts",
    seconds: float = 1,
    cost: Cost | None = None,
) -> StreamProgress:
    """How far a stream is."""
    return StreamProgress(
        stream=stream, records=records, expected=expected, seconds=seconds, cost=cost or Cost(requests=1)
    )


def test_a_skipped_stream_says_why_and_harms_nothing(command: Command, sandbox: Sandbox) -> None:
    """A run without names passes over what the token may not read, where not every workspace has it."""
    sandbox.conditions.missing_permissions.add("activity_logs")
    try:
        told = command("sync", "--json")
        named = command("sync", "activity_logs")
    finally:
        sandbox.conditions.missing_permissions.clear()
    assert told.code == Exit.OK
    streams = {each["stream"]: each for each in json.loads(told.out)["streams"]}
    assert streams["activity_logs"]["result"] == "skipped"
    assert "Read admin activity logs" in streams["activity_logs"]["error"]["fix"]
    assert re.search(r"^skipped: .*\bactivity_logs\b", told.err, re.MULTILINE)
    assert named.code == Exit.AUTHORISATION


def test_a_result_line_counts_rows_and_cost(sandbox: Sandbox, tmp_path: Path) -> None:
    """On one line, in the words of pipeline.runs."""
    result = sync(sandbox, tmp_path, "tags")["tags"]
    line = result_line(result)
    assert re.fullmatch(
        r"tags: complete, 18 read, 18 inserted, 0 updated, 0 unchanged, 1 request, \d+\.\d s", line
    )
