"""What there is to query, for `tables`."""

from collections.abc import Mapping
from difflib import get_close_matches

from rich.text import Text

from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.output import columns, counted, number, results, show
from intercom_pipeline.steering import one_line
from intercom_pipeline.warehouse import reading
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.reading import TableFacts

_ROOM_FOR_DESCRIPTIONS = 100


def look(folder: DataFolder) -> list[TableFacts]:
    """The tables of a folder's published file.

    Raises:
        WarehouseError: There is none, or it cannot be read.
    """
    with reading.open_published(folder) as connection:
        return reading.tables(connection)


def named(name: str, tables: list[TableFacts]) -> TableFacts:
    """The table of that name in any case, with its schema where that is not `main`.

    Raises:
        UsageRefused: There is none; the message names those like it.
    """
    by_name = {each.address.lower(): each for each in tables}
    wanted = name.lower().removeprefix("main.")
    if wanted in by_name:
        return by_name[wanted]
    near = _like(wanted, by_name)
    raise UsageRefused(
        f"There is no table called {name!r}.",
        why=f"Did you mean {' or '.join(near)}?" if near else "None has a name like it.",
        fix="intercom-pipeline tables shows what there is.",
    )


def _like(wanted: str, by_name: Mapping[str, TableFacts]) -> list[str]:
    """The addresses of tables with a name like it, whatever their schema."""
    plain = {name.rpartition(".")[2]: name for name in reversed(list(by_name))}
    near = [plain[name] for name in get_close_matches(wanted.rpartition(".")[2], plain)]
    return list(dict.fromkeys([*near, *get_close_matches(wanted, by_name)]))[:3]


def print_tables(tables: list[TableFacts]) -> None:
    """A line a table."""
    names = ["table", "rows", "one row is"]
    if results().width >= _ROOM_FOR_DESCRIPTIONS:
        names.append("what it holds")
    shown = columns(*names, right=("rows",), wrapped=("one row is", "what it holds"))
    for each in tables:
        cells = (each.address, number(each.rows), each.grain, each.description)
        shown.add_row(*cells[: len(names)])
    show(shown)


def print_columns(table: TableFacts) -> None:
    """A line a column of one table."""
    gone = f", and {number(table.gone)} gone from Intercom" if table.gone else ""
    about = f": {counted(table.rows, 'row')}{gone}. {table.description}\n"
    results().print(Text.assemble((table.address, "bold"), about))
    shown = columns("column", "type", "what it holds", wrapped=("what it holds",))
    for column in table.columns:
        shown.add_row(one_line(column.name), one_line(column.type), one_line(column.description))
    show(shown)
