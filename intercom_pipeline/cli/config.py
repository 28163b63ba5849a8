"""`intercom-pipeline config`: the settings in force, and where each comes from."""

import typer

from intercom_pipeline.cli.options import AsJson, DataDir, Profile, examples


def add_to(app: typer.Typer) -> None:
    """Give the command its group of verbs."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        epilog=examples(
            "intercom-pipeline config show",
            "intercom-pipeline config show --profile shop",
            "intercom-pipeline config show --json",
        )
    )(show)
    app.add_typer(group, name="config", help="See the settings.")


def show(*, data_dir: DataDir = None, profile: Profile = None, as_json: AsJson = False) -> None:
    """Show every setting, its value and where that comes from.

    Of a secret it shows only whether there is one. Needs no network.
    """
    from intercom_pipeline.cli import config_values  # noqa: PLC0415 - late

    values = config_values.look(data_dir, profile)
    if as_json:
        config_values.print_as_json(values)
    else:
        config_values.print_for_people(values)
