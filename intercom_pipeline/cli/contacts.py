"""`intercom-pipeline contacts`: list them, search them, look at one."""

from collections.abc import Sequence
from typing import Annotated

import typer

from intercom_pipeline.cli.everyday import (
    Asking,
    AsLines,
    From,
    Limit,
    OnlyWorkspace,
    Source,
    Workspace,
    form,
    opened,
)
from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.options import ApiVersion, AsJson, DataDir, examples


def add_to(app: typer.Typer) -> None:
    """Give the command its group of verbs."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "list",
        epilog=examples(
            "intercom-pipeline contacts list",
            "intercom-pipeline contacts list --limit 500 --jsonl",
            "intercom-pipeline contacts list --from warehouse --json > contacts.json",
        ),
    )(list_contacts)
    group.command(
        epilog=examples(
            "intercom-pipeline contacts search 'email = ada@example.com'",
            "intercom-pipeline contacts search 'role = user AND last_seen_at > 7d' --limit 100",
            "intercom-pipeline contacts search --where 'name ~ \"Ada L\" OR email $ example.com' --json",
        )
    )(search)
    group.command(
        epilog=examples(
            "intercom-pipeline contacts get 66f7d658824d1304f4209a93",
            "intercom-pipeline contacts get 66f7d658824d1304f4209a93 --profile",
            "intercom-pipeline contacts get 66f7d658824d1304f4209a93 --json",
        ),
        # What follows --profile is told where it would belong, not only that it is too much.
        context_settings={"allow_extra_args": True},
    )(get)
    app.add_typer(group, name="contacts", help="List and search contacts, and look at one.")


def list_contacts(
    *,
    limit: Limit = None,
    source: From = Source.API,
    workspace: Workspace = None,
    api_version: ApiVersion = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """List contacts, users and leads.

    A table shows 20 of them; --json and --jsonl print all, as Intercom sent them.
    """
    shape = form(as_json=as_json, as_lines=as_lines)
    asking = Asking(source=source, workspace=workspace, api_version=api_version, data_dir=data_dir)
    with opened(asking) as found:
        from intercom_pipeline.cli import views  # noqa: PLC0415 - late
        from intercom_pipeline.cli.record_list import print_records, wanted  # noqa: PLC0415 - late

        records = found.list_contacts(limit=wanted(limit, shape))
        print_records(records, views.contacts(), shape, limit=limit, source=found)


def search(
    query: Annotated[
        str | None, typer.Argument(metavar="QUERY", help="Such as: 'role = user AND last_seen_at > 7d'.")
    ] = None,
    *,
    where: Annotated[str | None, typer.Option("--where", metavar="QUERY", help="The same as QUERY.")] = None,
    limit: Limit = None,
    source: From = Source.API,
    workspace: Workspace = None,
    api_version: ApiVersion = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Find the contacts that a query describes.

    Those changed last come first. A condition is a field, an operator (= != > < >= <= ~ !~ ^ $ IN, NOT IN)
    and a value; AND, OR and parentheses join them.
    """
    shape = form(as_json=as_json, as_lines=as_lines)
    asking = Asking(source=source, workspace=workspace, api_version=api_version, data_dir=data_dir)
    wished = _one_query(query, where)
    with opened(asking) as found:
        from intercom_pipeline.cli import views  # noqa: PLC0415 - late
        from intercom_pipeline.cli.record_list import print_records, wanted  # noqa: PLC0415 - late

        records = found.search_contacts(wished, limit=wanted(limit, shape))
        print_records(records, views.contacts(), shape, limit=limit, source=found)


def get(
    context: typer.Context,
    contact: Annotated[str, typer.Argument(metavar="ID", help="The contact's id.")],
    *,
    profile: Annotated[
        bool,
        typer.Option(
            "--profile", help="Show the customer: companies, tags, open conversations, last messages."
        ),
    ] = False,
    source: From = Source.API,
    workspace: OnlyWorkspace = None,
    api_version: ApiVersion = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show one contact, or with --profile the customer at a glance.

    The workspace is named by --workspace here, since --profile is the customer's.
    """
    _refuse_more(context.args, profile=profile)
    asking = Asking(source=source, workspace=workspace, api_version=api_version, data_dir=data_dir)
    if profile:
        from intercom_pipeline.cli import customer_page  # noqa: PLC0415 - late

        customer_page.show_customer(asking, contact, as_json=as_json)
        return
    with opened(asking) as found:
        from intercom_pipeline.cli import one_record  # noqa: PLC0415 - late

        one_record.print_record(found.get_contact(contact), as_json=as_json)


def _refuse_more(given: Sequence[str], *, profile: bool) -> None:
    if not given:
        return
    belongs = f" To name a workspace: --workspace {given[0]}." if profile else ""
    raise UsageRefused(
        "One contact is shown at a time, by its id.",
        why=f"{given[0]!r} was given, too."
        + (" --profile shows the customer, and takes no name." if profile else ""),
        fix=f"Leave it out.{belongs}",
    )


def _one_query(query: str | None, where: str | None) -> str:
    if (query is None) == (where is None):
        raise UsageRefused(
            "A search takes one query.",
            why="Two were given." if where else "None was given.",
            fix="For example: intercom-pipeline contacts search 'email = ada@example.com'",
        )
    return query if query is not None else str(where)
