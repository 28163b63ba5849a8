"""`intercom-pipeline articles` and `admins`: list them."""

import typer

from intercom_pipeline.cli.everyday import Asking, AsLines, From, Limit, Source, Workspace, form, opened
from intercom_pipeline.cli.options import ApiVersion, AsJson, DataDir, examples


def add_to(app: typer.Typer) -> None:
    """Give the command both groups."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "list",
        epilog=examples(
            "intercom-pipeline articles list",
            "intercom-pipeline articles list --from warehouse --json",
        ),
    )(list_articles)
    app.add_typer(group, name="articles", help="List the help centre's articles.")
    admins = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    admins.command(
        "list", epilog=examples("intercom-pipeline admins list", "intercom-pipeline admins list --jsonl")
    )(list_admins)
    app.add_typer(admins, name="admins", help="List admins.")


def list_articles(
    *,
    limit: Limit = None,
    source: From = Source.API,
    workspace: Workspace = None,
    api_version: ApiVersion = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """List articles, the one that changed last first.

    A table shows 20 of them; --json and --jsonl print all, as Intercom sent them.
    """
    shape = form(as_json=as_json, as_lines=as_lines)
    asking = Asking(source=source, workspace=workspace, api_version=api_version, data_dir=data_dir)
    with opened(asking) as found:
        from intercom_pipeline.cli import views  # noqa: PLC0415 - late
        from intercom_pipeline.cli.record_list import print_records, wanted  # noqa: PLC0415 - late

        records = found.list_articles(limit=wanted(limit, shape))
        print_records(records, views.articles(), shape, limit=limit, source=found)


def list_admins(
    *,
    source: From = Source.API,
    workspace: Workspace = None,
    api_version: ApiVersion = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """List all admins, whose ids a reply asks for."""
    shape = form(as_json=as_json, as_lines=as_lines)
    asking = Asking(source=source, workspace=workspace, api_version=api_version, data_dir=data_dir)
    with opened(asking) as found:
        from intercom_pipeline.cli import views  # noqa: PLC0415 - late
        from intercom_pipeline.cli.record_list import print_records  # noqa: PLC0415 - late

        every = list(found.list_admins())
        print_records(every, views.admins(), shape, limit=len(every), source=found)
