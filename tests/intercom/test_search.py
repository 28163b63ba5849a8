"""Search queries: what they look like as JSON, and which rule a wrong one breaks."""

import pytest

from intercom_pipeline.intercom.errors import Applied, QueryRefused
from intercom_pipeline.intercom.search import OPERATORS, Filter, Query, Search, all_of, any_of, check

CONTACTS = "/contacts/search"
CONVERSATIONS = "/conversations/search"
ROLE = Filter("role", "=", "user")


def broken_rule(query: Query, path: str = CONTACTS, version: str = "2.14") -> str:
    with pytest.raises(QueryRefused) as caught:
        check(query, path=path, version=version)
    assert caught.value.failure.applied is Applied.NO
    return caught.value.why


def test_a_search_becomes_the_json_intercom_documents() -> None:
    """Filters, groups, lists and the sort; a filter beside a group is put into one of its own."""
    query = all_of(any_of(Filter("id", "IN", ("1", "2")), ROLE), Filter("created_at", ">", 1_306_054_154))
    search = Search(query=query, sort_field="updated_at", sort_order="ascending")
    assert search.to_json() == {
        "query": {
            "operator": "AND",
            "value": [
                {
                    "operator": "OR",
                    "value": [
                        {"field": "id", "operator": "IN", "value": ["1", "2"]},
                        {"field": "role", "operator": "=", "value": "user"},
                    ],
                },
                {
                    "operator": "AND",
                    "value": [{"field": "created_at", "operator": ">", "value": 1_306_054_154}],
                },
            ],
        },
        "sort": {"field": "updated_at", "order": "ascending"},
    }


def test_a_single_filter_needs_no_group_and_no_sort() -> None:
    """The least a search can be."""
    assert Search(query=ROLE).to_json() == {"query": {"field": "role", "operator": "=", "value": "user"}}


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_documented_operator_passes(operator: str) -> None:
    """On a field that is no date, with a value of the right kind."""
    value = ("1", "2") if operator in {"IN", "NIN"} else "1"
    check(Filter("external_id", operator, value), path=CONTACTS, version="2.14")


@pytest.mark.parametrize("operator", ["==", "in", "LIKE", "", "<>", "AND"])
def test_an_unknown_operator_is_named(operator: str) -> None:
    """The message gives the operator, the field and what would do."""
    assert f"{operator!r} on 'role' is not an operator; they are = != IN" in broken_rule(
        Filter("role", operator, "x")
    )


@pytest.mark.parametrize("operator", [">=", "<=", "!=", "IN", "NIN"])
@pytest.mark.parametrize("version", ["2.11", "2.16", "app"])
def test_a_contact_s_date_takes_three_operators_up_to_2_16(operator: str, version: str) -> None:
    """Dates go by calendar day there; `app` is taken for such a version."""
    value = (1, 2) if operator in {"IN", "NIN"} else 1
    wanted = all_of(ROLE, Filter("updated_at", operator, value))
    assert "go by day, with = > < only" in broken_rule(wanted, version=version)


def test_the_same_date_is_right_from_2_17_and_on_conversations() -> None:
    """The rule is one of contacts, and of versions up to 2.16."""
    check(Filter("updated_at", ">=", 1), path=CONTACTS, version="2.17")
    check(Filter("updated_at", ">=", 1), path=CONVERSATIONS, version="2.14")
    check(Filter("updated_at", ">", 1), path=CONTACTS, version="2.14")


def test_a_group_takes_fifteen_filters_and_no_more() -> None:
    """15 pass, 16 do not, and the message counts them."""
    check(all_of(*[ROLE] * 15), path=CONTACTS, version="2.14")
    assert "at most 15 filters, not 16" in broken_rule(any_of(ROLE, any_of(*[ROLE] * 16)))


def test_groups_nest_two_levels_and_no_deeper() -> None:
    """(1 OR 2) AND (3 OR 4) passes; a group in those does not."""
    check(all_of(any_of(ROLE, ROLE), any_of(ROLE, ROLE)), path=CONTACTS, version="2.14")
    assert "at most 2 levels" in broken_rule(all_of(any_of(all_of(ROLE))))


@pytest.mark.parametrize("query", [all_of(), all_of(ROLE, any_of())])
def test_an_empty_group_is_refused(query: Query) -> None:
    """An empty AND would be everything, an empty OR nothing: neither is meant."""
    assert "at least one filter" in broken_rule(query)


@pytest.mark.parametrize(
    "wanted", [Filter("id", "IN", "1"), Filter("id", "=", ("1", "2")), Filter("id", "NIN", ())]
)
def test_lists_go_with_in_and_nin(wanted: Filter) -> None:
    """`IN` and `NIN` take a list with something in it, the others a single value."""
    assert broken_rule(wanted).startswith(f"'id' {wanted.operator}: ")
