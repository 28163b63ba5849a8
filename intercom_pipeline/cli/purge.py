"""`intercom-pipeline purge`: take a person out of everything that is stored."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from intercom_pipeline.cli.asking import can_ask, whole_stdin
from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.options import AsJson, DataDir, Profile, examples, settings_for
from intercom_pipeline.errors import PipelineError

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings
    from intercom_pipeline.warehouse.people.purge import Purged, Whom


class NotPurged(PipelineError):
    """Somebody was asked whether to purge, and said no."""


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(
        epilog=examples(
            "intercom-pipeline purge --contact 66f7d658824d1304f4209a93 --dry-run",
            "intercom-pipeline purge --contact 66f7d658824d1304f4209a93",
            "intercom-pipeline purge --email",
            "intercom-pipeline purge --email --yes < addresses.txt",
        )
    )(purge)


def purge(
    *,
    contact: Annotated[
        list[str] | None,
        typer.Option("--contact", metavar="ID", help="The id of a contact; may be repeated."),
    ] = None,
    email: Annotated[
        bool, typer.Option("--email", help="Ask for e-mail addresses, or read them from stdin, one a line.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Take people out of everything that is stored, for good.

    No later sync brings them back. Their contacts go, with what hangs on them; what they wrote is emptied;
    mentions of them are cut out. Of conversations that were theirs alone ids, times and counts stay. It
    cannot be undone.
    """
    asks = not (yes or dry_run)
    _check(named=bool(contact or email), asks=asks)
    from intercom_pipeline.warehouse.people.purge import Whom  # noqa: PLC0415 - late

    settings = settings_for(data_dir, profile=profile)
    whom = Whom(ids=contact or [], emails=_emails() if email else [])
    if asks:
        _confirm(_gone(settings, whom, dry_run=True))
    gone = _gone(settings, whom, dry_run=dry_run)
    if as_json:
        _print_as_json(gone, dry_run=dry_run)
    else:
        _print_for_people(gone, dry_run=dry_run)


def _check(*, named: bool, asks: bool) -> None:
    """See that somebody is named, and that somebody can be asked."""
    if not named:
        raise UsageRefused(
            "Nobody is named.", why="purge needs to know whom.", fix="Give --contact ID or --email."
        )
    if asks and not can_ask():
        raise UsageRefused(
            "Nobody can confirm the purge.",
            why="stdin is no terminal.",
            fix="Add --yes, or --dry-run to look first.",
        )


def _emails() -> list[str]:
    """E-mail addresses; never from the command line, which other users of the machine can read."""
    given = (
        typer.prompt("E-mail address", err=True)
        if can_ask()
        else whole_stdin("e-mail addresses, one a line, on stdin")
    )
    found = [line.strip() for line in given.splitlines() if line.strip()]
    if not found or any("@" not in each for each in found):
        raise UsageRefused(
            "That is no e-mail address.",
            why="Each line has to be one.",
            fix="Type one, or give one a line on stdin.",
        )
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Gone:
    """What went, or would.

    Attributes:
        purged: What of the tables.
        replies: How many planned replies.
    """

    purged: "Purged"
    replies: int

    def __str__(self) -> str:
        """Who, and what beside the tables."""
        from intercom_pipeline.cli.output import counted, number  # noqa: PLC0415 - late

        ids = self.purged.contacts
        who = f"{counted(len(ids), 'contact')} ({', '.join(ids)})" if ids else "Whom you named"
        replies = "1 planned reply" if self.replies == 1 else f"{number(self.replies)} planned replies"
        return f"{who} and {replies}" if self.replies else who


def _gone(settings: "Settings", whom: "Whom", *, dry_run: bool) -> _Gone:
    from intercom_pipeline.cli.purge_replies import forget, would_forget  # noqa: PLC0415 - late
    from intercom_pipeline.sync.catalog import every_table  # noqa: PLC0415 - late
    from intercom_pipeline.warehouse.errors import WarehouseMissing  # noqa: PLC0415 - late
    from intercom_pipeline.warehouse.people import purge as purging  # noqa: PLC0415 - late

    purge_tables, purge_replies = (purging.would_purge, would_forget) if dry_run else (purging.purge, forget)
    tables, policies = every_table(settings.history), settings.policies()
    try:
        with purging.finding(settings.folder(), tables, policies, whom) as found:
            # Replies first: once the tables are written anew, nothing tells by what names to look for them.
            replies = purge_replies(settings, found.somebody.ids, found.somebody.texts)
            return _Gone(purged=purge_tables(found), replies=replies)
    except (purging.NobodyFound, WarehouseMissing):
        # A plan may be about somebody who was never synced.
        replies = purge_replies(settings, whom.ids, whom.emails)
        if not replies:
            raise
        contacts = tuple(sorted(whom.ids))
        return _Gone(purged=purging.Purged(contacts=contacts, tables={}, copies=0), replies=replies)


def _confirm(would: _Gone) -> None:
    _print_tables(would.purged, err=True)
    if not typer.confirm(f"{would} will be purged for good. Go on?", err=True):
        raise NotPurged(
            "Nothing was purged.", why="It was not confirmed.", fix="Run it again when you are sure."
        )


def _print_tables(purged: "Purged", *, err: bool = False) -> None:
    from intercom_pipeline.cli.output import columns, number, remarks, show  # noqa: PLC0415 - late

    shown = columns("table", "rows gone", "rows emptied or cut", right=("rows gone", "rows emptied or cut"))
    for name, rows in sorted(purged.tables.items()):
        shown.add_row(name, number(rows.gone), number(rows.changed))
    if err:
        remarks().print(shown)
    else:
        show(shown)


def _print_for_people(gone: _Gone, *, dry_run: bool) -> None:
    from intercom_pipeline.cli.output import results  # noqa: PLC0415 - late

    _print_tables(gone.purged)
    written = "; the published file is written anew" if gone.purged.tables else ""
    done = "would be purged" if dry_run else f"purged{written}"
    results().print(f"{gone} {done}.", soft_wrap=True)


def _print_as_json(gone: _Gone, *, dry_run: bool) -> None:
    from intercom_pipeline.cli.output import print_json  # noqa: PLC0415 - late

    purged = gone.purged
    told = {"contacts": purged.contacts, "tables": purged.tables, "copies": purged.copies}
    print_json({"dry_run": dry_run, **told, "planned_replies": gone.replies})
