"""Help centre articles with their statistics and translations."""

from array import array
from dataclasses import dataclass
from typing import Any

from intercom_pipeline.sandbox.content.chance import Kind, Roll, happens, pick, roller, share
from intercom_pipeline.sandbox.content.help_center import collection_of
from intercom_pipeline.sandbox.content.hours import signups
from intercom_pipeline.sandbox.content.ids import article_id, workspace_id
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.texts import as_html, read

Record = dict[str, Any]
_TRANSLATIONS = ("de", "fr", "es", "pt", "ja", "ar")


def article_times(seed: int, count: int, now: int) -> tuple["array[int]", "array[int]"]:
    """(created_at, updated_at) in unix seconds by index; created_at rises with the index."""
    created, updated = array("q"), array("q")
    for index in range(count):
        born, changed = _times(seed, index, count, now)
        created.append(born)
        updated.append(changed)
    return created, updated


def make_article(seed: int, index: int, now: int, people: People, collections: int = 18) -> Record:
    """The article of an index as GET /articles/{id} gives it in 2.14, with the other versions' fields.

    It stands in one of the first `collections` collections.
    """
    roll, draft = roller(seed, Kind.ARTICLE_RECORD, index), _draft(seed, index, now, people)
    content = _content("en", draft)
    parent = collection_of(index, collections)
    return {
        **content,
        "type": "article",
        "id": draft.id,
        "workspace_id": workspace_id(seed),
        "url": content["url"] if draft.state == "published" else None,
        "parent_id": parent,
        "parent_type": None if parent is None else "collection",
        "parent_ids": [] if parent is None else [parent],
        "default_locale": "en",
        "translated_content": _translations(roll, draft, content),
        "tags": {"type": "tag.list", "tags": []},
        "statistics": _statistics(roll, draft.state),
        "exclude_from_article_suggestions": False,
        "help_center_audience": "everyone",
        "scheduled_publish_at": None,
        "scheduled_unpublish_at": None,
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Draft:
    """What an article shares with its translations. `edition` counts the articles of a topic from 0."""

    id: str
    topic: str
    edition: int
    writer: int
    state: str
    created_at: int
    updated_at: int


def _draft(seed: int, index: int, now: int, people: People) -> _Draft:
    roll, topics = roller(seed, Kind.ARTICLE_ID, index), list(read("en")["topics"])
    created, updated = _times(seed, index, max(people.articles, index + 1), now)
    return _Draft(
        id=article_id(seed, index),
        topic=topics[index % len(topics)],
        edition=index // len(topics),
        writer=int(pick(roll, people.admins)["id"]),
        state="draft" if happens(roll, 0.12) else "published",
        created_at=created,
        updated_at=updated,
    )


def _times(seed: int, index: int, count: int, now: int) -> tuple[int, int]:
    curve = signups(now)
    born = (index + share(seed, Kind.ARTICLE_CREATED, index)) / count
    changed = born + (1 - born) * share(seed, Kind.ARTICLE_UPDATED, index)
    return curve.at(born * curve.end), curve.at(changed * curve.end)


def _content(language: str, draft: _Draft) -> Record:
    article = read(language)["topics"][draft.topic]["article"]
    return {
        "type": "article_content",
        "title": article["title"] if draft.edition == 0 else f"{article['title']} ({draft.edition + 1})",
        "description": article["description"],
        "body": as_html(article["body"]),
        "body_markdown": article["body"],
        "author_id": draft.writer,
        "state": draft.state,
        "created_at": draft.created_at,
        "updated_at": draft.updated_at,
        "url": f"https://help.trellis.example/{language}/articles/{draft.id}",
        "has_unpublished_changes": False,
        "draft_updated_at": None,
        "ai_chatbot_availability": True,
        "ai_copilot_availability": True,
        "ai_sales_agent_availability": False,
        "created_by_id": draft.writer,
        "updated_by_id": draft.writer,
    }


def _translations(roll: Roll, draft: _Draft, content: Record) -> Record:
    written = [
        language for language in _TRANSLATIONS if "article" in read(language)["topics"].get(draft.topic, {})
    ]
    chosen = [language for language in written if happens(roll, 0.6)]
    translated = {language: _content(language, draft) for language in chosen}
    return {"type": "article_translated_content", "en": content, **translated}


def _statistics(roll: Roll, state: str) -> Record:
    views = 0 if state == "draft" else int(20 + 9000 * roll() ** 3)
    reactions = int(views * (0.02 + 0.1 * roll()))
    happy = round(40 + 55 * roll(), 1) if reactions else 0.0
    sad = round((100 - happy) * (0.3 + 0.5 * roll()), 1) if reactions else 0.0
    involved = int(views * 0.2 * roll())
    resolved = int(involved * (0.3 + 0.5 * roll()))
    conversations = int(views * 0.04 * roll())
    return {
        "type": "article_statistics",
        "views": views,
        "conversions": conversations,
        "conversations": conversations,
        "reactions": reactions,
        "happy_reaction_percentage": happy,
        "neutral_reaction_percentage": round(100 - happy - sad, 1) if reactions else 0.0,
        "sad_reaction_percentage": sad,
        "fin_involvements": involved,
        "fin_resolutions": resolved,
        "fin_resolution_rate": round(100 * resolved / involved, 1) if involved else 0.0,
    }
