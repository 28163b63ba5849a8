"""What the makers of short lists share: the words of an index, and when its record was made and changed."""

from enum import IntEnum
from typing import Any

from intercom_pipeline.sandbox.content.chance import share
from intercom_pipeline.sandbox.content.hours import DAY, HISTORY_DAYS
from intercom_pipeline.sandbox.content.texts import read

Record = dict[str, Any]


class Draw(IntEnum):
    """What a draw is for, beside the kinds of `chance`."""

    HELP_CENTER = 201
    COLLECTION = 202
    INTERNAL_ARTICLE = 203
    NEWS_ITEM = 204
    NEWSFEED = 205
    AWAY_REASON = 206
    SCHEDULE = 207
    EXCEPTION = 208
    ATTRIBUTE = 209
    BRAND = 210
    EMAIL = 211
    MACRO = 212
    AUDIENCE = 213
    SNIPPET = 214
    EXTERNAL_PAGE = 215
    IMPORT_SOURCE = 216
    CUSTOM_OBJECT = 217
    CONTACT_ATTRIBUTES = 218
    COMPANY_ATTRIBUTES = 219
    CONVERSATION_ATTRIBUTES = 220


def entry(name: str, index: int, *, named: str = "name") -> Record:
    """The words of an index in lists.toml; where they have gone round, the name counts: "Roadmap 2"."""
    words = read("lists")[name]
    found, rounds = dict(words[index % len(words)]), index // len(words)
    return found | {named: f"{found[named]} {rounds + 1}"} if rounds and named in found else found


def lifetime(seed: int, draw: Draw, index: int, now: int) -> tuple[int, int]:
    """When a record was made and last changed (unix seconds): in the years before `now`."""
    created = now - DAY - int(share(seed, draw, index) * (HISTORY_DAYS - 1) * DAY)
    return created, created + int((now - created) * share(seed, draw, -index - 1))


def timed(seed: int, draw: Draw, index: int, now: int) -> Record:
    """`lifetime` as a record's `created_at` and `updated_at`."""
    created, updated = lifetime(seed, draw, index, now)
    return {"created_at": created, "updated_at": updated}
