"""A row's values as a template has them, and as a reader sees them.

A value that is missing is false in an `if`, and anything else done with it is refused: "Hi None" was never
meant.
"""

import math
import re
from decimal import Decimal
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateRuntimeError

from intercom_pipeline.intercom.plain import is_blank

MOST_CHARACTERS: Final = 60_000
"""How long a value that is used, and a rendered body, may be."""
SHEET_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#ERROR!"}
)
"""What a spreadsheet writes where it could not compute a value."""
NO_VALUES: Final = SHEET_ERRORS | {
    "None",
    "nan",
    "NaN",
    "NaT",
    "null",
    "NULL",
    "undefined",
    "<NA>",
    "N/A",
    "n/a",
}
"""What programs and people write for a value that is missing. Somebody may be called Nan, Null or Na."""
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that have the text behind them read in another direction: a template may say them, a name may not."""


class Misfit(TemplateRuntimeError):
    """A row's values cannot be used as the template says; tells why without repeating one."""


class TooMuch(Misfit):
    """A row would take longer, or become longer, than any reply: so would the others."""


class Missing(StrictUndefined):
    """A value that is not there: false in an `if`, refused elsewhere."""

    def __bool__(self) -> bool:  # type: ignore[override]  # strictness is for all but this
        return False

    @property
    def called(self) -> str:
        """What the template calls it."""
        return str(self._undefined_name or "a value")


def value_of(value: Any, name: str) -> Any:
    """The value itself, or that it is missing: None, not to be seen, no number, empty, or a word for that."""
    if isinstance(value, str):
        is_missing = is_blank(value) or value.strip() in NO_VALUES
    elif isinstance(value, float | Decimal):
        is_missing = value.is_nan() if isinstance(value, Decimal) else math.isnan(value)
    else:
        is_missing = value is None or value in ([], {})
    return Missing(name=name) if is_missing else value


def printed(value: Any) -> str:
    """A value as a reader sees it.

    Raises:
        Misfit: It is missing, a list, or something else that nobody would read so.
    """
    if isinstance(value, str):
        if found := _TURNING.search(value):
            raise Misfit(f"a value holds a sign that turns the direction of the text (U+{ord(found[0]):04X})")
        return short_enough(str(value))
    if isinstance(value, Missing):
        raise Misfit(f'{value.called} has no value; fill it in, or write |default("…") behind it')
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal) and math.isfinite(value):
        return short_enough(format(Decimal(str(value)), "f"))
    if isinstance(value, list):
        raise Misfit('a list is printed; write a loop over it, or |join(", ")')
    raise Misfit("a value is printed that is neither text nor a number; name what of it is meant")


def short_enough(text: str) -> str:
    """The text itself. Raises Misfit where it is too long."""
    if len(text) > MOST_CHARACTERS:
        raise Misfit(f"a value has more than {MOST_CHARACTERS:,} characters")
    return text


def items(value: Any) -> list[Any]:
    """The items of a list. Raises Misfit for anything else."""
    if isinstance(value, Missing):
        printed(value)
    if not isinstance(value, list):
        raise Misfit("a list is expected, and there is something else")
    return [value_of(item, "an item") for item in value]


def kind_of(value: Any) -> str:
    """What a value is, for comparing and for people. Raises Misfit for one that is missing."""
    if isinstance(value, Missing):
        printed(value)
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float | Decimal):
        return "a number"
    return "a text" if isinstance(value, str) else "a list or the like"
