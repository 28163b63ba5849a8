"""Views over JSON columns: one column an attribute, made anew when attributes appear.

A view costs a reader as much as reading the JSON once, however many of its columns are asked for, and costs
a sync one look at the keys of a table that changed. Column names, once given, are kept in
`pipeline.view_columns`, so that a later attribute never takes an earlier one's name.
"""

import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files

import duckdb

from intercom_pipeline.warehouse import attributes
from intercom_pipeline.warehouse.attributes import Attribute, Source
from intercom_pipeline.warehouse.ddl import identifier, literal
from intercom_pipeline.warehouse.transaction import counted, transaction

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class WideView:
    """A view with a column for each key of a JSON column.

    Attributes:
        name: The view's name in schema `main`.
        table: The table it stands over.
        column: The table's JSON column.
        grain: What one row is.
        key: The column that identifies a row.
        condition: SQL over the table for the rows it shows; those flagged as gone are left out anyway.
        source: Where the attributes are described, if anywhere.
    """

    name: str
    table: str
    column: str
    grain: str
    key: str = "id"
    condition: str = "true"
    source: Source | None = None


CUSTOM = (
    WideView(
        name="contacts_custom",
        table="contacts",
        column="custom_attributes",
        grain="one contact",
        source=attributes.of_model("contact"),
    ),
    WideView(
        name="companies_custom",
        table="companies",
        column="custom_attributes",
        grain="one company",
        source=attributes.of_model("company"),
    ),
    WideView(
        name="conversations_custom",
        table="conversations",
        column="custom_attributes",
        grain="one conversation",
        source=attributes.of_model("conversation"),
    ),
    WideView(
        name="tickets_custom",
        table="tickets",
        column="ticket_attributes",
        grain="one ticket",
        source=attributes.OF_TICKETS,
    ),
)
"""The views over the workspace's own attributes."""

_MERGES = "contact_merges"
_MERGES_NEED = frozenset({"id", "_merged_into", "merge_history"})

Columns = Mapping[str, Collection[str]]
"""The names of the columns of each table."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refreshed:
    """What became of the views that were to be made anew.

    Attributes:
        made: Those that were.
        failed: Those that could not be, and are as they were.
    """

    made: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def refresh(connection: duckdb.DuckDBPyConnection, changed: Collection[str]) -> Refreshed:
    """Make anew the views that tables which changed make different, each in a transaction of its own.

    Args:
        connection: The open warehouse, in no transaction.
        changed: Names of tables whose rows changed. A view that is missing is made in any case.
    """
    columns, refreshed = _tables(connection), Refreshed()
    views = {name for (name,) in connection.execute(_VIEWS).fetchall()}
    wide = list(CUSTOM)
    with _by_itself(connection, "reporting_*", refreshed):
        wide += _reporting(connection, columns)
    for view in wide:
        concerned = {view.table, view.source.table if view.source else ""} & set(changed)
        there = {view.key, view.column} <= set(columns.get(view.table, ()))
        if there and (concerned or view.name not in views):
            with _by_itself(connection, view.name, refreshed):
                _make(connection, view.name, _wide(connection, view, columns), refreshed)
    if _MERGES_NEED.issubset(columns.get("contacts", ())):
        with _by_itself(connection, _MERGES, refreshed):
            _make(connection, _MERGES, [_sql("contact_merges.sql")], refreshed)
    return refreshed


@contextmanager
def _by_itself(connection: duckdb.DuckDBPyConnection, view: str, refreshed: Refreshed) -> Iterator[None]:
    """What is done about a view is done wholly or not at all, and takes nothing else down with it."""
    try:
        with transaction(connection):
            yield
    except Exception as error:  # noqa: BLE001 - a view may wait; the records of a whole run may not
        # Its type alone, since what it says may hold a customer's data.
        _LOG.warning("The view %s could not be made anew and stays: %s.", view, type(error).__name__)
        _LOG.debug("Why it could not be made:", exc_info=True)
        refreshed.failed.append(view)


_VIEWS = "SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal"


def _tables(connection: duckdb.DuckDBPyConnection) -> Columns:
    rows = connection.execute(
        "SELECT table_name, list(column_name) FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND NOT internal GROUP BY table_name"
    ).fetchall()
    return dict(rows)


def _reporting(connection: duckdb.DuckDBPyConnection, columns: Columns) -> Iterator[WideView]:
    """A view for each dataset of Intercom's reporting that was exported."""
    if not {"dataset", "row_id", "values"} <= set(columns.get("reporting_data", ())):
        return
    rows = connection.execute("SELECT DISTINCT dataset FROM main.reporting_data WHERE dataset IS NOT NULL")
    names = _named(connection, "reporting_", [dataset for (dataset,) in rows.fetchall()], "data")
    for dataset, name in names.items():
        yield WideView(
            name=f"reporting_{name}",
            table="reporting_data",
            column="values",
            grain=f"one row of the dataset {dataset}",
            key="row_id",
            condition=f"dataset = {literal(dataset)}",
        )


def _wide(connection: duckdb.DuckDBPyConnection, view: WideView, columns: Columns) -> list[str]:
    """The statements that make a wide view."""
    source = view.source
    known = attributes.described(connection, source, columns.get(source.table, ())) if source else {}
    found = {*known, *_keys(connection, view)}
    names = _named(connection, view.name, found, view.key)
    told = [known.get(attribute, Attribute(name=attribute)) for attribute in names]
    given = list(names.values())
    return [
        _select(view, told, given),
        _comment(view, shown=len(names), left_out=len(found - names.keys())),
        *_comments(view, told, given),
    ]


def _keys(connection: duckdb.DuckDBPyConnection, view: WideView) -> list[str]:
    """The keys that the JSON column holds."""
    rows = connection.execute(
        f"SELECT DISTINCT unnest(json_keys({identifier(view.column)})) FROM main.{identifier(view.table)} "
        f"WHERE {view.condition}"
    ).fetchall()
    return [key for (key,) in rows]


def _named(
    connection: duckdb.DuckDBPyConnection, view: str, found: Collection[str], key: str
) -> dict[str, str]:
    """The column of each attribute, those known before first; new ones are remembered."""
    rows = connection.execute(
        "SELECT attribute, column_name FROM pipeline.view_columns WHERE view_name = ? ORDER BY attribute",
        [view],
    ).fetchall()
    known: dict[str, str] = dict(rows)
    names = attributes.column_names(known, found, key)
    fresh = [(view, attribute, name) for attribute, name in names.items() if attribute not in known]
    if fresh:
        connection.executemany("INSERT INTO pipeline.view_columns VALUES (?, ?, ?)", fresh)
    return dict(sorted(names.items()))


def _select(view: WideView, told: Sequence[Attribute], names: Sequence[str]) -> str:
    key, rows = identifier(view.key), f"FROM main.{identifier(view.table)} WHERE _deleted_at IS NULL"
    paths = ", ".join(literal(_pointer(attribute.name)) for attribute in told)
    # One list of paths, since asking for each by itself would parse the JSON as many times.
    values = f", json_extract_string({identifier(view.column)}, [{paths}]) AS texts" if told else ""
    shown = "".join(
        f", {attribute.value(f'texts[{number}]')} AS {identifier(name)}"
        for number, (attribute, name) in enumerate(zip(told, names, strict=True), start=1)
    )
    return (
        f"CREATE OR REPLACE VIEW main.{identifier(view.name)} AS "
        f"SELECT {key}{shown} FROM (SELECT {key}{values} {rows} AND {view.condition})"
    )


def _pointer(name: str) -> str:
    """A JSON Pointer (RFC 6901) to a key: it takes any character, which DuckDB's own paths do not."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _comment(view: WideView, *, shown: int, left_out: int) -> str:
    """The view's own comment; it says so where there are more attributes than columns."""
    columns = f"a column for each of {shown:,} attributes; {left_out:,} more are in {view.column} alone"
    about = f"{view.column} of {view.table}, {columns if left_out else 'a column for each attribute'}."
    return f"COMMENT ON VIEW main.{identifier(view.name)} IS {literal(f'{about} One row is {view.grain}.')}"


def _comments(view: WideView, told: Sequence[Attribute], names: Sequence[str]) -> Iterator[str]:
    name = f"main.{identifier(view.name)}"
    yield f"COMMENT ON COLUMN {name}.{identifier(view.key)} IS {literal(f'As in {view.table}.')}"
    for attribute, column in zip(told, names, strict=True):
        yield f"COMMENT ON COLUMN {name}.{identifier(column)} IS {literal(attribute.comment)}"


def _make(
    connection: duckdb.DuckDBPyConnection, name: str, statements: Sequence[str], refreshed: Refreshed
) -> None:
    """Make a view, unless it is as the statements have it already."""
    digest = hashlib.sha256("\n".join(statements).encode("utf-8", "surrogatepass")).hexdigest()
    same = counted(
        connection,
        f"SELECT count(*) FROM pipeline.about WHERE key = $key AND value = $value AND $name IN ({_VIEWS})",
        {"key": f"view:{name}", "value": digest, "name": name},
    )
    if same:
        return
    for statement in statements:
        connection.execute(statement)
    connection.execute("INSERT OR REPLACE INTO pipeline.about VALUES (?, ?)", [f"view:{name}", digest])
    refreshed.made.append(name)


def _sql(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
