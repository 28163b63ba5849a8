"""The lines of a file or of stdin, as they come: what is wrong is found before all of it is read."""

import codecs
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from intercom_pipeline.replies.audience.faults import AudienceRefused

MOST_BYTES: Final = 64_000_000
"""How large an input may be."""
_LONGEST_LINE: Final = 1_000_000
# A carriage return ends a line by itself in files of old spreadsheets.
_AFTER_RETURN: Final = re.compile(r"(?<=\r)(?!\n)")
_SAVE_ANEW: Final = "Save it as CSV in UTF-8 (in a spreadsheet: “CSV UTF-8”), and give that file."
_BEGINNINGS: Final = {
    codecs.BOM_UTF16_LE: "It is text in UTF-16.",
    codecs.BOM_UTF16_BE: "It is text in UTF-16.",
    b"PK\x03\x04": "It is a workbook of a spreadsheet, or another archive.",
    b"\xd0\xcf\x11\xe0": "It is a workbook of a spreadsheet.",
    b"\x1f\x8b": "It is compressed.",
    b"%PDF": "It is a PDF.",
}


@contextmanager
def opened(place: str | Path) -> Iterator[BinaryIO]:
    """What a path holds, or stdin for `-`.

    Raises:
        AudienceRefused: It cannot be opened.
    """
    if str(place) == "-":
        if sys.stdin is None:
            raise _unreadable("stdin", "it is closed")
        yield sys.stdin.buffer
        return
    try:
        # ValueError: a path with a NUL in it.
        file = Path(place).open("rb")  # noqa: SIM115 - closed below; what its reader raises is not ours
    except (OSError, ValueError) as error:
        raise _unreadable(str(place), getattr(error, "strerror", None) or str(error)) from error
    with file:
        yield file


def lines_of(stream: BinaryIO, *, longest: int = _LONGEST_LINE) -> Iterator[str]:
    """The lines of a text in UTF-8 with their ends, without its byte order mark.

    Raises:
        AudienceRefused: It is no text in UTF-8, or too large; says in which row.
    """
    read, row = 0, 1
    while line := stream.readline(longest + 1):
        line = _checked_beginning(line) if not read else line
        read += len(line)
        if len(line) > longest or read > MOST_BYTES:
            raise _too_large(row, longest if len(line) > longest else MOST_BYTES)
        for part in _AFTER_RETURN.split(_text(line, row)):
            if part:
                yield part
                row += 1


def _checked_beginning(line: bytes) -> bytes:
    for beginning, why in _BEGINNINGS.items():
        if line.startswith(beginning):
            raise AudienceRefused("The input is no text in UTF-8.", why=why, fix=_SAVE_ANEW)
    return line.removeprefix(codecs.BOM_UTF8)


def _text(line: bytes, row: int) -> str:
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        found = f"byte {error.start + 1} of it (0x{line[error.start]:02X}) is none of UTF-8"
        raise _no_text(row, found) from None
    if "\0" in text:
        raise _no_text(row, "it holds a NUL, as no text does, or as text in UTF-16 does")
    return text


def _no_text(row: int, why: str) -> AudienceRefused:
    return AudienceRefused("The input is no text in UTF-8.", why=f"row {row}: {why}.", fix=_SAVE_ANEW)


def _too_large(row: int, most: int) -> AudienceRefused:
    return AudienceRefused(
        "The input is too large.",
        why=f"At row {row:,} it has more than {most // 1_000_000:,} MB"
        f"{' in one line' if most < MOST_BYTES else ''}.",
        fix="Leave out columns and rows that are not needed.",
    )


def _unreadable(place: str, reason: str) -> AudienceRefused:
    return AudienceRefused(
        f"{place} cannot be read.", why=f"{reason}.", fix="Give the path of a file, or - for stdin."
    )
