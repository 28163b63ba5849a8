"""What is about to be sent and what became of it, within a transaction."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, func, select, tuple_, update
from sqlalchemy.sql.dml import ReturningInsert

from intercom_pipeline.replies.ledger.database import insert_into
from intercom_pipeline.replies.ledger.tables import PLANS, SENDINGS
from intercom_pipeline.replies.ledger.values import (
    SURELY_NOT_APPLIED,
    Intent,
    Key,
    Outcome,
    Sending,
    Step,
)
from intercom_pipeline.steering import one_line

FOUND_OUT: Final = {
    Outcome.SENT: frozenset({Outcome.UNKNOWN, Outcome.HELD}),
    Outcome.HELD: frozenset({Outcome.UNKNOWN}),
    Outcome.STALE: frozenset({Outcome.HELD}),
}
"""What may be found out about a step whose outcome is one of these."""
_KEY: Final = tuple(SENDINGS.primary_key.columns)
_AT_ONCE: Final = 1_000
"""Rows, or ids, in one statement; SQLite takes 32,766 values."""
_WIDEST: Final = 1_000
"""Characters of a reason or a name that are kept."""


def claim(connection: Connection, intent: Intent, again: Collection[Outcome], now: datetime) -> bool:
    """Note that a step is about to be done; False where its state is none of `again`.

    It is one statement: of any number of processes one gets True.
    """
    row = _row(intent) | {"outcome": Outcome.INTENDED, "attempts": 1, "intended_at": now}
    claiming = _claiming(connection.dialect.name)
    return connection.execute(claiming, row | {"again": sorted(again)}).first() is not None


@cache
def _claiming(dialect: str) -> ReturningInsert[Any]:
    # Built once: it is run for each reply, and to build it takes longer than to run it.
    insert = insert_into(SENDINGS, dialect)
    afresh = {name: insert.excluded[name] for name in (*_FACTS, "outcome", "intended_at")}
    unknown = dict.fromkeys(("settled_at", "part_id", "request_id", "reason"))
    claimed = insert.on_conflict_do_update(
        index_elements=_KEY,
        set_=afresh | unknown | {"attempts": SENDINGS.c.attempts + 1},
        where=SENDINGS.c.outcome.in_(bindparam("again", expanding=True)),
    )
    return claimed.returning(SENDINGS.c.attempts)


def settle(
    connection: Connection, key: Key, *, run_id: str, outcome: Outcome, now: datetime, **facts: str | None
) -> bool:
    """Note what became of a step; False where this run did not intend it, or has noted another outcome."""
    # The same outcome once more: whether a commit came through is not known where its answer was lost.
    mine = and_(SENDINGS.c.outcome.in_([Outcome.INTENDED, outcome]), SENDINGS.c.run_id == run_id)
    return _change(connection, key, mine, outcome=outcome, settled_at=now, **_cleaned(facts))


def take_back(connection: Connection, intent: Intent, before: Sending | None) -> None:
    """Put back what was known of a step before this run intended it; what another run noted since stays."""
    mine = and_(*_is(intent.key), SENDINGS.c.outcome == Outcome.INTENDED, SENDINGS.c.run_id == intent.run_id)
    if before is None:
        connection.execute(delete(SENDINGS).where(mine))
    else:
        # What was said about a person who was purged meanwhile does not come back.
        plans = {intent.plan_id, before.intent.plan_id}
        purged = select(PLANS.c.plan_id).where(PLANS.c.plan_id.in_(plans), PLANS.c.purged_at.is_not(None))
        facts = _stored(before) | ({"reason": None} if connection.execute(purged).first() else {})
        connection.execute(update(SENDINGS).where(mine).values(**facts))


def is_intended(connection: Connection, intent: Intent) -> bool:
    """Whether a step is still intended by the run of the intent."""
    asked = select(SENDINGS.c.outcome, SENDINGS.c.run_id).where(*_is(intent.key))
    row = connection.execute(asked).first()
    return row is not None and (row.outcome, row.run_id) == (Outcome.INTENDED, intent.run_id)


def resolve(
    connection: Connection, key: Key, *, outcome: Outcome, now: datetime, **facts: str | None
) -> bool:
    """Note what was found out about a step that was not known; False where it was."""
    uncertain = SENDINGS.c.outcome.in_(sorted(FOUND_OUT[outcome]))
    return _change(connection, key, uncertain, outcome=outcome, settled_at=now, **_cleaned(facts))


def skip(connection: Connection, intent: Intent, outcome: Outcome, reason: str, now: datetime) -> None:
    """Note that a step was not begun, and why, unless it was applied or may have been.

    What is held, and still is, is held for that reason now; all else that is known of it stays.
    """
    said = _cleaned({"reason": reason})
    insert = insert_into(SENDINGS, connection.dialect.name).values(
        **_row(intent), outcome=outcome, attempts=0, intended_at=now, settled_at=now, **said
    )
    afresh = {name: insert.excluded[name] for name in (*_FACTS, "outcome", "settled_at", "reason")}
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=_KEY,
            set_=afresh,
            where=SENDINGS.c.outcome.in_(sorted(SURELY_NOT_APPLIED)),
        )
    )
    if outcome is Outcome.HELD:
        _change(connection, intent.key, SENDINGS.c.outcome == Outcome.HELD, **said)


def recover(connection: Connection, run_id: str, now: datetime) -> int:
    """Note of what other runs intended that it is not known; gives how many there were.

    From now on, by this machine's clock: that of the one that is gone may have been another.
    """
    left = and_(SENDINGS.c.outcome == Outcome.INTENDED, SENDINGS.c.run_id != run_id)
    reason = "The process that sent it ended before it noted an answer."
    changed = connection.execute(
        update(SENDINGS).where(left).values(outcome=Outcome.UNKNOWN, settled_at=now, reason=reason)
    )
    return changed.rowcount


def of_plan(connection: Connection, plan_id: str) -> list[Sending]:
    """What a plan intended last, in that order."""
    order = (SENDINGS.c.intended_at, SENDINGS.c.conversation_id, SENDINGS.c.step)
    rows = connection.execute(select(SENDINGS).where(SENDINGS.c.plan_id == plan_id).order_by(*order))
    return [_sending(row) for row in rows]


def known(
    connection: Connection, workspace_id: str, campaign: str, ids: Sequence[str], step: Step
) -> Iterator[Sending]:
    """What is known of these conversations in a campaign."""
    for start in range(0, len(ids), _AT_ONCE):
        wanted = and_(
            SENDINGS.c.workspace_id == workspace_id,
            SENDINGS.c.campaign == campaign,
            SENDINGS.c.step == step,
            SENDINGS.c.conversation_id.in_(ids[start : start + _AT_ONCE]),
        )
        yield from map(_sending, connection.execute(select(SENDINGS).where(wanted)))


def after(connection: Connection, last: Key | None) -> list[Sending]:
    """The sendings whose keys come next, in the order of keys; none where all were had."""
    wanted = select(SENDINGS).order_by(*_KEY).limit(_AT_ONCE)
    if last is not None:
        place = (last.workspace_id, last.campaign, last.conversation_id, last.step)
        wanted = wanted.where(tuple_(*_KEY) > tuple_(*place))
    return [_sending(row) for row in connection.execute(wanted)]


def replies_since(connection: Connection, workspace_id: str, moment: datetime) -> int:
    """How many replies of a workspace were intended, whatever became of them."""
    intended = and_(
        SENDINGS.c.workspace_id == workspace_id,
        SENDINGS.c.intended_at >= moment,
        SENDINGS.c.step == Step.REPLY,
        SENDINGS.c.attempts > 0,
    )
    return connection.scalar(select(func.count()).select_from(SENDINGS).where(intended)) or 0


def outcomes(connection: Connection, plan_ids: Collection[str]) -> dict[str, dict[Outcome, int]]:
    """How many replies of each plan have which outcome."""
    counted = (
        select(SENDINGS.c.plan_id, SENDINGS.c.outcome, func.count())
        .where(SENDINGS.c.plan_id.in_(plan_ids), SENDINGS.c.step == Step.REPLY)
        .group_by(SENDINGS.c.plan_id, SENDINGS.c.outcome)
    )
    found: dict[str, dict[Outcome, int]] = {plan_id: {} for plan_id in plan_ids}
    for plan_id, outcome, number in connection.execute(counted):
        found[plan_id][Outcome(outcome)] = number
    return found


_FACTS: Final = ("plan_id", "run_id", "applied_by", "admin_id", "message_type", "body_sha256", "newest_part")


def _row(intent: Intent) -> dict[str, Any]:
    facts = {
        "plan_id": intent.plan_id,
        "run_id": intent.run_id,
        "applied_by": one_line(intent.by, _WIDEST),
        "admin_id": intent.admin_id,
        "message_type": intent.message_type,
        "body_sha256": intent.body_sha256,
        "newest_part": intent.newest_part,
    }
    return _key(intent.key) | facts


def _key(key: Key) -> dict[str, str]:
    return {
        "workspace_id": key.workspace_id,
        "campaign": key.campaign,
        "conversation_id": key.conversation_id,
        "step": key.step,
    }


def _is(key: Key) -> list[ColumnElement[bool]]:
    return [SENDINGS.c[name] == value for name, value in _key(key).items()]


def _stored(sending: Sending) -> dict[str, Any]:
    return _row(sending.intent) | {
        "outcome": sending.outcome,
        "attempts": sending.attempts,
        "intended_at": sending.intended_at,
        "settled_at": sending.settled_at,
        "part_id": sending.part_id,
        "request_id": sending.request_id,
        "reason": sending.reason,
    }


def _change(connection: Connection, key: Key, where: ColumnElement[bool], **values: Any) -> bool:
    return connection.execute(update(SENDINGS).where(*_is(key), where).values(**values)).rowcount == 1


def _cleaned(facts: dict[str, str | None]) -> dict[str, str | None]:
    """What is said, on one line; what is not said stays as it was."""
    return {name: one_line(value, _WIDEST) for name, value in facts.items() if value is not None}


def _sending(row: Row[Any]) -> Sending:
    key = Key(
        workspace_id=row.workspace_id,
        campaign=row.campaign,
        conversation_id=row.conversation_id,
        step=Step(row.step),
    )
    intent = Intent(
        key=key,
        plan_id=row.plan_id,
        run_id=row.run_id,
        by=row.applied_by,
        admin_id=row.admin_id,
        message_type=row.message_type,
        body_sha256=row.body_sha256,
        newest_part=row.newest_part,
    )
    return Sending(
        intent=intent,
        outcome=Outcome(row.outcome),
        attempts=row.attempts,
        intended_at=row.intended_at,
        settled_at=row.settled_at,
        part_id=row.part_id,
        request_id=row.request_id,
        reason=row.reason,
    )
