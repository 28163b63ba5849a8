"""Ids as Intercom writes them, computed from a seed and an index, and the index from an id."""

from functools import lru_cache

from intercom_pipeline.sandbox.content.chance import Kind, mix

WORKSPACE_ID = "tk7plnra"
"""The workspace of seed 0; the ids of other seeds begin with it."""
_CONTACT_COUNTER = 0xFFFFFF  # the last six digits of a 24-digit id count up, as those of MongoDB's ids
_CONVERSATION_STEP, _ARTICLE_STEP, _PARTS_EACH = 17, 7, 16_384
_NOTES_EACH = 16


def workspace_id(seed: int) -> str:
    """The id of the workspace that a seed makes: another for another seed, and like no real one's."""
    return f"{WORKSPACE_ID}-{seed}" if seed else WORKSPACE_ID


def contact_id(seed: int, index: int) -> str:
    """24 hexadecimal digits, different for each index below 16 million."""
    noise = mix(seed, Kind.CONTACT_ID, index)
    counter = (index + _contact_counter(seed)) & _CONTACT_COUNTER
    return f"66{noise & 0xFFFFFFFFFFFFFFFF:016x}{counter:06x}"


def contact_index(seed: int, identifier: str) -> int | None:
    """The index of which `identifier` is the contact id; None if it is no such id."""
    if len(identifier) != len(contact_id(seed, 0)):
        return None
    try:
        counter = int(identifier[-6:], 16)
    except ValueError:
        return None
    index = (counter - _contact_counter(seed)) & _CONTACT_COUNTER
    return index if contact_id(seed, index) == identifier else None


def conversation_id(seed: int, index: int) -> str:
    """A decimal number of fifteen digits; ids rise with the index, and so with the time of creation."""
    return str(_first(seed, Kind.CONVERSATION_ID, 215_000_000_000_000) + index * _CONVERSATION_STEP)


def conversation_index(seed: int, identifier: str) -> int | None:
    """The index of which `identifier` is the conversation id; None if it is no such id."""
    if not identifier.isdecimal():
        return None
    away = int(identifier) - _first(seed, Kind.CONVERSATION_ID, 215_000_000_000_000)
    return None if away < 0 or away % _CONVERSATION_STEP else away // _CONVERSATION_STEP


def part_id(seed: int, conversation: int, place: int) -> str:
    """The id of a conversation's part at `place` (0: the opening message); unique below 16,384 parts each."""
    first = _first(seed, Kind.CONVERSATION_RECORD, 30_000_000_000)
    return str(first + conversation * _PARTS_EACH + place)


def article_id(seed: int, index: int) -> str:
    """A decimal number of seven or eight digits."""
    return str(_first(seed, Kind.ARTICLE_ID, 9_000_000) + index * _ARTICLE_STEP)


def note_id(seed: int, contact: int, place: int) -> str:
    """The id of a contact's note at `place`; unique below 16 notes each."""
    return str(_first(seed, Kind.CONTACT_NOTE, 17_000_000) + contact * _NOTES_EACH + place)


def company_note_id(seed: int, company: int, place: int) -> str:
    """The id of a company's note at `place`; unique below 16 notes each."""
    return str(_first(seed, Kind.COMPANY_NOTE, 1_700_000_000) + company * _NOTES_EACH + place)


def subscription_type_ids(count: int = 4) -> list[str]:
    """The ids of the workspace's subscription types; every second one is for opting in, the first is not."""
    return [str(91 + 2 * place) for place in range(count)]


def object_id(seed: int, kind: Kind, index: int) -> str:
    """24 hexadecimal digits for companies, segments and the like."""
    return f"65{mix(seed, kind, index):016x}{index & 0xFFFFFF:06x}"


def number_id(seed: int, kind: Kind, index: int) -> str:
    """A decimal number for admins, teams and tags: ascending, with gaps."""
    first = _first(seed, kind, 1_000_000 * (kind + 3))
    return str(first + index * 41 + mix(seed, kind, index) % 41)


@lru_cache(maxsize=16)
def _contact_counter(seed: int) -> int:
    return mix(seed, Kind.CONTACT_ID, -1) & _CONTACT_COUNTER


@lru_cache(maxsize=128)
def _first(seed: int, kind: Kind, base: int) -> int:
    return base + mix(seed, kind, -1) % (base // 10)
