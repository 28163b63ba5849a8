"""How the workspace is set up: brands, senders, subscriptions, audiences, macros."""

import html
import re
from typing import Any

from intercom_pipeline.sandbox.content.chance import happens, pick, roller
from intercom_pipeline.sandbox.content.entries import Draw, Record, entry, lifetime, timed
from intercom_pipeline.sandbox.content.ids import subscription_type_ids, workspace_id
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.texts import LANGUAGES, as_html

_FIRST_BRAND, _FIRST_EMAIL, _FIRST_AUDIENCE, _FIRST_MACRO, _FIRST_HELP_CENTER = 15, 13, 12, 7_700, 4_200
_PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*(?:\|\s*fallback:\s*['\"]([^'\"]*)['\"]\s*)?\}\}")


def audience_id(index: int) -> int:
    """The id of the audience of an index."""
    return _FIRST_AUDIENCE + index


def make_brand(seed: int, index: int, now: int, _: People) -> Record:
    """The brand of an index as GET /brands/{id} gives it; the default one has the workspace's id."""
    return {
        "type": "brand",
        "id": _brand_id(seed, index),
        "name": entry("brands", index)["name"],
        "is_default": index == 0,
        **timed(seed, Draw.BRAND, index, now),
        "help_center_id": str(_FIRST_HELP_CENTER + min(index, 1)),
        "default_address_settings_id": str(_FIRST_EMAIL + index),
    }


def make_email(seed: int, index: int, now: int, _: People) -> Record:
    """The sender address of an index as GET /emails/{id} gives it."""
    words, times = entry("emails", index), timed(seed, Draw.EMAIL, index, now)
    domain, forwarded = words.get("domain", "trellis.example"), words.get("forwarded", True)
    return {
        "type": "email_setting",
        "id": str(_FIRST_EMAIL + index),
        "email": f"{words['name'].replace(' ', '')}@{domain}",
        "verified": words.get("verified", True),
        "domain": domain,
        "brand_id": _brand_id(seed, index // 2),
        "forwarding_enabled": forwarded,
        "forwarded_email_last_received_at": times["updated_at"] if forwarded else None,
        **times,
    }


def make_subscription_type(_: int, index: int, __: int, ___: People) -> Record:
    """The subscription type of an index as GET /subscription_types lists it."""
    words = entry("subscription_types", index)
    languages = [name for name in LANGUAGES if name in words]
    translations = [_translation(words, "en"), *(_translation(words, name) for name in languages)]
    return {
        "type": "subscription",
        "id": subscription_type_ids(index + 1)[-1],
        "state": words.get("state", "live"),
        "default_translation": translations[0],
        "translations": translations,
        "consent_type": words["consent"],
        "content_types": [words.get("by", "email")],
    }


def make_audience(seed: int, index: int, now: int, _: People) -> Record:
    """The audience of an index as GET /audiences/{id} gives it."""
    words = entry("audiences", index)
    predicate = {name: words[name] for name in ("attribute", "comparison", "value")} | {"type": "string"}
    return {
        "type": "audience",
        "id": str(audience_id(index)),
        "name": words["name"],
        "predicates": [predicate],
        "role_predicates": [{"attribute": "role", "type": "role", "comparison": "eq", "value": "user"}],
        **timed(seed, Draw.AUDIENCE, index, now),
    }


def make_macro(seed: int, index: int, now: int, people: People) -> Record:
    """The macro of an index as GET /macros/{id} gives it, but with its times in unix seconds."""
    words, roll = entry("macros", index), roller(seed, Draw.MACRO, index)
    created, updated = lifetime(seed, Draw.MACRO, index, now)
    narrow = bool(people.teams) and happens(roll, 0.3)
    return {
        "type": "macro",
        "id": str(_FIRST_MACRO + index),
        "name": words["name"],
        "body": _PLACEHOLDER.sub(_as_attribute, as_html(words["body"])),
        "body_text": words["body"],
        "created_at": created,
        "updated_at": updated,
        "visible_to": "specific_teams" if narrow else "everyone",
        "visible_to_team_ids": [pick(roll, people.teams)["id"]] if narrow else [],
        "available_on": ["inbox"] if happens(roll, 0.4) else ["inbox", "messenger"],
    }


def _as_attribute(found: "re.Match[str]") -> str:
    # "From: {{user.name | fallback: 'there'}}, to: <attribute key="user.name" default="there"/>" (2.16).
    key, fallback = found.groups()
    default = "" if fallback is None else f' default="{html.escape(fallback)}"'
    return f'<attribute key="{key}"{default}/>'


def _brand_id(seed: int, index: int) -> str:
    return workspace_id(seed) if index == 0 else str(_FIRST_BRAND + index)


def _translation(words: dict[str, Any], language: str) -> Record:
    name = words["name"] if language == "en" else words[language]
    return {"name": name, "description": words["description"], "locale": language}
