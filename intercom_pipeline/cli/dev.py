"""`intercom-pipeline dev`: Dagster's page on this project."""

import os
from typing import Annotated

import typer

from intercom_pipeline.cli.options import DataDir, examples, settings_for
from intercom_pipeline.cli.stopping import stoppable


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(epilog=examples("intercom-pipeline dev", "intercom-pipeline dev --port 3333"))(dev)


def dev(
    *,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port of Dagster's page.  [default: 3000]")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Open Dagster on this project, until Ctrl-C.

    It shows assets, schedules and runs. Runs and schedules are kept in the data folder, unless DAGSTER_HOME
    names another.
    """
    from intercom_pipeline.cli.dagster_page import serving  # noqa: PLC0415 - late

    settings = settings_for(data_dir)
    with stoppable(), serving(settings, os.environ, port) as process:
        raise typer.Exit(process.wait())
