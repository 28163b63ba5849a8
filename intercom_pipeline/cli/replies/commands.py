"""`intercom-pipeline replies`: plan many replies, look at them, send each once, see what became of them."""

from collections.abc import Callable
from typing import Annotated

import typer

from intercom_pipeline.cli.options import AsJson, DataDir, Profile, examples, settings_for
from intercom_pipeline.cli.replies.options import (
    RATE,
    Admin,
    Attach,
    Body,
    Campaign,
    Confirm,
    Csv,
    DryRun,
    Ids,
    NewLedger,
    NotSent,
    OfType,
    Option,
    Out,
    Plan,
    Rate,
    Sent,
    Sql,
    Template,
    Then,
)

_EXAMPLES = {
    "plan": (
        "plan --campaign outage --type comment --admin 4266846 --csv affected.csv --template sorry.html",
        "plan --campaign outage --type note --admin 4266846 --ids - --body 'Part of the outage' --then close",
    ),
    "show": ("show 3f9a1c22", "show data/replies/plans/outage-3f9a1c22.json --all"),
    "apply": ("apply 3f9a1c22", "apply 3f9a1c22 --confirm 'send 150' --rate 5", "apply 3f9a1c22 --dry-run"),
    "status": ("status 3f9a1c22", "status 3f9a1c22 --json"),
    "stop": ("stop 3f9a1c22",),
    "resume": ("resume 3f9a1c22",),
    "resolve": ("resolve 3f9a1c22", "resolve 3f9a1c22 --sent 226537904589997 --not-sent 226537904590001"),
    "retry": ("retry 3f9a1c22 --held", "retry 3f9a1c22 --failed --confirm 'send 3'"),
    "list": ("list", "list --json"),
    "log": ("log",),
}


def add_to(app: typer.Typer) -> None:
    """Give the command its group of verbs."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    for name, verb in zip(_EXAMPLES, _verbs(), strict=True):
        shown = (f"intercom-pipeline replies {line}" for line in _EXAMPLES[name])
        group.command(name, epilog=examples(*shown))(verb)
    app.add_typer(group, name="replies", help="Answer many conversations, each once.")


def _verbs() -> tuple[Callable[..., None], ...]:
    return (plan, show, apply, status, stop, resume, resolve, retry, list_plans, log)


def plan(
    *,
    campaign: Campaign,
    type_: OfType,
    admin: Admin,
    csv: Csv = None,
    sql: Sql = None,
    ids: Ids = None,
    template: Template = None,
    body: Body = None,
    attach: Attach = None,
    option: Option = None,
    then: Then = None,
    rate: Rate = RATE,
    out: Out = None,
    new_ledger: NewLedger = False,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Plan replies: check every conversation, write the plan, show it.

    Nothing is sent. The plan never changes afterwards, and may be applied for a day.
    """
    from intercom_pipeline.cli.replies import planning  # noqa: PLC0415 - late

    asked = planning.Asked(
        campaign=campaign,
        message_type=type_,
        admin_id=admin,
        source=planning.one_source(csv=csv, sql=sql, ids=ids),
        template=template,
        body=body,
        attachment_urls=attach or [],
        options=option or [],
        then=then or [],
        rate=rate,
        out=out,
        dry_run=dry_run,
        new_ledger=new_ledger,
    )
    planning.plan(settings_for(data_dir, profile=profile), asked, as_json=as_json)


def show(
    plan: Plan,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every reply, not three examples.")] = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Show a plan: how many, to whom, what they read."""
    from intercom_pipeline.cli.replies import pages  # noqa: PLC0415 - late

    settings = settings_for(data_dir, profile=profile)
    pages.show_plan(settings, plan, everything=everything, as_json=as_json)


def apply(
    plan: Plan,
    *,
    confirm: Confirm = None,
    rate: Rate = RATE,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Send a plan's replies, each once.

    Shows the plan and asks for 'send', a blank and the number of replies; --confirm gives it beforehand. The
    first one is sent alone. Ctrl-C stops safely; whatever happens, run it again or resume: what was sent is
    not sent twice, and what may have been sent waits for resolve.
    """
    from intercom_pipeline.cli.replies import applying  # noqa: PLC0415 - late

    asked = applying.Asked(plan=plan, confirm=confirm, rate=rate, dry_run=dry_run, as_json=as_json)
    applying.apply(settings_for(data_dir, profile=profile), asked)


def status(plan: Plan, *, data_dir: DataDir = None, profile: Profile = None, as_json: AsJson = False) -> None:
    """Show what became of a plan's replies, and what to do next."""
    from intercom_pipeline.cli.replies import pages  # noqa: PLC0415 - late

    pages.status(settings_for(data_dir, profile=profile), plan, as_json=as_json)


def stop(
    plan: Plan,
    *,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Stop sending a plan, wherever it is being applied.

    What is on its way is finished and noted; nothing further is sent until it is resumed or applied again.
    """
    from intercom_pipeline.cli.replies import stopping  # noqa: PLC0415 - late

    settings = settings_for(data_dir, profile=profile)
    stopping.stop(settings, plan, dry_run=dry_run, as_json=as_json)


def resume(
    plan: Plan,
    *,
    rate: Rate = RATE,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Go on sending a plan that was confirmed before and stopped."""
    from intercom_pipeline.cli.replies import applying  # noqa: PLC0415 - late

    asked = applying.Asked(plan=plan, rate=rate, dry_run=dry_run, as_json=as_json)
    applying.resume(settings_for(data_dir, profile=profile), asked)


def resolve(
    plan: Plan,
    *,
    sent: Sent = None,
    not_sent: NotSent = None,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Look what became of replies that got no answer.

    Each conversation is read: where it shows the reply, that was sent; where not, the reply is held until
    somebody has looked and retries it, or says by --sent or --not-sent what they saw. Nothing is sent.
    """
    from intercom_pipeline.cli.replies import resolving, settling  # noqa: PLC0415 - late

    settings = settings_for(data_dir, profile=profile)
    if sent or not_sent:
        settling.settle(
            settings, plan, sent=sent or [], not_sent=not_sent or [], dry_run=dry_run, as_json=as_json
        )
    resolving.resolve(settings, plan, dry_run=dry_run, as_json=as_json)


def retry(
    plan: Plan,
    *,
    held: Annotated[bool, typer.Option("--held", help="Those that resolve did not find.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Those that surely were not sent.")] = False,
    confirm: Confirm = None,
    rate: Rate = RATE,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Send again what is held or failed, after somebody looked.

    Conversations in which anything happened meanwhile are left alone. Asks for 'send' and the number, as
    apply does.
    """
    from intercom_pipeline.cli.replies import applying  # noqa: PLC0415 - late

    asked = applying.Asked(plan=plan, confirm=confirm, rate=rate, dry_run=dry_run, as_json=as_json)
    applying.retry(settings_for(data_dir, profile=profile), asked, held=held, failed=failed)


def list_plans(*, data_dir: DataDir = None, profile: Profile = None, as_json: AsJson = False) -> None:
    """List the plans that the ledger knows, the newest first."""
    from intercom_pipeline.cli.replies import pages  # noqa: PLC0415 - late

    pages.list_plans(settings_for(data_dir, profile=profile), as_json=as_json)


def log(*, data_dir: DataDir = None, profile: Profile = None, as_json: AsJson = False) -> None:
    """Bring the table pipeline.reply_log up to date, for analysts."""
    from intercom_pipeline.cli.replies import log as reply_log  # noqa: PLC0415 - late

    reply_log.log(settings_for(data_dir, profile=profile), as_json=as_json)
