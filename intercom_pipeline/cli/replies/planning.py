"""Planning replies from the command line: whom and what to read, what to check, where to write it."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from intercom_pipeline.auth.identity import Identity, identify_by
from intercom_pipeline.cli.asking import whole_stdin
from intercom_pipeline.cli.everyday import connection_of
from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.output import print_json, remarks
from intercom_pipeline.cli.replies.opening import pace_of
from intercom_pipeline.cli.replies.summary import print_lines
from intercom_pipeline.cli.replies.then import one_then
from intercom_pipeline.cli.stopping import run, stoppable
from intercom_pipeline.intercom.client import connect
from intercom_pipeline.replies import plan_file
from intercom_pipeline.replies.audience.csv_rows import from_csv
from intercom_pipeline.replies.audience.ids import from_ids
from intercom_pipeline.replies.audience.selected import from_select
from intercom_pipeline.replies.ledger.errors import LedgerMissing
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.traces import check_none_was
from intercom_pipeline.replies.planning.making import Request, make_plan
from intercom_pipeline.replies.planning.preview import preview
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.replies.templates.drafts import drafts
from intercom_pipeline.replies.templates.template import Template
from intercom_pipeline.warehouse.asking import QueryFailed

if TYPE_CHECKING:
    from intercom_pipeline.intercom.connection import Connection
    from intercom_pipeline.replies.audience.recipient import Draft, Recipient
    from intercom_pipeline.replies.ledger.ledger import Ledger
    from intercom_pipeline.replies.plan import Plan
    from intercom_pipeline.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Whom to answer.

    Attributes:
        kind: The option that names it: csv, sql or ids.
        text: What was given: a file or a statement; - for stdin.
    """

    kind: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The options of `replies plan`, as they were given."""

    campaign: str
    message_type: str
    admin_id: str
    source: Source
    template: Path | None
    body: str | None
    attachment_urls: Sequence[str]
    options: Sequence[str]
    then: Sequence[str]
    rate: float
    out: Path | None
    dry_run: bool
    new_ledger: bool


def one_source(*, csv: str | None, sql: str | None, ids: str | None) -> Source:
    """The one that was given.

    Raises:
        UsageRefused: It was none, or more than one.
    """
    given = {"csv": csv, "sql": sql, "ids": ids}
    sources = [Source(kind=kind, text=text) for kind, text in given.items() if text is not None]
    if len(sources) == 1:
        return sources[0]
    raise UsageRefused(
        "It is not said whom to answer, or more than once.",
        why=f"Of --csv, --sql and --ids {len(sources) or 'none'} were given."
        if sources
        else "None of --csv, --sql and --ids was given.",
        fix="Give one of them.",
    )


def plan(settings: "Settings", asked: Asked, *, as_json: bool) -> None:
    """Make a plan, write it, show it.

    Raises:
        PipelineError: Something that was asked for cannot be done; nothing was planned.
    """
    pace, request = pace_of(settings, asked.rate), _request(asked)
    written = _drafts(settings, asked)
    with _ledger(settings, asked) as ledger:
        with stoppable(why="Nothing was planned."):
            made = run(_made(connection_of(settings), ledger, request, written))
        path = None if asked.dry_run else _keep(settings, ledger, made, asked.out)
    shown = preview(made, pace)
    if as_json:
        print_json({"dry_run": asked.dry_run, "path": path and str(path)} | shown.to_json())
    else:
        print_lines(shown.facts() if asked.dry_run else shown.lines())
        _tell_place(path)


def _request(asked: Asked) -> Request:
    return Request(
        campaign=asked.campaign,
        message_type=MessageType(asked.message_type),
        admin_id=asked.admin_id,
        attachment_urls=asked.attachment_urls,
        options=asked.options,
        then=one_then(asked.then),
    )


def _drafts(settings: "Settings", asked: Asked) -> "list[Draft]":
    """Whom to answer, and what with."""
    if asked.template is not None and asked.body is not None:
        raise UsageRefused(
            "--template and --body exclude each other.",
            why="Both say what is sent.",
            fix="Give one of them, or neither and a column body.",
        )
    template = _template(asked)
    recipients = _recipients(settings, asked.source)
    return drafts(recipients, template, body_optional=bool(asked.options))


def _template(asked: Asked) -> Template | None:
    if asked.template is not None:
        return Template.from_file(asked.template)
    return None if asked.body is None else Template.parse(asked.body)


def _recipients(settings: "Settings", source: Source) -> "list[Recipient]":
    if source.kind == "csv":
        return from_csv(source.text)
    if source.kind == "ids":
        return from_ids(source.text)
    sql = whole_stdin("the SELECT") if source.text == "-" else source.text
    try:
        return from_select(settings.folder(), sql)
    except QueryFailed as error:
        raise UsageRefused(error.what, why=error.why, fix=error.fix) from None


def _ledger(settings: "Settings", asked: Asked) -> "AbstractContextManager[Ledger]":
    """The ledger; for a dry run, where there is none yet, one that is gone afterwards.

    Raises:
        LedgerGone: There was one, and it was not said that another is to be begun.
    """
    try:
        return open_ledger(*settings.ledger_place(), create=False)
    except LedgerMissing:
        if not asked.new_ledger:
            check_none_was(settings.ledger_place()[1], settings.folder())
    return _passing_ledger() if asked.dry_run else open_ledger(*settings.ledger_place())


@contextmanager
def _passing_ledger() -> "Iterator[Ledger]":
    with tempfile.TemporaryDirectory() as folder, open_ledger(None, Path(folder)) as ledger:
        yield ledger


async def _made(
    connection: "Connection", ledger: "Ledger", request: Request, written: "list[Draft]"
) -> "Plan":
    async with connect(connection) as client:
        identity: Identity = await identify_by(client)
        return await make_plan(client, identity, ledger, request, written)


def _keep(settings: "Settings", ledger: "Ledger", made: "Plan", out: Path | None) -> Path:
    """Write the plan's file and register it: only what is registered can be applied."""
    path = (out or plan_file.default_path(settings.folder(), made)).absolute()
    plan_file.write(made, path)
    ledger.register(made)
    return path


def _tell_place(path: Path | None) -> None:
    said = (
        "Nothing was written: a plan made without --dry-run can be applied."
        if path is None
        else f"Written to {path}"
    )
    remarks().print(Text(said, style="dim"), soft_wrap=True)
