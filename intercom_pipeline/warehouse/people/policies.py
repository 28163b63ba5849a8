"""What becomes of data about people before anything is written: policies for columns, and presets of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from intercom_pipeline.warehouse.table import Person


class Action(StrEnum):
    """What is done to a value."""

    KEEP = "keep"
    DROP = "drop"
    """NULL instead."""
    HASH = "hash"
    """HMAC-SHA256 with the data folder's key, as 64 hexadecimal digits."""
    MASK = "mask"
    """`a***@example.com` for an e-mail address, the first character and `***` for any other text."""
    TRUNCATE = "truncate"
    """The first so many characters."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done to the values at one place.

    Attributes:
        action: What is done.
        length: How many characters are left, where texts are truncated.
    """

    action: Action
    length: int = 0

    def __str__(self) -> str:
        return f"{self.action}:{self.length}" if self.action is Action.TRUNCATE else self.action.value


KEEP: Final = Policy(Action.KEEP)
DROP: Final = Policy(Action.DROP)
HASH: Final = Policy(Action.HASH)
MASK: Final = Policy(Action.MASK)

_LENGTH = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_STRICTNESS = (Action.KEEP, Action.TRUNCATE, Action.MASK, Action.HASH, Action.DROP)


def policy_of(text: str) -> Policy:
    """The policy that a text such as `hash` or `truncate:100` names.

    Raises:
        ValueError: It names none.
    """
    action, colon, length = text.partition(":")
    if (action == Action.TRUNCATE) != bool(colon) or (colon and not _LENGTH.fullmatch(length)):
        raise ValueError(text)
    return Policy(Action(action), int(length or 0))


def strictest(*policies: Policy) -> Policy:
    """The one of them that leaves the least; of two that truncate the shorter one."""
    return max(policies, key=lambda policy: (_STRICTNESS.index(policy.action), -policy.length))


class Preset(StrEnum):
    """What becomes of each kind of data about people, unless a policy of its own says otherwise."""

    OPEN = "open"
    """Everything is kept."""
    PSEUDONYMOUS = "pseudonymous"
    """What names a person is hashed, what leads to one is dropped, what was written is kept."""
    MINIMAL = "minimal"
    """As pseudonymous, and what was written is dropped, too."""
    NOTHING = "nothing"
    """No data about people at all: for what is left of a person who was purged; it cannot be set."""


_NAMING = (Person.NAME, Person.EMAIL, Person.DOMAIN, Person.PHONE, Person.IDENTITY)
_LEADING = (Person.LINK, Person.PLACE, Person.PICTURE, Person.NETWORK, Person.DETAIL)
_WRITTEN = (Person.TEXT, Person.FILE)

_PSEUDONYMOUS = dict.fromkeys(_NAMING, HASH) | dict.fromkeys(_LEADING, DROP) | dict.fromkeys(_WRITTEN, KEEP)

BY_PRESET: Final[Mapping[Preset, Mapping[Person, Policy]]] = MappingProxyType(
    {
        Preset.OPEN: dict.fromkeys(Person, KEEP),
        Preset.PSEUDONYMOUS: _PSEUDONYMOUS,
        # A file's name is part of what tells the files of a message apart.
        Preset.MINIMAL: _PSEUDONYMOUS | {Person.TEXT: DROP, Person.FILE: HASH},
        Preset.NOTHING: dict.fromkeys(Person, DROP),
    }
)
"""The policy of each kind under each preset."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policies:
    """The policies of a data folder.

    Attributes:
        preset: What holds where nothing else is said.
        columns: What holds elsewhere: each with its address, `table.column` or deeper into a JSON column.
    """

    preset: Preset = Preset.OPEN
    columns: tuple[tuple[str, Policy], ...] = ()

    def of(self, person: Person) -> Policy:
        """The preset's policy for a kind."""
        return BY_PRESET[self.preset][person]

    @property
    def unknown(self) -> Policy:
        """What becomes of fields that are not known, in records that tell something about people."""
        return KEEP if self.preset is Preset.OPEN else DROP


OPEN: Final = Policies()
