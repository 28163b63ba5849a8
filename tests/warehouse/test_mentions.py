"""Addresses, telephone numbers and names are found in texts by their hashes alone."""

import pytest

from intercom_pipeline.warehouse.people.mentions import REMOVED
from intercom_pipeline.warehouse.people.privacy_key import Key
from intercom_pipeline.warehouse.people.tombstones import Mark, gathered, tombstones_for
from intercom_pipeline.warehouse.table import Person

KEY = Key(b"k" * 32)
ADA = gathered(
    tombstones_for(
        "c1",
        [
            (Mark.EMAIL, "Ada@Example.com"),
            (Mark.PHONE, "+353 1 234 5678"),
            (Mark.NAME, "Ada O\u2019Byron-King"),
            (Mark.NAME, "Ada"),
            (Mark.EXTERNAL_ID, "42"),
        ],
        KEY,
    ),
    KEY,
)


@pytest.mark.parametrize(
    "mention",
    [
        "ada@example.com",
        "ADA@example.COM",
        "ada%40example.com",
        "ada&#64;example.com",
        "+353 1 234 5678",
        "+35312345678",
        "353-1-234-5678",
        "Ada O\u2019Byron-King",
        "ADA  o\u2019byron-king",
        "Ada&nbsp;O\u2019Byron-King",
    ],
)
@pytest.mark.parametrize("around", ["{}", "Write to {}.", "<a href='mailto:{}'>x</a>", "({}), 12", "'{}' 7"])
def test_a_mention_is_cut_out(mention: str, around: str) -> None:
    """However it is written, and whatever stands around it."""
    assert ADA.without_mentions(around.format(mention), None) == around.format(REMOVED)


@pytest.mark.parametrize(
    "text",
    [
        "bada@example.com",
        "ada@example.com.au",
        "ada@example.org",
        "353 1 234 56780",
        "Ada",
        "Ada wrote; O\u2019Byron-King read",
        "42",
        "2026-01-01 12:00:00",
        "",
        "@",
        "Ada \u2014 Byron",
    ],
)
def test_what_is_no_mention_stays(text: str) -> None:
    """One word alone may be anybody's name, a short number anything."""
    assert ADA.without_mentions(text, None) == text


def test_the_name_of_somebody_else_stays() -> None:
    """Two people may have one name: where a name stands for itself, their ids tell who is meant."""
    assert ADA.without_mentions("Ada O\u2019Byron-King", Person.NAME) == "Ada O\u2019Byron-King"


def test_what_stands_for_itself_is_compared_whole() -> None:
    """In clear text, and hashed by a policy."""
    assert ADA.without_mentions("42", Person.IDENTITY) == REMOVED
    assert ADA.without_mentions(KEY.digest("ada@example.com"), Person.EMAIL) == REMOVED
    assert ADA.without_mentions("43", Person.IDENTITY) == "43"
