"""Finding out what became of replies nobody knows about: by reading their conversations, never by sending.

    UNKNOWN ──the conversation shows it──▶ SENT
       └─────it does not, or is gone─────▶ HELD   a person looks, and may have it tried again (`retry`),
                                                  or says what they found (`settle_held`): SENT or STALE

Intercom may apply a request after whoever sent it gave up: so nothing is settled before some minutes passed.
"""

import secrets
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from intercom_pipeline.auth.identity import identify_by
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.replies.errors import PlanRefused
from intercom_pipeline.replies.ledger.values import Outcome, Sending, Step
from intercom_pipeline.replies.plan import Plan, short_id
from intercom_pipeline.replies.reply import conversation_now
from intercom_pipeline.replies.sending import actions, shown
from intercom_pipeline.replies.sending.applicable import check_belongs
from intercom_pipeline.replies.sending.due import parts_taken
from intercom_pipeline.replies.sending.events import Settled
from intercom_pipeline.replies.sending.judging import GONE
from intercom_pipeline.replies.sending.ledger_thread import LedgerThread, in_thread
from intercom_pipeline.replies.sending.shown import Found
from intercom_pipeline.steering import one_line

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger

SETTLE_AFTER: Final = timedelta(minutes=5)
"""How long after a request got no answer its conversation is believed."""


async def resolve(
    client: Client,
    ledger: "Ledger",
    plan: Plan,
    *,
    settle_after: timedelta = SETTLE_AFTER,
    dry_run: bool = False,
) -> AsyncGenerator[Settled]:
    """Look for each reply of a plan whose outcome is not known, and tell what was found.

    What it is too early for is told as UNKNOWN, with how long to wait.

    Args:
        client: Who asks Intercom.
        ledger: The ledger; nobody else uses it meanwhile.
        plan: The plan, however old, stopped or not.
        settle_after: How long to wait after a request.
        dry_run: Note nothing.

    Raises:
        PlanRefused: The plan is another workspace's, host's or ledger's.
        LedgerBusy: A plan is being applied.
        LedgerError: The ledger cannot be used.
        IntercomError: A conversation could not be read; what was found so far is noted.
    """
    async with in_thread(ledger) as thread:
        identity, base_url = await identify_by(client), client.connection.base_url
        await thread.do(lambda ledger: check_belongs(plan, ledger, identity, base_url))
        async with _with_the_lost(thread, plan.plan_id, dry_run=dry_run):
            for sending in await thread.do(lambda ledger: _unknown(plan, ledger)):
                yield await _resolve(client, thread, plan, sending, settle_after, dry_run=dry_run)


@asynccontextmanager
async def _with_the_lost(ledger: LedgerThread, plan_id: str, *, dry_run: bool) -> AsyncGenerator[None]:
    """Count as unknown what runs that are gone left intended; nobody sends meanwhile."""
    if dry_run:
        yield
        return
    async with ledger.only_apply(plan_id):
        await ledger.do(lambda ledger: ledger.recover(f"resolve.{secrets.token_hex(4)}"))
        yield


def _unknown(plan: Plan, ledger: "Ledger") -> list[Sending]:
    return [each for each in ledger.sendings(plan.plan_id) if each.outcome is Outcome.UNKNOWN]


async def _resolve(
    client: Client,
    ledger: LedgerThread,
    plan: Plan,
    sending: Sending,
    settle_after: timedelta,
    *,
    dry_run: bool,
) -> Settled:
    key = sending.intent.key
    wait = (sending.settled_at or sending.intended_at) + settle_after - datetime.now(UTC)
    if wait > timedelta():
        minutes = ceil(wait / timedelta(minutes=1))
        reason = f"Intercom may yet apply it: look for it again in {minutes} min."
        return Settled(
            conversation_id=key.conversation_id, step=key.step, outcome=Outcome.UNKNOWN, reason=reason
        )
    found = await _look(client, ledger, plan, sending)
    outcome = Outcome.HELD if found.reason else Outcome.SENT
    reason = found.reason or shown.SHOWN
    if not dry_run:
        await ledger.do(lambda ledger: ledger.resolve(key, outcome, reason=reason, part_id=found.part_id))
    return Settled(conversation_id=key.conversation_id, step=key.step, outcome=outcome, reason=reason)


async def _look(client: Client, ledger: LedgerThread, plan: Plan, sending: Sending) -> Found:
    conversation_id = sending.intent.key.conversation_id
    conversation = await conversation_now(client, conversation_id)
    if conversation is None:
        return Found(reason=GONE)
    if sending.intent.key.step is Step.THEN:
        return _done(plan, conversation)
    planned = next(each for each in plan.replies if each.conversation_id == conversation_id)
    taken = await ledger.do(lambda ledger: parts_taken(plan, ledger))
    return shown.find(
        plan.reply_to(planned),
        conversation,
        after=sending.intent.newest_part,
        taken=taken.get(conversation_id, frozenset()),
    )


def _done(plan: Plan, conversation: Mapping[str, Any]) -> Found:
    is_done = plan.then is not None and actions.is_done(plan.then, conversation)
    return Found(reason=None if is_done else shown.NOTHING)


class FindingRefused(PlanRefused):
    """What a person says they found out is about something else than what is held."""


def settle_held(
    ledger: "Ledger",
    plan_id: str,
    *,
    sent: Collection[str] = (),
    not_sent: Collection[str] = (),
    by: str,
    dry_run: bool = False,
) -> list[Settled]:
    """Note what a person found out about what a plan holds; nothing is asked or sent.

    What they found is SENT, so that what follows it can be done. What they did not find is STALE: this plan
    leaves it, and a reply may be planned again in the same campaign.

    Args:
        ledger: The ledger.
        plan_id: The plan, by its whole id: however old, stopped or not, also one with a purged person.
        sent: The ids of the conversations in which they found it.
        not_sent: The ids of those in which it is not, and which this plan does not answer any more.
        by: Who they are, for the log.
        dry_run: Note nothing.

    Raises:
        FindingRefused: Nothing is held in one of these, or both was said of it; nothing was noted.
        LedgerBusy: A plan is being applied.
        LedgerError: The ledger cannot be used.
    """
    # Nobody who sends looks at the same meanwhile.
    with nullcontext() if dry_run else ledger.only_apply(plan_id):
        return _settled(ledger, plan_id, sent, not_sent, by, dry_run=dry_run)


def _settled(
    ledger: "Ledger",
    plan_id: str,
    sent: Collection[str],
    not_sent: Collection[str],
    by: str,
    *,
    dry_run: bool,
) -> list[Settled]:
    said = dict.fromkeys(sent, Outcome.SENT) | dict.fromkeys(not_sent, Outcome.STALE)
    known = [each for each in ledger.sendings(plan_id) if each.intent.key.conversation_id in said]
    held = [each.intent.key for each in known if each.outcome is Outcome.HELD]
    _check_findings(plan_id, said, {key.conversation_id for key in held}, both=set(sent) & set(not_sent))
    found = []
    for key in held:
        outcome = said[key.conversation_id]
        reason = f"{by} looked: it was {'sent' if outcome is Outcome.SENT else 'not sent'}."
        if not dry_run:
            ledger.resolve(key, outcome, reason=reason)
        found.append(
            Settled(conversation_id=key.conversation_id, step=key.step, outcome=outcome, reason=reason)
        )
    return found


def _check_findings(
    plan_id: str, said: Collection[str], held: Collection[str], *, both: Collection[str]
) -> None:
    fix = f"Nothing was noted. See what is held: intercom-pipeline replies status {short_id(plan_id)}"
    for each in sorted(both):
        why = "It was said to be sent, and not to be."
        raise FindingRefused(f"Of conversation {one_line(each, 40)} both was said.", why=why, fix=fix)
    for each in said:
        if each not in held:
            why = "Only what is held waits for a person: what is unknown is looked for by resolve first."
            raise FindingRefused(f"Nothing is held in conversation {one_line(each, 40)}.", why=why, fix=fix)
