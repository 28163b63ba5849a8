"""Before anything is sent, every conversation, contact and admin was looked at."""

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intercom_pipeline.intercom.errors import PermissionMissing
from intercom_pipeline.replies.audience.recipient import Draft
from intercom_pipeline.replies.campaign import campaign_named
from intercom_pipeline.replies.errors import PlanEmpty, PlanRefused
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import Outcome
from intercom_pipeline.replies.plan import Action, Plan, PlannedReply, Then
from intercom_pipeline.replies.planning.contacts import contact_of
from intercom_pipeline.replies.planning.conversations import conversation_of
from intercom_pipeline.replies.planning.finding import record_of
from intercom_pipeline.replies.planning.making import check_plan
from intercom_pipeline.replies.planning.verdicts import verdict
from intercom_pipeline.replies.reply import MessageType, ReplyRefused
from intercom_pipeline.sandbox import Fault, FaultKind, Options, Sandbox, Sizes, serve
from tests.replies.ledger.known import an_intent, put
from tests.replies.planned import drafts, plan, planned, reply

SIZES = Sizes(
    contacts=40, conversations=40, articles=0, companies=0, tickets=0, calls=0, long_conversations=0
)
SEARCH = "POST /conversations/search"
LOOKED_AT = ("id", "name", "email", "state", "source", "type", "author", "contacts", "statistics")
KEYS = st.sampled_from((*LOOKED_AT, "count_conversation_parts", "updated_at"))


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with serve(sizes=SIZES, options=Options(limit_per_minute=600_000)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """One for all tests; each makes conversations of its own."""
    running.requests.reset()
    yield running
    running.faults.clear()
    running.conditions.missing_permissions.clear()


def first_ids(sandbox: Sandbox) -> list[str]:
    """The ids of the conversations that were there from the start."""
    return [each["id"] for each in sandbox.workspace.collections["conversations"]][: SIZES.conversations]


def conversation(sandbox: Sandbox, contact: dict[str, Any] | None = None, /, **fields: Any) -> str:
    """The id of a new conversation with a new contact."""
    one = sandbox.workspace.create_contact(**({"name": "Ada", "email": "ada@a.example"} | (contact or {})))
    return str(sandbox.workspace.create_conversation(contact_id=one["id"], **fields)["id"])


def by_email(sandbox: Sandbox, **contact: Any) -> str:
    """The id of a new conversation that began by e-mail."""
    made = conversation(sandbox, contact)
    source = sandbox.workspace.collections["conversations"].get(made)["source"]
    sandbox.workspace.update_conversation(made, source=source | {"type": "email"})
    return made


def reasons(plan: Plan) -> dict[str, str]:
    return {each.conversation_id: each.reason for each in plan.refused}


def test_a_plan_names_everything_that_would_be_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    """Whom, by whom, where, and what each conversation is now; in the order asked for."""
    one, two = conversation(sandbox), conversation(sandbox, {"name": "Bob"})
    sandbox.workspace.close(two)
    plan = planned(sandbox, tmp_path, drafts(two, one))
    assert [each.conversation_id for each in plan.replies] == [two, one]
    assert [each.row for each in plan.replies] == ["row 2", "row 3"]
    assert [each.to for each in plan.replies] == ["Bob", "Ada"]
    assert [each.remarks for each in plan.replies] == [("It is closed.",), ()]
    held = sandbox.workspace.collections["conversations"].get(two)
    assert plan.replies[0].seen.updated_at == held["updated_at"]
    assert plan.replies[0].seen.parts == held["statistics"]["count_conversation_parts"]
    assert plan.replies[0].contact_ids == (held["contacts"]["contacts"][0]["id"],)
    admin = sandbox.workspace.collections["admins"].get(plan.admin_id)
    assert (plan.admin_name, plan.base_url) == (admin["name"], sandbox.url)
    assert plan.workspace_id == sandbox.workspace.app()["id_code"]
    assert sandbox.requests.count(SEARCH) == sandbox.requests.count("POST /contacts/search") == 1


def test_a_plan_changes_nothing_in_intercom(sandbox: Sandbox, tmp_path: Path) -> None:
    """It reads and searches alone."""
    planned(sandbox, tmp_path, drafts(conversation(sandbox)), then=Then(action=Action.CLOSE))
    asked = {request.endpoint for request in sandbox.requests}
    assert asked == {"GET /me", "GET /admins", SEARCH, "POST /contacts/search"}


def test_conversations_that_are_not_there_are_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    """A deleted one, one that never was, and one that was merged away; each by its row."""
    kept, deleted = conversation(sandbox), conversation(sandbox)
    sandbox.workspace.delete_conversation(deleted)
    plan = planned(sandbox, tmp_path, drafts(deleted, kept, "999"))
    assert [each.conversation_id for each in plan.replies] == [kept]
    assert [(each.row, each.reason) for each in plan.refused] == [
        ("row 2", "There is no such conversation."),
        ("row 4", "There is no such conversation."),
    ]


def test_what_a_search_does_not_find_yet_is_asked_for_alone(tmp_path: Path) -> None:
    """A new conversation and its contact reach search some minutes later."""
    slow = Options(searchable_after_seconds=3_600, now=1_800_000_000)
    with serve(sizes=SIZES, options=slow) as sandbox:
        plan = planned(sandbox, tmp_path, drafts(conversation(sandbox)))
        assert [each.to for each in plan.replies] == ["Ada"]
        assert sandbox.requests.count("GET /conversations/{id}") == 1
        assert sandbox.requests.count("GET /contacts/{id}") == 1


@pytest.mark.parametrize(("times", "searches", "alone"), [(1, 4, 0), (None, 4, 40)])
def test_a_search_for_many_ids_that_is_refused_asks_for_fewer(
    sandbox: Sandbox, tmp_path: Path, times: int | None, searches: int, alone: int
) -> None:
    """For 15 at once, as a group of filters holds; where that is refused too, for each alone."""
    ids = first_ids(sandbox)
    sandbox.faults.add(Fault(kind=FaultKind.UNPROCESSABLE, match=SEARCH, times=times))
    plan = planned(sandbox, tmp_path, drafts(*ids), message_type=MessageType.NOTE)
    assert [each.conversation_id for each in plan.replies] == ids
    assert sandbox.requests.count(SEARCH) == searches
    assert sandbox.requests.count("GET /conversations/{id}") == alone


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        ({"email": ""}, "has no e-mail address"),
        ({"has_hard_bounced": True}, "gets no e-mails: they bounce"),
        ({"marked_email_as_spam": True}, "marked an e-mail as spam"),
    ],
)
def test_whom_no_email_reaches_is_refused_where_it_began_by_email(
    sandbox: Sandbox, tmp_path: Path, contact: dict[str, Any], reason: str
) -> None:
    """In the Messenger the same contact reads the reply, and teammates read a note anywhere."""
    mailed, chatted = by_email(sandbox, **contact), conversation(sandbox, contact)
    plan = planned(sandbox, tmp_path, drafts(mailed, chatted))
    assert reasons(plan) == {mailed: f"Its contact {reason}."}
    assert [each.conversation_id for each in plan.replies] == [chatted]
    noted = planned(sandbox, tmp_path, drafts(mailed), message_type=MessageType.NOTE)
    assert [each.conversation_id for each in noted.replies] == [mailed]


def test_a_contact_who_is_gone_is_not_answered(sandbox: Sandbox, tmp_path: Path) -> None:
    """Deleted, merged into another, or never there."""
    made = [conversation(sandbox) for _ in range(4)]
    held = [sandbox.workspace.collections["conversations"].get(each) for each in made]
    contacts = [each["contacts"]["contacts"][0]["id"] for each in held]
    sandbox.workspace.delete_contact(contacts[0])
    sandbox.workspace.merge_contacts(contacts[1], contacts[3])
    sandbox.workspace.update_conversation(made[1], contacts=held[1]["contacts"])
    sandbox.workspace.update_conversation(made[2], contacts={"type": "contact.list", "contacts": []})
    assert reasons(planned(sandbox, tmp_path, drafts(*made))) == {
        made[0]: "Its contact is gone: deleted, or merged into another.",
        made[1]: "Its contact is gone: deleted, or merged into another.",
        made[2]: "It has no contact who would read it.",
    }


def test_one_contact_of_several_who_can_be_reached_is_enough(sandbox: Sandbox, tmp_path: Path) -> None:
    """A remark says that another one cannot."""
    made = by_email(sandbox)
    other = sandbox.workspace.create_contact(name="Bob", email="bob@a.example", has_hard_bounced=True)
    sandbox.workspace.join_conversation(made, other["id"])
    [reply] = planned(sandbox, tmp_path, drafts(made)).replies
    assert reply.to == "Ada and 1 more"
    assert "One of its contacts gets no e-mails: they bounce." in reply.remarks


def test_remarks_say_what_to_know_before_it_is_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    """E-mail that may stay undelivered, the unsubscribed, the bounced, and what is not open."""
    mailed = by_email(sandbox, unsubscribed_from_emails=True)
    bounced = conversation(sandbox, {"has_hard_bounced": True})
    sandbox.workspace.snooze(bounced, 2_000_000_000)
    one, two = planned(sandbox, tmp_path, drafts(mailed, bounced)).replies
    assert one.remarks == (
        "Its contact is unsubscribed from e-mails.",
        "It began by e-mail: Intercom may store the reply without e-mailing it.",
    )
    assert two.remarks == (
        "Its contact is not told by e-mail: earlier ones bounced or were marked as spam.",
        "It is snoozed.",
    )


def test_a_quick_reply_goes_to_the_messenger_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    """Its options are not shown anywhere else; it needs no text."""
    mailed, chatted = by_email(sandbox), conversation(sandbox)
    quick = {"message_type": MessageType.QUICK_REPLY, "options": ["Yes", "No"]}
    plan = planned(sandbox, tmp_path, drafts(mailed, chatted, body=""), **quick)
    assert reasons(plan) == {mailed: "A quick_reply shows in the Messenger only, and this began by email."}
    assert [each.conversation_id for each in plan.replies] == [chatted]


def noted(folder: Path, plan: Plan, *outcomes: Outcome) -> None:
    """Let the ledger know of these outcomes of a plan's replies, in order."""
    with open_ledger(None, folder) as ledger:
        ledger.register(plan)
        for each, outcome in zip(plan.replies, outcomes, strict=True):
            put(ledger, plan, outcome, each.conversation_id)


def test_other_plans_that_would_answer_the_same_are_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """Of the campaign, and as long as they may: whichever is applied first answers."""
    one, two, three = (conversation(sandbox) for _ in range(3))

    def remarks(campaign: str = "outage") -> tuple[str, ...]:
        return planned(sandbox, tmp_path, drafts(one, three), campaign=campaign).remarks

    assert remarks() == ()
    with open_ledger(None, tmp_path) as ledger:
        first = planned(sandbox, tmp_path, drafts(one, two))
        ledger.register(first)
        ledger.register(planned(sandbox, tmp_path, drafts(two)))
        named = f"Plan {first.plan_id[:8]} of this campaign"
        told = (f"{named} may answer 1 of these too: whichever is applied first does.",)
        assert remarks(" OUTAGE ") == told
        assert remarks("another") == ()
        old = msgspec.structs.replace(
            first, created_at=first.created_at - timedelta(days=2), remarks=("old",)
        )
        ledger.register(old)
        assert remarks() == told
        put(ledger, first, Outcome.FAILED, one)  # which may be retried
        assert remarks() == told
        ledger.skip(an_intent(first, one), reason="changed")  # which it leaves
        assert remarks() == ()


def test_a_campaign_answers_a_conversation_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """What was or may have been sent is refused; what surely was not is planned again."""
    outcomes = (Outcome.SENT, Outcome.UNKNOWN, Outcome.HELD, Outcome.INTENDED, Outcome.FAILED, Outcome.STALE)
    ids = [conversation(sandbox) for _ in outcomes]
    first = planned(sandbox, tmp_path, drafts(*ids))
    noted(tmp_path, first, *outcomes)
    again = planned(sandbox, tmp_path, drafts(*ids), campaign=" OUTAGE ")
    assert [each.conversation_id for each in again.replies] == ids[4:]
    of = f"plan {first.plan_id[:8]}"
    assert list(reasons(again).values()) == [
        f"This campaign answered it already ({of}).",
        f"This campaign may have answered it already ({of}): resolve that first.",
        f"An answer of this campaign is held ({of}): look, then retry or resolve it there.",
        f"This campaign may have answered it already ({of}): resolve that first.",
    ]
    assert len(planned(sandbox, tmp_path, drafts(*ids), campaign="another").replies) == len(ids)


def test_nothing_left_is_no_plan(sandbox: Sandbox, tmp_path: Path) -> None:
    """The reasons are told, by row."""
    with pytest.raises(PlanEmpty, match="Nothing is left") as refused:
        planned(sandbox, tmp_path, drafts("998", "999"))
    assert refused.value.why.splitlines() == [
        "2 conversations: There is no such conversation.",
        "  row 2: conversation 998",
        "  row 3: conversation 999",
    ]


def test_a_plan_that_would_be_too_large_is_refused() -> None:
    """The largest one fits into memory and its file."""
    body = "x" * 60_000
    check_plan(plan(*(reply(number, body=body) for number in range(700))))
    with pytest.raises(PlanRefused, match="too large"):
        check_plan(plan(*(reply(number, body=body) for number in range(900))))


def test_drafts_that_contradict_each_other_are_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    """None, too many, or two for a conversation; before Intercom is asked about any."""
    sandbox.requests.reset()
    for wrong in ([], drafts("1", "2", "1"), drafts(*map(str, range(10_001)))):
        with pytest.raises(PlanRefused):
            planned(sandbox, tmp_path, wrong)
    assert {request.endpoint for request in sandbox.requests} == {"GET /me"}


def test_a_reply_that_could_never_be_sent_is_refused_by_its_row(sandbox: Sandbox, tmp_path: Path) -> None:
    """An empty body, no id, or `last`; what is wrong with all of them refuses the plan."""
    made = conversation(sandbox)
    wrong = [
        Draft(row="row 3", conversation_id="1 2", body="Hi"),
        Draft(row="row 4", conversation_id="last", body="Hi"),
        Draft(row="row 5", conversation_id="5", body="<p> </p>"),
    ]
    plan = planned(sandbox, tmp_path, [*drafts(made), *wrong])
    assert [each.conversation_id for each in plan.replies] == [made]
    assert [each.row for each in plan.refused] == ["row 3", "row 4", "row 5"]
    with pytest.raises(ReplyRefused, match="quick_reply") as refused:
        planned(sandbox, tmp_path, drafts(made), options=["Yes"])
    assert refused.value.fix == "Nothing was planned. Correct it, then plan again."


def test_an_admin_who_may_not_answer_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    """One who is not there; and, where customers read it, one without an inbox seat."""
    made = drafts(conversation(sandbox))
    with pytest.raises(PlanRefused, match="There is no admin 999"):
        planned(sandbox, tmp_path, made, admin_id="999")
    seatless = list(sandbox.workspace.collections["admins"])[-1]["id"]
    with pytest.raises(PlanRefused, match="may not answer customers"):
        planned(sandbox, tmp_path, made, admin_id=seatless)
    note = planned(sandbox, tmp_path, made, admin_id=seatless, message_type=MessageType.NOTE)
    assert len(note.replies) == 1


@pytest.mark.parametrize(
    ("kind", "action"),
    [("admins", Action.ASSIGN), ("teams", Action.ASSIGN_TEAM), ("tags", Action.TAG)],
)
def test_what_follows_has_a_target_that_is_there(
    sandbox: Sandbox, tmp_path: Path, kind: str, action: Action
) -> None:
    """It is named in the plan; one that is not there refuses the plan."""
    made = drafts(conversation(sandbox))
    target = next(iter(sandbox.workspace.collections[kind]))
    then = planned(sandbox, tmp_path, made, then=Then(action=action, target=str(target["id"]))).then
    assert then is not None
    assert then.target_name == target["name"]
    with pytest.raises(PlanRefused, match=f"There is no {kind[:-1]} 999999"):
        planned(sandbox, tmp_path, made, then=Then(action=action, target="999999"))


@pytest.mark.parametrize(
    "then",
    [
        Then(action=Action.SNOOZE, until=int((datetime.now(UTC) - timedelta(minutes=1)).timestamp())),
        Then(action=Action.SNOOZE),
        Then(action=Action.CLOSE, until=4_000_000_000),
        Then(action=Action.TAG),
        Then(action=Action.CLOSE, target="1"),
    ],
)
def test_what_cannot_follow_is_refused(sandbox: Sandbox, tmp_path: Path, then: Then) -> None:
    """A snooze that would have ended, and an action that lacks what it needs or has more."""
    with pytest.raises(PlanRefused, match="cannot be followed"):
        planned(sandbox, tmp_path, drafts(conversation(sandbox)), then=then)


def test_a_conversation_can_be_assigned_to_nobody(sandbox: Sandbox, tmp_path: Path) -> None:
    """Intercom's id for that is 0."""
    nobody = Then(action=Action.ASSIGN, target="0")
    then = planned(sandbox, tmp_path, drafts(conversation(sandbox)), then=nobody).then
    assert then == Then(action=Action.ASSIGN, target="0", target_name="nobody")


def test_what_a_token_may_not_read_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    """Admins, tags and contacts stay unchecked; without the conversations there is no plan."""
    made = drafts(conversation(sandbox))
    sandbox.conditions.missing_permissions |= {"admins", "tags", "contacts"}
    plan = planned(sandbox, tmp_path, made, then=Then(action=Action.TAG, target="5"))
    assert plan.admin_name is None
    assert plan.remarks == (
        f"Whether there is an admin {plan.admin_id} is not known: the token may not read admins.",
        "Whether there is a tag 5 is not known: the token may not read tags.",
    )
    assert plan.replies[0].to == "Ada"
    assert plan.replies[0].remarks == (
        "Whether its contact can be reached is not known: the token may not read contacts.",
    )
    sandbox.conditions.missing_permissions |= {"conversations"}
    with pytest.raises(PermissionMissing):
        planned(sandbox, tmp_path, made)


def test_odd_conversations_and_contacts_can_be_planned(sandbox: Sandbox, tmp_path: Path) -> None:
    """Whatever else than described Intercom sends, and signs that steer a terminal."""
    made = [conversation(sandbox, {"name": "\x1b[31mEve\u202e", "has_hard_bounced": "no"}) for _ in range(3)]
    change = sandbox.workspace.update_conversation
    change(made[0], source="gone", statistics=[], state=5)
    change(made[1], source={"type": 5, "author": "x"}, statistics={"count_conversation_parts": "many"})
    change(made[2], source={"type": "sms\x1b]0;x\x07", "author": {"name": 5}}, state="new\nstate")
    plan = planned(sandbox, tmp_path, drafts(*made))
    assert [each.conversation_id for each in plan.replies] == made
    assert [each.channel for each in plan.replies] == [None, None, "sms ]0;x "]
    assert {each.to for each in plan.replies} == {" [31mEve "}
    assert plan.replies[0].seen.state is None
    assert plan.replies[1].seen.parts is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(record=st.dictionaries(KEYS, JSON))
@example(record={"statistics": {"count_conversation_parts": True}})
@example(record={"statistics": {"count_conversation_parts": 10**30}})
@example(record={"state": "\ud83d", "source": {"type": "\ud83d"}})
@example(record={"contacts": {"contacts": [{"id": "\ud83d"}]}, "name": "\ud83d"})
def test_whatever_intercom_sends_can_be_kept_in_a_plan(record: dict[str, Any]) -> None:
    """Half characters, endless numbers and other shapes than described, in any place that is looked at."""
    sent = record_of(msgspec.Raw(json.dumps(record).encode()))
    draft = Draft(row="row 2", conversation_id="5", body="Hi")
    conversation, contact = conversation_of(sent), contact_of(sent)
    contacts = dict.fromkeys(conversation.contact_ids, contact)
    for known in (contacts, None):
        kept = verdict(draft, conversation, known, MessageType.COMMENT)
        made = plan(kept) if isinstance(kept, PlannedReply) else plan(refused=(kept,))
        assert msgspec.json.decode(made.content, type=Plan) == made


def test_faults_of_intercom_do_no_harm_to_a_plan(sandbox: Sandbox, tmp_path: Path) -> None:
    """Each is tried again, and the plan is the same."""
    ids = first_ids(sandbox)
    calm = planned(sandbox, tmp_path, drafts(*ids))
    for kind in (FaultKind.ERROR_502_HTML, FaultKind.TRUNCATED, FaultKind.RESET):
        sandbox.faults.add(Fault(kind=kind, match="POST */search", times=1))
    troubled = planned(sandbox, tmp_path, drafts(*ids))
    assert (troubled.replies, troubled.refused) == (calm.replies, calm.refused)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Outage", "outage"),
        ("  Big   OUTAGE ", "big outage"),
        ("Stra\u00dfe", "strasse"),
        ("e\u0301", "\u00e9"),
        ("\uff2f\uff35\uff34\uff21\uff27\uff25\u3000\uff11", "outage 1"),
        ("\ufb01x \u2160", "fix i"),
        ("\u1fb3\u0301", "\u03ac\u03b9"),
        ("\u2764", "\u2764"),
    ],
)
def test_how_a_campaign_is_written_makes_no_other_one(given: str, name: str) -> None:
    """A slip of the shift key must not answer anybody twice."""
    assert campaign_named(given) == name


@given(st.text(max_size=30))
def test_the_name_of_a_campaign_is_its_own(text: str) -> None:
    """However it is written: what is kept is not another one when it is read again."""
    try:
        name = campaign_named(text)
    except PlanRefused:
        return
    assert campaign_named(name) == name
    for other in ("NFC", "NFD", "NFKC", "NFKD"):
        assert campaign_named(unicodedata.normalize(other, text)) == name


_UNSEEN = "\u00ad\u034f\u061c\u115f\u180b\u200b\u200d\u2060\u2800\u3164\ufe0f\uffa0\U000e0100\U000e0041"


@pytest.mark.parametrize(
    "given", ["", "  ", "a\x00b", "a\u202eb", "x" * 101, *(f"a{each}" for each in _UNSEEN)]
)
def test_a_campaign_has_a_name_that_can_be_shown(given: str) -> None:
    """Blank, overlong and steering ones are refused, and signs that nobody sees."""
    with pytest.raises(PlanRefused):
        campaign_named(given)
