"""`intercom-pipeline streams`: what can be synced, and what it costs."""

from typing import Annotated

import typer

from intercom_pipeline.cli.options import AsJson, examples, settings_for
from intercom_pipeline.cli.runs import stream_names


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(
        epilog=examples(
            "intercom-pipeline streams",
            "intercom-pipeline streams contacts",
            "intercom-pipeline streams --json",
        )
    )(streams)


def streams(
    stream: Annotated[
        str | None,
        typer.Argument(metavar="STREAM", help="Show this one in full.", autocompletion=stream_names),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show every stream: what it holds, needs and costs.

    It tells how each is kept current, too. Needs no account and no network. What INTERCOM_API_VERSION does
    not allow is marked.
    """
    from intercom_pipeline.cli import stream_list  # noqa: PLC0415 - late

    settings = settings_for()
    match stream, as_json:
        case None, True:
            stream_list.print_as_json(settings)
        case None, False:
            stream_list.print_for_people(settings)
        case str(name), True:
            stream_list.print_one_as_json(name, settings)
        case str(name), False:
            stream_list.print_one(name, settings)
