"""News items, and the newsfeeds they are published in."""

from intercom_pipeline.sandbox.content.chance import pick, roller
from intercom_pipeline.sandbox.content.entries import Draw, Record, entry, timed
from intercom_pipeline.sandbox.content.ids import workspace_id
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.texts import as_html

_FIRST_NEWSFEED, _FIRST_NEWS_ITEM = 68, 2_900
_DRAFT_EVERY = 5


def make_newsfeed(seed: int, index: int, now: int, _: People) -> Record:
    """The newsfeed of an index as GET /news/newsfeeds/{id} gives it."""
    return {
        "type": "newsfeed",
        "id": str(_FIRST_NEWSFEED + index),
        "name": entry("newsfeeds", index)["name"],
        **timed(seed, Draw.NEWSFEED, index, now),
    }


def make_news_item(seed: int, index: int, now: int, people: People, newsfeeds: int = 2) -> Record:
    """The news item of an index as GET /news/news_items/{id} gives it; drafts are in no newsfeed."""
    words, roll = entry("news_items", index, named="title"), roller(seed, Draw.NEWS_ITEM, index)
    times = timed(seed, Draw.NEWS_ITEM, index, now)
    live = index % _DRAFT_EVERY != _DRAFT_EVERY - 1
    feeds = range(min(newsfeeds, 1 + index % 2)) if live else range(0)
    return {
        "type": "news-item",
        "id": str(_FIRST_NEWS_ITEM + index),
        "workspace_id": workspace_id(seed),
        "title": words["title"],
        "body": as_html(words["body"]),
        "sender_id": int(pick(roll, people.admins)["id"]),
        "state": "live" if live else "draft",
        "newsfeed_assignments": [_assignment(feed, times["updated_at"]) for feed in feeds],
        "labels": list(words["labels"]),
        "cover_image_url": words.get("cover"),
        "reactions": [*words["reactions"], *[None] * (4 - len(words["reactions"]))],
        "deliver_silently": words.get("silent", False),
        **times,
    }


def _assignment(feed: int, published_at: int) -> Record:
    return {"newsfeed_id": _FIRST_NEWSFEED + feed, "published_at": published_at}
