"""Customer companies: names, plans, spend, sizes, of the same countries as their people."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from intercom_pipeline.sandbox.content.chance import Kind, Roll, Weighted, happens, pick, roller, share
from intercom_pipeline.sandbox.content.hours import DAY, HISTORY_DAYS
from intercom_pipeline.sandbox.content.ids import object_id, workspace_id
from intercom_pipeline.sandbox.content.notes import company_notes
from intercom_pipeline.sandbox.content.oddities import odd_of_company
from intercom_pipeline.sandbox.content.texts import read

PLANS = {"Free": 0, "Starter": 12, "Team": 19, "Business": 29, "Enterprise": 45}  # dollars a seat and month
_PLAN_CHANCES = Weighted({"Free": 18, "Starter": 26, "Team": 30, "Business": 18, "Enterprise": 8})
_IN_A_SEGMENT = 0.15
_INDUSTRIES = (
    "Software",
    "Manufacturing",
    "Education",
    "Healthcare",
    "Retail",
    "Construction",
    "Media",
    "Finance",
)


def make_companies(
    seed: int, count: int, now: int, tags: Sequence[dict[str, Any]] = ()
) -> list[dict[str, Any]]:
    """Companies as GET /companies/{id} gives them, at least ten days old; `tags` are the workspace's."""
    return [_company(seed, index, now, tags) for index in range(count)]


def home_of(seed: int, company: int) -> str:
    """The place (a key of names.toml) a company is at home."""
    return places().at(share(seed, Kind.COMPANY, company))


@lru_cache(maxsize=1)
def places() -> Weighted:
    """The places people and companies come from, by weight."""
    return Weighted({place: facts["weight"] for place, facts in read("names").items()})


def _company(seed: int, index: int, now: int, tags: Sequence[dict[str, Any]]) -> dict[str, Any]:
    roll, facts = roller(seed, Kind.COMPANY, index), read("names")[home_of(seed, index)]
    name, site = _name(roll, facts, index)
    plan = _PLAN_CHANCES.at(roll())
    size = int(3 + 1200 * roll() ** 5)
    created = now - 10 * DAY - int(roll() * (HISTORY_DAYS - 10) * DAY)
    updated = created + int((now - created) * roll() ** 0.3)
    return {
        "type": "company",
        "id": object_id(seed, Kind.COMPANY, index),
        "company_id": f"acct-{1000 + index}",
        "app_id": workspace_id(seed),
        "name": name,
        "remote_created_at": created - int(roll() * 30 * DAY),
        "created_at": created,
        "updated_at": updated,
        "last_request_at": updated,
        "monthly_spend": PLANS[plan] * max(size // 2, 1),
        "session_count": int(size * 40 * roll()),
        "user_count": max(size // 3, 1),
        "size": size,
        "website": f"https://www.{site}",
        "industry": pick(roll, _INDUSTRIES),
        "plan": {"type": "plan", "id": str(8100 + list(PLANS).index(plan)), "name": plan},
        "custom_attributes": _attributes(roll, size) | odd_of_company(seed, index),
        "tags": {"type": "tag.list", "tags": [dict(pick(roll, tags))] if tags and happens(roll, 0.2) else []},
        "segments": {"type": "segment.list", "segments": []},
        "notes": {"type": "note.list", "notes": []},
    }


def with_surroundings(
    seed: int,
    companies: Sequence[dict[str, Any]],
    segments: Sequence[dict[str, Any]],
    writers: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    """The companies with the segments they are in and the notes that admins (`writers`) left on them."""
    return [_surrounded(seed, index, firm, segments, writers) for index, firm in enumerate(companies)]


def _surrounded(
    seed: int,
    index: int,
    firm: dict[str, Any],
    segments: Sequence[dict[str, Any]],
    writers: list[dict[str, Any]],
) -> dict[str, Any]:
    inside = _segments(seed, index, segments)
    notes = company_notes(seed, index, firm, writers)
    return firm | {
        "segments": {"type": "segment.list", "segments": inside},
        "notes": {"type": "note.list", "notes": notes},
    }


def _segments(seed: int, index: int, segments: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    chance = share(seed, Kind.COMPANY_SEGMENT, index)
    if chance >= _IN_A_SEGMENT or not segments:
        return []
    chosen = segments[int(chance / _IN_A_SEGMENT * len(segments))]
    return [{name: value for name, value in chosen.items() if name != "count"}]


def _attributes(roll: Roll, size: int) -> dict[str, str]:
    # Strings alone: Intercom describes a company's custom attributes so, though it returns other types too.
    return {
        "region": pick(roll, ("EMEA", "AMER", "APAC")),
        "Contract type": pick(roll, ("monthly", "annual", "annual, invoiced")),
        "seats_bought": str(max(size // 2, 1)),
    }


def _name(roll: Roll, facts: dict[str, Any], index: int) -> tuple[str, str]:
    (firm, firm_latin), (trade, trade_latin) = (
        _both(pick(roll, facts["firms"])),
        _both(pick(roll, facts["trades"])),
    )
    form = pick(roll, facts["forms"])
    family_first = facts.get("family_first", False)
    name = f"{form}{firm}{trade}" if family_first else f"{firm} {trade} {form}"
    return name, f"{_slug(firm_latin)}-{_slug(trade_latin)}{index}.example"


def _both(word: str) -> tuple[str, str]:
    shown, _, latin = word.partition("|")
    return shown, latin or shown


@lru_cache(maxsize=512)
def _slug(word: str) -> str:
    return "".join(letter for letter in _ascii(word).lower() if letter.isascii() and letter.isalnum())


def _ascii(word: str) -> str:
    return word.translate(str.maketrans("áâãäéèêëíîïóôõöúüçñÉÎÁ", "aaaaeeeeiiioooouucnEIA"))
