"""One small workspace of content, made once for the tests here."""

from functools import lru_cache
from typing import Any

from intercom_pipeline.sandbox import content

NOW = 1_763_800_000  # a Saturday in November 2025
SEED = 7
CONTACTS, CONVERSATIONS, ARTICLES = 800, 700, 60

Record = dict[str, Any]


@lru_cache(maxsize=1)
def people() -> content.People:
    return content.make_people(
        SEED, now=NOW, contacts=CONTACTS, conversations=CONVERSATIONS, articles=ARTICLES
    )


@lru_cache(maxsize=1)
def contacts() -> tuple[Record, ...]:
    return tuple(content.make_contact(SEED, index, NOW, people()) for index in range(CONTACTS))


@lru_cache(maxsize=1)
def conversations() -> tuple[Record, ...]:
    return tuple(content.make_conversation(SEED, index, NOW, people()) for index in range(CONVERSATIONS))


@lru_cache(maxsize=1)
def articles() -> tuple[Record, ...]:
    return tuple(content.make_article(SEED, index, NOW, people()) for index in range(ARTICLES))


def parts_of(conversation: Record) -> list[Record]:
    parts: list[Record] = conversation["conversation_parts"]["conversation_parts"]
    return parts
