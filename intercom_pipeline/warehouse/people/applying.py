"""Policies applied to the values of a record."""

import re
from typing import Any

from intercom_pipeline.warehouse.people.policies import Action, Policy
from intercom_pipeline.warehouse.people.privacy_key import Key
from intercom_pipeline.warehouse.people.rules import Leaf, Rule

_ADDRESS = re.compile(r"\s*([^\s@])[^\s@]*(@[^\s@]+)\s*")


def applied(rule: Rule, value: Any, key: Key | None) -> Any:
    """A value, JSON read into Python, as a rule lets it be stored; lists are gone through.

    Args:
        rule: The rule.
        value: The value.
        key: The key to hash with; only rules that hash need one.
    """
    if isinstance(value, list):
        return [applied(rule, each, key) for each in value]
    if isinstance(rule, Leaf):
        return _under(rule.policy, value, key)
    if isinstance(value, dict):
        return {name: applied(rule.fields.get(name, rule.others), each, key) for name, each in value.items()}
    return value if value is None else applied(rule.others, value, key)


def _under(policy: Policy, value: Any, key: Key | None) -> Any:
    """A value under a policy; keys of objects, true, false and null stay, numbers are taken as text."""
    match policy.action:
        case Action.KEEP:
            return value
        case Action.DROP:
            return None
    if isinstance(value, dict):
        return {name: _under(policy, each, key) for name, each in value.items()}
    if isinstance(value, list):
        return [_under(policy, each, key) for each in value]
    return value if value is None or isinstance(value, bool) else _changed(policy, str(value), key)


def _changed(policy: Policy, text: str, key: Key | None) -> str:
    match policy.action:
        case Action.MASK:
            return masked(text)
        case Action.TRUNCATE:
            return text[: policy.length]
    if key is None:
        raise ValueError("a policy hashes, and there is no key")
    return key.digest(text) if text.strip() else text  # what is blank names nobody


def masked(text: str) -> str:
    """`a***@example.com` for an e-mail address, the first character and `***` for any other text."""
    address = _ADDRESS.fullmatch(text)
    if address:
        return f"{address[1]}***{address[2]}"
    return text and f"{text[0]}***"
