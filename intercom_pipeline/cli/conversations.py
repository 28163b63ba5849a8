"""`intercom-pipeline conversations`: list them, read one, reply to one, and see what they are about."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from intercom_pipeline.cli.everyday import (
    Asking,
    AsLines,
    Form,
    From,
    Limit,
    Source,
    Where,
    Workspace,
    form,
    opened,
)
from intercom_pipeline.cli.options import ApiVersion, AsJson, DataDir, examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from intercom_pipeline.api import Intercom
    from intercom_pipeline.api.stored import Stored

_MOST_READ = 10_000


class Type(StrEnum):
    """Who sees a reply; `MessageType` in `replies`, which would be slow to import for the help alone."""

    COMMENT = "comment"
    NOTE = "note"


def add_to(app: typer.Typer) -> None:
    """Give the command its group of verbs."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "list",
        epilog=examples(
            "intercom-pipeline conversations list",
            "intercom-pipeline conversations list --where 'state = open AND created_at > 7d' --limit 100",
            "intercom-pipeline conversations list --from warehouse --jsonl",
        ),
    )(list_conversations)
    group.command(
        epilog=examples(
            "intercom-pipeline conversations get 226537904589997",
            "intercom-pipeline conversations get 226537904589997 --json",
        )
    )(get)
    group.command(
        epilog=examples(
            "intercom-pipeline conversations reply 226537904589997 --type note --admin 4266846 --body 'Seen'",
            "intercom-pipeline conversations reply 226537904589997 --type comment --admin 4266846 --body -",
        )
    )(reply)
    group.command(
        epilog=examples(
            "intercom-pipeline conversations summarize --since 7d",
            "intercom-pipeline conversations summarize --since 2026-03-01 --from warehouse --most 20",
        )
    )(summarize)
    app.add_typer(group, name="conversations", help="Read conversations, reply, and see what is asked about.")


def list_conversations(
    *,
    where: Where = None,
    limit: Limit = None,
    source: From = Source.API,
    workspace: Workspace = None,
    api_version: ApiVersion = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """List conversations, the one that changed last first.

    A table shows 20 of them; --json and --jsonl print all, as Intercom sent them, without their parts.
    """
    shape = form(as_json=as_json, as_lines=as_lines)
    asking = Asking(source=source, workspace=workspace, api_version=api_version, data_dir=data_dir)
    with opened(asking) as found:
        from intercom_pipeline.cli import views  # noqa: PLC0415 - late
        from intercom_pipeline.cli.record_list import print_records, wanted  # noqa: PLC0415 - late

        asked = wanted(limit, shape)
        records = (
            found.list_conversations(limit=asked)
            if where is None
            else found.search_conversations(where, limit=asked)
        )
        names = _names_of_admins(found) if shape is Form.TABLE else {}
        view = views.conversations(names, _names_of_contacts(found))
        print_records(records, view, shape, limit=limit, source=found)


def get(
    conversation: Annotated[str, typer.Argument(metavar="ID", help="The conversation's id.")],
    *,
    source: From = Source.API,
    workspace: Workspace = None,
    api_version: ApiVersion = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Read a conversation: who said what, as plain text."""
    asking = Asking(source=source, workspace=workspace, api_version=api_version, data_dir=data_dir)
    with opened(asking) as found:
        from intercom_pipeline.cli import one_record, thread_page  # noqa: PLC0415 - late

        record = found.get_conversation(conversation)
        if as_json:
            one_record.print_record(record, as_json=True)
        else:
            thread_page.print_conversation(record)


def reply(
    conversation: Annotated[str, typer.Argument(metavar="ID", help="The conversation's id.")],
    *,
    type_: Annotated[
        Type, typer.Option("--type", help="A comment, which the customer sees, or a note for teammates.")
    ],
    admin: Annotated[str, typer.Option("--admin", metavar="ID", help="Who answers: see admins list.")],
    body: Annotated[
        str, typer.Option("--body", metavar="TEXT", help="What to say, as text or HTML; - reads stdin.")
    ],
    attach: Annotated[
        list[str] | None,
        typer.Option("--attach", metavar="URL", help="The address of an image to show; up to 10 times."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send it without asking.")] = False,
    workspace: Workspace = None,
    api_version: ApiVersion = None,
    as_json: AsJson = False,
) -> None:
    """Reply to a conversation as an admin.

    Shows who will see it and asks before it sends; --yes does without. It is sent once, whatever happens:
    where no answer says what became of it (exit code 5), look at the conversation first.
    """
    from intercom_pipeline.cli import replying  # noqa: PLC0415 - late
    from intercom_pipeline.cli.asking import whole_stdin  # noqa: PLC0415 - late
    from intercom_pipeline.replies.reply import MessageType, Reply  # noqa: PLC0415 - late

    replying.check_can_confirm(yes=yes, from_stdin=body == "-")
    written = Reply(
        conversation_id=conversation,
        message_type=MessageType(type_),
        admin_id=admin,
        body=whole_stdin("the reply") if body == "-" else body,
        attachment_urls=tuple(attach or ()),
    )
    asking = Asking(workspace=workspace, api_version=api_version)
    replying.reply(asking, written, yes=yes, as_json=as_json)


def summarize(
    *,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="Conversations begun from this date or moment on, or 7d ago.")
    ] = "7d",
    most: Annotated[int, typer.Option("--most", min=1, max=1_000, metavar="N", help="Topics at most.")] = 10,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=1_000_000, metavar="N", help="Conversations at most.")
    ] = _MOST_READ,
    source: From = Source.API,
    workspace: Workspace = None,
    api_version: ApiVersion = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what customers ask about, grouped by topic.

    It looks at their opening messages, and gives examples. It is computed on this machine; nothing is sent
    anywhere.
    """
    from intercom_pipeline.cli import topics_page  # noqa: PLC0415 - late

    first = topics_page.first_second(since)
    asking = Asking(source=source, workspace=workspace, api_version=api_version, data_dir=data_dir)
    with opened(asking) as found:
        summary, cut = topics_page.summary_of(found, first, most=most, limit=limit)
        advised = "" if as_json else topics_page.advice(found, summary, first)
    if as_json:
        topics_page.print_as_json(summary)
    else:
        topics_page.print_for_people(summary, first, cut=cut, advised=advised)


def _names_of_contacts(found: "Intercom | Stored") -> "Callable[[str], str]":
    """What tells the name of a contact by id; the id itself where to tell it would take a request."""
    from intercom_pipeline.api.stored import NotStored, Stored  # noqa: PLC0415 - late
    from intercom_pipeline.warehouse.errors import WarehouseMissing  # noqa: PLC0415 - late

    if not isinstance(found, Stored):
        return str

    def named(contact_id: str) -> str:
        try:
            contact = found.get_contact(contact_id)
        except (NotStored, WarehouseMissing):
            return contact_id
        return contact.get("name") or contact.get("email") or contact_id

    return named


def _names_of_admins(found: "Intercom | Stored") -> dict[str, str]:
    """The names of admins by id; none where the token may not read them."""
    from intercom_pipeline.intercom.errors import PermissionMissing  # noqa: PLC0415 - late
    from intercom_pipeline.warehouse.errors import WarehouseMissing  # noqa: PLC0415 - late

    try:
        return {str(admin["id"]): admin.get("name") or "" for admin in found.list_admins()}
    except (PermissionMissing, WarehouseMissing):
        return {}
