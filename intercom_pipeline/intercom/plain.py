"""What people wrote, as plain text: messages come as HTML, and nobody can tell who wrote it."""

import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import Final

# No `<` in a tag: whatever was left open, each sign is looked at once. The standard library's parser takes a
# minute over 60 kB of `<a <a <a`.
_TAG: Final = re.compile(r"(</?[a-zA-Z][^<>]*>|<[!?][^<>]*>)")
_NAME: Final = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_ALT: Final = re.compile(r"""\salt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_HREF: Final = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_BLANK: Final = re.compile(r"[^\S\n]+")
_BLOCKS: Final = frozenset(
    {"address", "article", "blockquote", "br", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_UNSEEN: Final = frozenset({"head", "script", "style", "template", "title"})
_BLANK_SIGNS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""What Unicode calls letters and symbols, and draws as nothing."""


def text_of(html: str | None) -> str:
    """The text of a message, a line a paragraph; a picture is `[image]`, or `[image: its name]`.

    Never fails: what is no HTML is taken as it is.
    """
    return _text(html or "", _UNSEEN)


def own_text_of(html: str | None) -> str:
    """As `text_of`, without what the message quotes."""
    return _text(html or "", _UNSEEN | {"blockquote"})


def links_of(html: str) -> list[str]:
    """The addresses that a message leads to, in their order, each once."""
    tags = (tag for tag in _TAG.findall(html) if (name := _NAME.match(tag)) and name[1].lower() == "a")
    found = (each for tag in tags if (each := _HREF.search(tag)))
    return list(dict.fromkeys(unescape(each[1] or each[2] or each[3] or "").strip() for each in found))


def shows_nothing(html: str) -> bool:
    """Whether a message has neither a picture nor a sign that anybody would see."""
    return is_blank(text_of(html))


def is_blank(text: str) -> bool:
    """Whether a text has no sign that anybody would see."""
    seen = (sign for sign in text if sign not in _BLANK_SIGNS)
    # Of blanks (Z), controls and formats (C) and marks without a letter (M) nothing is seen.
    return all(unicodedata.category(sign)[0] in "ZCM" for sign in seen)


def _text(html: str, unseen: frozenset[str]) -> str:
    lines = (_BLANK.sub(" ", line).strip() for line in "".join(_pieces(html, unseen)).splitlines())
    return "\n".join(line for line in lines if line)


def _pieces(html: str, unseen: frozenset[str]) -> Iterator[str]:
    """Texts and what stands for tags; nothing of the elements that are named `unseen`."""
    within, depth = "", 0
    for at, piece in enumerate(_TAG.split(_without_comments(html))):
        if not at % 2:
            if not within:
                yield unescape(piece)
            continue
        found = _NAME.match(piece)
        name = found[1].lower() if found else ""
        if not within and name in unseen and not piece.startswith("</"):
            within, depth = name, 1
        elif name == within:
            depth += -1 if piece.startswith("</") else 1
            within = within if depth else ""
        elif not within:
            yield _instead(name, piece)
            continue
        yield "\n"


def _instead(name: str, tag: str) -> str:
    if name == "img":
        alt = _ALT.search(tag)
        named = unescape(alt[1] or alt[2] or "").strip() if alt else ""
        return f" [image: {named}] " if named else " [image] "
    if name == "li" and not tag.startswith("</"):
        return "\n- "
    return "\n" if name in _BLOCKS else ""


def _without_comments(html: str) -> str:
    kept, at = list[str](), 0
    while (start := html.find("<!--", at)) >= 0 and (end := html.find("-->", start + 4)) >= 0:
        kept.append(html[at:start])
        at = end + 3
    return "".join([*kept, html[at:]])
