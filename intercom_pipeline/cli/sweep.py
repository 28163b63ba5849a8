"""`intercom-pipeline sweep`: find what is gone from Intercom."""

from dataclasses import replace
from typing import Annotated

import typer

from intercom_pipeline.cli.options import AsJson, DataDir, Profile, examples, settings_for
from intercom_pipeline.cli.runs import new_run, perform, stream_names


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(
        epilog=examples(
            "intercom-pipeline sweep",
            "intercom-pipeline sweep contacts",
            "intercom-pipeline sweep conversations --allow-many",
        )
    )(sweep)


def sweep(
    streams: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STREAM",
            help="Which; where none is named, all that syncs do not read whole.",
            autocompletion=stream_names,
        ),
    ] = None,
    *,
    allow_many: Annotated[
        bool, typer.Option("--allow-many", help="Flag also where over a tenth of a stream is missing.")
    ] = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Find what is gone from Intercom, and flag it.

    That is what was deleted, merged or archived. Every id that Intercom lists is compared with the table;
    what is missing is asked for one by one. Rows are kept: _deleted_at and _deleted_reason tell. A sweep that
    was stopped flags nothing.
    """
    settings = settings_for(data_dir, profile=profile)
    options = replace(new_run(settings), sweep=True, allow_many=allow_many)
    perform(streams or [], settings, options, as_json=as_json)
