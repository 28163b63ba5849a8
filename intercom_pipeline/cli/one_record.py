"""One record shown: its fields for people, or as Intercom sent it."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from intercom_pipeline.analytics.threads import moment_of_seconds
from intercom_pipeline.cli.output import columns, moment, show
from intercom_pipeline.cli.record_list import encoded, indented
from intercom_pipeline.steering import one_line

_LONGEST = 400
_FIRST = ("id", "name", "email", "phone", "role", "external_id")
_SAYS_NOTHING = frozenset({"type", "workspace_id", "avatar", "email_domain", "custom_attributes"})
"""What a person learns nothing from, or reads elsewhere on the page."""
_DATE = re.compile(r"(?:_at|\bat|date)$", re.IGNORECASE)
"""What an attribute is called at its end whose whole numbers are unix seconds, as far as one can tell."""
_SECONDS = range(10**8, 10**10)


def print_record(record: Mapping[str, Any], *, as_json: bool) -> None:
    """What a person wants of a record, a line each; or the whole record as JSON."""
    if as_json:
        sys.stdout.buffer.write(indented(record) + b"\n")
        sys.stdout.flush()
        return
    table = columns("field", "value", wrapped=("value",))
    for name, value in _told(record):
        table.add_row(Text(one_line(name)), Text(one_line(value, _LONGEST)))
    show(table)


def _told(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields that hold something, and the custom attributes, by the names that a query has for them."""
    first = {key: record[key] for key in _FIRST if key in record}
    for key, value in (first | dict(record)).items():
        if key not in _SAYS_NOTHING and value is not False and (said := _said(key, value)):
            yield key, said
    for key, value in (record.get("custom_attributes") or {}).items():
        if said := _attribute(key, value):
            yield f"custom_attributes.{key}", said


def _said(key: str, value: Any) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, dict):
        members = next((each for each in value.values() if isinstance(each, list)), None)
        return _place(value) if members is None else _members(members, value.get("total_count"))
    at = moment_of_seconds(value) if key.endswith("_at") and isinstance(value, int) else None
    if at is not None:
        return moment(at)
    return value if isinstance(value, str) else encoded(value).decode()


def _attribute(key: str, value: Any) -> str:
    """A custom attribute; of a number that seems to be a date both are told, as only the workspace knows."""
    said = _said("", value)
    if _DATE.search(key) and isinstance(value, int) and value in _SECONDS:
        return f"{said} ({moment(moment_of_seconds(value))[:10]})"
    return said


def _place(value: Mapping[str, Any]) -> str:
    """An object's texts, such as a location's names."""
    said = (each for key, each in value.items() if key != "type" and not key.endswith("_code"))
    return ", ".join(each for each in said if isinstance(each, str))


def _members(members: Sequence[Any], count: Any) -> str:
    """How many there are in a list, and who they are as far as it tells."""
    named = [str(each.get("name") or each.get("id")) for each in members if isinstance(each, dict)]
    return f"{count or len(members)} ({', '.join(named)})" if named else ""
