"""E-mail addresses, telephone numbers and names in a text, found without knowing which to look for."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import pairwise

REMOVED = "[removed]"
"""What stands in a text where somebody who was purged was mentioned."""

# An @ may be written as HTML or in the way of web addresses.
_SIGN = r"(?:@|%40|&#0*64;|&commat;)"
_PART = r"[^\s@<>\"(),;:\[\]=?&/\\|]+"
_EMAIL = re.compile(rf"{_PART}{_SIGN}{_PART}", re.IGNORECASE)
_ANY_SIGN = re.compile(_SIGN, re.IGNORECASE)
_PHONE = re.compile(r"\+?\d[\d\s().\-/\u00a0]{5,}\d")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_WORD_OR_BLANK = re.compile(rf"&nbsp;|({_WORD.pattern})")
_GAP = re.compile(r"(?:[\s.,\u00a0]|&nbsp;)+")

_AROUND = ".'!*_\u2019"
_FEWEST_DIGITS = 7
_MOST_DIGITS = 15
"""Those of a telephone number (E.164)."""

Known = Callable[[str], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """How to tell whether what a text mentions is sought.

    Attributes:
        email: Tells of an e-mail address in lower case.
        phone: Tells of the digits of a telephone number.
        name: Tells of a name as `name_in_words` gives it.
        words: How many words the names have that are looked for, the most first.
    """

    email: Known
    phone: Known
    name: Known
    words: Collection[int] = ()


def replaced(text: str, sought: Sought, *, names: bool) -> str:
    """The text with `REMOVED` for each mention.

    Args:
        text: The text.
        sought: What is sought.
        names: Whether names are.
    """
    if _ANY_SIGN.search(text):
        text = _EMAIL.sub(lambda found: _without_email(found[0], sought.email), text)
    text = _PHONE.sub(lambda found: _without_phone(found[0], sought.phone), text)
    if names and sought.words and _GAP.search(text):
        for words in sought.words:
            text = _without_name(text, words, sought.name)
    return text


def _without_email(found: str, known: Known) -> str:
    """Quotes and the end of a sentence may stand around an address, or belong to it."""
    for address in (found, found.strip(_AROUND)):
        if known(_ANY_SIGN.sub("@", address, count=1).lower()):
            return found.replace(address, REMOVED)
    return found


def _without_phone(found: str, known: Known) -> str:
    """Digits that belong together, and numbers that happen to stand beside them, are told apart by trying."""
    groups = list(_DIGITS.finditer(found))
    for first, begin in enumerate(groups):
        digits = ""
        for last in groups[first:]:
            digits += last[0]
            if len(digits) > _MOST_DIGITS:
                break
            if len(digits) >= _FEWEST_DIGITS and known(digits):
                # A sign or bracket before it belongs to it.
                start = begin.start() if first else 0
                return found[:start] + REMOVED + _without_phone(found[last.end() :], known)
    return found


def name_in_words(name: str) -> tuple[str, int]:
    """A name in the form in which it is looked for, and how many words it has."""
    words = _WORD.findall(name.casefold())
    return " ".join(words), len(words)


def _without_name(text: str, words: int, known: Known) -> str:
    found = [word for word in _WORD_OR_BLANK.finditer(text) if word[1]]
    kept, end = [], 0
    place = 0
    while place + words <= len(found):
        run = found[place : place + words]
        if _belong_together(text, run) and known(" ".join(each[0] for each in run).casefold()):
            kept += [text[end : run[0].start()], REMOVED]
            end = run[-1].end()
            place += words
        else:
            place += 1
    return "".join([*kept, text[end:]])


def _belong_together(text: str, run: list[re.Match[str]]) -> bool:
    gaps = (text[one.end() : other.start()] for one, other in pairwise(run))
    return all(_GAP.fullmatch(gap) for gap in gaps)
