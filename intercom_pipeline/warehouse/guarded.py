"""A query that somebody else wrote, answered in a process of its own that can read one database alone.

A limit of DuckDB's alone would not do: a function at work on one value neither ends when interrupted nor
keeps to the memory limit (`levenshtein` of two long texts, `repeat`). So `intercom_pipeline.warehouse.apart`
starts this module as a process whose memory, time and files the system limits.
"""

import resource
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.warehouse.asking import QueryFailed, each_once, refused
from intercom_pipeline.warehouse.opening import explained

_READING: Final = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
_AT_ONCE: Final = 20
_LONGEST_TYPE: Final = 100
_SHORTEST_CUT: Final = 100
_ADVICE: Final = "Look up the tables and columns there are, then ask again."


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How much a query may take and give.

    Attributes:
        rows: Rows at most.
        seconds: For how long DuckDB may work on it.
        memory_bytes: What DuckDB may hold in memory.
        answer_bytes: What the rows may come to, as JSON.
        cell_characters: Longer values are cut to so many characters.
    """

    rows: int = 100
    seconds: float = 10.0
    memory_bytes: int = 512_000_000
    answer_bytes: int = 50_000
    cell_characters: int = 4_000

    @property
    def process_bytes(self) -> int:
        """The address space that the process may have: DuckDB's memory, its code and threads."""
        return self.memory_bytes + 1_500_000_000


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
class Excerpt:
    """What a query gave, as far as its bounds reach.

    Attributes:
        names: The columns' names, each once.
        types: Their DuckDB types.
        rows: Rows of JSON values.
        more: Whether there were more rows.
        cut: How many values were too long and are shown in part.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[list[Any]]
    more: bool
    cut: int


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
        return _taken(cursor, bounds)
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


def _taken(cursor: duckdb.DuckDBPyConnection, bounds: Bounds) -> Excerpt:
    """Rows until one more would be too many, or too large together."""
    described = cursor.description or []
    types = tuple(str(column[1]) for column in described)
    longest = _longest_cell(len(types), bounds)
    rows: list[list[Any]] = []
    size = cut = 0
    more = False
    for row in _rows(cursor):
        cells = [_cell(value, kind, longest) for value, kind in zip(row, types, strict=True)]
        size += sum(len(bytes(cell.json)) for cell in cells)
        if more := len(rows) == bounds.rows or (size > bounds.answer_bytes and bool(rows)):
            break
        rows.append([cell.json for cell in cells])
        cut += sum(cell.is_cut for cell in cells)
    return Excerpt(
        names=each_once([column[0] for column in described]),
        types=tuple(kind[:_LONGEST_TYPE] for kind in types),
        rows=rows,
        more=more,
        cut=cut,
    )


def _longest_cell(columns: int, bounds: Bounds) -> int:
    """The characters that a value may have, so that one row at least has room."""
    return min(bounds.cell_characters, max(_SHORTEST_CUT, bounds.answer_bytes // max(columns, 1)))


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Any]]:
    # A few at a time, because a row may be a conversation of megabytes.
    return chain.from_iterable(iter(lambda: cursor.fetchmany(_AT_ONCE), []))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cell:
    json: msgspec.Raw
    is_cut: bool = False


def _cell(value: Any, kind: str, longest: int) -> _Cell:
    """A value as JSON, or the beginning of its text where it is too long."""
    encoded = _encoded(value, kind)
    text = value if isinstance(value, str) else encoded.decode()
    if len(text) <= longest:
        return _Cell(json=msgspec.Raw(encoded))
    shown = f"{text[:longest]}… ({len(text) - longest} more characters)"
    return _Cell(json=msgspec.Raw(msgspec.json.encode(shown)), is_cut=True)


def _encoded(value: Any, kind: str) -> bytes:
    """A value as JSON; one of type JSON as what it holds, where a strict parser takes it."""
    if kind == "JSON" and isinstance(value, str):
        with suppress(msgspec.DecodeError, RecursionError):
            msgspec.json.decode(value)
            return value.encode()
    return msgspec.json.encode(value, enc_hook=str)


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
    sys.stdout.buffer.write(msgspec.json.encode(_answered(question)))


if __name__ == "__main__":
    main()
