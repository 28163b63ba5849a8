"""A preview says how many, to whom, as whom, and what is read."""

import json
from typing import Any

import pytest

from intercom_pipeline.replies.plan import Action, Plan, PlannedReply, Refusal, Seen, Then
from intercom_pipeline.replies.planning.preview import preview
from intercom_pipeline.replies.planning.preview_lines import about, following
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.replies.sending.pace import Pace
from tests.replies.planned import plan, reply


def shown(made: Plan, **pace: Any) -> str:
    return "\n".join(preview(made, Pace(**pace)).lines())


def examples(*replies: PlannedReply) -> list[str]:
    return [each.row for each in preview(plan(*replies), Pace()).examples]


def test_a_preview_says_what_is_sent_to_whom_and_what_to_type() -> None:
    """In lines that a person reads before confirming."""
    closed = Seen(updated_at=1, state="closed", parts=1)
    made = plan(
        reply(1, body="<p>Dear Ada,</p><p>it is fixed.</p>"),
        reply(2, channel="email", seen=closed, remarks=("It is closed.",)),
        then=Then(action=Action.SNOOZE, until=1_772_355_600),
        refused=(Refusal(row="row 9", conversation_id="9", reason="It is gone."),),
        remarks=("All of it is odd.",),
    )
    assert shown(made, per_second=0.1).splitlines() == [
        f"Plan        {made.plan_id[:8]}, campaign outage",
        "Workspace   Trellis (abc123) at https://api.intercom.io",
        "As          Maya (7)",
        "Seen by     THE CUSTOMER, as a comment",
        "Afterwards  each conversation is snoozed until 2026-03-01 09:00 UTC",
        "Replies     2 (1 refused)",
        "State       1 open, 1 closed",
        "Began by    1 Messenger, 1 e-mail",
        "Takes       about 20 seconds at 0.1 a second",
        "Good until  2026-03-02 12:30 UTC",
        "Note        All of it is odd.",
        "Note        1 of 2: It is closed.",
        "",
        "Conversation 101 with Customer 1 (row 2)",
        "    Dear Ada,",
        "    it is fixed.",
        "",
        "Conversation 102 with Customer 2 (row 3)",
        "  (It is closed.)",
        "    Hello 2",
        "",
        "Refused:",
        "  1 conversation: It is gone.",
        "    row 9: conversation 9",
        "",
        "Nothing was sent. To send it:",
        f"  intercom-pipeline replies apply {made.plan_id[:8]} --rate 0.1",
        "and type: send 2",
    ]


def test_a_note_is_seen_by_teammates_alone() -> None:
    """Which the customer sees nothing of."""
    assert "teammates alone, as a note" in shown(plan(message_type=MessageType.NOTE))


def test_options_and_attachments_are_shown_with_each_example() -> None:
    """A quick reply without a text, too."""
    made = plan(
        reply(1, body=""),
        message_type=MessageType.QUICK_REPLY,
        options=("Yes", "No"),
        attachment_urls=("https://a.example/b.png",),
    )
    assert "    [attached: https://a.example/b.png]\n    [Yes]  [No]\n" in shown(made)


def test_where_links_lead_is_shown() -> None:
    """Whoever confirms a plan would read their texts alone."""
    body = "<a class=x href='https://a.example/?a=1&amp;b=2'>Here</a> or <A HREF=mailto:a@b.example>ask</A>"
    lines = shown(plan(reply(1, body=body)))
    assert (
        "    Here or ask\n    [link: https://a.example/?a=1&b=2]\n    [link: mailto:a@b.example]\n" in lines
    )


def test_examples_are_of_different_kinds() -> None:
    """And where all are of one kind, the first, the one in the middle and the last."""
    alike = [reply(number) for number in range(1, 10)]
    assert examples(*alike) == ["row 2", "row 6", "row 10"]
    assert examples(*alike, reply(10, channel="email"), reply(11, remarks=("Odd.",))) == [
        "row 2",
        "row 11",
        "row 12",
    ]
    assert examples(reply(1)) == ["row 2"]
    assert examples(reply(1), reply(2)) == ["row 2", "row 3"]


def test_refusals_are_told_by_reason_the_most_frequent_first() -> None:
    """Some twenty rows of them, and how many more there are."""
    refused = [
        Refusal(row=f"row {number}", conversation_id=str(number), reason="Rare." if number < 3 else "Usual.")
        for number in range(1, 31)
    ]
    lines = shown(plan(refused=tuple(refused))).splitlines()
    start = lines.index("Refused:")
    assert lines[start + 1] == "  28 conversations: Usual."
    assert lines[start + 2] == "    row 3: conversation 3"
    assert lines[start + 12 : start + 16] == [
        "    and 18 more",
        "  2 conversations: Rare.",
        "    row 1: conversation 1",
        "    row 2: conversation 2",
    ]


@pytest.mark.parametrize(
    ("caps", "said"),
    [
        ({}, "about 2 minutes at 2 a second\n"),
        ({"most_per_run": 100}, "in 3 runs of at most 100\n"),
        ({"most_per_day": 150}, "At most 150 can be sent before the plan expires"),
        ({"per_second": 0.001}, "At most 86 can be sent before the plan expires"),
        ({"most_per_run": 0}, "A run may send nothing: raise INTERCOM_REPLIES_PER_RUN"),
    ],
)
def test_what_a_run_and_a_day_allow_is_said(caps: dict[str, Any], said: str) -> None:
    """Before anything is sent, not when it stops half-way."""
    made = plan(*(reply(number) for number in range(201)))
    assert said in shown(made, **caps)


def test_what_others_wrote_steers_no_terminal() -> None:
    """Names, bodies, campaigns, remarks and rows stay on their lines."""
    evil = "\x1b[2J\u202e\r\nX"
    made = plan(
        reply(1, to=evil, row=evil, body=f"<p>{evil}</p>", remarks=(evil,), channel=evil),
        campaign=evil,
        workspace_name=evil,
        admin_name=evil,
        remarks=(evil,),
        then=Then(action=Action.TAG, target=evil, target_name=evil),
        refused=(Refusal(row=evil, conversation_id=evil, reason=evil),),
        attachment_urls=(evil,),
        options=(evil,),
    )
    for line in preview(made, Pace()).lines():
        assert not {"\x1b", "\u202e", "\r", "\n"} & set(line)


def test_a_long_body_is_cut() -> None:
    """The plan's file has all of it."""
    text = shown(plan(reply(1, body="".join(f"<p>Line {number}</p>" for number in range(20)))))
    assert "    Line 14\n    … and 5 lines more" in text
    assert "Line 15" not in text


def test_a_preview_for_programs_holds_the_facts() -> None:
    """With every refusal, and bodies as they are sent."""
    refused = tuple(Refusal(row=f"row {n}", conversation_id=str(n), reason="Gone.") for n in range(50))
    made = plan(refused=refused, then=Then(action=Action.TAG, target="9", target_name="vip"))
    told = json.loads(json.dumps(preview(made, Pace(most_per_run=1)).to_json()))
    assert told["plan_id"] == made.plan_id
    assert told["expires_at"] == "2026-03-02T12:30:00+00:00"
    assert (told["replies"], told["confirmation"], told["runs"]) == (2, "send 2", 2)
    assert told["then"] == {"action": "tag", "target": "9", "target_name": "vip"}
    assert told["examples"][0]["body"] == "<p>Hello 1</p>"
    assert told["examples"][0]["text"] == "Hello 1"
    assert told["refused"][49] == {"row": "row 49", "conversation_id": "49", "reason": "Gone."}


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (Then(action=Action.CLOSE), "closed"),
        (Then(action=Action.ASSIGN, target="7", target_name="Maya"), "assigned to Maya (7)"),
        (Then(action=Action.ASSIGN_TEAM, target="3"), "assigned to team 3"),
        (Then(action=Action.TAG, target="9", target_name="vip"), "tagged with vip (9)"),
    ],
)
def test_what_follows_is_told_in_words(then: Then, words: str) -> None:
    """With the name of its target where that is known."""
    assert following(then) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "about 1 second"), (75, "about 75 seconds"), (600, "about 10 minutes"), (9_000, "about 2 hours")],
)
def test_a_duration_is_told_roughly(seconds: float, words: str) -> None:
    """In the unit that says enough."""
    assert about(seconds) == words
