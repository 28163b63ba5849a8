"""`sync` brings the published file up to date and tells what it did."""

import json
import os
import pty
import re
import subprocess
from pathlib import Path

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.cli.sync_progress import progress_line, result_line, seconds_left
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.choice import is_default
from intercom_pipeline.sync.results import Cost, StreamProgress
from tests.cli.conftest import CANARY, SMALL, Command
from tests.cli.running import COMMAND, environment, run_process
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
    assert "Skipped: deleted_conversations" in told.out
    assert summary[-1].endswith(f"To read it: {tmp_path}/data/intercom.duckdb")
    assert sorted(line.partition(":")[0] for line in told.err.splitlines()) == sorted(STREAMS)
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
    """A live table on stderr, gone at the end; the summary fits 80 columns."""
    reader, writer = pty.openpty()
    sandbox.conditions.latency_ms = 400  # long enough to be seen
    env = environment(sandbox, TERM="xterm", COLUMNS="80")
    process = subprocess.Popen(
        [COMMAND, "sync", "contacts", "tags"],
        env=env,
        cwd=tmp_path,
        stdin=writer,
        stdout=writer,
        stderr=writer,
    )
    os.close(writer)
    shown = b""
    while piece := _read(reader):
        shown += piece
    os.close(reader)
    sandbox.conditions.latency_ms = 0
    assert process.wait() == Exit.OK
    text = shown.decode()
    assert "Connecting to Intercom" in text
    assert "Syncing" in text
    last = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text[text.rindex("inserted") :])
    assert max(len(line.rstrip()) for line in last.replace("\r", "").splitlines()) <= 80 + len(str(tmp_path))
    assert CANARY not in text


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the other end is closed
        return b""


def test_a_progress_line_tells_records_rate_waits_and_time_left() -> None:
    """What is not known is left out."""
    known = StreamProgress(
        stream="contacts",
        records=1_500,
        expected=6_000,
        seconds=10,
        cost=Cost(requests=40, waited_seconds=20),
    )
    unknown = StreamProgress(stream="tags", records=0, expected=None, seconds=0, cost=Cost())
    assert progress_line([known]) == "contacts 1,500 of 6,000 (150/s, waits 0.5 s a request, 30.0 s left)"
    assert progress_line([unknown]) == "tags 0 (0/s)"
    assert progress_line([]) == "connecting to Intercom"


def test_no_time_is_left_when_there_are_more_records_than_expected() -> None:
    """Records may be added while they are read."""
    progress = StreamProgress(stream="contacts", records=11, expected=10, seconds=1, cost=Cost())
    assert seconds_left(progress) == 0


def test_a_skipped_stream_says_why_on_its_line_and_harms_nothing(command: Command, sandbox: Sandbox) -> None:
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
    assert "activity_logs: skipped, The access token may not read activity_logs." in told.err
    assert named.code == Exit.AUTHORISATION


def test_a_result_line_counts_rows_and_cost(sandbox: Sandbox, tmp_path: Path) -> None:
    """On one line, in the words of pipeline.runs."""
    result = sync(sandbox, tmp_path, "tags")["tags"]
    line = result_line(result)
    assert re.fullmatch(
        r"tags: complete, 18 read, 18 inserted, 0 updated, 0 unchanged, 1 request, \d+\.\d s", line
    )
