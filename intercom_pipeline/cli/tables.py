"""`intercom-pipeline tables`: what there is to query."""

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.options import AsJson, DataDir, examples, settings_for
from intercom_pipeline.cli.output import columns, number, print_json, results

if TYPE_CHECKING:
    from intercom_pipeline.warehouse.reading import TableFacts


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(
        epilog=examples(
            "intercom-pipeline tables                       all tables",
            "intercom-pipeline tables conversations         the columns of one",
            "intercom-pipeline tables pipeline.runs --json  for programs",
        )
    )(tables)


def tables(
    table: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="Show the columns of this one.")
    ] = None,
    *,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show the tables of the published file, or the columns of one."""
    from intercom_pipeline.warehouse import reading  # noqa: PLC0415 - late

    with reading.open_published(settings_for(data_dir).folder()) as connection:
        found = reading.tables(connection)
    chosen = None if table is None else _named(table, found)
    if as_json:
        print_json(chosen or found)
    elif chosen:
        _print_columns(chosen)
    else:
        _print_tables(found)


def _named(name: str, tables: "list[TableFacts]") -> "TableFacts":
    by_name = {each.address: each for each in tables}
    wanted = name.removeprefix("main.")
    if wanted in by_name:
        return by_name[wanted]
    near = get_close_matches(wanted, by_name)
    raise UsageRefused(
        f"There is no table called {name!r}.",
        why=f"Did you mean {' or '.join(near)}?" if near else "",
        fix="intercom-pipeline tables shows what there is.",
    )


def _print_tables(tables: "list[TableFacts]") -> None:
    shown = columns("table", "rows", "one row is", "what it holds", right=("rows",))
    for each in tables:
        shown.add_row(each.address, number(each.rows), each.grain, each.description)
    results().print(shown)


def _print_columns(table: "TableFacts") -> None:
    gone = f", and {number(table.gone)} gone from Intercom" if table.gone else ""
    console = results()
    console.print(f"[bold]{table.address}[/bold]: {number(table.rows)} rows{gone}. {table.description}")
    shown = columns("column", "type", "what it holds")
    for column in table.columns:
        shown.add_row(column.name, column.type, column.description)
    console.print(shown)
