"""What a template may say: an allow-list of Jinja's language, checked before anything of it is run.

There are no calls, assignments, macros, includes or arithmetic, and loops are two deep at most.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from jinja2 import TemplateSyntaxError, nodes

from intercom_pipeline.replies.audience.faults import Fault, told
from intercom_pipeline.replies.errors import InputRefused
from intercom_pipeline.replies.templates.filters import FILTERS, TESTS, Language

_DEEPEST: Final = 40
_MOST_LOOPS: Final = 2
_OF_LOOP: Final = frozenset({"index", "first", "last", "length"})
_NO_NAMES: Final = frozenset({"self", "super", "caller", "varargs", "kwargs"})
_MORE: Final = "docs/bulk-replies.md tells what a template may say."
_NO_FILTER: Final = "there is no filter"
_SAYS: Final[dict[type[nodes.Node], str]] = {
    nodes.Call: "nothing can be called",
    nodes.Assign: "nothing can be set",
    nodes.AssignBlock: "nothing can be set",
    nodes.Macro: "there are no macros",
    nodes.Include: "nothing can be included",
    nodes.Import: "nothing can be imported",
    nodes.FromImport: "nothing can be imported",
    nodes.Extends: "no other template can be extended",
    nodes.FilterBlock: "a filter follows a value, as in {{ name|upper }}",
    nodes.Scope: "what is printed is always escaped",
    nodes.Concat: "there is no ~; print one after the other",
    nodes.Slice: "a list has no slices here",
    nodes.BinExpr: "nothing can be computed here; compute it in the input",
}


class TemplateRefused(InputRefused):
    """A template that cannot be read, or says what a template may not; nothing was planned."""


@dataclass(kw_only=True, slots=True)
class Found:
    """What was found in a template.

    Attributes:
        variables: The columns it asks for, with the first line that does.
        texts: What it says itself.
        faults: What it may not say.
    """

    variables: dict[str, int] = field(default_factory=dict)
    texts: list[nodes.TemplateData] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(language: Language, source: str) -> tuple[nodes.Template, Found]:
    """What a template says.

    Raises:
        TemplateRefused: It says what it may not; names each line.
    """
    try:
        tree = language.parse(source)
    except TemplateSyntaxError as error:
        raise refused([Fault(row=f"line {error.lineno}", says=error.message or "no template")]) from None
    except (RecursionError, ValueError, OverflowError):
        # ValueError: a number of thousands of digits.
        raise refused([Fault(row="line 1", says="it is no template that can be read")]) from None
    _check_depth(tree)
    found = Found()
    _look(tree, found, frozenset(), 0)
    if found.faults:
        raise refused(found.faults)
    return tree, found


def refused(faults: list[Fault]) -> TemplateRefused:
    """The error for what a template may not say."""
    filters = any(fault.says.startswith(_NO_FILTER) for fault in faults)
    known = f"The filters are {', '.join(sorted(FILTERS))}. " if filters else ""
    return TemplateRefused("The template cannot be used.", why=told(faults), fix=f"{known}{_MORE}")


def _check_depth(tree: nodes.Node) -> None:
    """See that nothing is nested too deep for whatever walks through it."""
    level: list[nodes.Node] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            return
    raise refused([Fault(row=f"line {level[0].lineno}", says="it is nested too deep")])


def _look(node: nodes.Node, found: Found, names: frozenset[str], loops: int) -> None:
    """Note what a node says, with the names that loops give and how many there are around it."""
    if isinstance(node, nodes.For):
        _look_at_loop(node, found, names, loops)
        return
    if says := _fault(node, names):
        found.faults.append(Fault(row=f"line {_line(node)}", says=says))
        return
    if isinstance(node, nodes.TemplateData):
        found.texts.append(node)
    elif isinstance(node, nodes.Name) and node.name not in names:
        found.variables.setdefault(node.name, node.lineno)
    _look_at_all(node.iter_child_nodes(), found, names, loops)


def _line(node: nodes.Node) -> int:
    """Where it stands; what Jinja makes of itself has no line, and what is in it has."""
    within = (_line(child) for child in node.iter_child_nodes())
    return node.lineno or next(within, 1)


def _look_at_all(several: Iterable[nodes.Node], found: Found, names: frozenset[str], loops: int) -> None:
    for node in several:
        _look(node, found, names, loops)


def _look_at_loop(loop: nodes.For, found: Found, names: frozenset[str], loops: int) -> None:
    if loops == _MOST_LOOPS:
        says = f"loops are {_MOST_LOOPS} deep at most"
    elif not isinstance(loop.target, nodes.Name) or loop.target.name in {"loop", *_NO_NAMES}:
        says = "a loop has one name, as in {% for tag in tags %}"
    elif loop.test or loop.recursive:
        says = "a loop goes through all of a list; put an if into it"
    else:
        _look_at_all([loop.iter, *loop.else_], found, names, loops)
        _look_at_all(loop.body, found, names | {loop.target.name, "loop"}, loops + 1)
        return
    found.faults.append(Fault(row=f"line {loop.lineno}", says=says))


def _fault(node: nodes.Node, names: frozenset[str]) -> str | None:
    """What is wrong with a node by itself."""
    if rule := _RULES.get(type(node)):
        return rule(node, names)
    said = (says for kind, says in _SAYS.items() if isinstance(node, kind))
    return next(said, f"{type(node).__name__.lower()} is not part of what may be said")


def _fault_of_value(node: nodes.Const, _: frozenset[str]) -> str | None:
    value = node.value
    is_number = isinstance(value, int | float) and math.isfinite(value)
    return (
        None if isinstance(value, str) or is_number else "write a text or a number; what is missing: is none"
    )


def _fault_of_name(node: nodes.Name, names: frozenset[str]) -> str | None:
    name = node.name
    if name in _NO_NAMES or (name == "loop" and name not in names):
        return f"there is no {name} here"
    return None


def _fault_of_part(node: nodes.Getattr | nodes.Getitem, _: frozenset[str]) -> str | None:
    part = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
    if not isinstance(part, str | int):
        return 'what stands in [ ] is a number or a text, as in tags[0] or company["name"]'
    if isinstance(node.node, nodes.Name) and node.node.name == "loop" and part not in _OF_LOOP:
        return f"of a loop there are {', '.join(sorted(_OF_LOOP))}"
    return None


def _fault_of_test(node: nodes.Test, _: frozenset[str]) -> str | None:
    return None if node.name in TESTS and not node.args else f"'is' may be followed by {', '.join(TESTS)}"


def _fault_of_filter(node: nodes.Filter, _: frozenset[str]) -> str | None:
    if node.node is None or node.name not in FILTERS:
        return f"{_NO_FILTER} {node.name}"
    _filter, fewest, most = FILTERS[node.name]
    if node.kwargs or node.dyn_args or node.dyn_kwargs or not fewest <= len(node.args) <= most:
        few = f"{fewest}" if fewest == most else f"{fewest} or {most}"
        return f"the filter {node.name} has {few} arguments, without names"
    return None


def _fault_of_comparison(node: nodes.Compare, _: frozenset[str]) -> str | None:
    return None if len(node.ops) == 1 else "two values are compared at a time; join them with and"


def _fault_of_choice(node: nodes.CondExpr, _: frozenset[str]) -> str | None:
    return None if node.expr2 else "an if inside {{ }} needs an else"


def _fault_of_list(node: nodes.List | nodes.Tuple, _: frozenset[str]) -> str | None:
    return None if all(isinstance(item, nodes.Const) for item in node.items) else "a list holds values alone"


def _fault_of_sign(node: nodes.Neg, _: frozenset[str]) -> str | None:
    is_number = isinstance(node.node, nodes.Const) and not isinstance(node.node.value, str)
    return None if is_number else _SAYS[nodes.BinExpr]


def _nothing(_node: nodes.Node, _names: frozenset[str]) -> None:
    """Nothing is wrong with it by itself."""


_RULES: Final[dict[type[nodes.Node], Callable[[Any, frozenset[str]], str | None]]] = {
    nodes.Template: _nothing,
    nodes.Output: _nothing,
    nodes.TemplateData: _nothing,
    nodes.If: _nothing,
    nodes.And: _nothing,
    nodes.Or: _nothing,
    nodes.Not: _nothing,
    nodes.Operand: _nothing,
    nodes.Const: _fault_of_value,
    nodes.Name: _fault_of_name,
    nodes.Getattr: _fault_of_part,
    nodes.Getitem: _fault_of_part,
    nodes.Filter: _fault_of_filter,
    nodes.Test: _fault_of_test,
    nodes.Compare: _fault_of_comparison,
    nodes.CondExpr: _fault_of_choice,
    nodes.List: _fault_of_list,
    nodes.Tuple: _fault_of_list,
    nodes.Neg: _fault_of_sign,
}
"""What may be said, and under which condition. Whatever else Jinja knows or will know may not."""
