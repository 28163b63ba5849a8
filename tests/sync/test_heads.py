"""The times that steer a sync are never taken from a record that cannot know them."""

import json
import time
from typing import Any

import msgspec
import pytest

from intercom_pipeline.sync.heads import head_of, newest_update, reaches, with_fields

NOW = int(time.time())


def records(*moments: Any) -> list[msgspec.Raw]:
    return [msgspec.Raw(json.dumps({"id": "1", "updated_at": moment}).encode()) for moment in moments]


@pytest.mark.parametrize(
    "odd", [4_000_000_000, 1_700_000_000_000, 10**15, 1e20, 1e308, -1, 0, None, "soon", [1]]
)
def test_an_absurd_time_moves_no_bookmark_and_ends_no_walk(odd: Any) -> None:
    """A far future would blind the stream for ever; an unknown time is not an old one."""
    assert newest_update(records(NOW, odd), NOW - 5) == NOW
    assert not reaches(records(NOW, odd), NOW - 100)
    assert head_of(records(odd)[0]).updated_at is None


def test_a_time_as_text_counts_like_one_as_a_number() -> None:
    """As the column reads it, so does the sync."""
    assert head_of(records("2023-11-14T22:13:20Z")[0]).updated_at == 1_700_000_000


def test_an_empty_page_does_not_end_a_walk() -> None:
    """It says nothing about what comes after it."""
    assert not reaches([], NOW)
    assert reaches(records(NOW, NOW - 200), NOW - 100)


def test_a_record_of_any_shape_has_a_head() -> None:
    """Lone surrogates, and what is no object at all."""
    assert head_of(b'{"id": 7, "name": "\\ud800"}').id == "7"
    assert head_of(b"null").id == ""


def test_a_field_is_added_only_where_the_record_lacks_it() -> None:
    """A key that stood twice would make the record unreadable for DuckDB."""
    lacking = with_fields(b'{"id": 1, "model": "own"}', {"model": "given", "parent": "p"})
    assert json.loads(bytes(lacking)) == {"parent": "p", "id": 1, "model": "own"}
    assert bytes(lacking).count(b'"model"') == 1
    assert with_fields(b'{"model": "own"}', {"model": "given"}) == b'{"model": "own"}'
    assert bytes(with_fields(b"{}", {"model": "given"})) == b'{"model":"given"}'
