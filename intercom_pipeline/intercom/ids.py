"""Ids that people type."""

import re

from intercom_pipeline.errors import PipelineError

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class IdRefused(PipelineError):
    """What was given cannot be an id of Intercom's."""


def checked_id(text: str, *, of: str) -> str:
    """The id itself; `of` says what it is to be the id of.

    Raises:
        IdRefused: It cannot be one, so Intercom was not asked.
    """
    if not _ID.fullmatch(text):
        shown = text if len(text) <= 40 else text[:40] + "…"  # noqa: PLR2004 - a glance at it
        raise IdRefused(
            f"{shown!r} is no id of {'an' if of[0] in 'aeiou' else 'a'} {of}.",
            why="Intercom's ids have letters, digits, _ and - only.",
            fix=f"Copy the id from the address of the {of} in Intercom, or from a list.",
        )
    return text
