"""One record shown: its fields for people, or as Intercom sent it."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from rich.text import Text

from intercom_pipeline.analytics.threads import moment_of_seconds
from intercom_pipeline.cli.output import columns, moment, show
from intercom_pipeline.cli.record_list import encoded
from intercom_pipeline.steering import one_line

_LONGEST = 400


def print_record(record: Mapping[str, Any], *, as_json: bool) -> None:
    """A record's fields that hold something, a line each; or the record as JSON."""
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(encoded(record), indent=2) + b"\n")
        sys.stdout.flush()
        return
    table = columns("field", "value", wrapped=("value",))
    for name, value in _filled("", record):
        table.add_row(Text(one_line(name)), Text(one_line(value, _LONGEST)))
    show(table)


def _filled(within: str, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields that hold something, those of objects with the object's name before theirs."""
    for key, value in record.items():
        name = f"{within}{key}"
        if isinstance(value, dict):
            if not _is_empty_list(value):
                yield from _filled(f"{name}.", value)
        elif value not in (None, "", []):
            yield name, _said(key, value)


def _is_empty_list(value: Mapping[str, Any]) -> bool:
    """Intercom's form of a list, with nothing in it."""
    return value.get("data") == [] or value.get("total_count") == 0


def _said(key: str, value: Any) -> str:
    at = moment_of_seconds(value) if key.endswith("_at") and isinstance(value, int) else None
    if at is not None:
        return moment(at)
    return value if isinstance(value, str) else encoded(value).decode()
