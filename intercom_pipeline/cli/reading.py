"""The verbs that read the published file: `status`, `tables` and `query`."""

from typing import Annotated

import typer

from intercom_pipeline.cli.asking import whole_stdin
from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.options import AsJson, DataDir, Profile, examples, settings_for

_SHOWN_ROWS = 50
_MOST_ROWS = 1_000_000_000


def add_to(app: typer.Typer) -> None:
    """Give the command these verbs."""
    app.command(
        epilog=examples(
            "intercom-pipeline status",
            "intercom-pipeline status --json",
        )
    )(status)
    app.command(
        epilog=examples(
            "intercom-pipeline tables",
            "intercom-pipeline tables conversations",
            "intercom-pipeline tables pipeline.runs --json",
        )
    )(tables)
    app.command(
        epilog=examples(
            'intercom-pipeline query "SELECT state, count(*) FROM conversations GROUP BY ALL"',
            'intercom-pipeline query "FROM conversations LIMIT 3" --json',
            'intercom-pipeline query "FROM admins" --csv > admins.csv',
            "intercom-pipeline query - < question.sql",
        )
    )(query)


def status(*, data_dir: DataDir = None, profile: Profile = None, as_json: AsJson = False) -> None:
    """Show how fresh the data is and how the last syncs went.

    Times are in UTC.
    """
    from intercom_pipeline.cli import freshness  # noqa: PLC0415 - late

    state = freshness.look(settings_for(data_dir, profile=profile).folder())
    if as_json:
        freshness.print_as_json(state)
    else:
        freshness.print_for_people(state)


def tables(
    table: Annotated[
        str | None, typer.Argument(metavar="TABLE", help="Show the columns of this one.")
    ] = None,
    *,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Show the tables of the published file, or one's columns."""
    from intercom_pipeline.cli import inventory  # noqa: PLC0415 - late
    from intercom_pipeline.cli.output import print_json  # noqa: PLC0415 - late

    found = inventory.look(settings_for(data_dir, profile=profile).folder())
    chosen = None if table is None else inventory.named(table, found)
    if as_json:
        print_json(chosen or found)
    elif chosen:
        inventory.print_columns(chosen)
    else:
        inventory.print_tables(found)


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="The statement; - reads it from stdin.")],
    *,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", min=0, max=_MOST_ROWS, metavar="N", help=f"Rows at most; {_SHOWN_ROWS} in a table."
        ),
    ] = None,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV; text that a spreadsheet would run begins with a '.")
    ] = False,
) -> None:
    """Ask the published file in DuckDB's SQL.

    It is opened read-only. Times are in UTC.
    """
    if as_json and as_csv:
        raise UsageRefused("--json and --csv exclude each other.", fix="Give one of them.")
    from intercom_pipeline.cli import answers  # noqa: PLC0415 - late
    from intercom_pipeline.warehouse.asking import ask  # noqa: PLC0415 - late
    from intercom_pipeline.warehouse.reading import open_published  # noqa: PLC0415 - late

    statement = whole_stdin("the statement, on stdin") if sql == "-" else sql
    with open_published(settings_for(data_dir, profile=profile).folder()) as connection:
        if as_json:
            answers.print_as_json(ask(connection, statement, limit))
        elif as_csv:
            answers.print_as_csv(ask(connection, statement, limit))
        else:
            shown = _SHOWN_ROWS if limit is None else limit
            answers.print_for_people(ask(connection, statement, shown))
