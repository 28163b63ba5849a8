"""A warehouse of an earlier release is brought up to date from what it holds, at once or not at all."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest

from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.warehouse.batch import Batch
from intercom_pipeline.warehouse.ddl import SCHEMA_VERSION
from intercom_pipeline.warehouse.errors import WarehouseTooNew, WarehouseUnwritable
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.gone import Gone
from intercom_pipeline.warehouse.opening import open_warehouse
from intercom_pipeline.warehouse.progress import Progress
from intercom_pipeline.warehouse.table import LIST, PARENT, Cap, Column, Kind, Table
from intercom_pipeline.warehouse.warehouse import Warehouse

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.sql"))
EVERY_TABLE = tuple(table for stream in CATALOG for table in stream.tables())


def column(name: str, kind: Kind = Kind.TEXT, field: str = "", expression: str = "") -> Column:
    return Column(name=name, kind=kind, description="A column.", field=field, expression=expression)


def child(name: str, *columns: Column, **how: Any) -> Table:
    link = column("parent_id", Kind.ID, PARENT)
    key = how.pop("primary_key", ("parent_id", "id"))
    columns = (link, *(columns or (column("id", Kind.ID),)))
    return Table(name=name, description="Rows.", grain="a row", columns=columns, primary_key=key, **how)


OLD = Table(
    name="things",
    description="Things.",
    grain="a thing",
    columns=(
        column("id", Kind.ID),
        column("updated_at", Kind.TIME),
        column("labels", Kind.JSON),
        column("by_name", Kind.JSON),
    ),
    cursor="updated_at",
    ignored=frozenset({"type"}),
    children=(
        child(
            "parts",
            column("id", Kind.ID),
            column("files", Kind.JSON),
            path=("parts",),
            primary_key=("id",),
            keeps_vanished=True,
        ),
    ),
)

NEW = replace(
    OLD,
    description="Things of all kinds.",
    columns=(
        *OLD.columns,
        column("size", Kind.INTEGER),
        column("seen_at", Kind.TIME),
        column("note"),
        column("any", Kind.JSON),
        column("loud", expression="upper(note)"),
        column("truncated", Kind.BOOLEAN, expression="false"),
        column("missing", Kind.INTEGER, expression="0"),
    ),
    children=(
        replace(
            OLD.children[0],
            children=(child("files", column("id", Kind.ID), column("size", Kind.INTEGER), path=("files",)),),
            cap=Cap(most=2, counted="size", truncated="truncated", missing="missing"),
        ),
        child(
            "labels",
            column("id", Kind.ID),
            column("list", field=LIST),
            path=("labels", "data"),
            also=(("marks", "data"),),
            primary_key=("parent_id", "id", "list"),
        ),
        child(
            "named",
            column("name"),
            column("value", Kind.JSON),
            path=("by_name",),
            mapped="name",
            scalar="value",
            primary_key=("parent_id", "name"),
        ),
    ),
)


def thing(number: int) -> dict[str, Any]:
    """A record whose newer fields take every way there is, by its number."""
    sizes = [3, "three", 1.5, None, 2**63]
    times = [1_700_000_000, "2023-11-14T22:13:20+00:00", 0, "never", None]
    record = {
        "id": str(number),
        "type": "thing",
        "updated_at": 100 + number,
        "size": sizes[number % 5],
        "seen_at": times[number % 5],
        "labels": {"data": [{"id": "x"}, {"id": "y", "new": True}]} if number % 2 else None,
        "by_name": {"a": 1, "b": {"c": "ü"}},
        "parts": [
            {"id": f"{number}-{part}", "files": [{"id": "f", "size": part}]} for part in range(number % 3)
        ],
    }
    more: list[dict[str, Any]] = [
        {"note": "hi", "any": {"x": [1.5]}},
        {"note": 7, "still_new": "kept"},
        {"marks": {"data": [{"id": "m"}]}, "any": None},
        {},
    ]
    return record | more[number % 4]


@contextmanager
def opened(folder: Path, table: Table) -> Iterator[Warehouse]:
    with open_warehouse(DataFolder(folder), table.tree()) as warehouse:
        yield warehouse


def put(warehouse: Warehouse, table: Table, records: Sequence[dict[str, Any]], gone: str = "") -> None:
    batch = Batch(table=table)
    for record in records:
        batch.add(json.dumps(record).encode())
    warehouse.commit([batch], [Progress(stream=table.name, complete=True, bookmark=100)])
    if gone:
        warehouse.commit([Batch(table=table, gone={gone: Gone(key=gone)})], [])


def rows(connection: duckdb.DuckDBPyConnection, table: Table) -> list[Any]:
    names = ", ".join(
        f'"{each.name}"' for each in table.all_columns if each.name not in {"_synced_at", "_deleted_at"}
    )
    return connection.execute(
        f"SELECT {names}, _deleted_at IS NULL FROM main.{table.name} ORDER BY ALL"
    ).fetchall()


def digest(folder: Path) -> str:
    return sha256(DataFolder(folder).warehouse.read_bytes()).hexdigest()


def backups(folder: Path) -> list[Path]:
    return list(folder.glob("warehouse.before-*"))


def test_a_migrated_warehouse_holds_what_a_fresh_one_would(tmp_path: Path) -> None:
    """Columns, values that fit and that do not, children, what belongs to a record that is gone."""
    records = [thing(number) for number in range(40)]
    with opened(tmp_path / "migrated", OLD) as warehouse:
        put(warehouse, OLD, records, gone="4")
    with opened(tmp_path / "migrated", NEW) as migrated, opened(tmp_path / "fresh", NEW) as fresh:
        put(fresh, NEW, records, gone="4")
        for table in NEW.tree():
            assert rows(migrated.connection, table) == rows(fresh.connection, table)
            assert rows(fresh.connection, table)
        assert migrated.bookmark("things") == (True, 100)


def test_the_next_sync_of_the_same_finds_nothing_to_change(tmp_path: Path) -> None:
    """So nothing is written a second time because of the migration."""
    records = [thing(number) for number in range(12)]
    with opened(tmp_path, OLD) as warehouse:
        put(warehouse, OLD, records)
    with opened(tmp_path, NEW) as warehouse:
        batch = Batch(table=NEW)
        for record in records:
            batch.add(json.dumps(record).encode())
        changes = warehouse.commit([batch], [])
    assert {(each.inserted, each.updated, each.removed) for each in changes.values()} == {(0, 0, 0)}


def test_a_second_opening_writes_nothing(tmp_path: Path) -> None:
    """Not a byte of the file is another one."""
    with opened(tmp_path, OLD) as warehouse:
        put(warehouse, OLD, [thing(1)])
    with opened(tmp_path, NEW):
        pass
    before = digest(tmp_path)
    with opened(tmp_path, NEW) as warehouse:
        assert warehouse.connection.execute("SELECT count(*) FROM things").fetchall() == [(1,)]
    assert digest(tmp_path) == before


def test_the_file_as_it_was_is_kept_beside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Readable by its owner alone; where there is nothing to do, no copy is made, and nothing is said."""
    with opened(tmp_path, OLD):
        pass
    with opened(tmp_path, replace(OLD, description="Other words.")) as warehouse:
        put(warehouse, OLD, [thing(1)])
    assert backups(tmp_path) == []
    assert caplog.messages == []
    with opened(tmp_path, NEW):
        pass
    [kept] = backups(tmp_path)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [kept.name in message for message in caplog.messages] == [True]
    with duckdb.connect(str(kept), read_only=True) as connection:
        names = [name for name, *_ in connection.execute("DESCRIBE things").fetchall()]
        assert names == [each.name for each in OLD.all_columns]
        assert connection.execute("SELECT id FROM things").fetchall() == [("1",)]


def test_a_description_that_changed_is_told_by_the_comment(tmp_path: Path) -> None:
    """Of a table and of a column."""
    changed = replace(OLD.columns[0], description="Its id.")
    with opened(tmp_path, OLD):
        pass
    with opened(tmp_path, replace(OLD, columns=(changed, *OLD.columns[1:]), grain="something")) as warehouse:
        said = "SELECT comment FROM duckdb_tables() WHERE table_name = 'things' UNION ALL "
        said += "SELECT comment FROM duckdb_columns() WHERE table_name = 'things' AND column_name = 'id'"
        comments = warehouse.connection.execute(said).fetchall()
    assert comments == [("Things. One row is something.",), ("Its id.",)]


def test_a_list_that_was_stored_nowhere_is_to_be_fetched_anew(tmp_path: Path) -> None:
    """The stream's progress is forgotten and a note left for the next sync; other streams are left alone."""
    nowhere = replace(OLD, children=(*OLD.children, child("lost", path=("lost",))))
    with opened(tmp_path, OLD) as warehouse:
        put(warehouse, OLD, [thing(1)])
        warehouse.commit([], [Progress(stream="others", complete=True)])
    with opened(tmp_path, nowhere) as warehouse:
        assert warehouse.bookmark("things") == (False, None)
        assert warehouse.bookmark("others") == (True, None)
        keys = warehouse.connection.execute(
            "SELECT key FROM pipeline.about WHERE key LIKE 'refetch:%'"
        ).fetchall()
        assert keys == [("refetch:things",)]
        assert warehouse.connection.execute("SELECT count(*) FROM things").fetchall() == [(1,)]


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """It can be read as before, and a later attempt does the whole."""
    broken = replace(NEW, columns=(*NEW.columns, column("bad", expression="error('no room')")))
    with opened(tmp_path, OLD) as warehouse:
        put(warehouse, OLD, [thing(number) for number in range(9)])
        before = [rows(warehouse.connection, table) for table in OLD.tree()]
    with pytest.raises(duckdb.Error, match="no room"), opened(tmp_path, broken):
        pass
    with duckdb.connect(str(DataFolder(tmp_path).warehouse), read_only=True) as connection:
        assert [rows(connection, table) for table in OLD.tree()] == before
        assert len(connection.execute("DESCRIBE things").fetchall()) == len(OLD.all_columns)
    with opened(tmp_path, NEW) as warehouse:
        assert len(rows(warehouse.connection, NEW)) == 9


def test_where_no_copy_can_be_made_nothing_is_migrated(tmp_path: Path) -> None:
    """The message says so, and the file stays as it was."""
    with opened(tmp_path, OLD) as warehouse:
        put(warehouse, OLD, [thing(1)])
    with opened(tmp_path, OLD):
        pass
    before = digest(tmp_path)
    for release in ("0.1.0", "0.2.0", "1.0.0"):
        (tmp_path / f"warehouse.before-{release}.duckdb" / "in the way").mkdir(parents=True)
    with pytest.raises(WarehouseUnwritable), opened(tmp_path, NEW):
        pass
    assert digest(tmp_path) == before


def test_a_later_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Whatever it lacks."""
    with opened(tmp_path, OLD) as warehouse:
        put(warehouse, OLD, [thing(1)])
        later = str(SCHEMA_VERSION + 1)
        warehouse.connection.execute(
            "UPDATE pipeline.about SET value = ? WHERE key = 'schema_version'", [later]
        )
    before = digest(tmp_path)
    with pytest.raises(WarehouseTooNew), opened(tmp_path, NEW):
        pass
    assert digest(tmp_path) == before
    assert backups(tmp_path) == []


def shape(connection: duckdb.DuckDBPyConnection) -> set[Any]:
    """Every table, its columns, their types and comments."""
    tables = "SELECT schema_name, table_name, '', '', comment FROM duckdb_tables() WHERE NOT temporary"
    columns = "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns()"
    return set(connection.execute(f"{tables} UNION ALL {columns} WHERE NOT internal").fetchall())


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_a_warehouse_of_every_release_opens(release: Path, tmp_path: Path) -> None:
    """It is as if made by this release, with every value it held, and nothing has to be fetched anew."""
    folder = DataFolder(tmp_path / "old")
    folder.path.mkdir()
    with duckdb.connect(str(folder.warehouse)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(release.read_text(encoding="utf-8"))
        before = _values(connection, _columns(connection))
    with (
        open_warehouse(folder, EVERY_TABLE) as warehouse,
        open_warehouse(DataFolder(tmp_path / "new"), EVERY_TABLE) as fresh,
    ):
        assert shape(warehouse.connection) >= shape(fresh.connection)
        assert _values(warehouse.connection, {table: names for table, (names, _) in before.items()}) == before
        flagged = "SELECT DISTINCT _deleted_reason FROM {} WHERE {} = (SELECT max(id) FROM conversations)"
        for table, key in (("conversations", "id"), ("conversation_parts", "conversation_id")):
            assert warehouse.connection.execute(flagged.format(table, key)).fetchall() == [("deleted",)]
        assert warehouse.connection.execute("FROM conversation_part_attachments").fetchall()
        [nickname] = warehouse.connection.execute(
            "SELECT _extra FROM contacts WHERE _extra IS NOT NULL"
        ).fetchall()
        assert json.loads(nickname[0]) == {"nickname": "Bee", "_": [1]}
        refetch = warehouse.connection.execute("SELECT key FROM pipeline.about WHERE key LIKE 'refetch:%'")
        assert refetch.fetchall() == []
    assert len(backups(folder.path)) == 1
    written = digest(folder.path)
    with open_warehouse(folder, EVERY_TABLE):
        pass
    assert digest(folder.path) == written


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    found = connection.execute(
        "SELECT schema_name || '.' || table_name AS name, "
        "string_agg('\"' || column_name || '\"', ', ' ORDER BY column_index) "
        "FROM duckdb_columns() WHERE NOT internal AND table_name != 'about' AND column_name NOT IN "
        "('_extra', '_deleted_at', '_deleted_reason') "
        "GROUP BY name"
    )
    return dict(found.fetchall())


def _values(
    connection: duckdb.DuckDBPyConnection, columns: dict[str, str]
) -> dict[str, tuple[str, list[Any]]]:
    return {
        table: (names, connection.execute(f"SELECT {names} FROM {table} ORDER BY ALL").fetchall())
        for table, names in columns.items()
    }
