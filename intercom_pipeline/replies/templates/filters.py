"""What a template may do with values: nothing of it is without bounds, and nothing guesses.

A text is never compared with a number, and an `if` of the text "false" is refused: neither would say what
was meant.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from jinja2 import pass_environment
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from intercom_pipeline.replies.templates.values import (
    MOST_CHARACTERS,
    Misfit,
    Missing,
    TooMuch,
    items,
    kind_of,
    printed,
    short_enough,
    value_of,
)

MOST_STEPS: Final = 2_000
"""How many items the loops of a template may go through in a row, all together."""
MOST_WORK: Final = 20_000
"""How much a template may do with values in a row: far more than any reply, and done in a blink."""
_FALSE: Final = frozenset({"false", "no", "0"})
_FORMAT: Final = re.compile(r"(?:[^%]|%-?[dmHI]|%[yYMSBbAapj%])*")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,10})?")
_FIRST_LETTER: Final = re.compile(r"(?<![\w'\u2019])\w")


class Language(ImmutableSandboxedEnvironment):
    """Jinja without anything that a reply does not need; one for each template.

    Attributes:
        steps: How many items loops may still go through in this row.
        work: How much may still be done in this row; a unit is a value used, or 100 characters of it.
        printing: The variable that is printed now, for people.
    """

    def __init__(self) -> None:
        super().__init__(
            autoescape=True, undefined=Missing, trim_blocks=True, lstrip_blocks=True, cache_size=0
        )
        self.begin_row()
        self.printing = ""
        self.filters = {name: self._counted(_named(name, act)) for name, (act, _, _) in FILTERS.items()}
        self.filters |= {name: self._counted(filter_) for name, filter_ in HIDDEN.items()}
        self.filters |= {"each of": _each, "the text of": self._counted(self._text_of)}
        self.tests = dict(TESTS)

    def begin_row(self) -> None:
        """Allow for a row what each may take."""
        self.steps, self.work = MOST_STEPS, MOST_WORK

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`company.name`: what JSON holds by that name, never what Python does."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`company["name"]` and `tags[0]`."""
        self.spend(1)
        if isinstance(obj, Missing):
            return Missing(name=f"{obj.called}.{argument}")
        if isinstance(obj, LoopContext):
            return getattr(obj, argument)  # Which of them may be asked for was checked.
        if isinstance(obj, Mapping) or (isinstance(obj, list) and isinstance(argument, int)):
            try:
                return value_of(obj[argument], str(argument))
            except LookupError:
                pass
        return Missing(name=str(argument))

    def spend(self, units: int) -> None:
        """Count what is done. Raises TooMuch where it is."""
        self.work -= units
        if self.work < 0:
            raise TooMuch("the template does too much with its values")

    def _text_of(self, value: Any, name: str) -> str:
        self.printing = name
        with _told_of(value, name):
            return printed(value)

    def _counted(self, filter_: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*values: Any) -> Any:
            self.spend(1 + sum(len(each) for each in values if isinstance(each, str | list)) // 100)
            return filter_(*values)

        return counted


def _named(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that is told first of which variable its value is."""

    def named(value: Any, variable: str, *arguments: Any) -> Any:
        with _told_of(value, f"{variable}|{name}"):
            return filter_(value, *arguments)

    return named


@contextmanager
def _told_of(value: Any, name: str) -> Iterator[None]:
    """Say of a value that does not fit where it is used; of a missing one its own name is said."""
    try:
        yield
    except Misfit as misfit:
        if isinstance(value, Missing) or isinstance(misfit, TooMuch):
            raise
        raise Misfit(f"{name}: {misfit}") from None


@pass_environment
def _each(language: Language, value: Any, may_miss: bool, name: str, line: int) -> list[Any]:  # noqa: FBT001 - Jinja gives it so
    """The items of a list, for a loop; none of a missing one, where the loop says what then (`else`).

    Raises:
        Misfit: It is no list; tells what it is called and in which line of the template the loop is.
    """
    if isinstance(value, Missing) and may_miss:
        return []
    if not isinstance(value, list | Missing):
        what = "an object" if isinstance(value, Mapping) else kind_of(value)
        raise Misfit(f"line {line} of the template loops over {what} ({name}); only a SELECT gives lists")
    listed = items(value)
    language.steps -= len(listed)
    if language.steps < 0:
        raise TooMuch(f"its loops go through more than {MOST_STEPS:,} items")
    return listed


def _truth(value: Any) -> bool:
    if isinstance(value, str) and value.strip().casefold() in _FALSE:
        raise Misfit(f"the text '{value.strip().casefold()}' is not false by itself; compare it, as with ==")
    return bool(value)


def _compared(left: Any, operator: str, right: Any) -> bool:
    """What a comparison says, of two of a kind."""
    if operator in {"in", "notin"}:
        return _is_in(left, right) is (operator == "in")
    if operator in {"eq", "ne"} and (isinstance(left, Missing) or isinstance(right, Missing)):
        return (isinstance(left, Missing) and isinstance(right, Missing)) is (operator == "eq")
    kinds = [kind_of(left), kind_of(right)]
    if kinds[0] != kinds[1]:
        raise Misfit(f"{kinds[0]} is compared with {kinds[1]}; |number makes a number of a text")
    return bool(_OPERATORS[operator](left, right))


def _is_in(left: Any, right: Any) -> bool:
    if isinstance(left, Missing) or isinstance(right, Missing):
        return False
    if isinstance(right, str):
        return printed(left) in printed(right)
    if not isinstance(right, list | tuple):
        raise Misfit("'in' asks for a list or a text, and there is something else")
    return any(kind_of(left) == kind_of(item) and left == item for item in right)


def _default(value: Any, instead: Any, _also_blank: bool = True) -> Any:  # noqa: FBT001, FBT002 - Jinja gives it so
    return instead if isinstance(value, Missing) else value


def _title(value: Any) -> str:
    return _FIRST_LETTER.sub(lambda found: found[0].upper(), printed(value).lower())


def _joined(value: Any, between: Any = ", ") -> str:
    texts, sign = [printed(item) for item in items(value)], printed(between)
    if sum(map(len, texts)) + len(sign) * len(texts) > MOST_CHARACTERS:
        raise Misfit(f"a list is joined to more than {MOST_CHARACTERS:,} characters")
    return sign.join(texts)


def _length(value: Any) -> int:
    if isinstance(value, Missing):
        return 0
    return len(value) if isinstance(value, list | Mapping) else len(printed(value))


def _first(value: Any) -> Any:
    return items(value)[0]


def _last(value: Any) -> Any:
    return items(value)[-1]


def _rounded(value: Any, digits: Any = 0) -> Decimal:
    if kind_of(value) != "a number":
        raise Misfit("what is rounded is no number; |number makes one of a text")
    if not isinstance(digits, int) or not 0 <= digits <= 10:  # noqa: PLR2004 - more than money or a rate has
        raise Misfit("what is rounded has 0 to 10 digits after the point")
    return Decimal(printed(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _number(value: Any) -> Any:
    text = printed(value).strip()
    if not _PLAIN_NUMBER.fullmatch(text):
        raise Misfit("a text is no number: it has digits and one point, such as 1234.50")
    return Decimal(text)


def _truncated(value: Any, most: Any) -> str:
    text = printed(value)
    if not isinstance(most, int) or most < 1:
        raise Misfit("a text is truncated to a number of characters, such as truncate(80)")
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _dated(value: Any, form: Any = "%Y-%m-%d") -> str:
    if not isinstance(form, str) or not _FORMAT.fullmatch(form):
        raise Misfit("a date is written with %d %m %Y %y %H %I %M %S %p %B %b %A %a %j, such as '%d %B %Y'")
    text = printed(value).strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Misfit("a value is no date or moment such as 2026-03-01 or 2026-03-01T09:30:00Z") from None
    return moment.strftime(short_enough(form))


_OPERATORS: Final = {"eq": eq, "ne": ne, "gt": gt, "gteq": ge, "lt": lt, "lteq": le}

FILTERS: Final[Mapping[str, tuple[Callable[..., Any], int, int]]] = {
    "default": (_default, 1, 2),
    "upper": (lambda value: printed(value).upper(), 0, 0),
    "lower": (lambda value: printed(value).lower(), 0, 0),
    "title": (_title, 0, 0),
    "capitalize": (lambda value: printed(value).capitalize(), 0, 0),
    "trim": (lambda value: printed(value).strip(), 0, 0),
    "join": (_joined, 0, 1),
    "length": (_length, 0, 0),
    "first": (_first, 0, 0),
    "last": (_last, 0, 0),
    "number": (_number, 0, 0),
    "round": (_rounded, 0, 1),
    "truncate": (_truncated, 1, 1),
    "date": (_dated, 0, 1),
    # Whatever is printed is escaped; to say so does no harm.
    "escape": (printed, 0, 0),
}
"""What may follow a |, with how few and how many arguments it has."""

TESTS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "defined": lambda value: not isinstance(value, Missing),
    "undefined": lambda value: isinstance(value, Missing),
    "none": lambda value: isinstance(value, Missing),
}
"""What may follow `is`: a value that is missing is none, and not defined."""

HIDDEN: Final[Mapping[str, Callable[..., Any]]] = {
    "the truth of": _truth,
    "compared": _compared,
}
"""What a template's own text cannot name, and is put around what it says."""
