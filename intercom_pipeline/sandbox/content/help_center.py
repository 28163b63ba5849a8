"""Help centres, and the collections and sections that articles stand in."""

from intercom_pipeline.sandbox.content.entries import Draw, Record, entry, timed
from intercom_pipeline.sandbox.content.ids import workspace_id
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.texts import LANGUAGES, read

_FIRST_HELP_CENTER, _FIRST_COLLECTION = 4_200, 500_100


def make_help_center(seed: int, index: int, now: int, _: People) -> Record:
    """The help centre of an index as GET /help_center/help_centers/{id} gives it in 2.16."""
    words = entry("help_centers", index, named="identifier")
    return {
        "id": str(_FIRST_HELP_CENTER + index),
        "workspace_id": workspace_id(seed),
        **timed(seed, Draw.HELP_CENTER, index, now),
        "identifier": words["identifier"].replace(" ", "-"),
        "website_turned_on": index == 0,
        "display_name": words["display_name"],
        "url": f"https://{words['domain']}",
        "custom_domain": words["domain"] if index == 0 else None,
        "default": index == 0,
        "locales": list(words["locales"]),
    }


def make_collection(seed: int, index: int, now: int, _: People) -> Record:
    """The collection of an index; after one for each support topic come the sections inside them."""
    words, topics = entry("collections", index), len(read("en")["topics"])
    identity = str(_FIRST_COLLECTION + index)
    return {
        "id": identity,
        "workspace_id": workspace_id(seed),
        "name": words["name"],
        "description": words.get("description"),
        **timed(seed, Draw.COLLECTION, index, now),
        "url": f"https://help.trellis.example/en/collections/{identity}",
        "icon": words["icon"],
        "order": index + 1,
        "default_locale": "en",
        "translated_content": _translations(words),
        "parent_id": None if index < topics else str(_FIRST_COLLECTION + index % topics),
        "help_center_id": _FIRST_HELP_CENTER if index < topics else None,
    }


def collection_of(article: int, collections: int) -> int | None:
    """The id of the collection or section that the article of an index stands in; None if there are none.

    A topic's first article stands in its collection, the later ones in its section, where it has one.
    """
    if not collections:
        return None
    topics = len(read("en")["topics"])
    topic, edition = article % topics, article // topics
    inside = topics + topic if edition else topic
    return _FIRST_COLLECTION + (inside if inside < collections else topic % collections)


def _translations(words: Record) -> Record:
    written = {"en": words["name"]} | {name: words[name] for name in LANGUAGES if name in words}
    description = words.get("description") or ""
    return {"type": "group_translated_content"} | {
        language: {"type": "group_content", "name": name, "description": description}
        for language, name in written.items()
    }
