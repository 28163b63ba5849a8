"""Who is answered, from ids: one a line, or what `conversations list --json` and `--jsonl` print."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import msgspec

from intercom_pipeline.replies.audience.conversations import ID, named_once
from intercom_pipeline.replies.audience.faults import AudienceRefused, Fault
from intercom_pipeline.replies.audience.reading import MOST_BYTES, lines_of, opened
from intercom_pipeline.replies.audience.recipient import Recipient


class _Listed(msgspec.Struct):
    """A conversation as it is printed; the rest of it is not looked at."""

    id: str | int


def from_ids(place: str | Path) -> list[Recipient]:
    """The recipients that a file names, or stdin for `-`. Blank lines and what follows a # are skipped.

    Raises:
        AudienceRefused: It cannot be read, or lines of it are wrong.
    """
    with opened(place) as stream:
        return in_ids(stream)


def in_ids(stream: BinaryIO) -> list[Recipient]:
    """As `from_ids`, of what is open already."""
    lines = enumerate(lines_of(stream, longest=MOST_BYTES), 1)
    given = ((at, line.strip()) for at, line in lines)
    written = ((at, line) for at, line in given if line and not line.startswith("#"))
    first = next(written, None)
    if first is None:
        return named_once(())
    if first[1].startswith("["):
        return named_once(_in_list("".join(line for _, line in chain([first], written))))
    return named_once(_on_line(at, line) for at, line in chain([first], written))


def _on_line(at: int, line: str) -> Recipient | Fault:
    row = f"row {at}"
    if not line.startswith("{"):
        return _recipient(row, line.partition("#")[0].strip())
    try:
        return _recipient(row, str(msgspec.json.decode(line, type=_Listed).id))
    except (msgspec.DecodeError, RecursionError):
        return Fault(row=row, says="no JSON object with an id")


def _in_list(text: str) -> Iterator[Recipient]:
    try:
        listed: Sequence[_Listed] = msgspec.json.decode(text, type=list[_Listed])
    except (msgspec.DecodeError, RecursionError):
        raise AudienceRefused(
            "The input is no list of conversations.",
            why="It begins as JSON, and is no JSON list of objects that each have an id.",
            fix="Give one id a line, or what intercom-pipeline conversations list --json prints.",
        ) from None
    return (_recipient(f"row {at}", str(one.id).strip()) for at, one in enumerate(listed, 1))


def _recipient(row: str, conversation_id: str) -> Recipient:
    return Recipient(row=row, conversation_id=conversation_id, values={ID: conversation_id})
