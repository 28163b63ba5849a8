"""A reply is checked before it is sent, and what its answer holds never hides that it was applied."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from intercom_pipeline.intercom.client import connect
from intercom_pipeline.intercom.connection import Connection, Patience, Secret
from intercom_pipeline.intercom.errors import IntercomError
from intercom_pipeline.replies.parts import newest_part_of, part_that_says
from intercom_pipeline.replies.reply import (
    MessageType,
    Reply,
    ReplyRefused,
    ReplyUncertain,
    Sent,
    check,
    send,
)
from tests.intercom.faults import faulty, http, says

QUICK = Patience(attempts=2, wait_initial=0.001, wait_max=0.002, wait_jitter=0.001, wait_unsaid=0.005)
NOTE: dict[str, Any] = {
    "conversation_id": "5",
    "message_type": MessageType.NOTE,
    "admin_id": "1",
    "body": "Hi",
}


def sent(answer: bytes) -> Sent:
    """What a reply becomes that gets this answer, and no other."""

    async def ask() -> Sent:
        async with faulty(says(answer)) as server:
            given = Connection(token=Secret("t"), base_url=server.url, patience=QUICK)
            async with connect(given) as client:
                became = await send(client, Reply(**NOTE))
            assert len(server.heads) == 1
            return became

    return asyncio.run(ask())


def part(**fields: Any) -> dict[str, Any]:
    return {"part_type": "note", "author": {"type": "admin", "id": "1"}} | fields


def conversation(*parts: Any) -> dict[str, Any]:
    return {"id": "5", "conversation_parts": {"conversation_parts": list(parts)}}


@pytest.mark.parametrize(
    ("body", "part_id"),
    [
        (b"[]", None),
        (b"null", None),
        (b'"\\ud800"', None),
        (b'{"id":' + b"9" * 5_000 + b"}", None),
        (json.dumps({"conversation_parts": None}).encode(), None),
        (json.dumps({"conversation_parts": {"conversation_parts": None}}).encode(), None),
        (json.dumps(conversation(None, part(), part(id="7", author=["1"]))).encode(), None),
        (json.dumps(conversation(part(id="8"), part(id="9", body="\ud83d"), part(id=None))).encode(), "9"),
    ],
)
def test_a_reply_that_was_applied_is_sent_whatever_the_answer_holds(body: bytes, part_id: str | None) -> None:
    """Half characters, endless numbers and other shapes than promised."""
    assert sent(http(200, body)).part_id == part_id


@pytest.mark.parametrize("status", [302, 402, 408, 413, 423, 499, 500, 504])
def test_a_status_that_may_be_a_proxy_s_leaves_it_uncertain(status: int) -> None:
    """Intercom may have applied the reply behind it."""
    with pytest.raises(ReplyUncertain):
        sent(http(status, b""))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 409, 410, 422, 429])
def test_a_refusal_of_intercom_s_says_that_nothing_was_applied(status: int) -> None:
    """It is told as it is, and may be sent again."""
    with pytest.raises(IntercomError):
        sent(http(status))


def test_whatever_goes_wrong_after_it_left_is_uncertain() -> None:
    """An error that nobody foresaw, too."""

    class Odd(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise LookupError(request.url.path)

    async def ask() -> None:
        async with connect(Connection(token=Secret("t")), Odd()) as client:
            await send(client, Reply(**NOTE))

    with pytest.raises(ReplyUncertain, match="LookupError"):
        asyncio.run(ask())


def test_a_conversation_with_half_a_character_can_be_answered() -> None:
    """And an admin may be called anything."""
    found = {"id": "5", "source": {"body": "half \ud83d"}}
    admins = {"admins": [None, {}, {"id": 1, "name": "\ud83d"}]}

    async def ask() -> dict[str, Any]:
        answers = (says(http(200, json.dumps(each).encode())) for each in (found, admins))
        async with faulty(*answers) as server:
            given = Connection(token=Secret("t"), base_url=server.url, patience=QUICK)
            async with connect(given) as client:
                return await check(client, Reply(**NOTE))

    assert asyncio.run(ask()) == found


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        *(
            ({"body": body}, "Nothing of it would be seen")
            for body in (
                "",
                " \n",
                "<br>",
                "<p>&nbsp;</p>",
                "\u200b\ufeff&#8203;",
                "<p>\u3164</p>",
                "<!-- x -->",
                "<title>x</title>",
            )
        ),
        ({"body": None}, "not text"),
        ({"body": "a\udcff"}, "bytes that are no text"),
        ({"attachment_urls": "https://a.example/b.png"}, "a list of addresses"),
        ({"attachment_urls": None}, "a list of addresses"),
        ({"attachment_urls": ["https://a.example/\udcff"]}, "bytes that are no text"),
        ({"attachment_urls": ["https://a.example/b.png", "javascript:1"]}, "not on the web"),
        ({"attachment_urls": ["file:///etc/passwd"]}, "not on the web"),
        ({"attachment_urls": ["https:///b.png"]}, "not on the web"),
        ({"attachment_urls": ["https://a.example/b c.png"]}, "not on the web"),
        ({"attachment_urls": ["https://[a"]}, "not on the web"),
        ({"attachment_urls": [""]}, "not on the web"),
        ({"message_type": []}, "cannot be a"),
    ],
)
def test_what_nobody_could_read_is_refused(wrong: dict[str, Any], said: str) -> None:
    """Before anything is asked of Intercom."""
    with pytest.raises(ReplyRefused, match=said):
        Reply(**NOTE | wrong)


@pytest.mark.parametrize(
    "given",
    [
        {"body": "."},
        {"body": "\U0001f468\u200d\U0001f469"},
        {"body": "1 <3 2"},
        {"body": '<p><img src="https://a.example/b.png"></p>'},
        {"body": "<p></p>", "attachment_urls": ["https://a.example/b.png"]},
    ],
)
def test_what_shows_anything_is_not_refused(given: dict[str, Any]) -> None:
    """One sign, an emoji, a picture or an attachment will do."""
    assert Reply(**NOTE | given).body == given["body"]


def test_a_conversation_shows_which_part_says_the_same() -> None:
    """Of this type, by this admin, newer than the one that was known."""
    parts = [
        part(id="1", body="<p>Hi there</p>"),
        part(id="2", body="<p>Hi there</p>", part_type="comment"),
        part(id="3", body="<p>Hi there</p>", author={"id": "2"}),
        part(id="4", body="<p>Bye</p>"),
    ]
    asked = {"body": "Hi  there", "message_type": "note", "admin_id": "1"}
    assert part_that_says(conversation(*parts), **asked, after="1") is None
    assert part_that_says(conversation(*parts), **asked, after=None) == "1"
    shown = conversation(*parts, part(id="5", body="Hi<br>there"))
    assert part_that_says(shown, **asked, after="1") == "5"
    assert newest_part_of(shown) == "5"
