"""Intercom's error envelope, and the errors that a request can meet."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorEntry:
    """One entry of an envelope's `errors`."""

    code: str
    message: str
    field: str | None = None


@dataclass(kw_only=True, eq=False)
class ApiError(Exception):
    """A request that Intercom would refuse; it becomes an answer with the error envelope."""

    status: int
    code: str
    message: str
    field: str | None = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


def envelope(request_id: str, entry: ErrorEntry) -> bytes:
    """An error's body: `{"type": "error.list", "request_id", "errors": [{"code", "message", "field"?}]}`."""
    shown = {"code": entry.code, "message": entry.message}
    if entry.field is not None:
        shown["field"] = entry.field
    return msgspec.json.encode({"type": "error.list", "request_id": request_id, "errors": [shown]})


def unauthorized() -> ApiError:
    """401: no token, or one that is not, or no longer, good."""
    return ApiError(status=401, code="unauthorized", message="Access Token Invalid")


def not_found(message: str = "Resource Not Found", code: str = "not_found") -> ApiError:
    """404: nothing is there under this id or path."""
    return ApiError(status=404, code=code, message=message)


def invalid(message: str, *, field: str | None = None, code: str = "parameter_invalid") -> ApiError:
    """400: the request itself is wrong."""
    return ApiError(status=400, code=code, message=message, field=field)


def missing(message: str, *, field: str | None = None) -> ApiError:
    """400: the request lacks something."""
    return invalid(message, field=field, code="parameter_not_found")
