"""Queries that somebody else wrote: they read the published file and nothing else, within their bounds."""

import re
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import msgspec
import pytest

from intercom_pipeline.warehouse.apart import ask_apart
from intercom_pipeline.warehouse.asking import QueryFailed
from intercom_pipeline.warehouse.errors import WarehouseMissing
from intercom_pipeline.warehouse.excerpts import Bounds
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.guarded import excerpt, open_guarded

CANARY = "canary-7731"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    made = DataFolder(tmp_path_factory.mktemp("data"))
    with closing(duckdb.connect(str(made.published))) as connection:
        connection.execute(
            "CREATE TABLE contacts AS SELECT range AS id, 'name' || range AS name FROM range(500)"
        )
    (made.published.parent / "secret.txt").write_text(CANARY)
    return made


@pytest.fixture
def guarded(folder: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(open_guarded(folder.published, Bounds())) as connection:
        yield connection


READING = [
    "SELECT count(*) FROM contacts",
    "FROM contacts LIMIT 1",
    "WITH few AS (FROM contacts LIMIT 2) SELECT * FROM few",
    "DESCRIBE contacts",
    "SHOW TABLES",
    "SUMMARIZE contacts",
    "EXPLAIN SELECT 1",
    "PIVOT contacts ON id IN (1, 2) USING count(*)",
]


@pytest.mark.parametrize("sql", READING)
def test_what_reads_is_answered(guarded: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Every form of reading works."""
    assert excerpt(guarded, sql, Bounds()).rows


REACHING_OUT = [
    "FROM read_text('{secret}')",
    "FROM read_csv('{secret}')",
    "FROM read_blob('{secret}')",
    "FROM sniff_csv('{secret}')",
    "FROM '{secret}'",
    "FROM glob('{folder}/*')",
    "FROM read_duckdb('{folder}/other.duckdb')",
    "FROM read_json('http://127.0.0.1:9/x')",
    "FROM duckdb_secrets()",
    "FROM query('FROM read_text(''{secret}'')')",
    "EXPLAIN ANALYZE FROM read_text('{secret}')",
    "COPY contacts TO '{folder}/out.csv'",
    "EXPORT DATABASE '{folder}/out'",
    "ATTACH '{folder}/other.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET memory_limit = '8GB'",
    "RESET lock_configuration",
    "PRAGMA enable_profiling = 'json'",
    "SELECT getenv('HOME')",
    "FROM enable_logging(storage := 'file', storage_path := '{folder}/log')",
    "FROM python_variable",
    "INSERT INTO contacts VALUES (1, 'x')",
    "DELETE FROM contacts RETURNING *",
    "CREATE TABLE other AS SELECT 1",
]


@pytest.mark.parametrize("sql", REACHING_OUT)
def test_nothing_else_can_be_reached(
    guarded: duckdb.DuckDBPyConnection, folder: DataFolder, sql: str
) -> None:
    """Files, the network, extensions, settings, the environment and this program are out of reach."""
    python_variable = [CANARY]
    place = folder.published.parent
    before = sorted(place.iterdir())
    asked = sql.format(folder=place, secret=place / "secret.txt")
    with pytest.raises(QueryFailed) as failed:
        excerpt(guarded, asked, Bounds())
    assert CANARY not in str(failed.value)
    # The connection itself refuses, whatever kinds of statement are let through.
    with pytest.raises(duckdb.Error):
        guarded.execute(asked).fetchall()
    assert sorted(place.iterdir()) == before
    assert python_variable


@pytest.mark.parametrize(
    "sql", ["", "SELECT 1; SELECT 2", "CREATE TEMP TABLE t AS SELECT 1", "CALL pragma_version()", "BEGIN"]
)
def test_one_statement_that_reads_is_asked(guarded: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Several statements, none, and those that do not read are refused before they run."""
    with pytest.raises(QueryFailed, match=r"There is no statement|One statement|Only what reads"):
        excerpt(guarded, sql, Bounds())


def test_a_query_without_end_is_stopped(guarded: duckdb.DuckDBPyConnection) -> None:
    """A recursion for ever ends with the time it has, and the connection still answers."""
    for_ever = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r"
    with pytest.raises(QueryFailed, match=r"stopped after 0\.2 seconds"):
        excerpt(guarded, for_ever, Bounds(seconds=0.2))
    assert excerpt(guarded, "SELECT 1", Bounds()).rows


def test_an_answer_keeps_to_its_size(guarded: duckdb.DuckDBPyConnection) -> None:
    """Rows end where there is no room for more, a long value is cut, and both are told."""
    rows = excerpt(guarded, "FROM contacts", Bounds(rows=5))
    assert (len(rows.rows), rows.more, rows.cut) == (5, True, 0)
    exactly = excerpt(guarded, "FROM contacts LIMIT 5", Bounds(rows=5))
    assert (len(exactly.rows), exactly.more) == (5, False)
    long = excerpt(guarded, "SELECT repeat('é', 9000) FROM range(50)", Bounds())
    shown = msgspec.json.encode(long.rows).decode()
    assert long.more
    assert 0 < len(long.rows) < 50
    assert long.cut == len(long.rows)
    assert "(5000 more characters)" in shown


@pytest.mark.parametrize("columns", [60, 500])
@pytest.mark.parametrize(
    "value", ["repeat('x', 9000)", "repeat('😀', 9000)", "repeat(chr(1), 9000)", "[1, 2]"]
)
def test_a_wide_answer_keeps_to_its_size(
    guarded: duckdb.DuckDBPyConnection, columns: int, value: str
) -> None:
    """One row at least, whatever its values are; names and types count."""
    told = excerpt(guarded, f"SELECT {', '.join([f'{value} AS c'] * columns)} FROM range(9)", Bounds())
    assert len(told.rows) >= 1
    assert len(set(told.names)) == columns
    assert len(msgspec.json.encode(told)) <= Bounds().answer_bytes


@pytest.mark.parametrize(
    ("columns", "name", "why"),
    [(501, "c", "501 columns"), (400, "n" * 90, "names and types")],
    ids=["many", "long"],
)
def test_an_answer_that_is_too_wide_is_refused(
    guarded: duckdb.DuckDBPyConnection, columns: int, name: str, why: str
) -> None:
    """Its columns alone would leave no room for what is in them."""
    with pytest.raises(QueryFailed, match=why):
        excerpt(guarded, f"SELECT {', '.join([f'1 AS {name}'] * columns)}", Bounds())


def test_where_the_file_is_is_not_told(folder: DataFolder) -> None:
    """DuckDB knows its path, which may name the person whose machine it is."""
    asked = "SELECT path FROM duckdb_databases() UNION ALL SELECT current_setting('allowed_paths')::VARCHAR"
    told = msgspec.json.encode(ask_apart(folder, asked)).decode()
    assert folder.published.name in told
    assert str(folder.path) not in told


def test_values_are_those_of_json(folder: DataFolder) -> None:
    """Moments are ISO 8601 in UTC, JSON is what it holds, and a name that is there twice is numbered."""
    sql = """SELECT TIMESTAMPTZ '2026-03-01 12:00:00+01' AS at, '{"a": [1]}'::JSON AS at, 1.50 AS price,
        170141183460469231731687303715884105727 AS huge, 'nan'::DOUBLE AS none"""
    told = ask_apart(folder, sql)
    assert told.names == ("at", "at_2", "price", "huge", "none")
    moment, json, price, huge, none = told.rows[0]
    assert (moment, json, price, none) == ("2026-03-01T11:00:00Z", {"a": [1]}, "1.50", None)
    assert float(huge) == 170141183460469231731687303715884105727.0


def test_a_query_that_cannot_be_interrupted_is_ended(folder: DataFolder) -> None:
    """A function at work on one value does not heed DuckDB's interrupt: the process is ended."""
    with pytest.raises(QueryFailed, match=r"stopped after 0\.1 seconds"):
        ask_apart(folder, "SELECT levenshtein(repeat('a', 300000), repeat('b', 300000))", Bounds(seconds=0.1))


def test_a_query_has_so_much_memory(folder: DataFolder) -> None:
    """One value of four gigabytes is more than DuckDB's own limit would stop."""
    with pytest.raises(QueryFailed, match="more memory"):
        ask_apart(folder, "SELECT length(repeat('x', 4000000000))")


def test_an_error_crosses_over_whole(folder: DataFolder) -> None:
    """A mistyped query is told with its line and the place in it."""
    with pytest.raises(QueryFailed) as failed:
        ask_apart(folder, "SELECT nane FROM contacts")
    assert "nane" in failed.value.what
    assert failed.value.why == "LINE 1: SELECT nane FROM contacts"
    assert failed.value.fix.strip("^ ") == ""


def test_an_error_without_a_place_tells_where_to_look(folder: DataFolder) -> None:
    """By queries that are answered."""
    with pytest.raises(QueryFailed) as failed:
        ask_apart(folder, "SELECT error('no such thing')")
    looked_up = re.findall(r"FROM \w+\(\)", failed.value.fix)
    assert len(looked_up) == 2
    assert all(ask_apart(folder, sql).rows for sql in looked_up)


def test_nothing_was_published_yet(tmp_path: Path) -> None:
    """Without a file there is nothing to ask."""
    with pytest.raises(WarehouseMissing):
        ask_apart(DataFolder(tmp_path), "SELECT 1")


def test_a_query_runs_beside_readers_of_this_process(folder: DataFolder) -> None:
    """A connection with other settings in this process does not stand in its way, from a thread either."""
    with closing(duckdb.connect(str(folder.published), read_only=True)):
        given: list[int] = []
        thread = threading.Thread(target=lambda: given.append(len(ask_apart(folder, "FROM contacts").rows)))
        thread.start()
        thread.join()
    assert given == [100]
