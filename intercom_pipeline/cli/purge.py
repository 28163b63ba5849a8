"""`intercom-pipeline purge`: take a person out of everything that is stored."""

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
        _confirm(_purged(settings, whom, dry_run=True))
    purged = _purged(settings, whom, dry_run=dry_run)
    if as_json:
        _print_as_json(purged, dry_run=dry_run)
    else:
        _print_for_people(purged, dry_run=dry_run)


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


def _purged(settings: "Settings", whom: "Whom", *, dry_run: bool) -> "Purged":
    from intercom_pipeline.sync.catalog import every_table  # noqa: PLC0415 - late
    from intercom_pipeline.warehouse.people import purge as purging  # noqa: PLC0415 - late

    tables, policies = every_table(settings.history), settings.policies()
    act = purging.would_purge if dry_run else purging.purge
    return act(settings.folder(), tables, policies, whom)


def _confirm(would: "Purged") -> None:
    _print_tables(would, err=True)
    if not typer.confirm(f"{_who(would)} will be purged for good. Go on?", err=True):
        raise NotPurged(
            "Nothing was purged.", why="It was not confirmed.", fix="Run it again when you are sure."
        )


def _who(purged: "Purged") -> str:
    from intercom_pipeline.cli.output import counted  # noqa: PLC0415 - late

    return f"{counted(len(purged.contacts), 'contact')} ({', '.join(purged.contacts)})"


def _print_tables(purged: "Purged", *, err: bool = False) -> None:
    from intercom_pipeline.cli.output import columns, number, remarks, show  # noqa: PLC0415 - late

    shown = columns("table", "rows gone", "rows emptied or cut", right=("rows gone", "rows emptied or cut"))
    for name, rows in sorted(purged.tables.items()):
        shown.add_row(name, number(rows.gone), number(rows.changed))
    if err:
        remarks().print(shown)
    else:
        show(shown)


def _print_for_people(purged: "Purged", *, dry_run: bool) -> None:
    from intercom_pipeline.cli.output import results  # noqa: PLC0415 - late

    _print_tables(purged)
    done = "would be purged" if dry_run else "purged; the published file is written anew"
    results().print(f"{_who(purged)} {done}.", soft_wrap=True)


def _print_as_json(purged: "Purged", *, dry_run: bool) -> None:
    from intercom_pipeline.cli.output import print_json  # noqa: PLC0415 - late

    print_json(
        {"dry_run": dry_run, "contacts": purged.contacts, "tables": purged.tables, "copies": purged.copies}
    )
