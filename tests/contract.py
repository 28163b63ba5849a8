"""Holds requests and responses against Intercom's own OpenAPI descriptions (2.11 to 2.16).

The descriptions are data beside the repository; where they are absent, `needs_descriptions` skips a test.
They are read strictly: a field that the description does not name is an error. Where a description
contradicts its own examples, the examples win: a null, a further or a missing field that an example shows is
allowed. What both leave out but Intercom's prose or practice has stands in `EXCEPTIONS`, with its reason.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from jsonschema.exceptions import ValidationError
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

FOLDER = Path(__file__).parent.parent.parent / "shared" / "openapi"
VERSIONS = ("2.11", "2.12", "2.13", "2.14", "2.15", "2.16")
needs_descriptions = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="Intercom's OpenAPI descriptions are not at ../shared/openapi"
)

_URI = "urn:intercom"
_JSON = "application/json"
_METHODS = ("get", "post", "put", "delete")
Schema = dict[str, Any]


class Breach(AssertionError):
    """A request or response that Intercom's description does not allow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """Something the description forbids or forgets, and why it is right all the same."""

    schema: str
    fields: tuple[str, ...]
    reason: str
    shape: Mapping[str, Any] | None = None
    """What the fields look like; None allows anything where the description has nothing."""


EXCEPTIONS: tuple[Allowed, ...] = (
    Allowed(
        schema="cursor_pages",
        fields=("next",),
        reason="lists by page number give a URL where the description has an object with a page token",
        shape={
            "nullable": True,
            "anyOf": [
                {"type": "string", "format": "uri"},
                {"$ref": "urn:intercom#/components/schemas/starting_after_paging"},
            ],
        },
    ),
    Allowed(
        schema="conversation",
        fields=("custom_attributes",),
        reason="2.11 and 2.14 have it and the examples of 2.12 and 2.13 show it empty",
    ),
    Allowed(
        schema="conversation_list_item",
        fields=("custom_attributes",),
        reason="as in a conversation",
    ),
    *(
        Allowed(
            schema=schema,
            fields=("type",),
            reason="2.11 describes ticket_type_attributes.list, its examples show list",
            shape={"type": "string"},
        )
        for schema in ("ticket_type_list", "ticket_type_attribute_list")
    ),
    Allowed(
        schema="data_attribute",
        fields=("model",),
        reason="up to 2.15 model=conversation may be asked for, but the answer's values lack it",
        shape={"type": "string", "enum": ["contact", "company", "conversation"]},
    ),
    Allowed(
        schema="activity_log_metadata",
        fields=("before", "after"),
        reason="2.16 describes objects, its examples show text",
        shape={"nullable": True},
    ),
    Allowed(
        schema="search_request",
        fields=("sort",),
        reason="up to 2.15 only the prose speaks of sorting, with 2.16's object {field, order}",
    ),
)

_ERROR_FALLBACK = {"$ref": f"{_URI}#/components/schemas/error"}
# Query parameters that only the prose of a description names.
_PROSE_PARAMETERS: dict[str, frozenset[str]] = {
    "GET /contacts": frozenset({"per_page", "starting_after"}),
    "GET /articles": frozenset({"page", "per_page"}),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """One version's description, closed against unknown fields."""

    document: Schema
    operations: Mapping[str, Schema]
    registry: Registry[Any]

    def errors(self, schema: Schema, value: Any) -> Iterator[ValidationError]:
        """Everything in `value` that `schema` does not allow."""
        yield from OAS30Validator(schema, registry=self.registry).iter_errors(value)


def check_response(version: str, method: str, route: str, status: int, body: Any) -> None:
    """Raise `Breach` where the body is not what the version's description gives for this answer.

    `route` may name its parameters as it likes (`/contacts/{id}`); `body` is decoded JSON. A status from 400
    on that the description does not list is held against its error envelope.
    """
    described = describe(version)
    responses = _operation(described, version, method, route)["responses"]
    if str(status) not in responses and status < 400:
        raise Breach(f"{version} {method} {route}: status {status} is not described")
    answer = _resolved(responses.get(str(status), {}), described.document)
    schema = answer["content"][_JSON]["schema"] if "content" in answer else _ERROR_FALLBACK
    _check(described, schema, body, f"{version} {method} {route} {status}")


def check_request(version: str, method: str, route: str, query: Mapping[str, str], body: Any) -> None:
    """Raise `Breach` where the query string or the body (decoded JSON, None for none) is not described."""
    described = describe(version)
    operation = _operation(described, version, method, route)
    named = {
        each["name"]: each["schema"] for each in operation.get("parameters", ()) if each["in"] == "query"
    }
    unknown = set(query) - set(named) - _PROSE_PARAMETERS.get(f"{method} {_anonymous(route)}", frozenset())
    if unknown:
        raise Breach(f"{version} {method} {route}: query parameters {sorted(unknown)} are not described")
    content = operation.get("requestBody", {}).get("content", {}).get(_JSON)
    if body is not None and content is None:
        raise Breach(f"{version} {method} {route}: takes no body")
    if content is not None:
        _check(described, content["schema"], body, f"{version} {method} {route} request")


def described(version: str, method: str, route: str) -> bool:
    """Whether a version's description has this endpoint."""
    return f"{method} {_anonymous(route)}" in describe(version).operations


@cache
def describe(version: str) -> Description:
    """The description of a version, read once a session (half a second)."""
    document = _absolute(_read(version))
    _borrow(document, version)
    _allow(document)
    _close(document, document)
    operations = {
        f"{method.upper()} {_anonymous(path)}": operations_of[method]
        for path, operations_of in document["paths"].items()
        for method in _METHODS
        if method in operations_of
    }
    registry: Registry[Any] = Registry().with_resource(_URI, DRAFT4.create_resource(document))
    description = Description(document=document, operations=operations, registry=registry)
    _let_examples_win(description)
    return description


@cache
def _read(version: str) -> Schema:
    with (FOLDER / f"intercom-{version}.yaml").open(encoding="utf-8") as file:
        document: Schema = yaml.load(file, Loader=yaml.CSafeLoader)
    return document


def _borrow(document: Schema, version: str) -> None:
    """Take schemas that are referred to but missing (2.11 lacks some) from the next version that has them."""
    schemas = document["components"]["schemas"]
    later = VERSIONS[VERSIONS.index(version) + 1 :]
    while missing := {name for name in _references(document) if name not in schemas}:
        for name in missing:
            found = (_read(each)["components"]["schemas"].get(name) for each in later)
            schemas[name] = _absolute(next((schema for schema in found if schema is not None), {}))


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        prefix, _, name = str(node.get("$ref", "")).rpartition("/")
        if prefix.endswith("/schemas"):
            yield name
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _references(each)


def _operation(described: Description, version: str, method: str, route: str) -> Schema:
    operation = described.operations.get(f"{method} {_anonymous(route)}")
    if operation is None:
        raise Breach(f"{version} has no {method} {route}")
    return operation


def _check(described: Description, schema: Schema, value: Any, what: str) -> None:
    found = [f"  at {error.json_path}: {_told(error)}" for error in described.errors(schema, value)]
    if found:
        raise Breach("\n".join([f"{what} is not as described:", *found[:12]]))


def _told(error: ValidationError) -> str:
    inner = [f"{each.json_path}: {each.message[:160]}" for each in error.context or ()]
    return error.message[:200] + ("" if not inner else f" ({'; '.join(inner[:4])})")


def _anonymous(route: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", route)


def _absolute(node: Any) -> Any:
    """A copy whose references name the document, so that they can be followed from anywhere."""
    if isinstance(node, list):
        return [_absolute(each) for each in node]
    if not isinstance(node, dict):
        return node
    copied = {name: _absolute(value) for name, value in node.items()}
    if isinstance(copied.get("$ref"), str):
        copied["$ref"] = _URI + copied["$ref"]
    return copied


def _allow(document: Schema) -> None:
    schemas = document["components"]["schemas"]
    for exception in EXCEPTIONS:
        if exception.schema in schemas:
            held = schemas[exception.schema].setdefault("properties", {})
            for field in exception.fields:
                if exception.shape is not None or field not in held:
                    held[field] = dict(exception.shape or {})


def _close(node: Any, document: Schema) -> None:
    """Forbid, in place, every property that an object's schema does not name; merge what is put together."""
    if isinstance(node, list):
        for each in node:
            _close(each, document)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("allOf"), list):
        _merge(node, document)
    for value in node.values():
        _close(value, document)
    if node.get("type") == "object" and "properties" in node and not {"anyOf", "oneOf"} & set(node):
        node.setdefault("additionalProperties", False)


def _merge(node: Schema, document: Schema) -> None:
    members = [_resolved(member, document) for member in node.pop("allOf")]
    for member in members:
        if "allOf" in member:
            _merge(member, document)
    properties = {name: schema for member in members for name, schema in member.get("properties", {}).items()}
    node["properties"] = properties | node.get("properties", {})
    required = [name for member in members for name in member.get("required", ())]
    if required or "required" in node:
        node["required"] = [*required, *node.get("required", ())]
    node.setdefault("type", "object")
    if any(member.get("nullable") for member in members):
        node.setdefault("nullable", True)


def _resolved(member: Schema, document: Schema) -> Schema:
    if "$ref" not in member:
        return member
    found: Any = document
    for name in member["$ref"].removeprefix(f"{_URI}#/").split("/"):
        found = found[name]
    return dict(found)


def _let_examples_win(description: Description) -> None:
    for operation in description.operations.values():
        for answer in operation["responses"].values():
            content = answer.get("content", {}).get(_JSON, {})
            if "schema" in content:
                for example in content.get("examples", {}).values():
                    _loosen(description, content["schema"], example.get("value"))


def _loosen(description: Description, schema: Schema, example: Any) -> None:
    """Change, in place, what an example contradicts; once for each depth that comes to light."""
    for _ in range(8):
        found = list(description.errors(schema, example))
        loosened = [_loosened(each) for error in found for each in (error, *(error.context or ()))]
        if not any(loosened):
            return


def _loosened(error: ValidationError) -> bool:
    held = error.schema
    if not isinstance(held, dict):
        return False
    if (
        error.instance is None
        and error.validator in {"type", "enum", "anyOf", "oneOf"}
        and not held.get("nullable")
    ):
        held["nullable"] = True
        return True
    if error.validator == "additionalProperties" and held.get("additionalProperties") is False:
        unknown = set(cast(Schema, error.instance)) - set(held["properties"])
        held["properties"] |= {name: {} for name in unknown}
        return bool(unknown)
    if error.validator == "required":
        held["required"] = [name for name in held["required"] if name in cast(Schema, error.instance)]
        return True
    return False
