"""Texts that must not be in any byte of a data folder."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb


def found_in(folder: Path, texts: Iterable[str]) -> dict[str, set[str]]:
    """Which files hold which texts, in their bytes or, where DuckDB compresses them, in any cell."""
    wanted = set(texts)
    found: dict[str, set[str]] = {}
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes() + b"\n".join(_cells(file))
            held = {text for text in wanted if text.encode() in content}
            if held:
                found[file.name] = held
    return found


def _cells(file: Path) -> Iterator[bytes]:
    """Every row of every table of a database, as text."""
    if file.suffix != ".duckdb":
        return
    with duckdb.connect(str(file), read_only=True) as connection:
        names = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        for schema, name in names:
            rows = connection.execute(f'SELECT t::VARCHAR FROM {schema}."{name}" t').fetchall()
            yield from (row.encode() for (row,) in rows)
