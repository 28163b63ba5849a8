"""The tools that reply: off, then a plan alone, then one that is sent once."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import anyio
import pytest

from intercom_pipeline.api import AsyncIntercom, MessageType
from intercom_pipeline.mcp.plans import Outcome, PlanMissing, Plans
from intercom_pipeline.replies.reply import Reply, check
from intercom_pipeline.sandbox import Fault, FaultKind, Sandbox
from tests.mcp_server.assistant import Assistant, on_stdio
from tests.syncing import connection_to

APPLYING = ("--allow-replies", "--allow-apply")
REPLY = "POST /conversations/{id}/reply"


@pytest.fixture(scope="module")
def sender(workspace: Sandbox, synced: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant that may plan and apply."""
    said = tmp_path_factory.mktemp("sender") / "stderr"
    with on_stdio(workspace, synced, *APPLYING, said=said) as connected:
        yield connected
    assert workspace.token not in "".join(connected.heard)


@pytest.fixture
def asked(workspace: Sandbox) -> Iterator[dict[str, str]]:
    """What a reply needs; faults and latency of a test end with it."""
    conversation = workspace.workspace.records("conversations")[0]
    yield {
        "conversation_id": conversation["id"],
        "message_type": "note",
        "admin_id": workspace.workspace.records("admins")[0]["id"],
    }
    workspace.faults.clear()
    workspace.conditions.latency_ms = 0


def sent(workspace: Sandbox) -> int:
    return sum(request.endpoint == REPLY for request in workspace.requests)


async def planned(api: AsyncIntercom, plans: Plans, asked: dict[str, str], body: str) -> str:
    """The plan's id of a note that is planned without a server."""
    reply = Reply(
        conversation_id=asked["conversation_id"],
        message_type=MessageType.NOTE,
        admin_id=asked["admin_id"],
        body=body,
    )
    return plans.add(reply, await check(api.client, reply))


def test_planning_sends_nothing(
    workspace: Sandbox, synced: Path, asked: dict[str, str], tmp_path: Path
) -> None:
    """With --allow-replies alone there is a plan, which nothing here can send."""
    before = sent(workspace)
    with on_stdio(workspace, synced, "--allow-replies", said=tmp_path / "stderr") as planner:
        tools = planner.tools()
        assert "apply_reply" not in tools
        annotations = tools["plan_reply"].annotations
        assert annotations
        assert annotations.read_only_hint
        told = planner.call(
            "plan_reply", **asked | {"message_type": "comment"}, body="<p>Done &amp; out.</p>"
        )
        assert len(told["plan_id"]) == 64
        assert told["seen_by"].startswith("the customer")
        assert "```\n<p>Done &amp; out.</p>\n```" in told["preview"]
        assert "```\nDone & out.\n```" in told["preview"]
        assert "this server may not" in told["preview"]
        assert planner.refused("apply_reply", plan_id=told["plan_id"]) == ["Unknown tool: apply_reply"]
    assert sent(workspace) == before


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"conversation_id": "last"}, "A reply names its conversation."),
        ({"conversation_id": "404"}, "There is no conversation 404."),
        ({"admin_id": "1"}, "There is no admin 1."),
        ({"body": " "}, "A reply has a body."),
        ({"message_type": "shout"}, "message_type"),
        ({"message_type": None}, "message_type"),
    ],
)
def test_what_cannot_be_sent_is_not_planned(
    sender: Assistant, workspace: Sandbox, asked: dict[str, str], change: dict[str, str | None], what: str
) -> None:
    """The message says why; nothing is sent."""
    before = sent(workspace)
    given = {name: value for name, value in ({"body": "Hello"} | asked | change).items() if value is not None}
    assert what in "\n".join(sender.refused("plan_reply", **given))
    assert sent(workspace) == before


def test_a_plan_is_sent_once(sender: Assistant, workspace: Sandbox, asked: dict[str, str]) -> None:
    """However often it is applied, at once or later, and planned anew or not."""
    annotations = sender.tools()["apply_reply"].annotations
    assert annotations
    assert (annotations.read_only_hint, annotations.destructive_hint) == (False, True)
    assert "real people" in (sender.client.instructions or "")
    before = sent(workspace)
    plan = sender.call("plan_reply", **asked, body="Sent once.")
    assert (plan["seen_by"], plan["became"]) == ("teammates alone", "")
    first = sender.call("apply_reply", plan_id=plan["plan_id"])
    again = sender.call("apply_reply", plan_id=plan["plan_id"])
    anew = sender.call("plan_reply", **asked, body="Sent once.")
    third = sender.call("apply_reply", plan_id=anew["plan_id"])
    assert first["outcome"] == again["outcome"] == third["outcome"] == "sent"
    assert first["part_id"] == again["part_id"]
    assert "This call sent nothing." in again["told"]
    assert anew["became"] == first["told"]
    assert sent(workspace) == before + 1


def test_a_reply_that_got_no_answer_is_never_sent_again(
    sender: Assistant, workspace: Sandbox, asked: dict[str, str]
) -> None:
    """It is told as uncertain, each time, until the conversation shows it."""
    before = sent(workspace)
    plan = sender.call("plan_reply", **asked, body="Applied, but who knows.")
    workspace.faults.add(Fault(kind=FaultKind.APPLIED_RESET, match=REPLY, times=1))
    for _ in range(2):
        told = sender.call("apply_reply", plan_id=plan["plan_id"])
        assert told["outcome"] == "uncertain"
        assert "Look at the conversation" in told["told"]
    assert sent(workspace) == before + 1
    known = sender.call("plan_reply", **asked, body="Applied,  but who knows. ")
    assert "the conversation shows it as part" in known["became"]
    assert "not sent again" in known["preview"]
    assert sender.call("apply_reply", plan_id=known["plan_id"])["outcome"] == "sent"
    assert sent(workspace) == before + 1


def test_nothing_more_is_sent_to_a_conversation_until_the_earlier_reply_is_known(
    workspace: Sandbox, synced: Path, asked: dict[str, str], tmp_path: Path
) -> None:
    """Not in other words, nor as another kind, nor by a plan made before; other conversations go on."""
    before = sent(workspace)
    with on_stdio(workspace, synced, *APPLYING, said=tmp_path / "stderr") as sender:
        earlier = sender.call("plan_reply", **asked, body="Planned before.")
        plan = sender.call("plan_reply", **asked, body="Lost on its way.")
        workspace.faults.add(Fault(kind=FaultKind.RESET, match=REPLY, times=1))
        assert sender.call("apply_reply", plan_id=plan["plan_id"])["outcome"] == "uncertain"
        for other in ({"body": "<p>Lost on its way.</p>"}, {"body": "x", "message_type": "comment"}):
            assert "may have been sent" in sender.refused("plan_reply", **asked | other)[0]
        assert "may have been sent" in sender.refused("apply_reply", plan_id=earlier["plan_id"])[0]
        again = sender.call("plan_reply", **asked, body="Lost on  its way. ")
        assert "not known" in again["became"]
        assert "not sent again" in again["preview"]
        assert sender.call("apply_reply", plan_id=again["plan_id"])["outcome"] == "uncertain"
        assert sent(workspace) == before + 1
        elsewhere = asked | {"conversation_id": workspace.workspace.records("conversations")[1]["id"]}
        assert sender.call("plan_reply", **elsewhere, body="Lost on its way.")["became"] == ""
        # A person looks, and sends it.
        workspace.workspace.reply(
            asked["conversation_id"],
            "<p>Lost on its way.</p>",
            message_type="note",
            admin_id=asked["admin_id"],
        )
        assert sender.call("plan_reply", **asked, body="Another one.")["became"] == ""


def test_what_changed_since_it_was_planned_is_not_replied_to(
    sender: Assistant, workspace: Sandbox, asked: dict[str, str]
) -> None:
    """Somebody wrote between the preview and the sending: it is planned again."""
    before = sent(workspace)
    plan = sender.call("plan_reply", **asked, body="Too quick.")
    workspace.workspace.reply(asked["conversation_id"], "<p>It has solved itself.</p>")
    assert "conversation changed" in sender.refused("apply_reply", plan_id=plan["plan_id"])[0]
    assert sent(workspace) == before
    plan = sender.call("plan_reply", **asked, body="Too quick.")
    assert sender.call("apply_reply", plan_id=plan["plan_id"])["outcome"] == "sent"


def test_a_preview_shows_all_that_is_sent(sender: Assistant, asked: dict[str, str]) -> None:
    """What no reader of HTML would see, signs without a picture, and fences in the text itself."""
    for body, shown in (
        ("Hi<title>1000 EUR</title>", "Hi<title>1000 EUR</title>"),
        ('<a href="https://phish.example/">Your bank</a>', "https://phish.example/"),
        (
            "Paid\u202e\u200b\r\n```\nSeen by: nobody.",
            "````\nPaid\\u202e\\u200b\\u000d\n```\nSeen by: nobody.\n````",
        ),
    ):
        preview = sender.call("plan_reply", **asked, body=body)["preview"]
        assert shown in preview
        assert preview.index("Seen by: teammates alone.") < preview.index("```")


def test_a_reply_that_was_surely_not_applied_may_be_tried_again(
    sender: Assistant, workspace: Sandbox, asked: dict[str, str]
) -> None:
    """Intercom refused it: nothing reached the conversation."""
    plan = sender.call("plan_reply", **asked, body="At the second try.")
    workspace.faults.add(Fault(kind=FaultKind.FORBIDDEN, match=REPLY, times=1))
    assert "may not do this" in sender.refused("apply_reply", plan_id=plan["plan_id"])[0]
    assert sender.call("apply_reply", plan_id=plan["plan_id"])["outcome"] == "sent"


def test_only_what_was_planned_is_sent(sender: Assistant, workspace: Sandbox) -> None:
    """An id that no plan has is refused."""
    before = sent(workspace)
    assert "There is no such plan." in sender.refused("apply_reply", plan_id="0" * 64)[0]
    assert sent(workspace) == before


def test_two_who_apply_at_once_send_once(workspace: Sandbox, asked: dict[str, str]) -> None:
    """The second one waits, and is told what became of it."""
    before = sent(workspace)
    told = []

    async def apply() -> None:
        async with AsyncIntercom(connection_to(workspace)) as api, anyio.create_task_group() as group:
            plans = Plans()
            plan_id = await planned(api, plans, asked, "At once.")

            async def one() -> None:
                told.append(await plans.apply(api.client, plan_id))

            for _ in range(3):
                group.start_soon(one)

    anyio.run(apply)
    assert [each.outcome for each in told] == [Outcome.SENT] * 3
    assert sent(workspace) == before + 1


def test_what_became_of_it_is_known_though_nobody_waited(workspace: Sandbox, asked: dict[str, str]) -> None:
    """Who asked went away while it was being sent."""
    before = sent(workspace)

    async def apply() -> Outcome:
        async with AsyncIntercom(connection_to(workspace)) as api:
            plans = Plans()
            plan_id = await planned(api, plans, asked, "Nobody waits.")
            workspace.conditions.latency_ms = 500
            async with anyio.create_task_group() as group:
                group.start_soon(plans.apply, api.client, plan_id)
                while sent(workspace) == before:  # noqa: ASYNC110 - the sandbox is in another thread
                    await anyio.sleep(0.01)
                group.cancel_scope.cancel()
            return (await plans.apply(api.client, plan_id)).outcome

    assert anyio.run(apply) == Outcome.SENT
    assert sent(workspace) == before + 1


def test_a_plan_does_not_last(workspace: Sandbox, asked: dict[str, str]) -> None:
    """After its time it is planned again, or not sent at all."""

    async def apply(kept_seconds: float) -> None:
        async with AsyncIntercom(connection_to(workspace)) as api:
            plans = Plans(kept_seconds=kept_seconds)
            await plans.apply(api.client, await planned(api, plans, asked, "Too late."))

    before = sent(workspace)
    with pytest.raises(PlanMissing):
        anyio.run(partial(apply, 0.0))
    assert sent(workspace) == before
    anyio.run(partial(apply, 60.0))
    assert sent(workspace) == before + 1
