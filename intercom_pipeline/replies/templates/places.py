"""Where in HTML a value stands: as text, or in an attribute, where more than its tags could do harm.

In an attribute without quotes a blank begins another one (`onclick=…`); as an address a value may be a
program (`javascript:…`). Escaping changes neither.
"""

import re
from html import unescape
from typing import Final

from jinja2 import nodes

from intercom_pipeline.replies.audience.faults import Fault
from intercom_pipeline.replies.templates.values import Misfit

_SIGNS: Final = re.compile(r"""<(?![^a-zA-Z/])|[>"']""")
"""What begins and ends a tag and its quotes; `<` also where nothing follows, since a value may."""
_ATTRIBUTE: Final = re.compile(r"([^\s=/]+)\s*=\s*\Z")
_WITH_ADDRESS: Final = frozenset({"href", "src"})
_AN_ADDRESS: Final = "https://"
_ADDRESS: Final = re.compile(r"\s*(?:https?://|mailto:|tel:)", re.IGNORECASE)


class Place:
    """Where the next sign of a body stands: what was read of it so far, as far as that matters."""

    def __init__(self) -> None:
        self._in_tag, self._quote, self._attribute = False, "", ""
        self._since = ""  # what was read since the tag or the quote began

    def read(self, text: str) -> None:
        """Go past what the template says itself."""
        at = 0
        for found in _SIGNS.finditer(text):
            if self._turns(found[0], self._since + text[at : found.start()]):
                self._since, at = "", found.end()
        self._since = self._since + text[at:] if self._in_tag else ""

    def take(self, value: str, name: str) -> None:
        """Go past a value.

        Args:
            value: As it stands there, escaped.
            name: The variable, for people.

        Raises:
            Misfit: It must not stand there.
        """
        if not self._in_tag:
            return
        if not self._quote:
            raise Misfit(f'{name} stands in a tag without quotes; write "{{{{ {name} }}}}" with them')
        self._since += str(value)
        if self._attribute in _WITH_ADDRESS and not _ADDRESS.match(unescape(self._since)):
            begins = "an address, which begins with https://, http://, mailto: or tel:"
            raise Misfit(f"{name} stands in {self._attribute}=, where there has to be {begins}")

    def _turns(self, sign: str, before: str) -> bool:
        """Whether a sign, behind what was read before it, begins or ends something."""
        if not self._in_tag:
            self._in_tag = sign == "<"
            return self._in_tag
        if self._quote:
            if sign != self._quote:
                return False
            self._quote = ""
        elif sign == ">":
            self._in_tag = False
        elif sign != "<":
            named = _ATTRIBUTE.search(before)
            self._quote, self._attribute = sign, named[1].lower() if named else ""
        return True


def misplaced(tree: nodes.Template) -> list[Fault]:
    """The values that stand where none may, with their lines; what depends on the values is not seen here."""
    place, faults = Place(), list[Fault]()
    for each in (node for output in tree.find_all(nodes.Output) for node in output.nodes):
        if isinstance(each, nodes.TemplateData):
            place.read(each.data)
            continue
        try:
            place.take(_AN_ADDRESS, name_of(each))
        except Misfit as misfit:
            faults.append(Fault(row=f"line {each.lineno}", says=misfit.message or ""))
    return faults


def name_of(node: nodes.Node) -> str:
    """What people call the value that a node prints: the first variable in it."""
    if isinstance(node, nodes.Name):
        return node.name
    return next((each.name for each in node.find_all(nodes.Name)), "a value")
