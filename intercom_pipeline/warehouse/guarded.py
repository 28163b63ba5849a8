"""A query that somebody else wrote, answered in a process of its own that can read one database alone.

A limit of DuckDB's alone would not do: a function at work on one value neither ends when interrupted nor
keeps to the memory limit (`levenshtein` of two long texts, `repeat`). So `intercom_pipeline.warehouse.apart`
starts this module as a process whose memory, time and files the system limits.
"""

import resource
import signal
import sys
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.warehouse.asking import QueryFailed, refused
from intercom_pipeline.warehouse.excerpts import Bounds, Excerpt, taken
from intercom_pipeline.warehouse.opening import explained

_READING: Final = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
_ADVICE: Final = "FROM duckdb_tables() and FROM duckdb_columns() tell which tables and columns there are."


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What to ask.

    Attributes:
        database: The path of the database.
        sql: One statement that reads.
        bounds: What it may take.
    """

    database: str
    sql: str
    bounds: Bounds


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What the process tells: an excerpt, or the three lines of an error."""

    excerpt: Excerpt | None = None
    refused: tuple[str, str, str] | None = None


def open_guarded(database: Path, bounds: Bounds) -> duckdb.DuckDBPyConnection:
    """Open a database for reading, with no way to any file, network, extension or setting.

    Raises:
        WarehouseError: It is no DuckDB database, or cannot be read.
    """
    try:
        connection = duckdb.connect(
            str(database),
            read_only=True,
            config={
                "enable_external_access": False,
                "autoload_known_extensions": False,
                "autoinstall_known_extensions": False,
                "allow_community_extensions": False,
                "python_enable_replacements": False,
                "memory_limit": f"{bounds.memory_bytes}B",
                # What has no room in memory would be written beside the database.
                "temp_directory": "",
                "threads": 2,
            },
        )
    except duckdb.Error as error:
        raise explained(error, database) or error from error
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET lock_configuration = true")
    return connection


def excerpt(connection: duckdb.DuckDBPyConnection, sql: str, bounds: Bounds) -> Excerpt:
    """Run one statement that reads, and take of its rows what the bounds allow.

    Raises:
        QueryFailed: It is none, DuckDB refuses it, or it takes too long or too much.
    """
    timer = threading.Timer(bounds.seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        cursor = connection.execute(_the_statement(connection, sql))
        return taken(cursor, bounds)
    except duckdb.InterruptException:
        raise too_long(bounds) from None
    except (duckdb.OutOfMemoryException, MemoryError):
        raise too_much() from None
    except duckdb.Error as error:
        raise refused(error, advice=_ADVICE) from error
    finally:
        timer.cancel()


def too_long(bounds: Bounds) -> QueryFailed:
    """The error for a query that took too long."""
    return QueryFailed(
        f"The query was stopped after {bounds.seconds:g} seconds.",
        why="It takes longer than a query may here.",
        fix="Ask for less: filter earlier, join less, or compare shorter texts.",
    )


def too_much() -> QueryFailed:
    """The error for a query that needed too much memory."""
    return QueryFailed(
        "The query was stopped: it needs more memory than it may have here.",
        why="It sorts, joins or builds more than fits.",
        fix="Ask for less: filter earlier, choose fewer columns, or aggregate.",
    )


def _the_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    statements = connection.extract_statements(sql)
    if not statements:
        raise QueryFailed("There is no statement.", why="Nothing is asked.", fix="Write a SELECT.")
    if len(statements) != 1:
        raise QueryFailed(
            f"One statement is asked at a time, not {len(statements)}.",
            why="What stands before or after a ; is another statement.",
            fix="Send them one by one.",
        )
    if statements[0].type not in _READING:
        raise QueryFailed(
            f"Only what reads is run here, and this is {statements[0].type.name}.",
            why="The published file is for reading; settings and files are out of reach.",
            fix="Write a SELECT; WITH, FROM, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN and PIVOT … IN do, too.",
        )
    return statements[0]


def _limit(bounds: Bounds) -> None:
    """Let the system hold this process to its bounds, whatever runs in it."""
    seconds = round(bounds.seconds) + 5
    for kind, most in (
        (resource.RLIMIT_AS, bounds.process_bytes),
        (resource.RLIMIT_CPU, 2 * seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        # Some systems have no such limit; the parent ends the process all the same.
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def _answered(question: Question) -> Told:
    try:
        with closing(open_guarded(Path(question.database), question.bounds)) as connection:
            return Told(excerpt=excerpt(connection, question.sql, question.bounds))
    except PipelineError as error:
        return Told(refused=(error.what, error.why, error.fix))


def main() -> None:
    """Answer the question on stdin, on stdout."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    _limit(question.bounds)
    sys.stdout.buffer.write(_without_the_path(msgspec.json.encode(_answered(question)), question.database))


def _without_the_path(answer: bytes, database: str) -> bytes:
    """The answer with the database's name where DuckDB says where it is, which tells of this machine."""
    path = Path(database).resolve()
    whole, name = (msgspec.json.encode(each)[1:-1] for each in (str(path), path.name))
    return answer.replace(whole, name)


if __name__ == "__main__":
    main()
