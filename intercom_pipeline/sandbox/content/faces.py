"""Who a contact is: name, e-mail, language, company. Cheap enough to ask for every conversation."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from intercom_pipeline.sandbox.content.chance import Kind, Roll, Weighted, happens, roller
from intercom_pipeline.sandbox.content.companies import home_of, places
from intercom_pipeline.sandbox.content.ids import contact_id
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.texts import read

_ADDRESSES = ("{first}.{last}", "{initial}{last}", "{first}", "{first}.{last}+trellis")
_ROLES = Weighted({"user": 84, "lead": 16})


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A country's names split for use: (shown, Latin) pairs, and the facts of names.toml."""

    first: tuple[tuple[str, str], ...]
    last: tuple[tuple[str, str], ...]
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """Who a contact is. `name` is None and `email` empty where the workspace does not know them."""

    id: str
    external_id: str | None
    role: str
    name: str | None
    first: str
    email: str
    place: str
    language: str
    company: int | None


def face(seed: int, index: int, people: People) -> Face:
    """The contact of an index, without its record."""
    roll = roller(seed, Kind.CONTACT_FACE, index)
    role = _ROLES.at(roll())
    company = _company(roll, role, people)
    home = places().at(roll()) if company is None or happens(roll, 0.12) else home_of(seed, company)
    place = place_of(home)
    first, last = place.first[int(roll() * len(place.first))], place.last[int(roll() * len(place.last))]
    nameless = role == "lead" and happens(roll, 0.35)
    mailless = role == "lead" and happens(roll, 0.4)
    return Face(
        id=contact_id(seed, index),
        external_id=f"u-{48_000 + index}" if role == "user" else None,
        role=role,
        name=None if nameless else _full(first[0], last[0], place),
        first="" if nameless else first[0],
        email="" if mailless else _email(first[1], last[1], index, _domain(roll, company, place, people)),
        place=home,
        language=place.facts["language"],
        company=company,
    )


def role_of(seed: int, index: int) -> str:
    """The role of the contact of an index: user or lead."""
    return _ROLES.at(roller(seed, Kind.CONTACT_FACE, index)())


@lru_cache(maxsize=64)
def place_of(home: str) -> Place:
    """A place of names.toml, ready for use."""
    facts = read("names")[home]
    return Place(first=_pairs(facts["first"]), last=_pairs(facts["last"]), facts=facts)


def _pairs(words: list[str]) -> tuple[tuple[str, str], ...]:
    split = (word.partition("|") for word in words)
    return tuple(
        (shown, (latin or shown).lower().replace("'", "").replace(" ", "")) for shown, _, latin in split
    )


def _company(roll: Roll, role: str, people: People) -> int | None:
    belongs = roll() < (0.88 if role == "user" else 0.25)
    # Squaring gives a few large customers and many small ones.
    chosen = int(roll() ** 2 * len(people.companies))
    return chosen if belongs and people.companies else None


def _full(first: str, last: str, place: Place) -> str:
    return f"{last} {first}" if place.facts.get("family_first") else f"{first} {last}"


def _domain(roll: Roll, company: int | None, place: Place, people: People) -> str:
    mail: list[str] = place.facts["mail"]
    if company is None:
        return mail[int(roll() * len(mail))]
    website: str = people.companies[company]["website"]
    return website.removeprefix("https://www.")


def _email(first: str, last: str, index: int, domain: str) -> str:
    # The index keeps addresses apart; the style follows it so that no further draw is needed.
    style = _ADDRESSES[index % len(_ADDRESSES)]
    return f"{style.format(first=first, initial=first[:1], last=last)}{index}@{domain}"
