"""`status`, `tables` and `query` tell what the published file holds, to people and to programs."""

import csv
import io
import json
import re
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.cli.output import duration, size
from intercom_pipeline.intercom.moments import ago
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.sync.access import refused_by_version
from intercom_pipeline.sync.catalog import CATALOG, stream_named
from intercom_pipeline.sync.choice import is_default
from tests.cli.conftest import SMALL, Command
from tests.cli.running import Ended, environment, run_in_terminal

TABLES = [table for stream in CATALOG for table in stream.tables()]
SYNCED = [stream.name for stream in CATALOG if is_default(stream)]
SKIPPED = [name for name in SYNCED if refused_by_version(stream_named(name), "2.14")]


@pytest.fixture
def read(command: Command, synced: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, in front of a data folder that was synced."""
    monkeypatch.setenv("INTERCOM_DATA_DIR", str(synced))
    return command


@pytest.fixture
def query(read: Command) -> Command:
    """`query` with a statement and options."""

    def ask(*arguments: str) -> Ended:
        return read("query", *arguments)

    return ask


def test_status_tells_of_every_stream(read: Command) -> None:
    """When it was complete, how many rows there are, how its last run ended."""
    told = read("status")
    assert told.code == Exit.OK
    lines = {line.split()[0]: line for line in told.out.splitlines() if line}
    for name in set(SYNCED) - set(SKIPPED):
        assert "complete" in lines[name]
    assert SKIPPED
    said = " ".join(line for line in told.out.splitlines() if line.startswith("skipped: "))
    assert said.count("needs API version") == len({stream_named(name).minimum_version for name in SKIPPED})
    for name in SKIPPED:
        assert name not in lines
        assert name in said
    assert "not running" in lines["sync"]
    assert f"{SMALL.contacts} " in lines["contacts"]


def test_status_for_programs(read: Command, synced: Path) -> None:
    """One object with moments as ISO 8601."""
    told = json.loads(read("status", "--json").out)
    assert told["published"] == str(synced / "intercom.duckdb")
    assert told["workspace"]
    assert told["syncing_process"] is None
    assert told["drift"] == []
    streams = {each["stream"]: each for each in told["streams"]}
    assert streams.keys() == set(SYNCED)
    assert streams["contacts"]["rows"] == SMALL.contacts
    assert streams["contacts"]["requests"] > 0
    assert streams["contacts"]["open_slices"] == 0
    assert datetime.fromisoformat(streams["contacts"]["bookmark"]).tzinfo
    assert streams["tags"]["bookmark"] is None


def test_status_tells_of_failures_drift_and_unfinished_work(
    read: Command, synced: Path, tmp_path: Path
) -> None:
    """Whatever needs attention stands there."""
    shutil.copy(synced / "intercom.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "intercom.duckdb")) as file:
        file.execute("UPDATE pipeline.runs SET result = 'failed', error = 'It broke.' WHERE stream = 'tags'")
        file.execute("INSERT INTO pipeline.slices VALUES ('contacts', 1, 'backfill', 0, 9, NULL, NULL)")
        file.execute(
            "INSERT INTO pipeline.schema_events VALUES ('tags', 'hue', 'new field', now(), now(), 7)"
        )
    told = read("status", "--data-dir", str(tmp_path))
    assert "tags: It broke." in told.out
    assert "1 slice left" in told.out
    assert "tags   hue    new field           7" in told.out
    asked = re.findall(r'query "(.*)"', told.out)
    assert read("query", *asked, "--data-dir", str(tmp_path)).code == Exit.OK


@pytest.mark.parametrize("verb", ["status", "tables", "streams"])
def test_eighty_columns_cut_no_number_no_name_and_no_time(
    sandbox: Sandbox, synced: Path, tmp_path: Path, verb: str
) -> None:
    """What has no room is left out, or a text takes several lines."""
    told = run_in_terminal(verb, env=environment(sandbox, INTERCOM_DATA_DIR=synced), cwd=tmp_path)
    assert told.code == Exit.OK
    assert "…" not in told.out
    lines = [*(line.rstrip() for line in told.out.splitlines()), ""]
    table = [line for line in lines if "complete" in line] if verb == "status" else lines[: lines.index("")]
    assert len(table) > 20
    assert max(map(len, table)) <= 80


def test_status_of_a_file_of_the_first_release(read: Command, synced: Path, tmp_path: Path) -> None:
    """Its runs were all syncs, and do not say so."""
    shutil.copy(synced / "intercom.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "intercom.duckdb")) as file:
        file.execute("ALTER TABLE pipeline.runs DROP COLUMN work")
    told = read("status", "--data-dir", str(tmp_path))
    assert told.code == Exit.OK
    assert "complete" in told.out


def test_a_lock_left_by_a_killed_sync_is_no_running_sync(read: Command, synced: Path, tmp_path: Path) -> None:
    """The lock is asked, not the name that the sync left."""
    shutil.copy(synced / "intercom.duckdb", tmp_path)
    (tmp_path / "sync.lock").touch()
    (tmp_path / "sync.json").write_text('{"pid": 1}')
    assert json.loads(read("status", "--json", "--data-dir", str(tmp_path)).out)["syncing_process"] is None


def test_tables_lists_every_table(read: Command) -> None:
    """With its grain and rows, those of Intercom's records first."""
    lines = read("tables").out.splitlines()[1:]
    names = [line.split()[0] for line in lines]
    assert {table.name for table in TABLES} <= set(names)
    assert all(table.grain in "\n".join(lines) for table in TABLES)
    assert names == sorted(names, key=lambda name: (name.startswith("pipeline."), name))


def test_tables_for_programs(read: Command) -> None:
    """The catalog's tables, grains, descriptions and columns, as the file itself tells them."""
    told = {each["name"]: each for each in json.loads(read("tables", "--json").out)}
    for table in TABLES:
        found = told[table.name]
        assert (found["schema"], found["grain"], found["description"]) == (
            "main",
            table.grain,
            table.description,
        )
        assert [(each["name"], each["description"]) for each in found["columns"]] == [
            (column.name, column.description) for column in table.all_columns
        ]


def test_tables_shows_the_columns_of_one(read: Command) -> None:
    """Their types and what they hold."""
    lines = read("tables", "tags").out.splitlines()
    assert lines[0].startswith("tags: 18 rows.")
    for column in stream_named("tags").table.all_columns:
        assert any(
            line.startswith(column.name) and line.rstrip().endswith(column.description) for line in lines
        )
    assert json.loads(read("tables", "main.tags", "--json").out)["rows"] == 18
    assert "run_id" in read("tables", "pipeline.runs").out


@pytest.mark.parametrize(
    ("name", "like"),
    [("conversatoins", "conversations"), ("runs", "pipeline.runs"), ("Rnus", "pipeline.runs")],
)
def test_an_unknown_table(read: Command, name: str, like: str) -> None:
    """Those like it are named, with the schema that they need."""
    told = read("tables", name)
    assert told.code == Exit.USAGE
    assert like in told.three_lines[1]


@pytest.mark.parametrize(
    ("name", "found"), [("Tags", "tags"), ("MAIN.tags", "tags"), ("Pipeline.Runs", "runs")]
)
def test_a_table_is_found_in_any_case(read: Command, name: str, found: str) -> None:
    """As in SQL."""
    assert json.loads(read("tables", name, "--json").out)["name"] == found


def test_every_column_of_the_runs_is_explained(read: Command) -> None:
    """`tables pipeline.runs` tells what each holds."""
    told = json.loads(read("tables", "pipeline.runs", "--json").out)
    assert [column["name"] for column in told["columns"] if not column["description"]] == []


def test_a_query_answers_with_a_table(query: Command) -> None:
    """Numbers to the right, NULL said, times in UTC."""
    told = query("SELECT 'a' AS t, 12 AS n, NULL AS nothing, TIMESTAMPTZ '2026-03-01 12:00:00+02' AS at")
    assert told.out.splitlines() == [
        "t   n  nothing  at",
        "a  12  NULL     2026-03-01 10:00:00",
    ]
    assert told.err == "1 row\n"


def test_a_query_shows_fifty_rows_unless_told_otherwise(query: Command) -> None:
    """It says when there are more."""
    assert len(query("FROM range(60)").out.splitlines()) == 51
    assert "50 rows, and more" in query("FROM range(60)").err
    assert len(query("FROM range(60)", "--limit", "60").out.splitlines()) == 61
    assert query("FROM range(60)", "--limit", "60").err == "60 rows\n"
    assert query("FROM range(60)", "--limit", "0", "--json").out == "[]\n"


def test_a_text_cannot_steer_the_terminal(query: Command) -> None:
    """What customers wrote is shown without its control characters, on one line."""
    told = query("SELECT 'a' || chr(27) || '[31mred' || chr(10) || chr(155) || '!' AS text")
    assert told.out.splitlines()[1].rstrip() == "a [31mred !"


def test_json_that_is_none_is_printed_as_text(query: Command) -> None:
    """DuckDB takes NaN for JSON, which nothing else does."""
    told = query("""SELECT '{"a":NaN}'::JSON AS odd, '{"a":1}'::JSON AS good""", "--json")
    assert json.loads(told.out) == [{"odd": '{"a":NaN}', "good": {"a": 1}}]


def test_json_keeps_types(query: Command) -> None:
    """Columns of type JSON come as what they hold; a name that comes twice is numbered."""
    told = query(
        "SELECT 1 AS n, 1 AS n, 'é' AS t, true AS b, NULL AS x, '{\"k\": [1]}'::JSON AS j, [1, 2] AS l, "
        "DATE '2026-01-02' AS d, 1.50::DECIMAL(4, 2) AS m, {'a': 1} AS s",
        "--json",
    )
    assert json.loads(told.out) == [
        {
            "n": 1,
            "n_2": 1,
            "t": "é",
            "b": True,
            "x": None,
            "j": {"k": [1]},
            "l": [1, 2],
            "d": "2026-01-02",
            "m": "1.50",
            "s": {"a": 1},
        }
    ]


@pytest.mark.parametrize("text", ["=1+1", "+49 30 1234", "-x", "@SUM(1)", "\tx", "\rx"])
def test_csv_holds_no_formula(query: Command, text: str) -> None:
    """A text that a spreadsheet would run begins with an apostrophe; a negative number stays a number."""
    escaped = text.replace("\t", "' || chr(9) || '").replace("\r", "' || chr(13) || '")
    told = query(f"SELECT '{escaped}' AS \"=t\", -1 AS n, NULL AS x, false AS b, [1] AS l", "--csv")
    rows = list(csv.reader(io.StringIO(told.out, newline="")))
    assert rows == [["'=t", "n", "x", "b", "l"], [f"'{text}", "-1", "", "false", "[1]"]]


def test_a_query_from_standard_input(query: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash reads it there; of several statements the last one answers."""
    monkeypatch.setattr(
        "sys.stdin", io.StringIO("SET VARIABLE x = 41;\nSELECT getvariable('x') + 1 AS answer;\n")
    )
    assert json.loads(query("-", "--json").out) == [{"answer": 42}]


def test_a_mistake_is_shown_where_it_is(query: Command) -> None:
    """What DuckDB says, the line, and a mark below the place."""
    told = query("SELECT id\nFROM contactz")
    assert told.code == Exit.FAILED
    said, line, mark = told.three_lines
    assert said.startswith("Catalog Error")
    assert 'Did you mean "contacts"?' in said
    assert line == "LINE 2: FROM contactz"
    assert mark.index("^") == line.index("contactz")


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM contacts", "CREATE TABLE mine AS SELECT 1", "DROP TABLE tags", "UPDATE tags SET name = ''"],
)
def test_a_statement_that_writes_is_refused(query: Command, statement: str) -> None:
    """The file is opened for reading only, whatever the statement."""
    told = query(statement)
    assert told.code == Exit.FAILED
    assert "read-only" in told.three_lines[0]
    assert json.loads(query("SELECT count(*) AS n FROM contacts", "--json").out) == [{"n": SMALL.contacts}]


def test_a_query_that_fails_while_it_runs(query: Command) -> None:
    """Said in three lines as well."""
    told = query("SELECT error('no such luck')")
    assert told.code == Exit.FAILED
    assert "no such luck" in told.three_lines[0]


def test_two_formats_exclude_each_other(query: Command) -> None:
    """One is asked for at a time."""
    assert query("SELECT 1", "--json", "--csv").code == Exit.USAGE


def test_no_row_is_an_answer(query: Command) -> None:
    """Nothing found is not an error, in any form."""
    assert query("SELECT 1 AS n WHERE false").err == "0 rows\n"
    assert query("SELECT 1 AS n WHERE false", "--csv").out == '"n"\n'
    assert query("SELECT 1 AS n WHERE false", "--json").out == "[]\n"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (61, "1:01 min"), (3_599, "59:59 min"), (3_720, "1:02 h")],
)
def test_durations_are_said_as_people_do(seconds: float, said: str) -> None:
    """In the unit that suits them."""
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("value", "said"), [(1_023, "1,023 bytes"), (2_048, "2 KiB"), (3 * 2**30, "3.0 GiB")]
)
def test_sizes_are_said_as_people_do(value: int, said: str) -> None:
    """In the unit that suits them."""
    assert size(value) == said


@pytest.mark.parametrize(
    ("earlier", "said"), [(5, "5 s ago"), (600, "10 min ago"), (10_800, "3 h ago"), (260_000, "3 days ago")]
)
def test_how_long_ago_it_was(earlier: int, said: str) -> None:
    """And never in the future, whatever a clock says."""
    now = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    assert ago(datetime.fromtimestamp(now.timestamp() - earlier, now.tzinfo), now) == said
    assert ago(now, datetime.fromtimestamp(now.timestamp() - 60, now.tzinfo)) == "0 s ago"
    assert ago(None) == "never"
