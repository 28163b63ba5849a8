"""`intercom-pipeline doctor`: what stands in the way of a sync, and what to do about it."""

from typing import Annotated

import typer

from intercom_pipeline.cli.options import AsJson, DataDir, Profile, examples, options_given


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(
        epilog=examples(
            "intercom-pipeline doctor",
            "intercom-pipeline doctor --offline",
            "intercom-pipeline doctor --profile shop --json",
        )
    )(doctor)


def doctor(
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Leave Intercom alone.")] = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Look at everything that a sync depends on.

    It takes seconds, and tells what to do about what is wrong. Nothing is changed, here or in Intercom.
    """
    from intercom_pipeline.cli import findings  # noqa: PLC0415 - late
    from intercom_pipeline.doctor import examine  # noqa: PLC0415 - late

    checks = examine(options_given(data_dir, profile=profile), offline=offline)
    if as_json:
        raise typer.Exit(findings.print_as_json(checks))
    raise typer.Exit(findings.print_for_people(checks))
