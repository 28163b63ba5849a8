"""Intercom's own schemas of records, by version, and what differs between the versions' values."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.sandbox_content.workspace import Record

FOLDER = Path(__file__).parents[3] / "shared" / "openapi"
VERSIONS = ("2.11", "2.12", "2.13", "2.14", "2.15", "2.16")
_ANYTHING: Record = {}
_PRIORITIES = {"priority": "urgent", "not_priority": "none"}
_RESOLUTIONS = {"routed_to_team": "escalated", "abandoned": "negative_feedback"}


def errors(version: str, schema: str, record: Record) -> list[str]:
    """What the description of a version finds wrong with a record."""
    found = _validator(version, schema).iter_errors(_as_of(version, record))
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in found]


@lru_cache(maxsize=64)
def _validator(version: str, schema: str) -> jsonschema.protocols.Validator:
    wanted = {"allOf": [{"$ref": f"#/components/schemas/{schema}"}]}
    return jsonschema.Draft4Validator(wanted | _components(version))


@lru_cache(maxsize=8)
def _components(version: str) -> Record:
    path = FOLDER / f"intercom-{version}.yaml"
    if not path.exists():
        pytest.skip("Intercom's API descriptions are not here")
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    # 2.11 refers to schemas it does not hold: anything passes there.
    missing = dict.fromkeys(("custom_attributes", "contact_company", "conversation_response_time"), _ANYTHING)
    return {"components": {"schemas": missing | _nullable(document["components"]["schemas"])}}


def _nullable(node: Any) -> Any:
    """`nullable` in JSON Schema's words, also beside a $ref: Intercom's examples show null there."""
    if isinstance(node, list):
        return [_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _nullable(value) for key, value in node.items()}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


def _as_of(version: str, record: Record) -> Record:
    record = dict(record)
    if version == "2.11":
        # Its schema knows no null for these, its examples have it.
        for field in ("conversation_rating", "first_contact_reply"):
            if field in record and record[field] is None:
                del record[field]
        if record["type"] == "admin":
            record["avatar"] = {"image_url": record["avatar"]}
    if version >= "2.15" and record.get("ai_agent"):
        state = record["ai_agent"]["resolution_state"]
        record["ai_agent"] = record["ai_agent"] | {"resolution_state": _RESOLUTIONS.get(state, state)}
    if version >= "2.16":
        record |= {"priority": _PRIORITIES[record["priority"]]} if "priority" in record else {}
        record |= {"owner_id": str(record["owner_id"])} if record.get("owner_id") else {}
    return record
