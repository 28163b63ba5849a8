"""`intercom-pipeline streams`: what can be synced, and what it costs."""

import typer

from intercom_pipeline.cli.options import AsJson, examples, settings_for


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(epilog=examples("intercom-pipeline streams", "intercom-pipeline streams --json"))(streams)


def streams(*, as_json: AsJson = False) -> None:
    """Show every stream: what it holds, how it is kept current, and what it needs and costs.

    Needs no account and no network. What INTERCOM_API_VERSION does not allow is marked.
    """
    from intercom_pipeline.cli import stream_list  # noqa: PLC0415 - late

    settings = settings_for()
    if as_json:
        stream_list.print_as_json(settings)
    else:
        stream_list.print_for_people(settings)
