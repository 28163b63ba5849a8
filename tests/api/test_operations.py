"""The everyday operations from Python, synchronous and asynchronous, against a real server."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from intercom_pipeline import AsyncIntercom, Intercom, PipelineError, connection_for
from intercom_pipeline.api import MessageType, NotOpen, ReplyRefused, ReplyUncertain
from intercom_pipeline.api.records import LimitRefused
from intercom_pipeline.intercom.connection import Patience
from intercom_pipeline.intercom.errors import (
    AuthenticationFailed,
    NotFound,
    PermissionMissing,
    QueryRefused,
)
from intercom_pipeline.intercom.ids import IdRefused
from intercom_pipeline.intercom.search import Filter, all_of, any_of
from intercom_pipeline.intercom.where import WhereRefused
from intercom_pipeline.sandbox import Fault, FaultKind, Options, Sandbox, Sizes, serve

SIZES = Sizes(contacts=320, conversations=40, articles=60, long_conversations=0)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=SIZES, options=Options(limit_per_minute=600_000), seed=4) as served:
        yield served


@pytest.fixture
def intercom(sandbox: Sandbox) -> Iterator[Intercom]:
    connection = connection_for(sandbox.token, base_url=sandbox.url)
    hasty = replace(connection, timeout_seconds=1, patience=Patience(attempts=2, wait_max=0.01))
    sandbox.requests.reset()
    with Intercom(hasty) as opened:
        yield opened
    sandbox.faults.clear()


def writes(sandbox: Sandbox) -> list[str]:
    return [each.path for each in sandbox.requests if each.path.endswith("/reply")]


def test_lists_bring_every_record_as_intercom_sent_it(intercom: Intercom, sandbox: Sandbox) -> None:
    """Over all pages, nothing converted."""
    contacts = list(intercom.list_contacts())
    assert len(contacts) == SIZES.contacts
    assert contacts[0] in sandbox.workspace.records("contacts", version="2.14")
    assert len(list(intercom.list_articles())) == SIZES.articles


def test_a_list_asks_for_a_page_when_it_is_wanted(intercom: Intercom, sandbox: Sandbox) -> None:
    """One record costs one request; a limit asks for no larger page than it needs."""
    next(intercom.list_contacts())
    assert len(sandbox.requests) == 1
    assert len(list(intercom.list_contacts(limit=7))) == 7
    assert "per_page=7" in list(sandbox.requests)[-1].query
    assert len(list(intercom.list_contacts(limit=151))) == 151
    assert list(intercom.list_contacts(limit=0)) == []


def test_conversations_come_newest_first(intercom: Intercom, sandbox: Sandbox) -> None:
    """By the time of their last change, the one that has just changed before all."""
    oldest = min(sandbox.workspace.records("conversations"), key=lambda each: each["updated_at"])
    sandbox.workspace.reply(oldest["id"])
    listed = list(intercom.list_conversations())
    times = [each["updated_at"] for each in listed]
    assert (listed[0]["id"], len(listed)) == (oldest["id"], SIZES.conversations)
    assert times == sorted(times, reverse=True)


def test_contacts_are_found_by_a_text_or_a_query(intercom: Intercom, sandbox: Sandbox) -> None:
    """AND, OR and lists, the same both ways."""
    first, second, *_ = sandbox.workspace.records("contacts")
    wanted = {first["id"], second["id"]}
    by_text = intercom.search_contacts(f"id IN ({first['id']}, {second['id']}) AND role != nobody")
    query = all_of(any_of(*(Filter("id", "=", each) for each in wanted)), Filter("role", "!=", "nobody"))
    assert {each["id"] for each in by_text} == wanted
    assert {each["id"] for each in intercom.search_contacts(query)} == wanted


def test_a_query_that_breaks_a_rule_is_not_sent(intercom: Intercom, sandbox: Sandbox) -> None:
    """Neither a text that is none, nor one nested too deep."""
    deep = all_of(any_of(all_of(Filter("id", "=", "1"))))
    with pytest.raises(WhereRefused, match="emial"):
        next(intercom.search_contacts("emial = x"))
    with pytest.raises(QueryRefused, match="2 levels"):
        next(intercom.search_contacts(deep))
    assert len(sandbox.requests) == 0


def test_one_record_is_got_by_its_id(intercom: Intercom, sandbox: Sandbox) -> None:
    """A conversation with its parts; what is not there is told."""
    contact, conversation = (sandbox.workspace.records(kind)[0] for kind in ("contacts", "conversations"))
    assert intercom.get_contact(contact["id"])["id"] == contact["id"]
    assert "conversation_parts" in intercom.get_conversation(conversation["id"])
    with pytest.raises(NotFound):
        intercom.get_contact("nobody")


@pytest.mark.parametrize("wrong", ["", "../me", "a b", "1?x=2", "x" * 65])
def test_what_is_no_id_is_not_asked_for(intercom: Intercom, sandbox: Sandbox, wrong: str) -> None:
    """It would lead to another endpoint."""
    for get in (intercom.get_contact, intercom.get_conversation):
        with pytest.raises(IdRefused):
            get(wrong)
    assert len(sandbox.requests) == 0


def test_a_list_cannot_be_shorter_than_empty(intercom: Intercom, sandbox: Sandbox) -> None:
    """Nothing is asked."""
    with pytest.raises(LimitRefused, match="-1"):
        next(intercom.list_articles(limit=-1))
    assert len(sandbox.requests) == 0


def reply_to(intercom: Intercom, sandbox: Sandbox, **other: Any) -> Any:
    said = {
        "conversation_id": sandbox.workspace.records("conversations")[0]["id"],
        "message_type": "note",
        "admin_id": sandbox.workspace.records("admins")[0]["id"],
        "body": "Looking into it",
    }
    return intercom.reply_to_conversation(**said | other)


@pytest.mark.parametrize("message_type", [MessageType.COMMENT, MessageType.NOTE])
def test_a_reply_becomes_a_part(intercom: Intercom, sandbox: Sandbox, message_type: MessageType) -> None:
    """Of its type, by its admin, whose id may be a number, sent once; its id is told."""
    admin_id = int(sandbox.workspace.records("admins")[0]["id"])
    sent = reply_to(intercom, sandbox, message_type=message_type, admin_id=admin_id)
    conversation = intercom.get_conversation(sent.conversation["id"])
    part = conversation["conversation_parts"]["conversation_parts"][-1]
    assert (part["id"], part["part_type"]) == (sent.part_id, message_type)
    assert "Looking into it" in part["body"]
    assert len(writes(sandbox)) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"body": " \n"}, "body"),
        ({"message_type": "shout"}, "shout"),
        ({"message_type": "quick_reply"}, "options"),
        ({"conversation_id": "last"}, "names its conversation"),
        ({"admin_id": "404404"}, "no admin 404404"),
        ({"conversation_id": "404404"}, "no conversation 404404"),
        ({"attachment_urls": ("https://a.example/b.png",) * 11}, "attachments"),
        ({"attachment_urls": "https://a.example/b.png"}, "list of addresses"),
        ({"body": None}, "not text"),
    ],
)
def test_a_reply_that_cannot_be_sent_is_not(
    intercom: Intercom, sandbox: Sandbox, wrong: dict[str, Any], said: str
) -> None:
    """Each is told by what is wrong with it."""
    with pytest.raises(ReplyRefused, match=said):
        reply_to(intercom, sandbox, **wrong)
    assert writes(sandbox) == []


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.HANG,
        FaultKind.RESET,
        FaultKind.ERROR_500,
        FaultKind.HTML,
        FaultKind.TRUNCATED,
        FaultKind.APPLIED_RESET,
        FaultKind.APPLIED_HANG,
        FaultKind.APPLIED_500,
    ],
)
def test_a_reply_without_a_clear_answer_is_never_sent_again(
    intercom: Intercom, sandbox: Sandbox, kind: FaultKind
) -> None:
    """One request, and the advice to look first."""
    sandbox.faults.add(Fault(kind=kind, match="POST /conversations/{id}/reply"))
    with pytest.raises(ReplyUncertain, match="Look at the conversation"):
        reply_to(intercom, sandbox)
    assert len(writes(sandbox)) == 1


def test_a_token_that_may_not_is_told(intercom: Intercom, sandbox: Sandbox) -> None:
    """By the error of the family, so that a program can tell it apart."""
    sandbox.conditions.missing_permissions = {"contacts"}
    try:
        with pytest.raises(PermissionMissing):
            next(intercom.list_contacts())
    finally:
        sandbox.conditions.missing_permissions = set()
    with (
        Intercom(connection_for("wrong", base_url=sandbox.url)) as other,
        pytest.raises(AuthenticationFailed) as told,
    ):
        next(other.list_articles())
    assert isinstance(told.value, PipelineError)


def test_outside_its_block_a_workspace_is_not_open(sandbox: Sandbox) -> None:
    """Before and after; the message shows how."""
    intercom = Intercom(connection_for(sandbox.token, base_url=sandbox.url))
    with pytest.raises(NotOpen, match="with Intercom"):
        intercom.get_contact("1")
    with intercom:
        contacts = intercom.list_contacts()
        next(contacts)
    with pytest.raises(NotOpen):
        next(contacts)


def test_the_asynchronous_operations_are_the_same(sandbox: Sandbox) -> None:
    """Several at once share one allowance."""

    async def everything() -> list[int]:
        async with AsyncIntercom(connection_for(sandbox.token, base_url=sandbox.url)) as intercom:
            contact = sandbox.workspace.records("contacts")[0]
            assert (await intercom.get_contact(contact["id"]))["id"] == contact["id"]
            lists = (intercom.list_contacts(), intercom.list_conversations(), intercom.list_articles())

            async def count(records: Any) -> int:
                return len([record async for record in records])

            return await asyncio.gather(*(count(records) for records in lists))

    assert asyncio.run(everything()) == [SIZES.contacts, SIZES.conversations, SIZES.articles]


def test_both_faces_offer_the_same() -> None:
    """An operation that one has, the other has."""

    def operations(face: type) -> set[str]:
        return {name for name in vars(face) if not name.startswith("_")} - {"client"}

    assert operations(Intercom) == operations(AsyncIntercom)
