"""The plans that the ledger keeps, within a transaction."""

import hashlib
import re
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Select, func, select, update

from intercom_pipeline.replies.campaign import campaign_named
from intercom_pipeline.replies.errors import PlanRefused
from intercom_pipeline.replies.ledger import sendings
from intercom_pipeline.replies.ledger.database import insert_into
from intercom_pipeline.replies.ledger.errors import (
    LedgerConflict,
    NotALedger,
    PlanAmbiguous,
    PlanPurged,
    PlanUnknown,
)
from intercom_pipeline.replies.ledger.tables import PLANS
from intercom_pipeline.replies.ledger.values import Outcome, PlanEntry
from intercom_pipeline.replies.plan import SHOWN_DIGITS, Plan, short_id
from intercom_pipeline.steering import one_line

_WHOLE: Final = 64
_ID = re.compile(rf"[0-9a-f]{{{SHOWN_DIGITS},{_WHOLE}}}")
_FACTS: Final = tuple(column for column in PLANS.c if column.name != "content")


def check(plan: Plan, ledger_id: str, ledger: str) -> None:
    """See that a plan can be kept by this ledger.

    Raises:
        PlanUnknown: It was made with another.
        LedgerConflict: Its campaign is no text that can be kept.
    """
    if plan.ledger_id != ledger_id:
        raise PlanUnknown(
            "The plan was made with another ledger.",
            why=f"{ledger} cannot know what was sent by it.",
            fix="Use that one (--data-dir, INTERCOM_LEDGER_URL): a new plan could send again what was sent.",
        )
    if not _is_as_kept(plan.campaign):
        raise LedgerConflict(
            "The campaign's name cannot be kept.",
            why="There are signs in it that nobody sees, or it is not written as campaigns are kept.",
            fix="Give it a name of small letters, digits and signs that are seen.",
        )


def _is_as_kept(campaign: str) -> bool:
    """Whether it is the one way to write a name, which all that look like it are written in."""
    try:
        return campaign_named(campaign) == campaign
    except PlanRefused:
        return False


def register(connection: Connection, plan: Plan, now: datetime) -> None:
    """Keep a plan; one that is kept already stays as it is."""
    row = {
        "plan_id": plan.plan_id,
        "campaign": plan.campaign,
        "workspace_id": plan.workspace_id,
        "message_type": plan.message_type,
        "replies": len(plan.replies),
        "created_at": plan.created_at,
        "registered_at": now,
        "content": plan.content,
    }
    insert = insert_into(PLANS, connection.dialect.name)
    connection.execute(insert.values(**row).on_conflict_do_nothing())


def find(connection: Connection, name: str, ledger: str) -> str:
    """The whole id of the plan whose id begins so.

    Raises:
        PlanUnknown: There is none, or these are too few digits.
        PlanAmbiguous: There are several.
    """
    if not _ID.fullmatch(name):
        raise PlanUnknown(
            f"{one_line(name, 80)!r} is no plan's id.",
            why=f"An id is {SHOWN_DIGITS} to {_WHOLE} digits from 0 to 9 and a to f.",
            fix="See the plans: intercom-pipeline replies list",
        )
    same = PLANS.c.plan_id == name if len(name) == _WHOLE else PLANS.c.plan_id.startswith(name)
    found = connection.scalars(select(PLANS.c.plan_id).where(same).limit(2)).all()
    if not found:
        raise _unknown(name, ledger)
    if len(found) > 1:
        raise PlanAmbiguous(
            f"Several plans' ids begin with {name}.", why="One has to be meant.", fix="Give more digits."
        )
    return str(found[0])


def load(connection: Connection, plan_id: str) -> Plan:
    """A plan that is kept, by its whole id.

    Raises:
        PlanPurged: A person in it was purged.
        NotALedger: It is not what was kept.
    """
    row = connection.execute(
        select(PLANS.c.content, PLANS.c.purged_at).where(PLANS.c.plan_id == plan_id)
    ).one()
    if row.purged_at is not None:
        raise PlanPurged(
            f"A person in the plan {short_id(plan_id)} was purged on {row.purged_at:%Y-%m-%d}.",
            why="What it would send to them is not kept any more, and part of a plan is not sent.",
            fix="Make a new plan of the same campaign: what the ledger knows as sent is not sent again.",
        )
    if hashlib.sha256(row.content).hexdigest() != plan_id:
        raise NotALedger(
            f"The plan {short_id(plan_id)} is damaged in the ledger.",
            why="Its content has another SHA-256 than its id.",
            fix="Make a new plan of the same campaign: what the ledger knows as sent is not sent again.",
        )
    return msgspec.json.decode(row.content, type=Plan)


def entries(connection: Connection, limit: int, campaign: str | None) -> list[PlanEntry]:
    """The plans, the latest first; of one campaign, or of all."""
    latest = select(*_FACTS).order_by(PLANS.c.created_at.desc(), PLANS.c.plan_id).limit(limit)
    return _listed(connection, latest if campaign is None else latest.where(PLANS.c.campaign == campaign))


def entry(connection: Connection, plan_id: str) -> PlanEntry:
    """One of them, by its whole id."""
    return _listed(connection, select(*_FACTS).where(PLANS.c.plan_id == plan_id))[0]


def note(connection: Connection, plan_id: str, **values: Any) -> None:
    """Keep something about a plan; of what is kept already, the first stays."""
    first = {name: func.coalesce(PLANS.c[name], value) for name, value in values.items()}
    connection.execute(update(PLANS).where(PLANS.c.plan_id == plan_id).values(**first))


def resume(connection: Connection, plan_id: str) -> None:
    """Have a plan that was stopped go on."""
    goes_on = {"stopped_at": None, "stopped_by": None}
    connection.execute(update(PLANS).where(PLANS.c.plan_id == plan_id).values(**goes_on))


def is_stopped(connection: Connection, plan_id: str, ledger: str) -> bool:
    """Whether somebody stopped a plan, or purged a person in it.

    Raises:
        PlanUnknown: There is no such plan.
    """
    row = connection.execute(
        select(PLANS.c.stopped_at, PLANS.c.purged_at).where(PLANS.c.plan_id == plan_id)
    ).first()
    if row is None:
        raise _unknown(plan_id, ledger)
    return row.stopped_at is not None or row.purged_at is not None


def _listed(connection: Connection, wanted: Select[Any]) -> list[PlanEntry]:
    rows = connection.execute(wanted).all()
    outcomes = sendings.outcomes(connection, [row.plan_id for row in rows])
    return [_entry(row, outcomes[row.plan_id]) for row in rows]


def _entry(row: Row[Any], outcomes: dict[Outcome, int]) -> PlanEntry:
    return PlanEntry(
        plan_id=row.plan_id,
        campaign=row.campaign,
        workspace_id=row.workspace_id,
        message_type=row.message_type,
        replies=row.replies,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        stopped_at=row.stopped_at,
        outcomes=outcomes,
        purged=row.purged_at is not None,
    )


def _unknown(name: str, ledger: str) -> PlanUnknown:
    return PlanUnknown(
        f"The ledger, {ledger}, knows no plan {name[:12]}.",
        why="The id is mistyped, or it is another ledger: by --data-dir or INTERCOM_LEDGER_URL, or lost and "
        "begun anew.",
        fix="See its plans: intercom-pipeline replies list. Where the plan's ledger is lost, nobody knows "
        "what it sent: look at the conversations before you make a new one.",
    )
