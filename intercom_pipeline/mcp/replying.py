"""The tools that reply: one makes a plan and sends nothing, the other sends a plan once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypedDict

from mcp_types import CallToolResult
from pydantic import Field

from intercom_pipeline.api.client import AsyncIntercom
from intercom_pipeline.intercom.plain import text_of
from intercom_pipeline.mcp.plans import Plans
from intercom_pipeline.mcp.reading import ConversationId, answer
from intercom_pipeline.replies.reply import MessageType, Reply, check

Kind = Annotated[
    Literal["comment", "note"],
    Field(description="comment: the customer sees it. note: teammates alone see it. There is no default."),
]
AdminId = Annotated[str, Field(max_length=64, description="The id of the admin who replies.")]
Body = Annotated[str, Field(max_length=20_000, description="The text, plain or HTML.")]
PlanId = Annotated[str, Field(max_length=64, description="The plan_id that plan_reply gave.")]


class Planned(TypedDict):
    """A reply that is planned; nothing was sent."""

    plan_id: Annotated[str, Field(description="The SHA-256 of what would be sent.")]
    seen_by: Annotated[str, Field(description="Who will see it.")]
    preview: Annotated[str, Field(description="What would be sent, to show to the person who decides.")]
    became: Annotated[str, Field(description="What became of it, where it was sent before; else empty.")]


class Applied(TypedDict):
    """What became of a plan."""

    plan_id: Annotated[str, Field(description="The plan.")]
    outcome: Annotated[
        Literal["sent", "uncertain"],
        Field(description="uncertain: sent, and no answer says whether Intercom applied it."),
    ]
    told: Annotated[str, Field(description="What to tell about it.")]
    part_id: Annotated[str | None, Field(description="The conversation part that it became.")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Replying:
    """The two tools, and the plans between them."""

    api: AsyncIntercom
    may_apply: bool
    plans: Plans = field(default_factory=Plans)

    async def plan_reply(
        self, conversation_id: ConversationId, message_type: Kind, admin_id: AdminId, body: Body
    ) -> Annotated[CallToolResult, Planned]:
        """Check a reply to a conversation and preview it. Nothing is sent.

        Show the preview to the person you work for, and let them decide.
        """
        reply = Reply(
            conversation_id=conversation_id,
            message_type=MessageType(message_type),
            admin_id=admin_id,
            body=body,
        )
        conversation = await check(self.api.client, reply)
        plan_id = self.plans.add(reply)
        became = self.plans.became(plan_id)
        return answer(
            Planned(
                plan_id=plan_id,
                seen_by=_seen_by(reply, conversation),
                preview=self._preview(reply, conversation),
                became=became.told if became else "",
            )
        )

    async def apply_reply(self, plan_id: PlanId) -> Annotated[CallToolResult, Applied]:
        """Send a planned reply, after the person you work for has seen its preview and agreed.

        A plan is sent once: a second call sends nothing and says what became of the first. Where the outcome
        is `uncertain`, do not try in another way; a person looks at the conversation.
        """
        became = await self.plans.apply(self.api.client, plan_id)
        return answer(
            Applied(plan_id=plan_id, outcome=became.outcome.value, told=became.told, part_id=became.part_id)
        )

    def _preview(self, reply: Reply, conversation: Mapping[str, Any]) -> str:
        lines = [
            f"A {reply.message_type} in conversation {reply.conversation_id}, by admin {reply.admin_id}.",
            f"Seen by: {_seen_by(reply, conversation)}.",
            *_remarks(reply, conversation),
            "",
            text_of(reply.body) or reply.body,
            "",
            self._next(),
        ]
        return "\n".join(lines)

    def _next(self) -> str:
        if self.may_apply:
            return "Nothing was sent yet: apply_reply sends it, once, within 15 minutes."
        return (
            "Nothing was sent, and this server may not: a person sends it in Intercom, or with "
            "intercom-pipeline conversations reply."
        )


def _seen_by(reply: Reply, conversation: Mapping[str, Any]) -> str:
    if reply.message_type is MessageType.NOTE:
        return "teammates alone"
    author = (conversation.get("source") or {}).get("author") or {}
    named = f" ({author['name']})" if author.get("name") and author.get("type") != "admin" else ""
    return f"the customer{named}, by every channel of the conversation"


def _remarks(reply: Reply, conversation: Mapping[str, Any]) -> list[str]:
    source = conversation.get("source") or {}
    if reply.message_type is MessageType.COMMENT and source.get("type") == "email":
        return ["The conversation came by e-mail: Intercom may store the reply without e-mailing it."]
    return []
