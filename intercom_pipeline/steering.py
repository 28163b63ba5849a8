"""Signs in what somebody else wrote that would act on a terminal, or turn what follows around.

Control characters start a terminal's commands (ECMA-48), and marks of direction (Unicode TR 9) and invisible
tags (U+E0000 and on) let a text read otherwise than it is. Half a character could not be printed at all.
"""

import re

_SIGNS = (
    r"\x00-\x09\x0b-\x1f\x7f-\x9f"
    r"\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    r"\ud800-\udfff\U000e0000-\U000e007f"
)
_SIGN = re.compile(f"[{_SIGNS}]")
_RAW_IN_JSON = re.compile(rb"\x7f|\xc2[\x80-\x9f]")
_SIGNS_AND_LINE_ENDS = re.compile(rf"[\n{_SIGNS}]+")


def one_line(text: str, widest: int | None = None) -> str:
    """A text on one line that steers nothing, at most so long."""
    line = _SIGNS_AND_LINE_ENDS.sub(" ", text)
    return line if widest is None or len(line) <= widest else f"{line[: widest - 1]}…"


def removed(text: str) -> str:
    """A text without the signs that steer; its lines stay."""
    return _SIGN.sub("", text)


def escaped(json: bytes) -> bytes:
    """The same JSON with escapes for those control characters that JSON in UTF-8 may hold as they are."""
    return _RAW_IN_JSON.sub(lambda found: b"\\u%04x" % ord(found[0].decode()), json)


def lines(text: str) -> str:
    """A text that steers nothing; its lines stay, and so does the place of every other character."""
    return _SIGN.sub(" ", text)
