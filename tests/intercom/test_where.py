"""The language of queries: what a text stands for, and where an error points."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intercom_pipeline.intercom.search import Filter, Query, Value, all_of, any_of, check
from intercom_pipeline.intercom.search_fields import CONTACTS, CONVERSATIONS, FieldKind
from intercom_pipeline.intercom.where import WhereRefused, parse
from tests.contract import FOLDER, needs_descriptions

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MARCH = 1_772_323_200  # 1 March 2026 in UTC
USER = Filter("role", "=", "user")


def read(text: str, fields: Mapping[str, FieldKind] = CONTACTS) -> Query:
    return parse(text, fields, now=NOW)


def refused(text: str, fields: Mapping[str, FieldKind] = CONTACTS) -> WhereRefused:
    with pytest.raises(WhereRefused) as caught:
        read(text, fields)
    return caught.value


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("email = ada@example.com", Filter("email", "=", "ada@example.com")),
        ("email=ada@example.com", Filter("email", "=", "ada@example.com")),
        ('name ~ "Ada L"', Filter("name", "~", "Ada L")),
        ("name contains 'Ada L'", Filter("name", "~", "Ada L")),
        (r"name = 'O\'Brien \\'", Filter("name", "=", "O'Brien \\")),
        ("name = O'Brien", Filter("name", "=", "O'Brien")),
        ("name = ''", Filter("name", "=", "")),
        ("name Starts  With Ada", Filter("name", "^", "Ada")),
        ("name ends with a", Filter("name", "$", "a")),
        ("name == Ada", Filter("name", "=", "Ada")),
        ("name = AND", None),
        ("name = 'AND'", Filter("name", "=", "AND")),
        ("name = https://x.example/?a=b,c", Filter("name", "=", "https://x.example/?a=b,c")),
        ("id IN (1, '2')", Filter("id", "IN", ("1", "2"))),
        ("owner_id not in (1,2)", Filter("owner_id", "NIN", (1, 2))),
        ("owner_id = null", Filter("owner_id", "=", None)),
        ("owner_id is not NULL", Filter("owner_id", "!=", None)),
        ("name = 'null'", Filter("name", "=", "null")),
        ("unsubscribed_from_emails = True", Filter("unsubscribed_from_emails", "=", value=True)),
        ("tag_id is 7", Filter("tag_id", "=", "7")),
    ],
)
def test_a_condition_is_a_field_an_operator_and_a_value(text: str, query: Query | None) -> None:
    """Operators have words beside their signs, and quotes go around what would mean something else."""
    if query is None:
        refused(text)
    else:
        assert read(text) == query


@pytest.mark.parametrize(
    ("written", "second"),
    [
        ("2026-03-01", MARCH),
        ("20260301", MARCH),
        ("2026-03-01T01:00:00+01:00", MARCH),
        ("'2026-03-01 00:00'", MARCH),
        ("14d", MARCH),
        ("2w", MARCH),
        ("1772323200", MARCH),
        ("0", 0),
        ("1900-01-01", 0),
    ],
)
def test_a_date_is_written_in_several_ways(written: str, second: int) -> None:
    """It becomes unix seconds; a day is its first second in UTC, and so is one ago."""
    assert read(f"created_at > {written}") == Filter("created_at", ">", second)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("= pro", "pro"),
        ("= 5", 5),
        ("= -5", -5),
        ("= '5'", "5"),
        ("= 007", "007"),
        ("= +353", "+353"),
        ("= true", True),
        ("= 'true'", "true"),
        ("= 7d", "7d"),
        ("= 2026-03-01", "2026-03-01"),
        ("> 5", 5),
        ("> '5'", 5),
        ("> 2026-03-01", MARCH),
        ("~ 5", "5"),
        ("IN (5, x)", (5, "x")),
    ],
)
def test_a_custom_attribute_is_compared_with_what_is_written(text: str, value: Value) -> None:
    """A number or a truth value is one, unless in quotes; in an order there are only numbers and dates."""
    assert read(f'"custom_attributes.Plan name" {text}') == Filter(
        "custom_attributes.Plan name", text.split(maxsplit=1)[0], value
    )


def test_and_binds_tighter_than_or() -> None:
    """Parentheses group otherwise, and those around one condition change nothing."""
    a, b, c = (Filter("id", "=", each) for each in "abc")
    assert read("id = a or id = b AND (id = c)") == any_of(a, all_of(b, c))
    assert read("((id = a OR id = b)) and id = c") == all_of(any_of(a, b), c)
    assert read("(((id = a)))") == a


@pytest.mark.parametrize(
    ("text", "at", "what"),
    [
        ("emial = x", "emial", "There is no field 'emial' to search by."),
        ("role = user AND emial = x", "emial", "There is no field 'emial'"),
        ("custom_attributes. = 5", "custom", "There is no field 'custom_attributes.'"),
        ("custom_attribute.plan = 5", "custom", "There is no field 'custom_attribute.plan'"),
        ("name LIKE x", "LIKE", "'LIKE' is no operator."),
        ("name =~ x", "=~", "'=~' is no operator."),
        ("name > x", ">", "'name', a text, cannot be compared with >."),
        ("tag_id IN (1)", "IN", "'tag_id', a tag id, cannot be compared with IN."),
        ("name x", "x", "'x' is no operator."),
        ("name", "", "An operator is expected here."),
        ("name = ", "", "A value for 'name' is missing."),
        ("name = AND id = 1", "AND", "A value for 'name' is missing."),
        ("name = Ada Lovelace", "Lovelace", "AND, OR or the end is expected here."),
        ("(name = Ada Lovelace)", "Lovelace", "AND, OR or ) is expected here."),
        ("id = 1 AND", "", "A field is expected here."),
        ("AND id = 1", "AND", "A field is expected here."),
        ("(id = 1", "(", "This parenthesis is not closed."),
        ("id = 1)", ")", "No parenthesis is open here."),
        ("()", ")", "A field is expected here."),
        ("name = 'Ada", "'", "This quote ' is not closed."),
        ("id IN 1", "1", "IN takes values in parentheses."),
        ("id IN (1 2)", "2", "A comma or ) is expected in the list of values."),
        ("id IN ()", ")", "A value for 'id' is missing."),
        ("id IN (null)", "null", "'id' cannot be compared with 'null'."),
        ("owner_id = 1.5", "1.5", "'owner_id' cannot be compared with '1.5'."),
        ("created_at > soon", "soon", "'created_at' cannot be compared with 'soon'."),
        ("created_at > 1772323200000", "17", "'created_at' cannot be compared with '1772323200000'."),
        ("created_at > 999999d", "999999d", "'created_at' cannot be compared with '999999d'."),
        ("has_hard_bounced = yes", "yes", "'has_hard_bounced' cannot be compared with 'yes'."),
        ("custom_attributes.x > pro", "pro", "'custom_attributes.x' cannot be compared with 'pro'."),
        ("name = a\u202eb c", "c", "AND, OR or the end is expected here."),
        ("name = 日本 x", "x", "AND, OR or the end is expected here."),
    ],
)
def test_an_error_points_at_the_place(text: str, at: str, what: str) -> None:
    """Under the text a caret stands where the trouble begins, wide characters counted as wide."""
    error = refused(text)
    assert error.what.startswith(what)
    assert error.fix
    line, caret = error.why.split("\n")
    before = text[: text.rindex(at)] if at else text
    wide = sum(character in "日本" for character in before)
    assert caret == " " * (len(before) + wide) + "^"
    assert line.isprintable()


def test_errors_name_what_would_do() -> None:
    """The nearest field, the field's operators, the form of a date."""
    assert refused("emial = x").fix == "Did you mean email?"
    assert refused("NOT id = x").fix == "Instead of NOT there are !=, NOT IN and !~."
    assert refused("has_hard_bounced ~ x").fix == "'has_hard_bounced' takes = !=."
    assert "2026-03-01" in refused("created_at > soon").fix
    assert refused("zzz = x").fix.startswith("There are id, role, name, email")
    assert refused("").why == refused(" \n").why == ""


def test_groups_nest_as_deep_as_intercom_nests() -> None:
    """The error points at the innermost group, at the sixteenth condition, at one parenthesis too many."""
    deep = refused("role = user AND (id = 1 OR (id = 2 AND id = 3))")
    line, caret = deep.why.split("\n")
    assert line[len(caret) - 1 :].startswith("id = 2")
    assert "at most 2 levels" in deep.what
    check(read(" AND ".join(["id = 1"] * 15)), path="/contacts/search", version="2.14")
    many = refused(" AND ".join([*["id = 1"] * 15, "name = x"]))
    line, caret = many.why.split("\n")
    assert line[len(caret) - 1 :].startswith("name = x")
    assert "More than 20 parentheses" in refused("(" * 10_000).what


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\x9b", "\ud83d"])
def test_what_no_query_can_hold_is_refused(character: str) -> None:
    """Control characters and half characters, in quotes as well, and an error shows none of them."""
    error = refused(f"name = 'a{character}'")
    assert f"U+{ord(character):04X}" in error.what
    assert character not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "name = " + "x" * 100_000 + " y",
        "name = '" + "\\'" * 50_000,
        "id IN (" + ", ".join(map(str, range(20_000))),
        "@" * 100_000,
        "name = x " + "OR" * 50_000,
    ],
)
def test_a_long_text_is_refused_in_few_words(text: str) -> None:
    """100,000 characters are read once, and the error shows those around the place."""
    assert len(str(refused(text))) < 500


def test_errors_show_no_address() -> None:
    """An error may be logged; what is no e-mail address stays readable and in its place."""
    error = refused("email=ada@example.com OR email = 'bob@example.com' c@d")
    assert "example" not in str(error)
    assert error.why.startswith("email=***@*********** OR email = '***@***********' *@*\n")


def test_whoever_typed_an_address_is_shown_it() -> None:
    """The caret stands where it stands in what is logged."""
    error = refused("email = ada@example.com AND 'bob@example.com' = x")
    text, caret = error.as_typed.why.splitlines()
    assert text == "email = ada@example.com AND 'bob@example.com' = x"
    assert caret == error.why.splitlines()[1]
    assert "'bob@example.com'" in error.as_typed.what
    assert "example" not in error.what


@pytest.mark.parametrize("field", ["admin_assignee_id", "team_assignee_id"])
def test_nobody_is_0(field: str) -> None:
    """So Intercom sends it, and so it is asked for."""
    assert read(f"{field} = null", CONVERSATIONS) == Filter(field, "=", 0)
    assert read(f"{field} is not null", CONVERSATIONS) == Filter(field, "!=", 0)


NEAR = """
    name id created_at = != ~ > IN NOT is null ( ) , ' AND OR " \\ 7d 2026-13-01 ٣ 1e5 custom_attributes.x
    {name} custom_attributes.{name} starts with 5 has_hard_bounced true tag_id
"""
near = st.lists(st.sampled_from(NEAR.split()), max_size=12).map(" ".join)


@settings(max_examples=400, deadline=None, database=None)
@given(st.one_of(near, near.map(lambda text: text.replace(" ", "")), st.text(max_size=30)))
def test_no_text_ends_in_any_other_error(text: str) -> None:
    """Neither what comes near to a query nor what nobody would write; and Intercom takes what is read."""
    try:
        query = read(text)
    except WhereRefused:
        return
    check(query, path="/conversations/search", version="2.14")


def written(query: Query) -> str:
    """A query as a text that stands for it."""
    if not isinstance(query, Filter):
        return "(" + f" {query.operator} ".join(map(written, query.parts)) + ")"
    values = query.value if isinstance(query.value, tuple) else (query.value,)
    said = ", ".join(map(quoted, values))
    operator = "NOT IN" if query.operator == "NIN" else query.operator
    return f"{quoted(query.field)} {operator} {f'({said})' if isinstance(query.value, tuple) else said}"


def quoted(value: object) -> str:
    if value is None:
        return "null"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)
filters = st.one_of(
    st.builds(Filter, st.sampled_from(["name", "id"]), st.sampled_from(["=", "~", "^"]), texts),
    st.builds(Filter, texts.map(lambda name: f"custom_attributes.{name or 'x'}"), st.just("="), texts),
    st.builds(Filter, st.just("owner_id"), st.sampled_from(["=", "!="]), st.none() | st.integers(-5, 5)),
    st.builds(Filter, st.just("id"), st.just("NIN"), st.lists(texts, min_size=1, max_size=3).map(tuple)),
    st.builds(Filter, st.just("has_hard_bounced"), st.just("="), st.booleans()),
)
groups = st.lists(filters, min_size=2, max_size=4).flatmap(
    lambda parts: st.sampled_from([all_of(*parts), any_of(*parts)])
)


@settings(max_examples=150, deadline=None, database=None)
@given(st.one_of(filters, groups, st.builds(all_of, groups, filters), st.builds(any_of, filters, groups)))
def test_a_query_written_down_reads_as_itself(query: Query) -> None:
    """Whatever characters its fields and values hold."""
    assert read(written(query)) == query


def documented(path: str, version: str) -> dict[str, str]:
    """The fields and types in the table of Intercom's description of a search."""
    text = (FOLDER / f"intercom-{version}.yaml").read_text(encoding="utf-8")
    search = text.partition(f'"{path}":')[2].partition("### Accepted Operators")[0]
    return dict(re.findall(r"^ *\| ([\w.{}]+) +\| (\w+)", search, re.MULTILINE))


TYPES = {
    "String": {FieldKind.TEXT, FieldKind.TAG, FieldKind.ANY},
    "Integer": {FieldKind.INTEGER},
    "Date": {FieldKind.DATE},
    "Boolean": {FieldKind.BOOLEAN},
}


@needs_descriptions
@pytest.mark.parametrize(
    ("path", "fields"), [("/contacts/search", CONTACTS), ("/conversations/search", CONVERSATIONS)]
)
def test_the_fields_are_those_intercom_describes(path: str, fields: Mapping[str, FieldKind]) -> None:
    """Each with its type, in the default version and the newest described; two more mend misprints."""
    told = documented(path, "2.14") | documented(path, "2.16")
    told = {name.replace("attribute_name", "name"): kind for name, kind in told.items() if name != "Field"}
    assert len(told) > 40
    more = {"android_sdk_version", "conversation_rating.admin_id"}
    more |= {"custom_attributes.{name}", "custom_attribute.{name}"} if "conversations" in path else set()
    assert fields.keys() - told.keys() == more & fields.keys()
    assert told.keys() <= fields.keys()
    wrong = {name for name, kind in told.items() if fields[name] not in TYPES[kind]}
    assert wrong <= {"owner_id"}, "described as a number up to 2.15, as text from 2.16 on"


def test_the_documentation_lists_every_field_and_its_examples_are_read() -> None:
    """docs/query-language.md, a row a kind, in the order declared here."""
    text = (Path(__file__).parent.parent.parent / "docs" / "query-language.md").read_text(encoding="utf-8")
    for fields in (CONTACTS, CONVERSATIONS):
        for kind in set(fields.values()):
            names = [f"`{name}`" for name, its_kind in fields.items() if its_kind is kind]
            assert f"| {kind} | {', '.join(names)} |" in text
    for example in text.split("```")[1].strip().splitlines():
        read(example, CONVERSATIONS if "state" in example else CONTACTS)
