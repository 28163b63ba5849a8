"""Numbers drawn from a seed, a kind and an index: the same on every machine and Python version.

Only `random.Random.random()` is used of the standard generator: Python promises its sequence, but not that of
`choice` or `shuffle` (docs.python.org, "Notes on Reproducibility").
"""

import random
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from itertools import accumulate
from typing import Any, TypeVar

Roll = Callable[[], float]
T = TypeVar("T")
_MASK = (1 << 64) - 1
_UNIT = 1 << 53  # the steps of a float between 0 and 1
_STEP = 0x165667B19E3779F9


class Kind(IntEnum):
    """What a draw is for, so that two questions about one index get independent answers."""

    ADMIN = 1
    TEAM = 2
    TAG = 3
    SEGMENT = 4
    COMPANY = 5
    CONTACT_ID = 6
    CONTACT_CREATED = 7
    CONTACT_UPDATED = 8
    CONTACT_FACE = 9
    CONTACT_RECORD = 10
    CONVERSATION_ID = 11
    CONVERSATION_CREATED = 12
    CONVERSATION_TOPIC = 13
    CONVERSATION_ARC = 14
    CONVERSATION_LIFE = 15
    CONVERSATION_RECORD = 16
    ARTICLE_ID = 17
    ARTICLE_CREATED = 18
    ARTICLE_UPDATED = 19
    ARTICLE_RECORD = 20
    CONVERSATION_CONTACT = 21
    COMPANY_OF_CONTACT = 22
    CONTACT_NOTE = 41
    COMPANY_NOTE = 42
    SEGMENT_MEMBER = 43
    SUBSCRIPTION = 44
    CONTACT_COMPANY = 45
    COMPANY_SEGMENT = 46
    DELETION = 47
    TICKET_TYPE = 61
    TICKET_STATE = 62
    TICKET_ATTRIBUTE = 63
    TICKET_ID = 64
    TICKET_CREATED = 65
    TICKET_LIFE = 66
    TICKET_RECORD = 67
    CALL_ID = 68
    CALL_CREATED = 69
    CALL_RECORD = 70
    ACTIVITY_ID = 71
    ACTIVITY_CREATED = 72
    ACTIVITY_RECORD = 73


def mix(seed: int, kind: int, index: int) -> int:
    """A 64-bit number for (seed, kind, index), well spread: the finalizer of splitmix64."""
    return _spread(_salt(seed, kind) + index * _STEP)


def share(seed: int, kind: int, index: int) -> float:
    """A number in [0, 1) for (seed, kind, index)."""
    return (_spread(_salt(seed, kind) + index * _STEP) >> 11) / _UNIT


def shares(seed: int, kind: int, count: int) -> list[float]:
    """`share` of every index from 0 to below `count`, in half the time."""
    salt = _salt(seed, kind)
    return [(_spread(salt + index * _STEP) >> 11) / _UNIT for index in range(count)]


def _salt(seed: int, kind: int) -> int:
    return seed * 0x9E3779B97F4A7C15 + int(kind) * 0xC2B2AE3D27D4EB4F + 0x27D4EB2F165667C5


def _spread(value: int) -> int:
    value &= _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def roller(seed: int, kind: int, index: int) -> Roll:
    """A function giving one number in [0, 1) after the other for (seed, kind, index)."""
    return random.Random(mix(seed, kind, index)).random  # noqa: S311 - believable data, not secrets


def happens(roll: Roll, odds: float) -> bool:
    """Whether something of these odds (0 to 1) happens this time."""
    return roll() < odds


def pick(roll: Roll, options: Sequence[T]) -> T:
    """One of the options, all equally likely; the sequence must not be empty."""
    return options[int(roll() * len(options))]


def some(roll: Roll, options: Sequence[T], count: int) -> list[T]:
    """Up to `count` different options in their own order; each is as likely as the others."""
    if not count:
        return []
    left, wanted, chosen = len(options), min(count, len(options)), list[T]()
    for option in options:
        if roll() * left < wanted - len(chosen):
            chosen.append(option)
        left -= 1
    return chosen


class Weighted:
    """A choice among named options by weight: `Weighted({"email": 3, "messenger": 7}).at(0.2)`."""

    __slots__ = ("_edges", "_names", "_total")

    def __init__(self, weights: Mapping[str, Any]) -> None:
        self._names = tuple(weights)
        self._edges = tuple(accumulate(float(weight) for weight in weights.values()))
        self._total = self._edges[-1]

    def at(self, fraction: float) -> str:
        """The option found at a fraction in [0, 1) of the total weight."""
        return self._names[bisect_right(self._edges, fraction * self._total)]
