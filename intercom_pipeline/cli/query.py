"""`intercom-pipeline query`: SQL on the published file."""

import sys
from typing import Annotated

import typer

from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.options import AsJson, DataDir, examples, settings_for

_SHOWN_ROWS = 50


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(
        epilog=examples(
            'intercom-pipeline query "SELECT count(*) FROM contacts"',
            'intercom-pipeline query "FROM conversations LIMIT 3" --json',
            'intercom-pipeline query "FROM admins" --csv > admins.csv',
            "intercom-pipeline query - < question.sql",
        )
    )(query)


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="The statement; - reads it from stdin.")],
    *,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", min=0, metavar="N", help=f"Rows at most.  [default: {_SHOWN_ROWS} in a table]"
        ),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV; text that a spreadsheet would run begins with a '.")
    ] = False,
) -> None:
    """Ask the published file in DuckDB's SQL. It is opened read-only; times are in UTC."""
    if as_json and as_csv:
        raise UsageRefused("--json and --csv exclude each other.", fix="Give one of them.")
    statement = sys.stdin.read() if sql == "-" else sql
    from intercom_pipeline.cli import answers  # noqa: PLC0415 - late
    from intercom_pipeline.warehouse.reading import open_published  # noqa: PLC0415 - late

    with open_published(settings_for(data_dir).folder()) as connection:
        if as_json:
            answers.print_as_json(answers.ask(connection, statement, limit))
        elif as_csv:
            answers.print_as_csv(answers.ask(connection, statement, limit))
        else:
            answers.print_for_people(
                answers.ask(connection, statement, _SHOWN_ROWS if limit is None else limit)
            )
