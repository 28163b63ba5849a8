"""What a person writes behind an operator, as the value that a field of its kind is compared with."""

import re
from datetime import datetime

from intercom_pipeline.intercom.moments import FORMS, moment_of
from intercom_pipeline.intercom.search_fields import FieldKind
from intercom_pipeline.intercom.where_text import Word

_DIGITS = re.compile(r"[+-]?[0-9]{1,18}")
_PLAIN_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
"""A whole number and nothing else: `007` and `+353` may be a text."""
_SECONDS = re.compile(r"0|[1-9][0-9]{8,11}")
"""Unix seconds from 1973 on, or 0; eight digits are a date without its dashes."""
_ORDERED = frozenset({">", "<", ">=", "<="})
_EQUAL = frozenset({"=", "!="})
_TRUTH = {"true": True, "false": False}

Single = str | int | bool | None


def value_of(word: Word, kind: FieldKind, operator: str, now: datetime) -> Single:
    """The value that a word stands for.

    Raises:
        ValueError: It is none for this kind and operator; the message says what would be.
    """
    if not word.quoted and word.text.lower() == "null":
        if operator not in _EQUAL:
            raise ValueError("null, for no value, goes with = and != only.")
        return None
    match kind:
        case FieldKind.TEXT | FieldKind.TAG:
            return word.text
        case FieldKind.INTEGER:
            return _integer(word.text)
        case FieldKind.BOOLEAN:
            return _boolean(word.text)
        case FieldKind.DATE:
            return _second(word.text, now)
        case FieldKind.ANY:
            return _any(word, operator, now)


def _integer(text: str) -> int:
    if not _DIGITS.fullmatch(text):
        raise ValueError("It takes a whole number, such as 5.")
    return int(text)


def _boolean(text: str) -> bool:
    truth = _TRUTH.get(text.lower())
    if truth is None:
        raise ValueError("It takes true or false.")
    return truth


def _second(text: str, now: datetime) -> int:
    if _SECONDS.fullmatch(text):
        return int(text)
    try:
        return max(int(moment_of(text, now).timestamp()), 0)
    except ValueError:
        raise ValueError(f"It takes {FORMS}; or else unix seconds.") from None


def _any(word: Word, operator: str, now: datetime) -> Single:
    """A custom attribute's value: a number, true or false where it is written so, a text in quotes always."""
    if operator in _ORDERED:
        return _ordered(word.text, now)
    if word.quoted or operator not in _EQUAL | {"IN", "NIN"}:
        return word.text
    if _PLAIN_NUMBER.fullmatch(word.text):
        return int(word.text)
    return _TRUTH.get(word.text.lower(), word.text) if operator in _EQUAL else word.text


def _ordered(text: str, now: datetime) -> int:
    """Only numbers and dates have an order."""
    if _DIGITS.fullmatch(text):
        return int(text)
    try:
        return _second(text, now)
    except ValueError:
        raise ValueError(f"It takes a whole number, {FORMS}.") from None
