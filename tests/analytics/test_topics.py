"""What customers ask about is found in their opening messages, in any language and of any kind."""

from collections import Counter
from typing import Any

import pytest

from intercom_pipeline.analytics.openings import Opening, openings_of, own_words
from intercom_pipeline.analytics.topics import summarize
from intercom_pipeline.analytics.words import stem, terms_of
from intercom_pipeline.intercom.plain import own_text_of, text_of
from intercom_pipeline.sandbox import Sizes, Workspace

REFUNDS = [f"I was charged twice for order {n}, please refund me" for n in range(4)]
RESETS = [f"The password reset link never arrives, tried {n} times" for n in range(3)]


def opening(number: int, text: str, subject: str = "") -> Opening:
    return Opening(conversation_id=f"{number:05}", subject=subject, text=text)


def openings(*texts: str) -> list[Opening]:
    return [opening(number, text) for number, text in enumerate(texts)]


def conversation(body: str | None, author: str = "user", **source: Any) -> dict[str, Any]:
    return {"id": "7", "source": {"body": body, "author": {"type": author}, **source}}


def test_messages_about_the_same_make_a_topic() -> None:
    """With how many they are, what they share, and examples."""
    summary = summarize(openings(*REFUNDS, *RESETS, "Do you have an office in Oslo?"))
    first, second = summary.topics
    assert (first.count, second.count, summary.alone) == (4, 3, 1)
    assert first.share == 4 / 8
    assert set(first.label.split(", ")) <= {"charged", "twice", "order", "refund"}
    assert "password" in second.label
    assert len(first.examples) == 3
    assert {each.text for each in first.examples} <= set(REFUNDS)


def test_the_order_of_the_messages_does_not_matter() -> None:
    """The same messages give the same summary."""
    there = openings(*REFUNDS, *RESETS, *("Where is the invoice?",) * 2)
    shuffled = there[::-1]
    assert summarize(shuffled) == summarize(there)


def test_only_the_largest_topics_are_told_and_the_others_counted() -> None:
    """So that nobody takes the part for the whole."""
    summary = summarize(openings(*REFUNDS, *RESETS, "Oslo?"), most=1, examples=0)
    assert [topic.count for topic in summary.topics] == [4]
    assert summary.topics[0].examples == ()
    assert (summary.in_smaller_topics, summary.alone, summary.messages) == (3, 1, 8)


def test_topics_are_those_that_a_workspace_was_written_by() -> None:
    """Nine of ten messages are grouped with such of the same scene, in seven languages."""
    sizes = Sizes(contacts=200, conversations=1_000, articles=5, long_conversations=0)
    records = Workspace(sizes, None, 3).records("conversations")
    scenes = {each["id"]: each["topics"]["topics"][0]["name"] for each in records}
    summary = summarize(openings_of(records), most=1_000, examples=1_000)
    grouped = [[scenes[each.conversation_id] for each in topic.examples] for topic in summary.topics]
    fitting = sum(max(Counter(scenes_of).values()) for scenes_of in grouped)
    assert fitting / sum(map(len, grouped)) >= 0.9
    assert summary.alone < 0.05 * summary.messages
    assert summary.messages == sum(each["source"]["author"]["type"] == "user" for each in records) + sum(
        each["source"]["author"]["type"] == "lead" for each in records
    )


@pytest.mark.parametrize("texts", [[], [""], ["Hello?"], ["", "", ""], ["🙂", "12345", "https://a.example"]])
def test_nothing_to_group_is_no_error(texts: list[str]) -> None:
    """No message, one, or such without words."""
    summary = summarize(openings(*texts))
    assert summary.topics == ()
    assert summary.messages == len(texts)
    assert summary.without_words + summary.alone == len(texts)


def test_messages_that_are_all_the_same_are_one_topic() -> None:
    """Though nothing tells them apart."""
    (topic,) = summarize(openings(*["Your service is down"] * 50)).topics
    assert (topic.count, topic.share) == (50, 1.0)
    assert topic.label == "service"


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        (["Die Rechnung ist falsch", "Meine Rechnung fehlt noch", "Der Import bricht ab"], "Rechnung"),
        (["請求書の金額が違います", "請求書を送ってください", "アプリが落ちます"], "請求書"),
        (["パスワードを忘れました", "パスワードの再設定です", "解約したい"], "パスワード"),
        (["الفاتورة غير صحيحة", "أين الفاتورة من فضلك", "لا أستطيع الدخول"], "الفاتورة"),
        (["Nie mogę się zalogować", "Jak się zalogować?", "Faktura jest zła"], "zalogować"),
    ],
    ids=["German", "Han", "katakana", "Arabic", "Polish"],
)
def test_topics_in_other_languages(texts: list[str], word: str) -> None:
    """Also where words have no blanks between them, or no list of words that say nothing."""
    (topic,) = summarize(openings(*texts)).topics
    assert topic.count == 2
    assert word in topic.label


def test_only_what_customers_began_counts() -> None:
    """Not what a teammate or a campaign wrote first."""
    said = [
        conversation("<p>Mine</p>", author) for author in ("user", "lead", "contact", "admin", "bot", "team")
    ]
    assert [each.text for each in openings_of(said)] == ["Mine"] * 3
    assert [each.text for each in openings_of([conversation(None), {"id": "8"}])] == [""]


@pytest.mark.parametrize("told", [{"type": "twitter"}, {"redacted": True}])
def test_a_notice_is_not_what_a_customer_wrote(told: dict[str, Any]) -> None:
    """Intercom gives one in the place of what it may not show, and of what was redacted."""
    (opening,) = openings_of([conversation("<p>This is hidden.</p>", subject="Hidden", **told)])
    assert (opening.subject, opening.text) == ("", "")


@pytest.mark.parametrize(
    "below",
    [
        "On Mon, 3 Mar 2025 at 10:00, Ada <ada@example.com> wrote:\n> An older message",
        "Am 03.03.2025 um 10:00 schrieb Ada:\nAn older message",
        "Le lun. 3 mars 2025 à 10:00, Ada a écrit :\nAn older message",
        "-----Original Message-----\nAn older message",
        "> An older message",
        "-- \nAda Lovelace\nAnalyst",
        "Best regards,\nAda",
        "Mit freundlichen Grüßen\nAda",
        "Sent from my iPhone",
    ],
)
def test_what_stands_below_a_message_is_not_counted(below: str) -> None:
    """Earlier messages and signatures are the same in many that are about something else."""
    assert own_words(f"My invoice is wrong.\nPlease look.\n{below}") == "My invoice is wrong.\nPlease look."


def test_a_message_of_a_closing_alone_stays() -> None:
    """There is nothing else."""
    assert own_words("Thanks!") == "Thanks!"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hi &amp; bye</p><p>A<br>B</p>", "Hi & bye\nA\nB"),
        ("<ul>\n<li>one</li>\n<li>two</li>\n</ul>", "- one\n- two"),
        ("a <b>bold</b> <a href='https://x.example'>link</a>", "a bold link"),
        ("<style>p {}</style><script>alert(1)</script>seen", "seen"),
        ("<p>See</p><img src='x' alt='the screen'><img>", "See\n[image: the screen] [image]"),
        ("2 < 3 & 4 > 1", "2 < 3 & 4 > 1"),
        ("<p>open <b>never closed", "open never closed"),
        ("<scr<script>ipt>", "<scr"),
        ("a<!-- <p>b</p> -->c<!-- d", "ac<!-- d"),
        ("<STYLE>x</STYLE><title>y</title>z", "z"),
        (None, ""),
    ],
)
def test_html_becomes_lines_of_text(html: str | None, text: str) -> None:
    """Whatever it is."""
    assert text_of(html) == text


def test_what_a_message_quotes_can_be_left_out() -> None:
    """A thread is shown whole, and grouped by what is new."""
    html = "<p>New</p><blockquote><p>Old <blockquote>older</blockquote></p></blockquote><p>End</p>"
    assert own_text_of(html).split() == ["New", "End"]
    assert text_of(html).split() == ["New", "Old", "older", "End"]


@pytest.mark.parametrize(
    "piece", ["<", "<!--", "<a ", "<a href='", "<![CDATA[", "&#", "</", "<div>", "<script>"]
)
def test_no_message_keeps_the_command_busy(piece: str) -> None:
    """Each sign is looked at once or twice, whatever was left open."""
    text_of(piece * 300_000)
    own_text_of("<blockquote>" * 20_000 + "x")


@pytest.mark.parametrize(
    "words",
    [("invoice", "invoices", "invoiced"), ("log", "logs", "logged", "logging"), ("company", "companies")],
)
def test_forms_of_a_word_meet(words: tuple[str, ...]) -> None:
    """So that messages do, which say the same in another number or time."""
    assert len({stem(word) for word in words}) == 1


def test_what_differs_in_every_message_is_no_term() -> None:
    """Numbers, references, addresses."""
    text = "Invoice TR-1042 of 2025-01-03, 744 $: https://a.example/b?c=d ada@example.com, error E404, 2fa"
    assert [term.written for term in terms_of(text)] == ["Invoice", "error", "2fa"]
