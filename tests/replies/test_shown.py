"""What a conversation shows of a reply, which Intercom may have written anew."""

from typing import Any

import pytest

from intercom_pipeline.replies.parts import is_by_customer
from intercom_pipeline.replies.reply import MessageType, Reply
from intercom_pipeline.replies.sending.shown import NOTHING, OTHERWISE, TOO_LONG, Found, find, part_of

IMAGE = "https://a.example/b.png"


def part(number: int, body: str | None, **fields: Any) -> dict[str, Any]:
    author = {"type": "admin", "id": "7"}
    return {"id": str(number), "part_type": "comment", "body": body, "author": author} | fields


def conversation(*parts: Any) -> dict[str, Any]:
    return {"id": "5", "conversation_parts": {"conversation_parts": list(parts)}}


def comment(body: str, **fields: Any) -> Reply:
    given: dict[str, Any] = {"message_type": MessageType.COMMENT} | fields
    return Reply(conversation_id="5", admin_id="7", body=body, **given)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Hi there", "<p>Hi there</p>"),
        ("<p>Hi</p><p>there</p>", "<div>Hi<br>\nthere</div>"),
        ("see https://a.example", '<p>see <a href="https://a.example" rel="x">https://a.example</a></p>'),
        ("Tom & Ada", "<p>Tom &amp; Ada</p>"),
        ("it&#39;s", "it's"),
        ("a\u00a0b", "a b"),
        ("<b>it</b>em", "<p><strong>item</strong></p>"),
        ("caf\u0065\u0301", "caf\u00e9"),
        ("\u2764\ufe0f ok", "<p>\u2764 ok</p>"),
        (
            f'<p>Look</p><img src="{IMAGE}">',
            '<p>Look</p><div><img src="https://other.example/x" alt="b"></div>',
        ),
        ("<ul><li>one</li></ul>", "<ul>\n<li>one</li>\n</ul>"),
    ],
)
def test_what_intercom_writes_anew_is_the_same(sent: str, shown: str) -> None:
    """Paragraphs, links, entities, blanks and pictures."""
    assert find(comment(sent), conversation(part(1, shown)), after=None) == Found(part_id="1")


@pytest.mark.parametrize("shown", ["<p>Hi</p>", "<p>Hi there!</p>", "", None, "<p>hi there</p>"])
def test_other_words_are_not(shown: str | None) -> None:
    """A sign more or less, or another case; nothing at all is nothing."""
    found = find(comment("Hi there"), conversation(part(1, shown)), after=None)
    assert found == Found(reason=OTHERWISE if shown else NOTHING)


@pytest.mark.parametrize(
    "fields",
    [
        {"part_type": "note"},
        {"author": {"type": "admin", "id": "8"}},
        {"author": {"type": "user", "id": "7"}},
        {"author": None},
        {"id": None},
    ],
)
def test_what_is_another_s_or_of_another_kind_counts_for_nothing(fields: dict[str, Any]) -> None:
    """A note is no comment, and a customer no admin of the same id."""
    shown = conversation(part(1, "Hi", **fields), None, "odd")
    assert find(comment("Hi"), shown, after=None) == Found(reason=NOTHING)


@pytest.mark.parametrize("kind", [["user"], {"a": "lead"}, None, 7, "admin"])
def test_an_odd_author_is_no_customer(kind: object) -> None:
    """Nor does it end the run."""
    assert not is_by_customer(part(1, "Hi", author={"type": kind, "id": "7"}))
    assert is_by_customer(part(1, "Hi", author={"type": "lead", "id": "7"}))


def test_a_comment_may_come_with_an_assignment() -> None:
    """Intercom may assign a conversation to whoever answers it."""
    shown = conversation(part(1, "<p>Hi</p>", part_type="assignment"))
    assert find(comment("Hi"), shown, after=None) == Found(part_id="1")


def test_what_is_older_or_another_reply_s_is_not_it() -> None:
    """The part after which it was sent, and those before; and those that the ledger knows."""
    shown = conversation(part(1, "Hi"), part(2, "Hi"), part(3, "Hi"), part(4, "Hi"))
    assert find(comment("Hi"), shown, after="2") == Found(part_id="3")
    assert find(comment("Hi"), shown, after="2", taken={"3"}) == Found(part_id="4")
    assert find(comment("Hi"), shown, after="2", taken={"3", "4"}) == Found(reason=NOTHING)
    assert find(comment("Hi"), shown, after="4") == Found(reason=NOTHING)


def test_where_the_older_part_is_not_shown_any_more_nobody_can_tell() -> None:
    """Of a long conversation only the newest 500 parts are shown."""
    shown = conversation(*(part(number, "Hi") for number in range(2, 502)))
    assert find(comment("Hi"), shown, after="1") == Found(reason=TOO_LONG)
    assert part_of(comment("Hi"), shown, after="1") is None


def test_a_reply_of_pictures_alone_is_told_by_their_number() -> None:
    """Attached or within the body; Intercom keeps them at addresses of its own."""
    reply = comment("<p></p>", attachment_urls=(IMAGE, IMAGE))
    two = [{"type": "upload", "url": "https://x.example"}] * 2
    assert find(reply, conversation(part(1, "", attachments=two)), after=None) == Found(part_id="1")
    assert find(reply, conversation(part(1, "", attachments=two[:1])), after=None) == Found(reason=OTHERWISE)
    assert find(reply, conversation(part(1, "Look", attachments=two)), after=None) == Found(reason=OTHERWISE)


def test_a_quick_reply_is_told_by_its_options() -> None:
    """Its text need not be shown beside them; where they are not, by its text."""
    reply = comment("Solved?", message_type=MessageType.QUICK_REPLY, options=("Yes", "No"))

    def offering(*texts: str, body: str | None = None) -> dict[str, Any]:
        options = [{"text": text, "uuid": "1"} for text in texts]
        return conversation(part(1, body, part_type="quick_reply", metadata={"quick_reply_options": options}))

    assert find(reply, offering("Yes", "No"), after=None) == Found(part_id="1")
    assert find(reply, offering("Yes", "No", body="<p>Solved?</p>"), after=None) == Found(part_id="1")
    assert find(reply, offering("Yes", "Later"), after=None) == Found(reason=OTHERWISE)
    assert find(reply, offering("Yes", "No", body="Really?"), after=None) == Found(reason=OTHERWISE)
    assert find(reply, conversation(part(1, "Solved?")), after=None) == Found(part_id="1")


def test_the_part_of_a_reply_that_was_applied_is_the_one_that_says_it_or_the_newest() -> None:
    """Whatever else the admin wrote meanwhile."""
    shown = conversation(part(1, "Hi"), part(2, "Hi"), part(3, "Else"))
    assert part_of(comment("Hi"), shown, after="1") == "2"
    assert part_of(comment("Written anew"), shown, after="1") == "3"
    assert part_of(comment("Hi"), shown, after="3") is None
