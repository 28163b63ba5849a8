"""`intercom-pipeline sync`: bring streams up to date, or read a part of them anew."""

from dataclasses import replace
from typing import Annotated

import typer

from intercom_pipeline.cli.options import AsJson, DataDir, Profile, examples, settings_for
from intercom_pipeline.cli.runs import new_run, perform, stream_names


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(
        epilog=examples(
            "intercom-pipeline sync",
            "intercom-pipeline sync contacts conversations",
            "intercom-pipeline sync articles --full-refresh",
            "intercom-pipeline sync conversations --since 2026-01-01 --until 2026-02-01",
            "intercom-pipeline sync --since 7d",
            "intercom-pipeline sync --json > result.json",
        )
    )(sync)


def sync(
    streams: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STREAM",
            help="Which; where none is named, all but those on request (see `streams`).",
            autocompletion=stream_names,
        ),
    ] = None,
    *,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Ask for everything anew, whatever is stored.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Only what was created from this date or moment on, or 7d ago."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Only what was created before this date or moment.")
    ] = None,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Bring streams up to date.

    The first time it reads everything, then what changed. It may be stopped at any time and resumes where it
    was. Readers see the new state when it ends.

    With --since or --until it reads only what was created then, of contacts, conversations, tickets and
    activity_logs, and leaves alone how far each is synced. Dates are in UTC.
    """
    from intercom_pipeline.cli.moments import bounds  # noqa: PLC0415 - late

    within = bounds(since, until)
    settings = settings_for(data_dir, profile=profile)
    options = replace(new_run(settings), full_refresh=full_refresh, bounds=within)
    perform(streams or [], settings, options, as_json=as_json)
