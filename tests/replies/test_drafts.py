"""The bodies of replies: from a template or ready, and what no body may be."""

from typing import Any

import pytest

from intercom_pipeline.replies.audience.recipient import Draft, Recipient
from intercom_pipeline.replies.templates.drafts import BodiesRefused, drafts
from intercom_pipeline.replies.templates.language import TemplateRefused
from intercom_pipeline.replies.templates.template import Template


def rows(*values: dict[str, Any]) -> list[Recipient]:
    return [
        Recipient(row=f"row {at}", conversation_id=str(at), values={"conversation_id": str(at), **each})
        for at, each in enumerate(values, 2)
    ]


def test_a_template_gives_each_their_body() -> None:
    """With their own values."""
    made = drafts(rows({"name": "Ada"}, {"name": "Eve"}), Template.parse("Hi {{ name }}"))
    assert made == [
        Draft(row="row 2", conversation_id="2", body="<p>Hi Ada</p>"),
        Draft(row="row 3", conversation_id="3", body="<p>Hi Eve</p>"),
    ]


def test_a_template_may_say_the_same_to_everybody() -> None:
    """It needs no variables, and no columns but the id."""
    assert [each.body for each in drafts(rows({}, {}), Template.parse("It works again."))] == [
        "<p>It works again.</p>"
    ] * 2


def test_ready_bodies_stay_as_they_are() -> None:
    """HTML or plain, blanks and braces included."""
    ready = " <p>Hi {{ name }}</p>\nNone of it was lost "
    [made] = drafts(rows({"body": ready}), None)
    assert made.body == ready


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "empty"),
        (None, "empty"),
        (" \n ", "empty"),
        ("<p>&nbsp;</p>", "empty"),
        ("\u200b", "empty"),
        ("None", "its body is 'None'"),
        ("null", "its body is 'null'"),
        ("Hi None, sorry", "says 'None'"),
        ("Hi nan", "says 'nan'"),
        ('<a href="https://example.com/NaT">x</a>', "says 'NaT'"),
        ("a\x07", "control sign"),
        ("a\ud800", "control sign"),
        ("Hi #REF!, sorry", "says '#REF!'"),
        ("x" * 60_001, "more than 60,000"),
        (12, "no text"),
    ],
)
def test_a_ready_body_that_nobody_would_send_is_refused(body: Any, says: str) -> None:
    """Empty, broken, or written by a program that had no value."""
    with pytest.raises(BodiesRefused, match=f"row 3: .*{says}"):
        drafts(rows({"body": "fine"}, {"body": body}), None)


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("Hi {{ name }}", "None", "name has no value"),
        ("Hi {{ name }}", "Mrs None", "says 'None'"),
        ("Your finances, {{ name }}", "nan x", "says 'nan'"),
        ("{% if name == 'Ada' %}Hi{% endif %}", "Eve", "empty"),
        ("<p>{{ name }}</p>", "\u200b", "name has no value"),
        ("Hi {{ name }}", "Mrs #N/A", "says '#N/A'"),
        ("Hi {{ name }}", "a\x07", "control sign"),
    ],
)
def test_a_row_that_a_template_does_not_fit_is_refused(text: str, name: str, says: str) -> None:
    """With its number, and without the value."""
    with pytest.raises(BodiesRefused) as refused:
        drafts(rows({"name": "Ada"}, {"name": name}), Template.parse(text))
    refused.match(f"row 3: .*{says}")
    assert "row 2" not in str(refused.value)
    assert "Mrs" not in str(refused.value)


def test_a_template_may_say_none_itself() -> None:
    """What its author wrote was meant."""
    template = Template.parse("None were lost, {{ name }}")
    assert drafts(rows({"name": "Ada"}), template)[0].body == "<p>None were lost, Ada</p>"


def test_all_wrong_rows_are_told_at_once() -> None:
    """The first twenty by name."""
    with pytest.raises(BodiesRefused) as refused:
        drafts(rows(*[{"body": ""}] * 25, {"body": "fine"}), None)
    assert refused.value.what == "25 rows are wrong, so nothing was planned."
    assert refused.value.why.count("row ") == 20
    assert refused.value.why.endswith("and 5 more")


def test_what_would_take_long_for_each_row_ends_at_the_first() -> None:
    """Ten thousand rows of a loop without measure are refused as fast as one."""
    template = Template.parse("{% for a in many %}{% for b in many %}x{% endfor %}{% endfor %}")
    with pytest.raises(BodiesRefused, match="row 2: its loops") as refused:
        drafts(rows(*[{"many": list(range(2_000))}] * 50), template)
    assert "row 3" not in str(refused.value)


def test_without_bodies_there_is_nothing_to_send() -> None:
    """Neither a template nor a column; the columns there are get named."""
    with pytest.raises(BodiesRefused, match="no column body: conversation_id, name"):
        drafts(rows({"name": "Ada"}), None)


def test_a_quick_reply_may_go_without_a_body() -> None:
    """Where the column is not there or blank; a template that says nothing is refused all the same."""
    assert [each.body for each in drafts(rows({"name": "Ada"}), None, body_optional=True)] == [""]
    optional = drafts(rows({"body": " "}, {"body": "Hi"}), None, body_optional=True)
    assert [each.body for each in optional] == ["", "Hi"]
    with pytest.raises(BodiesRefused, match="its body is 'None'"):
        drafts(rows({"body": "None"}), None, body_optional=True)
    with pytest.raises(BodiesRefused, match="empty"):
        drafts(rows({"name": "x"}), Template.parse("{% if name == 'y' %}x{% endif %}"), body_optional=True)


def test_a_template_asks_for_columns_that_are_there() -> None:
    """Before any row is rendered."""
    with pytest.raises(TemplateRefused, match="asks for what is not there"):
        drafts(rows({"name": "Ada"}), Template.parse("{{ nmae }}"))
