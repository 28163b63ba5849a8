"""Policies say what is stored of each value, wherever in a record it stands."""

import json
from typing import Any

import pytest

from intercom_pipeline.warehouse.people.applying import masked
from intercom_pipeline.warehouse.people.policies import DROP, HASH, MASK, Policies, Policy, Preset, policy_of
from intercom_pipeline.warehouse.people.privacy_key import Key
from intercom_pipeline.warehouse.people.rules import changed_by, rules_of, without
from intercom_pipeline.warehouse.people.sieve import Sieve
from intercom_pipeline.warehouse.table import PARENT, Column, Kind, Person, Table

KEY = Key(b"k" * 32)


def column(name: str, kind: Kind = Kind.TEXT, **more: Any) -> Column:
    return Column(name=name, kind=kind, description="A column.", **more)


PEOPLE = Table(
    name="people",
    description="People.",
    grain="a person",
    columns=(
        column("id", Kind.ID),
        column("state"),
        column("email", person=Person.EMAIL),
        column("note", person=Person.TEXT),
        column("age", Kind.INTEGER),
        column(
            "author",
            Kind.JSON,
            person=Person.DETAIL,
            holds=(("name", Person.NAME), ("work.mail", Person.EMAIL), ("work.floor", None)),
        ),
        column("files", Kind.JSON, person=Person.DETAIL),
    ),
    ignored=frozenset({"type"}),
    children=(
        Table(
            name="files",
            description="Files.",
            grain="a file",
            columns=(
                column("person_id", Kind.ID, field=PARENT),
                column("name", person=Person.FILE),
                column("url", person=Person.LINK),
            ),
            primary_key=("person_id", "name"),
            path=("files", "data"),
        ),
    ),
)

RECORD = {
    "id": "1",
    "type": "person",
    "state": "open",
    "email": " Ada@Example.com",
    "note": "Call me",
    "age": 36,
    "author": {
        "id": "7",
        "type": "admin",
        "name": "Bea",
        "work": {"mail": "b@x.com", "floor": 3, "desk": "4b"},
        "shoe_size": 39,
    },
    "files": {"total_count": 1, "data": [{"name": "cv.pdf", "url": "https://x/cv", "new": "n"}], "next": "n"},
    "brand_new": {"deep": "unknown"},
}


def stored(record: dict[str, Any] = RECORD, **columns: Policy) -> Any:
    """What is left of a record under policies for columns of `people` (`__` for a dot)."""
    said = tuple((f"people.{name.replace('__', '.')}", policy) for name, policy in columns.items())
    return left(record, Policies(columns=said))


def left(record: Any, policies: Policies) -> Any:
    line = Sieve(rules_of([PEOPLE], policies), KEY).line(PEOPLE, json.dumps(record).encode())
    assert line is not None
    return json.loads(bytes(line))


def test_everything_passes_untouched_where_nothing_else_is_said() -> None:
    """As the very bytes that came."""
    raw = json.dumps(RECORD).encode()
    sieve = Sieve(rules_of([PEOPLE], Policies()))
    assert sieve.is_open
    assert sieve.line(PEOPLE, raw) is raw


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (DROP, None),
        (HASH, KEY.digest("ada@example.com")),
        (MASK, "A***@Example.com"),
        (policy_of("truncate:4"), " Ada"),
    ],
    ids=str,
)
def test_a_value_is_stored_as_its_policy_says(policy: Policy, expected: str | None) -> None:
    """And no other is changed."""
    assert stored(email=policy) == RECORD | {"email": expected}


@pytest.mark.parametrize("spelt", ["hsh", "hash:3", "truncate", "truncate:0", "truncate:-1", "truncate:x"])
def test_what_is_no_policy_is_refused(spelt: str) -> None:
    """A length belongs to truncate, and to nothing else."""
    with pytest.raises(ValueError, match=spelt):
        policy_of(spelt)


def test_the_same_person_has_the_same_hash_however_written() -> None:
    """E-mail addresses in any case, telephone numbers with any signs between their digits."""
    assert KEY.digest("Ada@Example.COM ") == KEY.digest("ada@example.com")
    assert KEY.digest("+353 (1) 234-5678") == KEY.digest("35312345678")
    assert KEY.digest("Ada") != KEY.digest("ada")
    assert KEY.digest("ada") != Key(b"o" * 32).digest("ada")


def test_a_blank_text_stays_blank() -> None:
    """Or else all who left a field empty would be one person."""
    assert stored(RECORD | {"email": " "}, email=HASH)["email"] == " "


def test_masks_show_a_domain_or_a_first_character() -> None:
    """And nothing of a text that is empty."""
    assert [masked(text) for text in ("ada@example.com", "Ada Lovelace", "", "@", "+353 1")] == [
        "a***@example.com",
        "A***",
        "",
        "@***",
        "+***",
    ]


def test_a_preset_goes_by_what_a_value_tells() -> None:
    """Also inside JSON, where what is not known is dropped."""
    kept = left(RECORD, Policies(preset=Preset.PSEUDONYMOUS))
    assert kept == RECORD | {
        "email": KEY.digest("ada@example.com"),
        "author": {
            "id": "7",
            "type": "admin",
            "name": KEY.digest("Bea"),
            "work": {"mail": KEY.digest("b@x.com"), "floor": 3, "desk": None},
            "shoe_size": None,
        },
        "files": {"total_count": 1, "data": [{"name": "cv.pdf", "url": None, "new": None}], "next": None},
        "brand_new": None,
    }


def test_a_column_may_be_kept_although_the_preset_would_not() -> None:
    """What is said of a column goes before what the preset says of its kind."""
    policies = Policies(preset=Preset.MINIMAL, columns=(("people.note", policy_of("keep")),))
    kept = left(RECORD, policies)
    assert (kept["note"], kept["brand_new"], kept["files"]["data"][0]["name"]) == (
        "Call me",
        None,
        KEY.digest("cv.pdf"),
    )


def test_what_is_said_of_a_part_goes_before_what_is_said_of_the_whole() -> None:
    """And the whole is all that tells something: ids and types stay."""
    kept = stored(author=DROP, author__work__mail=MASK)["author"]
    assert kept == {
        "id": "7",
        "type": "admin",
        "name": None,
        "work": {"mail": "b***@x.com", "floor": 3, "desk": None},
        "shoe_size": None,
    }


def test_a_list_of_children_has_the_policies_of_their_table() -> None:
    """The JSON column that holds the list, too."""
    said = Policies(columns=(("files.url", HASH),))
    assert left(RECORD, said)["files"]["data"] == [
        {"name": "cv.pdf", "url": KEY.digest("https://x/cv"), "new": "n"}
    ]


def test_a_value_of_another_type_than_declared_has_its_policy_too() -> None:
    """Numbers are taken as text; inside lists and objects, too, but for keys and truths."""
    misfit = RECORD | {"email": {"all": ["a@x.com", 5, True, None]}, "author": "Ada", "files": [["x"]]}
    kept = left(misfit, Policies(preset=Preset.PSEUDONYMOUS))
    assert kept["email"] == {"all": [KEY.digest("a@x.com"), KEY.digest("5"), True, None]}
    assert (kept["author"], kept["files"]) == (None, [[None]])


NESTED = "[" * 700 + "1" + "]" * 700


@pytest.mark.parametrize(
    "author",
    ['"\\ud800 half a character"', '{"name": "\\u0000"}', "1e999", NESTED, f'{{"x": "{"y" * 3_000_000}"}}'],
    ids=["surrogate", "NUL", "beyond numbers", "deep", "long"],
)
def test_no_record_is_too_odd_to_have_policies(author: str) -> None:
    """It passes, and what may not be stored of it is not."""
    raw = f'{{"id": "1", "email": "ada@x.com", "author": {author}}}'.encode()
    line = Sieve(rules_of([PEOPLE], Policies(preset=Preset.PSEUDONYMOUS)), KEY).line(PEOPLE, raw)
    assert line is not None
    assert json.loads(bytes(line))["email"] == KEY.digest("ada@x.com")


def test_what_was_done_once_is_not_done_again() -> None:
    """A hash of a hash would join with nothing; what is stricter now is done."""
    before = changed_by(rules_of([PEOPLE], Policies(columns=(("people.email", HASH), ("people.note", MASK)))))
    now = rules_of([PEOPLE], Policies(columns=(("people.email", HASH), ("people.note", DROP))))
    assert changed_by(without(now, before)) == {"people.note": "drop"}
