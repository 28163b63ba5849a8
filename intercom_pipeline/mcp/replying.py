"""The tools that reply: one makes a plan and sends nothing, the other sends a plan once."""

from dataclasses import dataclass, field
from typing import Annotated, Literal, TypedDict

from mcp_types import CallToolResult
from pydantic import Field

from intercom_pipeline.api.client import AsyncIntercom
from intercom_pipeline.mcp.plans import Plans
from intercom_pipeline.mcp.preview import preview, seen_by
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

    plan_id: Annotated[str, Field(description="The SHA-256 of what would be sent, blanks aside.")]
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

        Show the whole preview to the person you work for, and let them decide.
        """
        reply = Reply(
            conversation_id=conversation_id,
            message_type=MessageType(message_type),
            admin_id=admin_id,
            body=body,
        )
        conversation = await check(self.api.client, reply)
        plan_id = self.plans.add(reply, conversation)
        became = self.plans.became(plan_id)
        return answer(
            Planned(
                plan_id=plan_id,
                seen_by=seen_by(reply, conversation),
                preview=preview(reply, conversation, became=became, may_apply=self.may_apply),
                became=became.told if became else "",
            )
        )

    async def apply_reply(self, plan_id: PlanId) -> Annotated[CallToolResult, Applied]:
        """Send a planned reply, after the person you work for has seen its preview and agreed.

        A plan is sent once: a second call sends nothing and says what became of the first. It is refused
        where somebody wrote in the conversation since: plan again. Where the outcome is `uncertain`, do not
        try in another way; a person looks at the conversation.
        """
        became = await self.plans.apply(self.api.client, plan_id)
        return answer(
            Applied(plan_id=plan_id, outcome=became.outcome.value, told=became.told, part_id=became.part_id)
        )
