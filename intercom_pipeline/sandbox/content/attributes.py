"""The attributes defined for contacts, companies and conversations, as the workspace's settings list them."""

from typing import Any
from uuid import UUID

from intercom_pipeline.sandbox.content.chance import mix, pick, roller
from intercom_pipeline.sandbox.content.entries import Draw, Record, timed
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.texts import read

_FIRST_DATA_ATTRIBUTE, _FIRST_CONVERSATION_ATTRIBUTE = 12_800, 31
_MODELS = ("contact", "company")


def data_attribute_count() -> int:
    """How many attributes of contacts and companies a workspace begins with."""
    return len(_defined())


def conversation_attribute_count() -> int:
    """How many attributes of conversations a workspace begins with."""
    return len(read("attributes")["conversation"])


def make_data_attribute(seed: int, index: int, now: int, people: People) -> Record:
    """The contact's or company's attribute of an index, as GET /data_attributes lists it.

    `id` is text here; that of Intercom's own attributes is no number, and answers leave it out.
    """
    model, words = _data_words(index)
    name = words["name"]
    custom = not words.get("built_in", False)
    full_name = f"custom_attributes.{name}" if custom else words.get("full_name", name)
    hidden = words.get("hidden", False)
    return {
        "type": "data_attribute",
        "id": str(_FIRST_DATA_ATTRIBUTE + index) if custom else f"{model}:{full_name}",
        "model": model,
        "name": name,
        "full_name": full_name,
        "label": words.get("label", name),
        "description": words["description"],
        "data_type": words.get("data_type", "string"),
        **({"options": list(words["options"])} if "options" in words else {}),
        "api_writable": custom,
        "messenger_writable": not hidden,
        "ui_writable": custom and not hidden,
        "custom": custom,
        "archived": words.get("archived", False),
        **(_made(seed, index, now, people) if custom else {}),
    }


def make_conversation_attribute(seed: int, index: int, now: int, people: People) -> Record:
    """The conversation's attribute of an index as GET /conversations/attributes lists it; `id` is text here.

    A hidden one is visible to the first team alone.
    """
    every = read("attributes")["conversation"]
    words = every[index] if index < len(every) else _unnamed(index)
    only = [team["id"] for team in people.teams[:1]] if words.get("hidden") else []
    return {
        "type": "conversation_attribute",
        "id": str(_FIRST_CONVERSATION_ATTRIBUTE + index),
        "name": words["name"],
        "description": words["description"],
        "data_type": words.get("data_type", "string"),
        "required": False,
        "visible_to_team_ids": only,
        "archived": words.get("archived", False),
        **_made(seed, -index - 1, now, people),
        **_values(seed, words),
    }


def _values(seed: int, words: dict[str, Any]) -> Record:
    if "options" in words:
        options = [(place, label) for place, label in enumerate(words["options"])]
        return {"options": [_option(seed, place, label) for place, label in options]}
    return {} if "data_type" in words else {"multiline": False}


def _option(seed: int, place: int, label: str) -> Record:
    identity = UUID(int=mix(seed, Draw.ATTRIBUTE, place) << 64 | len(label))
    return {"id": str(identity), "label": label, "archived": False}


def _made(seed: int, index: int, now: int, people: People) -> Record:
    writer = pick(roller(seed, Draw.ATTRIBUTE, index), people.admins)
    return timed(seed, Draw.ATTRIBUTE, index, now) | {"admin_id": writer["id"]}


def _defined() -> list[tuple[str, dict[str, Any]]]:
    return [(model, words) for model in _MODELS for words in read("attributes")[model]]


def _data_words(index: int) -> tuple[str, dict[str, Any]]:
    every = _defined()
    return every[index] if index < len(every) else ("contact", _unnamed(index))


def _unnamed(index: int) -> dict[str, Any]:
    return {"name": f"attribute_{index}", "description": "Added later"}
