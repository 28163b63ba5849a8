"""A query's text, read from left to right, and errors that point at the place."""

import re
import unicodedata
from dataclasses import dataclass

from intercom_pipeline.errors import PipelineError

_SPACES = re.compile(r"\s*")
_OPERATOR = re.compile(
    r"[=!<>~^$]+|(?:is\s+not|is|not\s+in|nin|in|contains|starts\s+with|ends\s+with)(?=[\s('\"]|$)",
    re.IGNORECASE,
)
_JOINING = re.compile(r"(?:AND|OR)(?=[\s(]|$)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_QUOTED = {
    quote: re.compile(rf"{quote}([^{quote}\\]*(?:\\.[^{quote}\\]*)*){quote}", re.DOTALL) for quote in "'\""
}
_ADDRESS = re.compile(r"[^\s@=<>~^$()'\",!]*@[^\s@()'\",]*")
_BLANK = "\t\n\r"
_SHOWN = 60
"""Characters of a query that an error shows."""
_SHOWN_WORD = 40


class WhereRefused(PipelineError):
    """A query cannot be read; `why` shows the text and, under it, the place.

    E-mail addresses are blotted out, as an error may be logged.

    Attributes:
        as_typed: The same with the addresses, for whoever typed them.
    """

    def __init__(self, what: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(_blotted(what), why=_blotted(why), fix=fix)
        self.as_typed = PipelineError(what, why=why, fix=fix)


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A piece of a query.

    Attributes:
        text: What it says, without quotes.
        start: Where it begins.
        quoted: Whether it stood in quotes.
    """

    text: str
    start: int
    quoted: bool = False

    @property
    def shown(self) -> str:
        """What an error about the query calls it."""
        return _short(self.text)


class Reading:
    """A text and how far it was read."""

    def __init__(self, text: str) -> None:
        """Nothing is read yet.

        Raises:
            WhereRefused: It holds a character that no query can.
        """
        self.text = text
        self.at = 0
        for place, character in enumerate(text):
            if unicodedata.category(character) in {"Cc", "Cs"} and character not in _BLANK:
                raise self.refused(
                    f"A query cannot hold the character U+{ord(character):04X}.", place, "Leave it out."
                )

    def next(self) -> str:
        """The next character that is no blank; empty at the end."""
        self._skip()
        return self.text[self.at : self.at + 1]

    def took(self, character: str) -> bool:
        """Whether this character came next; it is read then."""
        if self.next() != character:
            return False
        self.at += 1
        return True

    def joining(self) -> str:
        """AND or OR where it comes next, and is not read yet; else empty."""
        self._skip()
        found = _JOINING.match(self.text, self.at)
        return found[0].upper() if found else ""

    def operator(self) -> Word | None:
        """The operator that comes next, as it is written; None where there is none."""
        self._skip()
        found = _OPERATOR.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return Word(text=found[0], start=found.start())

    def word(self, stops: str) -> Word | None:
        """What stands in quotes, or else comes before a blank or one of `stops`; None where nothing does.

        Raises:
            WhereRefused: A quote is not closed.
        """
        first = self.next()
        if first and first in _QUOTED:
            return self._quoted(first)
        start = self.at
        while (
            self.at < len(self.text) and not self.text[self.at].isspace() and self.text[self.at] not in stops
        ):
            self.at += 1
        return Word(text=self.text[start : self.at], start=start) if self.at > start else None

    def refused(self, what: str, at: int, fix: str) -> WhereRefused:
        """The error that points at a place of the text."""
        return WhereRefused(what, why=_pointed(self.text, at) if self.text.strip() else "", fix=fix)

    def _quoted(self, quote: str) -> Word:
        found = _QUOTED[quote].match(self.text, self.at)
        if found is None:
            raise self.refused(
                f"This quote {quote} is not closed.",
                self.at,
                f"End the text with {quote}; inside it, write \\{quote} for the character itself.",
            )
        self.at = found.end()
        return Word(text=_ESCAPED.sub(r"\1", found[1]), start=found.start(), quoted=True)

    def _skip(self) -> None:
        found = _SPACES.match(self.text, self.at)
        self.at = found.end() if found else self.at


def shown(text: str) -> str:
    """A text as an error may show it: short, with no e-mail address and nothing that steers a terminal."""
    return _blotted(_short(text))


def _short(text: str) -> str:
    short = text if len(text) <= _SHOWN_WORD else text[:_SHOWN_WORD] + "…"
    return f"'{_printable(short)}'"


def _pointed(text: str, at: int) -> str:
    """Two lines: the text around a place, and a caret under it."""
    first = max(0, min(at - _SHOWN // 2, len(text) - _SHOWN))
    line = _printable(text[first : first + _SHOWN])
    left, right = "…" if first else "", "…" if first + _SHOWN < len(text) else ""
    return f"{left}{line}{right}\n{' ' * _width(left + line[: at - first])}^"


def _blotted(text: str) -> str:
    """As long as the text, an e-mail address blotted out."""
    return _ADDRESS.sub(lambda found: re.sub(r"[^@]", "*", found[0]), text)


def _printable(text: str) -> str:
    """As long as the text, and nothing that steers a terminal."""
    return "".join(each if each.isprintable() else (" " if each.isspace() else "·") for each in text)


def _width(text: str) -> int:
    """The columns of a terminal that a text takes."""
    return sum(_columns(each) for each in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
