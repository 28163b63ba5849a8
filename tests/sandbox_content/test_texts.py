"""The words: their languages, their slots, and that they are HTML."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from intercom_pipeline.sandbox.content.arcs import BEATS
from intercom_pipeline.sandbox.content.texts import LANGUAGES, as_html, plain, read
from tests.sandbox_content.workspace import contacts, conversations, parts_of

SLOTS = {"name", "agent", "company", "plan", "seats", "amount", "invoice", "date", "project", "code", "n"}
TOPICS = tuple(read("en")["topics"])


def bodies() -> list[str]:
    said = [conversation["source"]["body"] for conversation in conversations()]
    return said + [part["body"] for c in conversations() for part in parts_of(c) if part["body"]]


def test_conversations_are_held_in_seven_languages() -> None:
    """English leads; German, French, Spanish, Portuguese, Japanese and Arabic are all spoken."""
    spoken = Counter(conversation["custom_attributes"]["Language"] for conversation in conversations())
    assert set(spoken) == set(LANGUAGES)
    assert spoken.most_common(1)[0][0] == "en"
    text = " ".join(bodies())
    assert re.search(r"[\u3040-\u30ff]", text)
    assert re.search(r"[\u0600-\u06ff]", text)


def test_every_topic_is_talked_about() -> None:
    """A dozen or so topics, each with conversations."""
    topics = {(topic["name"], topic["id"]) for made in conversations() for topic in made["topics"]["topics"]}
    assert {name for name, _ in topics} == set(TOPICS)
    assert len({identifier for _, identifier in topics}) == len(TOPICS)
    assert len(TOPICS) >= 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_its_own_words_for_every_topic(language: str) -> None:
    """Every topic has an opening and the answers to it; known slots only are used."""
    words = read(language)
    assert set(words["topics"]) == set(TOPICS)
    for topic in TOPICS:
        turns = words["topics"][topic]
        assert {"subject", "opening", "ask", "detail", "answer"} <= set(turns)
        texts = [text for turn, several in turns.items() if turn != "article" for text in several]
        shared = [text for several in words["shared"].values() for text in several]
        assert set(re.findall(r"\{(\w*)\}", " ".join([*texts, *shared]))) <= SLOTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_and_answers_are_written_in_step(language: str) -> None:
    """A turn has one variant for every opening of its topic, or one for each: the k-th answers the k-th."""
    for topic, turns in read(language)["topics"].items():
        for turn in ("subject", "ask", "detail", "answer"):
            assert len(turns[turn]) in {1, len(turns["opening"])}, (topic, turn)


def test_every_beat_finds_words() -> None:
    """Each turn of an arc has text in English, where the other languages fall back to."""
    remarks = {"remark_good", "remark_fair", "remark_bad"}
    for turn in {beat.turn for beat in BEATS.values() if beat.turn} - {"remark"} | remarks:
        assert all(plain("en", turn, topic) for topic in TOPICS)


def test_bodies_are_whole_html_without_open_slots() -> None:
    """Tags are closed, no slot is left, and nothing a person typed became a tag."""
    for body in set(bodies()):
        assert not re.search(r"\{\w+\}", body)
        assert "<script" not in body
        assert not re.search(r"&(?!(amp|lt|gt|quot|#x27);)", body)
        checker = _Balance()
        checker.feed(body)
        assert checker.open == []
        assert checker.seen <= {"p", "ul", "li", "a"}


def test_hostile_text_occurs() -> None:
    """Escaped scripts, ampersands and quotes are among the bodies, and odd names among the attributes."""
    text = " ".join(bodies())
    assert "&lt;script&gt;" in text
    assert "&amp;" in text
    names = {name for contact in contacts() for name in contact["custom_attributes"]}
    assert any('"' in name for name in names)
    kinds = {type(value) for contact in contacts() for value in contact["custom_attributes"].values()}
    assert kinds == {str, int, float, bool, type(None)}


def test_plain_words_become_html() -> None:
    """Lines become paragraphs, dashes a list, links anchors, and signs are escaped."""
    assert as_html("a < b & c\n- one\n- [two](https://x.example)\nend") == (
        "<p>a &lt; b &amp; c</p>\n<ul>\n<li>one</li>\n<li>"
        '<a href="https://x.example" rel="nofollow noopener noreferrer" target="_blank">two</a>'
        "</li>\n</ul>\n<p>end</p>"
    )


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
