"""Searches find what Intercom's description of them says."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from intercom_pipeline.sandbox import Sizes
from tests.sandbox.conftest import NOON, Asker, Start

EMPTY = Sizes(contacts=0, conversations=0, articles=0, companies=0, long_conversations=0)
DAY = 86_400
_USERS = {"field": "role", "operator": "=", "value": "user"}


def _where(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def _moment(zone: str, *when: int) -> int:
    return int(datetime(*when, tzinfo=ZoneInfo(zone)).timestamp())  # type: ignore[misc,arg-type]  # year, month, …


def _contact(asker: Asker, at: int, **fields: Any) -> str:
    identity: str = asker.sandbox.workspace.create_contact(created_at=at, updated_at=at, **fields)["id"]
    return identity


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "Pacific/Niue", "Asia/Kathmandu"])
def test_contact_dates_are_matched_by_the_days_of_the_workspace(start: Start, zone: str) -> None:
    """Up to 2.16, `=` is the whole local day, `>` begins with the next day, `<` ends before the day."""
    asker = start(EMPTY, api_timezone=zone)
    midnight = _moment(zone, 2025, 3, 4)
    before, first, last, after = (_contact(asker, midnight + offset) for offset in (-1, 0, DAY - 1, DAY))
    noon = midnight + DAY // 2
    for value in (noon, str(noon)):
        assert asker.found("contacts", _where("updated_at", "=", value)) == {first, last}
        assert asker.found("contacts", _where("updated_at", ">", value)) == {after}
        assert asker.found("contacts", _where("updated_at", "<", value)) == {before}


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 9, 23), (11, 2, 25)])
def test_a_day_on_which_the_clocks_change_has_its_true_length(
    start: Start, month: int, day: int, hours: int
) -> None:
    """In New York, 9 March 2025 has 23 hours and 2 November 25, and search knows."""
    asker = start(EMPTY)
    midnight = _moment("America/New_York", 2025, month, day)
    length = hours * 3600
    _, first, last, after = (_contact(asker, midnight + offset) for offset in (-1, 0, length - 1, length))
    assert asker.found("contacts", _where("created_at", "=", midnight + 60)) == {first, last}
    assert asker.found("contacts", _where("created_at", ">", midnight + 60)) == {after}


def test_from_2_17_contact_dates_are_matched_by_the_second(start: Start) -> None:
    """2.17 compares contacts in exact seconds, and takes every operator for them."""
    asker = start(EMPTY)
    at = int(NOON)
    before, same, after = (_contact(asker, at + offset) for offset in (-1, 0, 1))
    found = {
        operator: asker.found("contacts", _where("updated_at", operator, at), version="2.17")
        for operator in ("=", ">", "<", ">=", "<=", "!=")
    }
    assert (found.pop(">"), found.pop("<")) == ({after}, {before})
    assert found == {"=": {same}, ">=": {same, after}, "<=": {before, same}, "!=": {before, after}}
    assert asker.found("contacts", _where("updated_at", "IN", [at, at + 1]), version="2.17") == {same, after}


@pytest.mark.parametrize("operator", ["!=", ">=", "<=", "IN", "NIN"])
def test_up_to_2_16_a_contact_date_takes_three_operators(asker: Asker, operator: str) -> None:
    """The other operators on a date are refused."""
    value = [int(NOON)] if operator in {"IN", "NIN"} else int(NOON)
    answer = asker.search("contacts", _where("updated_at", operator, value))
    assert answer["errors"][0]["code"] == "parameter_invalid"


def test_conversations_are_matched_by_the_second(start: Start) -> None:
    """For conversations `>` and `<` include the second they name, whatever the time zone."""
    asker = start(Sizes(contacts=1, conversations=0, long_conversations=0))
    at = int(NOON)
    before, same, after = (
        asker.sandbox.workspace.create_conversation(updated_at=at + offset)["id"] for offset in (-1, 0, 1)
    )
    assert asker.found("conversations", _where("updated_at", ">", at)) == {same, after}
    assert asker.found("conversations", _where("updated_at", "<", at)) == {before, same}
    assert asker.found("conversations", _where("updated_at", "=", at)) == {same}


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("=", "ada lovelace", {"Ada Lovelace"}),
        ("!=", "Ada Lovelace", {"Adam", "Grace Hopper", None}),
        ("~", "DA", {"Ada Lovelace", "Adam"}),
        ("!~", "da", {"Grace Hopper", None}),
        ("^", "Ad", {"Ada Lovelace", "Adam"}),
        ("$", "hopper", {"Grace Hopper"}),
        ("IN", ["Adam", "Grace Hopper"], {"Adam", "Grace Hopper"}),
        ("NIN", ["Adam", "Grace Hopper"], {"Ada Lovelace", None}),
        ("=", None, {None}),
        ("!=", None, {"Ada Lovelace", "Adam", "Grace Hopper"}),
    ],
)
def test_text_is_compared_without_regard_to_case(
    start: Start, operator: str, value: Any, found: set[str | None]
) -> None:
    """Every text operator finds its names; a missing name is found by null, by != and by the negations."""
    asker = start(EMPTY)
    for name in ("Ada Lovelace", "Adam", "Grace Hopper", None):
        asker.sandbox.workspace.create_contact(name=name)
    answer = asker.search("contacts", _where("name", operator, value))
    assert {record["name"] for record in answer["data"]} == found
    assert answer["total_count"] == len(found)


def test_groups_combine_and_nest(start: Start) -> None:
    """(user AND (Ada OR Grace)) finds the users of these names."""
    asker = start(EMPTY)
    for role, name in (("user", "Ada"), ("lead", "Ada"), ("user", "Grace"), ("user", "Tim")):
        asker.sandbox.workspace.create_contact(role=role, name=name)
    either = {"operator": "OR", "value": [_where("name", "=", "Ada"), _where("name", "=", "Grace")]}
    query = {"operator": "AND", "value": [_where("role", "=", "user"), either]}
    answer = asker.search("contacts", query)
    assert [(each["role"], each["name"]) for each in answer["data"]] == [("user", "Grace"), ("user", "Ada")]


@pytest.mark.parametrize("kind", ["contacts", "conversations"])
def test_filters_on_references_custom_attributes_and_numbers(asker: Asker, kind: str) -> None:
    """Tags, people, custom attributes, flags and numbers are found by the names the description lists."""
    workspace = asker.sandbox.workspace
    tag = workspace.records("tags")[0]["id"]
    if kind == "contacts":
        one = workspace.create_contact(custom_attributes={"plan": "Pro", "seats": 7}, owner_id=12)["id"]
        workspace.tag_contact(one, tag)
        queries = [_where("tag_id", "=", tag), _where("owner_id", "=", 12), _where("owner_id", ">=", 12)]
        queries += [_where("custom_attributes.plan", "~", "pro"), _where("custom_attributes.seats", ">", 6)]
    else:
        person = workspace.create_contact()["id"]
        one = workspace.create_conversation(contact_id=person, body="<p>My teapot leaks</p>")["id"]
        workspace.tag_conversation(one, tag)
        queries = [
            _where("tag_ids", "=", tag),
            _where("contact_ids", "=", person),
            _where("open", "=", "true"),
        ]
        queries += [_where("source.body", "=", "teapot"), _where("admin_assignee_id", "=", 0)]
    for query in queries:
        assert one in asker.found(kind, query), query
        if query["value"] not in {"false", 0}:
            assert asker.found(kind, query) != {each["id"] for each in workspace.records(kind)}


def test_an_element_of_a_body_is_matched_not_the_whole(asker: Asker) -> None:
    """`source.body` is compared word by word: two words at once find nothing."""
    one = asker.sandbox.workspace.create_conversation(body="<p>I need support</p>")["id"]
    assert one in asker.found("conversations", _where("source.body", "=", "support"))
    assert asker.found("conversations", _where("source.body", "=", "need support")) == set()


@pytest.mark.parametrize(
    "query",
    [
        None,
        {"field": "shoe_size", "operator": "=", "value": 1},
        {"field": "name", "operator": "LIKE", "value": "a"},
        {"field": "name", "operator": ">", "value": "a"},
        {"field": "created_at", "operator": ">", "value": "yesterday"},
        {"field": "name", "operator": "IN", "value": "a"},
        {"field": "name", "operator": "=", "value": ["a"]},
        {"field": "tag_id", "operator": "IN", "value": ["1"]},
        {"field": "has_hard_bounced", "operator": "=", "value": "perhaps"},
        {"operator": "AND", "value": []},
        {"operator": "OR", "value": [{"field": "name", "operator": "=", "value": "a"}] * 16},
        {"operator": "AND", "value": [{"operator": "OR", "value": [{"operator": "AND", "value": [_USERS]}]}]},
    ],
)
def test_a_wrong_query_is_refused(asker: Asker, query: Any) -> None:
    """Unknown fields and operators, misfit values, empty, too wide and too deep groups answer 400."""
    response = asker.ask("POST", "/contacts/search", json={"query": query})
    assert response.status_code == 400
    assert response.json()["type"] == "error.list"


def test_fifteen_filters_in_two_levels_are_allowed(asker: Asker) -> None:
    """The limits themselves are within them."""
    wide = {"operator": "OR", "value": [_where("role", "=", "user")] * 15}
    answer = asker.search("contacts", {"operator": "AND", "value": [wide] * 15})
    users = [each for each in asker.sandbox.workspace.records("contacts") if each["role"] == "user"]
    assert answer["total_count"] == len(users)


@pytest.mark.parametrize("order", ["ascending", "descending"])
@pytest.mark.parametrize("field", ["created_at", "updated_at"])
def test_searches_are_sorted_as_asked(asker: Asker, field: str, order: str) -> None:
    """The full value sorts, in both directions, whatever the filter."""
    for query in (_where("created_at", ">", 1), _where("role", "IN", ["user", "lead"])):
        answer = asker.search(
            "contacts", query, sort={"field": field, "order": order}, pagination={"per_page": 150}
        )
        times = [record[field] for record in answer["data"]]
        assert len(times) == 120
        assert times == sorted(times, reverse=order == "descending")


def test_a_search_by_dates_of_both_kinds_agrees_with_the_records(asker: Asker) -> None:
    """Slices by one date sorted by the other find what reading every record finds."""
    records = asker.sandbox.workspace.records("conversations")
    middle = sorted(each["created_at"] for each in records)[30]
    query = {
        "operator": "AND",
        "value": [_where("created_at", ">", middle), _where("updated_at", "<", int(NOON) - DAY)],
    }
    expected = {
        each["id"]
        for each in records
        if each["created_at"] >= middle and each["updated_at"] <= int(NOON) - DAY
    }
    assert expected
    assert asker.found("conversations", query) == expected


def test_a_change_takes_its_time_to_reach_search(start: Start) -> None:
    """With `searchable_after_seconds`, a new or changed record is listed at once but found only later."""
    asker = start(searchable_after_seconds=60)
    workspace = asker.sandbox.workspace
    old, new = workspace.records("contacts")[3]["id"], workspace.create_contact()["id"]
    workspace.update_contact(old, name="Changed")
    every = _where("created_at", ">", 1)
    assert not {old, new} & asker.found("contacts", every)
    assert asker.search("contacts", every)["total_count"] == 119
    assert asker.get("/contacts")["total_count"] == 121
    workspace.clock.advance(61)
    assert {old, new} <= asker.found("contacts", every)
