"""Noting what a person saw of replies that are held, from the command line; nothing is asked of Intercom."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import typer

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.cli.output import remarks
from intercom_pipeline.cli.replies.log import refresh
from intercom_pipeline.cli.replies.opening import ledger_of, plan_id_named, who
from intercom_pipeline.cli.replies.pages import print_now
from intercom_pipeline.cli.replies.states import now_of
from intercom_pipeline.cli.replies.summary import found_line, print_lines
from intercom_pipeline.replies.sending.resolving import settle_held

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings


def settle(
    settings: "Settings",
    name: str,
    *,
    sent: Sequence[str],
    not_sent: Sequence[str],
    dry_run: bool,
    as_json: bool,
) -> NoReturn:
    """Note what somebody saw in conversations whose reply is held, and tell how the plan stands then.

    Raises:
        PipelineError: The ledger does not know the plan, or nothing is held in one of them, so that nothing
            was noted; or a plan is being applied.
        typer.Exit: It ended; the code says how the plan stands, that of a dry run only that it ended.
    """
    with ledger_of(settings) as ledger:
        plan_id = plan_id_named(name, ledger)
        found = settle_held(ledger, plan_id, sent=sent, not_sent=not_sent, by=who(), dry_run=dry_run)
        if not dry_run:
            refresh(ledger, settings.folder())
        now = now_of(plan_id, ledger)
    print_lines([*(["Would be noted:"] if dry_run else []), *map(found_line, found)], remarks())
    print_now(now, as_json=as_json)
    raise typer.Exit(Exit.OK if dry_run else now.exit_code)
