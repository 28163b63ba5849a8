"""Plans for tests: made by hand, or of what a sandbox holds."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from intercom_pipeline.auth.identity import identify_by
from intercom_pipeline.intercom.client import connect
from intercom_pipeline.replies.audience.recipient import Draft
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.plan import Plan, PlannedReply, Seen
from intercom_pipeline.replies.planning.making import Request, make_plan
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.sandbox import Sandbox
from tests.syncing import connection_to

BODY = "<p>It is fixed.</p>"


def reply(number: int, **changes: Any) -> PlannedReply:
    """A reply by hand, in the row after the header of its number."""
    fields: dict[str, Any] = {
        "row": f"row {number + 1}",
        "conversation_id": str(100 + number),
        "body": f"<p>Hello {number}</p>",
        "seen": Seen(updated_at=1_700_000_000, state="open", parts=2),
        "contact_ids": (f"c{number}",),
        "to": f"Customer {number}",
        "channel": "conversation",
    }
    return PlannedReply(**(fields | changes))


def plan(*replies: PlannedReply, **changes: Any) -> Plan:
    """A plan by hand."""
    fields: dict[str, Any] = {
        "campaign": "outage",
        "created_at": datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
        "ledger_id": "ledger-1",
        "workspace_id": "abc123",
        "workspace_name": "Trellis",
        "base_url": "https://api.intercom.io",
        "admin_id": "7",
        "admin_name": "Maya",
        "message_type": MessageType.COMMENT,
        "replies": replies or (reply(1), reply(2)),
    }
    return Plan(**(fields | changes))


def drafts(*ids: str, body: str = BODY) -> list[Draft]:
    """One for each conversation, in rows from 2 on."""
    return [Draft(row=f"row {number}", conversation_id=each, body=body) for number, each in enumerate(ids, 2)]


def planned(sandbox: Sandbox, folder: Path, wanted: Sequence[Draft], **changes: Any) -> Plan:
    """What is planned of a sandbox's conversations, as comments by its first admin unless changed."""
    first = next(iter(sandbox.workspace.collections["admins"]))["id"]
    fields: dict[str, Any] = {
        "campaign": "outage",
        "message_type": MessageType.COMMENT,
        "admin_id": first,
    } | changes

    async def make() -> Plan:
        async with connect(connection_to(sandbox)) as client:
            identity = await identify_by(client)
            with open_ledger(None, folder) as ledger:
                return await make_plan(client, identity, ledger, Request(**fields), wanted)

    return asyncio.run(make())
