"""What the workspace's people and its AI know besides the help centre: playbooks, pages, snippets."""

from intercom_pipeline.sandbox.content.chance import Roll, happens, pick, roller
from intercom_pipeline.sandbox.content.entries import Draw, Record, entry, timed
from intercom_pipeline.sandbox.content.people import People
from intercom_pipeline.sandbox.content.settings import audience_id
from intercom_pipeline.sandbox.content.texts import as_html

_FIRST_INTERNAL_ARTICLE, _FIRST_SNIPPET, _FIRST_PAGE, _FIRST_SOURCE = 640, 3_100, 88_200, 51
_SOURCES = 2


def make_internal_article(seed: int, index: int, now: int, people: People) -> Record:
    """The internal article of an index as GET /internal_articles/{id} gives it in 2.16."""
    words, roll = entry("internal_articles", index, named="title"), roller(seed, Draw.INTERNAL_ARTICLE, index)
    return {
        "type": "internal_article",
        "id": str(_FIRST_INTERNAL_ARTICLE + index),
        "title": words["title"],
        "body": as_html(words["body"]),
        "body_markdown": words["body"],
        "owner_id": int(pick(roll, people.admins)["id"]),
        "author_id": int(pick(roll, people.admins)["id"]),
        **timed(seed, Draw.INTERNAL_ARTICLE, index, now),
        "locale": words["locale"],
        "audience_ids": _audiences(roll),
        **_availability(roll),
    }


def make_content_snippet(seed: int, index: int, now: int, _: People) -> Record:
    """The content snippet of an index as GET /content_snippets/{id} gives it."""
    words, roll = entry("content_snippets", index, named="title"), roller(seed, Draw.SNIPPET, index)
    available = _availability(roll)
    return {
        "type": "content_snippet",
        "id": str(_FIRST_SNIPPET + index),
        "title": words["title"],
        "locale": "en",
        "json_blocks": [{"type": "paragraph", "text": words["body"]}],
        "body_markdown": f"{words['body']}\n",
        "chatbot_availability": int(available["ai_chatbot_availability"]),
        "copilot_availability": int(available["ai_copilot_availability"]),
        **available,
        **timed(seed, Draw.SNIPPET, index, now),
        "audience_ids": _audiences(roll),
    }


def make_external_page(seed: int, index: int, now: int, _: People) -> Record:
    """The external page of an index as GET /ai/external_pages/{id} gives it."""
    words, roll = entry("external_pages", index, named="title"), roller(seed, Draw.EXTERNAL_PAGE, index)
    times = timed(seed, Draw.EXTERNAL_PAGE, index, now)
    available = happens(roll, 0.8)
    return {
        "type": "external_page",
        "id": str(_FIRST_PAGE + index),
        "title": words["title"],
        "html": f"<h1>{words['title']}</h1>{as_html(words['body'])}",
        "url": f"https://www.trellis.example/{words['page']}?page={index}",
        "ai_agent_availability": available,
        "ai_copilot_availability": True,
        "ai_sales_agent_availability": False,
        "fin_availability": available,
        "locale": "en",
        "source_id": _FIRST_SOURCE + index % _SOURCES,
        "external_id": f"{words['page']}-{index}",
        **times,
        "last_ingested_at": times["updated_at"],
    }


def make_content_import_source(seed: int, index: int, now: int, _: People) -> Record:
    """The content import source of an index; its id is text here and a number in every answer."""
    words, times = entry("content_import_sources", index), timed(seed, Draw.IMPORT_SOURCE, index, now)
    return {
        "type": "content_import_source",
        "id": str(_FIRST_SOURCE + index),
        "last_synced_at": times["updated_at"],
        "sync_behavior": words.get("sync_behavior", "automatic"),
        "status": words.get("status", "active"),
        "url": f"https://{words['name'].replace(' ', '')}.trellis.example",
        **times,
        "audience_ids": [],
    }


def _audiences(roll: Roll) -> list[int]:
    return [audience_id(0)] if happens(roll, 0.3) else []


def _availability(roll: Roll) -> Record:
    return {
        "ai_chatbot_availability": happens(roll, 0.3),
        "ai_copilot_availability": happens(roll, 0.9),
        "ai_sales_agent_availability": happens(roll, 0.1),
    }
