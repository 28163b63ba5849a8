"""Bodies are checked and taken apart without changing a byte."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intercom_pipeline.intercom.bodies import BodyInvalid, page_body, whole_json

texts = st.text(alphabet=st.characters(exclude_categories=()), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
records_lists = st.lists(st.dictionaries(texts, values, max_size=4), max_size=5)


@given(records_lists, st.sampled_from([None, 0, " "]))
def test_records_come_out_as_they_were_written(records: list[dict[str, Any]], gap: Any) -> None:
    """Any record, lone surrogates and all, keeps its very bytes."""
    written = [json.dumps(record).encode() for record in records]
    space = b"" if gap is None else b" \n"
    body = b'{"pages":null,"data":[' + (space + b"," + space).join(written) + b'],"total_count":7}'
    page = page_body(body, "data")
    assert [bytes(record) for record in page.records] == written
    assert page.total_count == 7
    assert whole_json(body) is body


@pytest.mark.parametrize(
    "text",
    [
        r'"\ud800"',
        r'"\udc00\ud800"',
        r'"\\ud800 \ud800"',
        r'"\ud83d\ude00 \ud800"',
        r'"\u0000"',
        "1" * 40,
        "1e999",
        "[" * 100 + "]" * 100,
    ],
)
def test_odd_but_valid_values_pass(text: str) -> None:
    """Lone surrogates, NUL, huge numbers and a hundred levels are JSON."""
    body = b'{"data":[{"a":' + text.encode() + b"}]}"
    (record,) = page_body(body, "data").records
    assert bytes(record) == body[9:-2]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"data":[{"a":1}]',
        b'{"data":[{"a":"\xff"}]}',
        b'{"data":[{"a":"\xed\xa0\x80"}]}',
        b'{"data":[{"a":NaN}]}',
        b'{"data":[{"a":"\\ud800"}',
        b'{"data":[{"a":"\\uZZZZ"}]}',
        b'{"data":[{}]}{"data":[]}',
        b'{"data":[' + b"[" * 5_000 + b"]" * 5_000 + b"]}",
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    """Cut off, garbled, badly encoded or bottomless: refused as a page and as a record."""
    with pytest.raises(BodyInvalid):
        page_body(body, "data")
    with pytest.raises(BodyInvalid):
        whole_json(body)


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"null", b'{"data":null}', b'{"data":{}}', b'{"conversations":[]}']
)
def test_a_page_without_its_records_is_not_an_empty_page(body: bytes) -> None:
    """An answer of another shape never counts as "no records"."""
    with pytest.raises(BodyInvalid):
        page_body(body, "data")


@pytest.mark.parametrize("count", ["null", '"12"', "1.5", "{}"])
def test_a_count_that_is_no_number_is_unknown(count: str) -> None:
    """`total_count` is a hint: a misfit fails nothing."""
    assert page_body(b'{"data":[],"total_count":' + count.encode() + b"}", "data").total_count is None
