"""Records as Intercom describes them."""

from collections.abc import Sequence

import pytest

from tests.sandbox_content.described import VERSIONS, errors
from tests.sandbox_content.workspace import Record, articles, contacts, conversations, people


def records() -> dict[str, Sequence[Record]]:
    return {
        "contact": contacts()[:80],
        "conversation": conversations()[:80],
        "article": articles(),
        "company": people().companies,
        "admin": people().admins,
        "team": people().teams,
        "segment": people().segments,
        "tag_basic": people().tags,
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_records_follow_the_description_of_every_version(version: str) -> None:
    """Every kind of record validates against the schema of every version."""
    wrong = {
        f"{schema} {record['id']}": found
        for schema, several in records().items()
        for record in several
        if (found := errors(version, schema, record))
    }
    assert wrong == {}


def test_a_wrong_record_is_found() -> None:
    """The schemas do reject what they should: a number as name, a word as time."""
    assert errors("2.14", "contact", contacts()[0] | {"name": 5, "created_at": "today"})
