"""The quick way to answer a search finds what looking at every record finds."""

from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intercom_pipeline.sandbox import Options, Workspace
from intercom_pipeline.sandbox.matching import Searched
from intercom_pipeline.sandbox.paging import Order, PageRequest, page_token_of
from intercom_pipeline.sandbox.search import Rules, read_query
from tests.sandbox.conftest import NOON, SMALL

TWO_YEARS = 2 * 365 * 86_400

conditions = st.builds(
    lambda field, operator, value: {"field": field, "operator": operator, "value": value},
    st.sampled_from(["created_at", "updated_at"]),
    st.sampled_from(["=", ">", "<", ">=", "<="]),
    st.integers(int(NOON) - TWO_YEARS, int(NOON)),
)
orders = st.builds(Order, field=st.sampled_from(["created_at", "updated_at"]), descending=st.booleans())


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    """A small workspace that nobody changes."""
    return Workspace(SMALL, Options(now=NOON))


def _found(workspace: Workspace, query: Any, order: Order, per_page: int) -> list[int]:
    """The positions that a search of conversations finds, over all its pages."""
    searched = Searched(
        kind="conversations",
        collection=workspace.collections["conversations"],
        query=read_query(query, Rules(kind="conversations", version="2.14")),
        order=order,
        zone=ZoneInfo("America/New_York"),
        unseen=frozenset(),
    )
    found: list[int] = []
    token = None
    for number in count(1):
        page = workspace.searcher.page(searched, PageRequest(per_page=per_page, start=page_token_of(token)))
        assert page.pages["page"] == number
        found += page.positions
        if "next" not in page.pages:
            assert page.total_count == len(found)
            return found
        token = page.pages["next"]["starting_after"]
    raise AssertionError


@settings(deadline=None, max_examples=150)
@given(members=st.lists(conditions, min_size=1, max_size=3), order=orders, per_page=st.integers(1, 150))
def test_bisecting_finds_what_scanning_finds(
    workspace: Workspace, members: list[dict[str, Any]], order: Order, per_page: int
) -> None:
    """The same dates, asked in a way that can be bisected and in one that cannot, page by page, in order."""
    every = {"operator": "AND", "value": members}
    quick = _found(workspace, every, order, per_page)
    slow = _found(workspace, {"operator": "OR", "value": [every]}, order, 150)
    assert quick == slow
    times = workspace.collections["conversations"].times[order.field]
    assert [times[each] for each in quick] == sorted(
        (times[each] for each in quick), reverse=order.descending
    )
