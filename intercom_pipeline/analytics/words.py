"""The terms of a message: its words as stems, without those that every message has."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True)
class Term:
    """A word as it is compared, and as it was written."""

    stem: str
    written: str


# Words of letters, with digits where there are letters enough (oauth2, 2fa, but not E404).
# Chinese and Japanese have no blanks between words: there, the runs of one script are nearly words.
_WORD: Final = re.compile(
    r"[\u30a0-\u30ff]{2,}|[\u3400-\u9fff]+|[\u3040-\u309f]+|(?:(?![\u3040-\u30ff\u3400-\u9fff])\w)+"
)
_HIRAGANA: Final = re.compile(r"[\u3040-\u309f]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]+")
# Addresses, and references such as TR-1042.
_UNTELLING: Final = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+|\b[^\W\d_]{1,5}[-_/]\d\S*")
_LONGEST_HAN: Final = 4
_FEWEST_LETTERS: Final = 2
_SHORTEST_STEM: Final = 3
_ENDINGS: Final = {"ings": "", "ing": "", "ies": "y", "ed": "", "es": "", "ss": "ss", "s": "", "e": ""}


def terms_of(text: str) -> Iterator[Term]:
    """The terms of a text in its order, a repeated one again.

    Left out are numbers, references, addresses, single letters, and words that say nothing of what a message
    is about, of the languages in `stop_words.toml`; those of others count little, as most messages have them.
    """
    for found in _WORD.finditer(_UNTELLING.sub(" ", text)):
        yield from _terms(found[0])


def _terms(word: str) -> Iterator[Term]:
    if _HIRAGANA.fullmatch(word):
        return  # mostly grammar
    if _HAN.fullmatch(word):
        yield from (Term(each, each) for each in _of_han(word))
        return
    for written in word.split("_"):
        lower = written.casefold()
        if sum(letter.isalpha() for letter in lower) >= _FEWEST_LETTERS and lower not in _stop_words():
            yield Term(stem(lower), written)


def _of_han(run: str) -> list[str]:
    """A run that is short is a word; of a longer one every two neighbours; one sign alone says little."""
    if len(run) == 1:
        return []
    return [run] if len(run) <= _LONGEST_HAN else [run[at : at + 2] for at in range(len(run) - 1)]


def stem(word: str) -> str:
    """A word without the ending by which English, and often others, bend it: invoices and invoiced meet."""
    for ending, instead in _ENDINGS.items():
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending) + instead
            break
    doubled = len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "ls"
    return word[:-1] if doubled else word  # logged, log


@cache
def _stop_words() -> frozenset[str]:
    listed = (files("intercom_pipeline.analytics") / "stop_words.toml").read_text(encoding="utf-8")
    return frozenset(word for words in tomllib.loads(listed).values() for word in words.split())
