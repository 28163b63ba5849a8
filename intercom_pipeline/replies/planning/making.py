"""Making a plan: every conversation is looked at before anything is sent, and so is whoever answers."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

import msgspec

from intercom_pipeline.auth.identity import Identity
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.ids import IdRefused
from intercom_pipeline.replies.audience.recipient import Draft
from intercom_pipeline.replies.campaign import campaign_named
from intercom_pipeline.replies.errors import PlanEmpty, PlanRefused
from intercom_pipeline.replies.ledger.values import SURELY_NOT_APPLIED, Outcome, Sending
from intercom_pipeline.replies.plan import MOST_REPLIES, Plan, PlannedReply, Refusal, Then, short_id
from intercom_pipeline.replies.planning.addressing import address
from intercom_pipeline.replies.planning.also_planned import Keeps, remarks_on_others
from intercom_pipeline.replies.planning.contacts import find_contacts
from intercom_pipeline.replies.planning.conversations import find_conversations
from intercom_pipeline.replies.planning.refusals import lines_of
from intercom_pipeline.replies.planning.verdicts import refusal, verdict
from intercom_pipeline.replies.reply import MessageType, Reply, ReplyRefused
from intercom_pipeline.steering import one_line

MOST_BYTES: Final = 48 * 2**20
"""How large a plan may be: 10,000 replies of some 4,000 signs each."""


class Knows(Keeps, Protocol):
    """What is asked of a ledger here."""

    @property
    def ledger_id(self) -> str:
        """Which ledger it is."""

    def known(
        self, workspace_id: str, campaign: str, conversation_ids: Sequence[str]
    ) -> Mapping[str, Sending]:
        """The replies of a campaign that it knows of, by the conversation's id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What somebody asks for.

    Attributes:
        campaign: What it is for, in any case: a conversation is answered once in a campaign.
        message_type: Who sees the replies.
        admin_id: The admin who answers.
        attachment_urls: Addresses of images that are shown with each.
        options: What a quick reply offers.
        then: What is done with each conversation afterwards.
    """

    campaign: str
    message_type: MessageType
    admin_id: str
    attachment_urls: Sequence[str] = ()
    options: Sequence[str] = ()
    then: Then | None = None


async def make_plan(
    client: Client, identity: Identity, ledger: Knows, request: Request, drafts: Sequence[Draft]
) -> Plan:
    """Look at every conversation and make a plan of those that can be answered, in the order given.

    Nothing is sent or stored: whoever wants the plan registers it in the ledger and writes its file.

    Raises:
        PlanRefused: What was asked for cannot be done for any conversation.
        PlanEmpty: None of the conversations can be answered; it says why.
        ReplyRefused: No reply could have these attachments or options.
        IntercomError: Intercom could not be asked.
        LedgerError: The ledger cannot be read.
    """
    _check_request(request)
    _check_drafts(drafts)
    frame = await _frame(client, identity, ledger.ledger_id, request)
    against = _unsendable(request, drafts)
    ids = [each.conversation_id for each in drafts if each.conversation_id not in against]
    known = await asyncio.to_thread(ledger.known, frame.workspace_id, frame.campaign, ids)
    against |= {key: why for key, sending in known.items() if (why := _answered(sending))}
    judged = await _judged(client, request.message_type, drafts, against)
    replies = tuple(each for each in judged if isinstance(each, PlannedReply))
    unanswered = {each.conversation_id: known.get(each.conversation_id) for each in replies}
    others = await asyncio.to_thread(_others, ledger, frame, unanswered)
    plan = msgspec.structs.replace(
        frame,
        replies=replies,
        refused=tuple(each for each in judged if isinstance(each, Refusal)),
        remarks=(*frame.remarks, *others),
    )
    check_plan(plan)
    return plan


def _others(ledger: Keeps, frame: Plan, unanswered: Mapping[str, Sending | None]) -> list[str]:
    return [*remarks_on_others(ledger, frame.workspace_id, frame.campaign, unanswered)]


async def _frame(client: Client, identity: Identity, ledger_id: str, request: Request) -> Plan:
    """The plan before any conversation was looked at."""
    now = datetime.now(UTC).replace(microsecond=0)
    addressed = await address(
        client,
        admin_id=request.admin_id,
        message_type=request.message_type,
        then=request.then,
        now=now,
    )
    return Plan(
        campaign=campaign_named(request.campaign),
        created_at=now,
        ledger_id=ledger_id,
        workspace_id=identity.workspace_id,
        workspace_name=identity.workspace_name and one_line(identity.workspace_name),
        base_url=client.connection.base_url,
        admin_id=request.admin_id,
        admin_name=addressed.admin_name,
        message_type=request.message_type,
        attachment_urls=tuple(request.attachment_urls),
        options=tuple(request.options),
        then=addressed.then,
        remarks=addressed.remarks,
    )


def _check_request(request: Request) -> None:
    """See that any reply could be sent like that.

    Raises:
        ReplyRefused: None could; it says what is right where a plan is made.
    """
    campaign_named(request.campaign)
    try:
        _reply(request, "1", "Any")
    except ReplyRefused as error:
        fix = "Nothing was planned. Correct it, then plan again."
        raise ReplyRefused(error.what, why=error.why, fix=fix) from None


def _reply(request: Request, conversation_id: str, body: str) -> Reply:
    return Reply(
        conversation_id=conversation_id,
        message_type=request.message_type,
        admin_id=request.admin_id,
        body=body,
        attachment_urls=request.attachment_urls,
        options=request.options,
    )


def _check_drafts(drafts: Sequence[Draft]) -> None:
    """See that there are neither none nor too many, and none for the same conversation as another."""
    if not drafts or len(drafts) > MOST_REPLIES:
        why = f"There are {len(drafts):,} conversations; a plan has 1 to {MOST_REPLIES:,}."
        raise PlanRefused("Nothing was planned.", why=why, fix="Name fewer, in several plans of a campaign.")
    rows: dict[str, str] = {}
    for each in drafts:
        if each.conversation_id in rows:
            raise PlanRefused(
                f"Conversation {one_line(each.conversation_id, 40)} is there twice.",
                why=f"It is in {one_line(rows[each.conversation_id])} and {one_line(each.row)}.",
                fix="Nothing was planned. Keep the one that is meant.",
            )
        rows[each.conversation_id] = each.row


def _unsendable(request: Request, drafts: Sequence[Draft]) -> dict[str, str]:
    """Why a draft could never be sent, by conversation."""
    against = {}
    for each in drafts:
        try:
            _reply(request, each.conversation_id, each.body)
        except (ReplyRefused, IdRefused) as error:
            against[each.conversation_id] = error.why
    return against


def _answered(sending: Sending) -> str | None:
    """Why the campaign does not answer a conversation again, by what the ledger knows."""
    if sending.outcome in SURELY_NOT_APPLIED:
        return None
    plan = f"plan {short_id(sending.intent.plan_id)}"
    match sending.outcome:
        case Outcome.SENT:
            return f"This campaign answered it already ({plan})."
        case Outcome.HELD:
            return f"An answer of this campaign is held ({plan}): look, then retry or resolve it there."
    return f"This campaign may have answered it already ({plan}): resolve that first."


async def _judged(
    client: Client, message_type: MessageType, drafts: Sequence[Draft], against: Mapping[str, str]
) -> list[PlannedReply | Refusal]:
    """What becomes of each draft; those that something is known against are not asked for."""
    wanted = [each.conversation_id for each in drafts if each.conversation_id not in against]
    found = await find_conversations(client, wanted)
    asked = found.values() if message_type.is_seen_by_customer else ()
    contacts = await find_contacts(client, (key for each in asked for key in each.contact_ids))
    return [
        refusal(each, against[each.conversation_id])
        if each.conversation_id in against
        else verdict(each, found.get(each.conversation_id), contacts, message_type)
        for each in drafts
    ]


def check_plan(plan: Plan) -> None:
    """See that something is left, and not too much of it.

    Raises:
        PlanEmpty: Nothing is.
        PlanRefused: It is more than `MOST_BYTES`.
    """
    if not plan.replies:
        raise PlanEmpty(
            "Nothing is left to send, so there is no plan.",
            why="\n".join(lines_of(plan.refused)),
            fix="Name other conversations; what this campaign answered, another one may answer again.",
        )
    if len(plan.content) > MOST_BYTES:
        raise PlanRefused(
            "The plan is too large.",
            why=f"It would take {len(plan.content) / 2**20:.0f} MiB, and {MOST_BYTES // 2**20} are allowed.",
            fix="Nothing was planned. Write shorter replies, or make several plans of the campaign.",
        )
