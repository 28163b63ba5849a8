"""The words of the sandbox: one TOML file a language, and one of names and places, read when first needed."""

import html
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "de", "fr", "es", "pt", "ja", "ar")
_LINK = re.compile(r"\[([^\]]+)\]\((https://[^)\s]+)\)")


@lru_cache(maxsize=16)
def read(name: str) -> Mapping[str, Any]:
    """The file `name`.toml of this folder, as tomllib gives it."""
    return tomllib.loads(resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1024)
def bodies(language: str, turn: str, topic: str) -> tuple[str, ...]:
    """The variants of a turn as HTML templates with {slots}: the topic's, else the shared, else English."""
    return tuple(as_html(text) for text in plain(language, turn, topic))


@lru_cache(maxsize=1024)
def plain(language: str, turn: str, topic: str) -> tuple[str, ...]:
    """The variants of a turn as plain templates with {slots}, found as for `bodies`."""
    words = read(language)
    found = words["topics"].get(topic, {}).get(turn) or words["shared"].get(turn)
    return tuple(found) if found else plain("en", turn, topic)


def as_html(text: str) -> str:
    """HTML as Intercom writes it: a paragraph a line, `- ` lines as a list, [words](https://…) as links."""
    blocks, items = list[str](), list[str]()
    for line in [*html.escape(text.strip(), quote=False).splitlines(), ""]:
        if line.startswith("- "):
            items.append(f"<li>{_linked(line[2:])}</li>")
            continue
        if items:
            blocks.append("<ul>\n" + "\n".join(items) + "\n</ul>")
            items = []
        if line:
            blocks.append(f"<p>{_linked(line)}</p>")
    return "\n".join(blocks)


def _linked(line: str) -> str:
    return _LINK.sub(r'<a href="\2" rel="nofollow noopener noreferrer" target="_blank">\1</a>', line)
