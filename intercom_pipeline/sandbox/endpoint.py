"""What an endpoint is: a method, a path, and a function from a call to an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from intercom_pipeline.sandbox.errors import invalid
from intercom_pipeline.sandbox.options import VERSIONS
from intercom_pipeline.sandbox.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that was let in."""

    workspace: Workspace
    version: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    raw: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str = field(default="", repr=False)
    """The access token it came with; empty where the endpoint asks for none."""

    @cached_property
    def body(self) -> dict[str, Any]:
        """The body's JSON object; raises 400 where it is none."""
        try:
            body = msgspec.json.decode(self.raw or b"{}")
        except msgspec.DecodeError as error:
            raise invalid("The request body is not valid JSON", code="bad_request") from error
        if not isinstance(body, dict):
            raise invalid("The request body must be a JSON object", code="bad_request")
        return body

    @property
    def id(self) -> str:
        """The id in the path."""
        return self.params["id"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What goes back."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """One method of one path."""

    method: str
    route: str
    family: str
    """The permission it needs, under its family's name: contacts, tickets, calls, activity_logs and so on."""
    answer: Callable[[Call], Answer]
    since: str = VERSIONS[0]
    after_500: Callable[[Workspace], object] | None = None
    """What a 500 on this endpoint does to the workspace, where it does anything."""
    open: bool = False
    """Whether it asks for no token."""


def json_answer(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer carrying `value` as JSON."""
    return Answer(body=msgspec.json.encode(value), status=status, headers=headers or {})
