"""Which policy holds for each value of a record, worked out once from the declared columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from intercom_pipeline.warehouse.people.policies import DROP, KEEP, Policies, Policy
from intercom_pipeline.warehouse.table import LIST, PARENT, Column, Person, Table

STRUCTURE = frozenset({"type", "id", "total_count", "has_more", "created_at", "updated_at"})
"""Keys that are harmless wherever they stand in a JSON column, unless it says otherwise itself."""

EXTRA = "_extra"
_ALL = "*"


@dataclass(frozen=True, slots=True)
class Leaf:
    """What holds for a value, and for whatever it holds.

    Attributes:
        policy: The policy.
        person: What the value tells about a person; None where it is harmless.
    """

    policy: Policy
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """What holds for the fields of an object, or of each object in a list.

    Attributes:
        fields: The rule of each field that is known.
        others: The rule of all others.
    """

    fields: Mapping[str, "Rule"]
    others: "Rule"


Rule = Leaf | Branch
Rules = Mapping[str, Rule]
"""The rule of each table's records, by the table's name."""

_HARMLESS = Leaf(KEEP)


def rules_of(tables: Iterable[Table], policies: Policies) -> Rules:
    """The rules of tables and of their children; where everything is kept, it is a single leaf."""
    rules: dict[str, Rule] = {}
    for table in tables:
        if table.name not in rules:  # parents come first and bring their children
            about_people = any(column.person for each in table.tree() for column in each.columns)
            unknown = Leaf(policies.unknown, Person.DETAIL) if about_people else _HARMLESS
            _add(table, policies, unknown, rules)
    return {name: _pruned(rule) for name, rule in rules.items()}


def _add(table: Table, policies: Policies, unknown: Leaf, rules: dict[str, Rule]) -> Branch:
    """Add the rule of a table's records, and those of its children."""
    fields: dict[str, Rule] = dict.fromkeys({*table.ignored, PARENT, LIST}, _HARMLESS)
    fields |= {column.key: _of_column(table, column, policies) for column in table.sent}
    for child in table.children:
        within = _add(child, policies, unknown, rules)
        for path in child.paths:
            fields[path[0]] = _leading_to(
                child, within, path[1:], column=_column(table, path[0]), policies=policies
            )
    rule = Branch(fields, unknown)
    rules[table.name] = Branch({**fields, EXTRA: rule}, unknown)
    return rule


def _of_column(table: Table, column: Column, policies: Policies) -> Rule:
    rule: Rule = _HARMLESS
    if column.person:
        own = Leaf(policies.of(column.person), column.person)
        rule = _holding(column, own, policies) if column.holds else own
    address = f"{table.name}.{column.name}"
    said = [(path, policy) for path, policy in policies.columns if _reaches(path, address)]
    # What is said of the whole comes first, so that what is said of a part of it stands.
    for path, policy in sorted(said, key=lambda each: each[0].count(".")):
        deeper = path.removeprefix(address).split(".")[1:]
        rule = _overridden(rule, deeper, policy)
    return rule


def _reaches(path: str, address: str) -> bool:
    return path == address or path.startswith(f"{address}.")


def _holding(column: Column, own: Leaf, policies: Policies) -> Branch:
    """The rule of a JSON column that says what stands where in it."""
    fields: dict[str, Person | None] = dict.fromkeys(STRUCTURE, None)
    return _nested(fields | dict(column.holds), own, policies)


def _nested(holds: Mapping[str, Person | None], own: Leaf, policies: Policies) -> Branch:
    fields: dict[str, Rule] = dict.fromkeys(STRUCTURE, _HARMLESS)
    deeper: dict[str, dict[str, Person | None]] = {}
    for path, person in holds.items():
        key, dot, rest = path.partition(".")
        if dot:
            deeper.setdefault(key, {})[rest] = person
        else:
            fields[key] = Leaf(policies.of(person), person) if person else _HARMLESS
    return Branch(fields | {key: _nested(each, own, policies) for key, each in deeper.items()}, own)


def _column(table: Table, key: str) -> Column | None:
    return next((column for column in table.sent if column.key == key), None)


def _leading_to(
    child: Table, within: Branch, path: Sequence[str], *, column: Column | None, policies: Policies
) -> Rule:
    """The rule of what holds a child's list, which stands under a path in it."""
    around = Leaf(policies.of(column.person), column.person) if column and column.person else _HARMLESS
    rule: Rule = within
    if child.scalar:
        rule = Branch({}, within.fields[child.scalar]) if child.mapped else _HARMLESS
    elif child.mapped:
        rule = Branch({}, within)
    if any(within.fields[each.key] == Leaf(DROP, each.person) for each in _keys(child)):
        rule = Leaf(DROP, Person.DETAIL)  # a row without its key is none
    for key in reversed(path):
        rule = Branch({**dict.fromkeys(STRUCTURE, _HARMLESS), key: rule}, around)
    return rule


def _keys(table: Table) -> list[Column]:
    return [column for column in table.sent if column.name in table.primary_key]


def _overridden(rule: Rule, path: Sequence[str], policy: Policy) -> Rule:
    """The rule with another policy at a path; at none, for all it is about."""
    if not path:
        return (
            Leaf(policy, rule.person or Person.DETAIL)
            if isinstance(rule, Leaf)
            else _throughout(rule, policy)
        )
    key, *rest = path
    fields, others = (rule.fields, rule.others) if isinstance(rule, Branch) else ({}, rule)
    return Branch({**fields, key: _overridden(fields.get(key, others), rest, policy)}, others)


def _throughout(rule: Rule, policy: Policy) -> Rule:
    """The rule with another policy for all that is about people."""
    if isinstance(rule, Leaf):
        return replace(rule, policy=policy) if rule.person else rule
    fields = {key: _throughout(each, policy) for key, each in rule.fields.items()}
    return Branch(fields, _throughout(rule.others, policy))


def _pruned(rule: Rule) -> Rule:
    """The rule, as a single leaf where it keeps everything."""
    return rule if any(leaf.policy != KEEP for _, leaf in leaves(rule)) else _HARMLESS


def leaves(rule: Rule, *path: str) -> Iterator[tuple[str, Leaf]]:
    """Every leaf of a rule with the way to it: keys with dots between, `*` for those that are not known."""
    if isinstance(rule, Leaf):
        yield ".".join(path), rule
        return
    for key, each in rule.fields.items():
        if key != EXTRA:
            yield from leaves(each, *path, key)
    yield from leaves(rule.others, *path, _ALL)


def changed_by(rules: Rules) -> dict[str, str]:
    """What rules change, as `table.path` and the policy there: tells whether two of them do the same."""
    return {
        f"{name}.{path}": str(leaf.policy)
        for name, rule in rules.items()
        for path, leaf in leaves(rule)
        if leaf.policy != KEEP
    }


def without(rules: Rules, done: Mapping[str, str]) -> Rules:
    """The rules, but for what was done to stored values before (see `changed_by`).

    What was done is not done again: a hash of a hash would join with nothing.
    """
    return {name: _pruned(_without(rule, done, name)) for name, rule in rules.items()}


def _without(rule: Rule, done: Mapping[str, str], address: str) -> Rule:
    if isinstance(rule, Leaf):
        return replace(rule, policy=KEEP) if done.get(address) == str(rule.policy) else rule
    fields = {
        key: _without(each, done, address if key == EXTRA else f"{address}.{key}")
        for key, each in rule.fields.items()
    }
    return Branch(fields, _without(rule.others, done, f"{address}.{_ALL}"))
