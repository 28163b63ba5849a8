"""Take people out of the ledger, so that no byte about them is left; what was sent stays known."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, select, text, update

from intercom_pipeline.replies.ledger.database import Database
from intercom_pipeline.replies.ledger.errors import LedgerBusy, unwritable
from intercom_pipeline.replies.ledger.tables import PLANS, SENDINGS
from intercom_pipeline.replies.plan import Plan, PlannedReply, Refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class Whom:
    """Who is forgotten.

    Attributes:
        contact_ids: The ids of their contacts.
        texts: What names them, in lower case.
    """

    contact_ids: frozenset[str]
    texts: frozenset[str]

    def is_named_in(self, *given: str) -> bool:
        """Whether one of the texts names one of them."""
        # A name in HTML may be written with entities, one that stands for a blank among them.
        written = [_plain(version) for each in given for version in (each, unescape(each))]
        return any(name in each for name in self.texts for each in written)

    def is_told_of(self, reply: PlannedReply) -> bool:
        """Whether a reply is to one of them, or names one."""
        told = (reply.body, reply.to, reply.row, *reply.remarks)
        return not self.contact_ids.isdisjoint(reply.contact_ids) or self.is_named_in(*told)


def whom(contact_ids: Collection[str], texts: Collection[str]) -> Whom:
    """Who is meant; blank texts name nobody."""
    names = map(_plain, texts)
    return Whom(contact_ids=frozenset(contact_ids), texts=frozenset(name for name in names if name))


def count(connection: Connection, contact_ids: Collection[str], texts: Collection[str]) -> int:
    """How many replies of the plans tell of them."""
    them = whom(contact_ids, texts)
    return sum(_emptied(plan, them)[1] for _, plan in _plans(connection))


def forget(
    database: Database, folder: Path, contact_ids: Collection[str], texts: Collection[str], now: datetime
) -> int:
    """Empty what tells of them; gives how many replies that were.

    Raises:
        LedgerError: The ledger cannot be written, or is read for too long.
    """
    them = whom(contact_ids, texts)
    with database.writing() as connection:
        emptied = sum(
            _forget_in(connection, plan_id, plan, them, now) for plan_id, plan in _plans(connection)
        )
        _empty_reasons(connection, them)
    _wipe(database)
    delete_files(folder, them)
    return emptied


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _empty_reasons(connection: Connection, them: Whom) -> None:
    said = SENDINGS.c.reason
    for reason in connection.scalars(select(said).where(said.is_not(None)).distinct()).all():
        if them.is_named_in(reason):
            connection.execute(update(SENDINGS).where(said == reason).values(reason=None))


def _plans(connection: Connection) -> Iterator[tuple[str, Plan]]:
    for plan_id in connection.scalars(select(PLANS.c.plan_id)).all():
        content = connection.scalar(select(PLANS.c.content).where(PLANS.c.plan_id == plan_id))
        yield plan_id, msgspec.json.decode(content or b"", type=Plan)


def _forget_in(connection: Connection, plan_id: str, plan: Plan, them: Whom, now: datetime) -> int:
    emptied, replies = _emptied(plan, them)
    if emptied == plan:
        return 0
    values = {"content": emptied.content, "purged_at": now, "stopped_at": now}
    connection.execute(update(PLANS).where(PLANS.c.plan_id == plan_id).values(**values))
    return replies


def _emptied(plan: Plan, them: Whom) -> tuple[Plan, int]:
    """A plan without what tells of them, and how many of its replies did."""
    replies = tuple(_without(each) if them.is_told_of(each) else each for each in plan.replies)
    refused = tuple(
        _unsaid(each) if them.is_named_in(each.reason, each.row) else each for each in plan.refused
    )
    shown = {
        "options": tuple("" if them.is_named_in(each) else each for each in plan.options),
        "attachment_urls": tuple("" if them.is_named_in(each) else each for each in plan.attachment_urls),
    }
    changed = sum(before is not after for before, after in zip(plan.replies, replies, strict=True))
    return msgspec.structs.replace(plan, replies=replies, refused=refused, **shown), changed


def _without(reply: PlannedReply) -> PlannedReply:
    return msgspec.structs.replace(reply, row="", body="", to="", contact_ids=(), remarks=())


def _unsaid(refusal: Refusal) -> Refusal:
    return msgspec.structs.replace(refusal, row="", reason="")


def _wipe(database: Database) -> None:
    """Have the database write its files anew, without what was deleted in them."""
    with database.outside_transactions() as connection:
        if not database.is_sqlite:
            connection.execute(text(f"VACUUM FULL {PLANS.name}"))
            return
        connection.execute(text("VACUUM"))
        # What was written ahead goes into the file, and the log is emptied.
        is_busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
    if is_busy:
        raise LedgerBusy(
            "They are taken out of the ledger, but not yet out of its log of changes.",
            why="Another process reads it for too long.",
            fix="Run the same again when it has ended.",
        )


def delete_files(folder: Path, them: Whom) -> None:
    """Delete plans' files that tell of them, and copies of the ledger as it was: they may.

    Raises:
        LedgerUnwritable: A file cannot be read or deleted.
    """
    try:
        for copy in folder.glob("ledger.before-*"):
            copy.unlink()
        # A process that was killed while it wrote a plan left a file without its name.
        for path in (*folder.rglob("*.json"), *folder.rglob(".plan-*")):
            if _tells(path, them):
                path.unlink()
    except OSError as error:
        raise unwritable(folder, error.strerror or str(error)) from error


def _tells(path: Path, them: Whom) -> bool:
    written = path.read_bytes()
    try:
        told = set(_texts(msgspec.json.decode(written)))
    except msgspec.DecodeError:
        # No JSON, such as half a file: whatever looks like a word may be an id.
        text_written = written.decode(errors="replace")
        told = {text_written, *re.findall(r"\w+", text_written)}
    return them.is_named_in(*told) or not them.contact_ids.isdisjoint(told)


def _texts(given: Any) -> Iterator[str]:
    """Every text in JSON, however deep."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, (dict, list)):
        for each in given.values() if isinstance(given, dict) else given:
            yield from _texts(each)
