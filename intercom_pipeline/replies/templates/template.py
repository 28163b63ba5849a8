"""Templates of replies: Jinja, held to what a reply needs."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape
from pathlib import Path
from typing import Any, Final, Self

from jinja2 import TemplateError
from markupsafe import Markup

from intercom_pipeline.replies.audience.columns import listed
from intercom_pipeline.replies.audience.faults import Fault, told
from intercom_pipeline.replies.templates.filters import Language
from intercom_pipeline.replies.templates.guards import guarded
from intercom_pipeline.replies.templates.language import TemplateRefused, read, refused
from intercom_pipeline.replies.templates.places import Place, misplaced
from intercom_pipeline.replies.templates.values import MOST_CHARACTERS, Misfit, TooMuch, value_of

CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control signs and halves of characters: nothing that a message has."""
_TAG: Final = re.compile(
    r"</?(?:a|b|blockquote|br|code|del|div|em|font|h[1-6]|hr|i|img|ins|li|ol|p|pre|s|small|span|strong|sub|sup"
    r"|table|tbody|td|tfoot|th|thead|tr|u|ul|video|iframe)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """What is said to everybody, with each one's own values.

    Attributes:
        variables: The columns it asks for, with the first line that does.
        own_text: What it says itself.
        is_html: Whether it has tags; without, its lines become paragraphs.
    """

    variables: Mapping[str, int]
    own_text: str
    is_html: bool
    _language: Language
    _pieces: Callable[[Mapping[str, Any]], Iterator[str]]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Check a template.

        Raises:
            TemplateRefused: It says what a template may not or where it may not, is too long or no text;
                names the lines.
        """
        _check_text(text)
        language = Language()
        tree, found = read(language, text)
        own_text = "".join(node.data for node in found.texts)
        is_html = bool(_TAG.search(own_text))
        if is_html and (faults := misplaced(tree)):
            raise refused(faults)
        for node in () if is_html else found.texts:
            node.data = escape(node.data, quote=False)
        compiled = language.from_string(guarded(tree))
        return cls(
            variables=found.variables,
            own_text=own_text,
            is_html=is_html,
            _language=language,
            # Not `generate`, which works on the traceback of each error for people who debug a template.
            _pieces=lambda values: compiled.root_render_func(compiled.new_context(dict(values))),
        )

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a template.

        Raises:
            TemplateRefused: It cannot be read, is not in UTF-8, or is no template.
        """
        try:
            with Path(path).open("rb") as file:
                text = file.read(4 * MOST_CHARACTERS + 1).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise _unreadable(path, f"byte {error.start + 1} is none of UTF-8") from None
        except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
            raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from error
        return cls.parse(text)

    def check(self, columns: Collection[str]) -> None:
        """See that everything it asks for is there.

        Raises:
            TemplateRefused: Something is not; names it, and what there is.
        """
        faults = [
            Fault(row=f"line {line}", says=f"{name} is not among the columns{_meant(name, columns)}")
            for name, line in self.variables.items()
            if name not in columns
        ]
        if faults:
            raise TemplateRefused(
                "The template asks for what is not there.",
                why=told(faults),
                fix=f"The columns are {listed(list(columns))}.",
            )

    def render(self, values: Mapping[str, Any]) -> str:
        """The body for one row, as HTML.

        Raises:
            Misfit: The values cannot be used as it says, or the body would be too long.
        """
        self._language.begin_row()
        known = {name: value_of(values.get(name), name) for name in self.variables}
        try:
            pieces = self._pieces(known)
            text = "".join(_bounded(self._placed(pieces) if self.is_html else pieces))
        except Misfit:
            raise
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError):
            raise Misfit("its values cannot be used as the template says") from None
        return text.strip() if self.is_html else _paragraphs(text)

    def _placed(self, pieces: Iterator[str]) -> Iterator[str]:
        """The pieces of a body, each value where one may stand."""
        place = Place()
        for piece in pieces:
            # What Jinja escaped is a value, the rest is the template's own text.
            if isinstance(piece, Markup):
                place.take(piece, self._language.printing)
            else:
                place.read(piece)
            yield piece


def _check_text(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise TemplateRefused(
            "The template is too long.",
            why=f"A reply has at most {MOST_CHARACTERS:,} characters.",
            fix="Shorten it.",
        )
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise refused([Fault(row=f"line {line}", says=f"a control sign (U+{ord(found[0]):04X})")])
    if not text.strip():
        raise TemplateRefused("The template is empty.", why="It says nothing.", fix="Write what to send.")


def _unreadable(path: str | Path, why: str) -> TemplateRefused:
    return TemplateRefused(
        f"The template {path} cannot be read.", why=f"{why}.", fix="Give the path of a text in UTF-8."
    )


def _meant(name: str, columns: Collection[str]) -> str:
    lowered = {column.casefold(): column for column in columns}
    near = get_close_matches(name.casefold(), list(lowered), n=1)
    return f"; did you mean {lowered[near[0]]}?" if near else ""


def _bounded(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces of a body, while it is not too long."""
    left = MOST_CHARACTERS
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise TooMuch(f"the body would have more than {MOST_CHARACTERS:,} characters")
        yield piece


def _paragraphs(text: str) -> str:
    """Lines as HTML: a blank line ends a paragraph."""
    paragraphs: list[list[str]] = [[]]
    for line in _LINE_END.split(text):
        if line.strip():
            paragraphs[-1].append(line.strip())
        elif paragraphs[-1]:
            paragraphs.append([])
    return "".join(f"<p>{'<br>'.join(lines)}</p>" for lines in paragraphs if lines)
