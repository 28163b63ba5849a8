"""Records of short lists whose answers write a value in another way than the workspace holds it."""

from collections.abc import Callable
from datetime import UTC, datetime

from intercom_pipeline.sandbox.collection import Record


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _macro(record: Record, _: str) -> Record:
    return record | {name: _moment(record[name]) for name in ("created_at", "updated_at")}


def _numbered(record: Record, _: str) -> Record:
    return record | {"id": int(record["id"])}


def _data_attribute(record: Record, _: str) -> Record:
    if record["id"].isdecimal():
        return record | {"id": int(record["id"])}
    return {name: value for name, value in record.items() if name != "id"}


def _custom_object(record: Record, _: str) -> Record:
    return {name: value for name, value in record.items() if name != "references"}


RENAMED_LISTS: dict[str, Callable[[Record, str], Record]] = {
    "macros": _macro,
    "content_import_sources": _numbered,
    "custom_objects": _custom_object,
    "data_attributes": _data_attribute,
    "conversation_attributes": _numbered,
}
