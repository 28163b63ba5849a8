"""What goes wrong, as an assistant is told: in three lines, without a person's address."""

import re
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS

from intercom_pipeline.errors import PipelineError

P = ParamSpec("P")
T = TypeVar("T")

_LONGEST_LINE: Final = 600
_ADDRESS: Final = re.compile(r"[^\s@'\"<>()]+@[^\s@'\"<>()]+")


def told(error: PipelineError) -> str:
    """The lines of an error; addresses are blotted out, so that what points at a place still does."""
    lines = [line for part in (error.what, error.why, error.fix) if part for line in part.splitlines()]
    return "\n".join(_ADDRESS.sub(_blotted, line)[:_LONGEST_LINE] for line in lines)


def as_tool(act: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """A tool whose errors the assistant can read; of any other fault it learns the tool's name alone."""
    return _telling(act, ToolError)


def as_resource(act: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """As `as_tool`, for a resource."""
    return _telling(act, ResourceError)


def as_prompt(act: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """As `as_tool`, for a prompt."""
    return _telling(act, lambda message: MCPError(code=INVALID_PARAMS, message=message))


def _telling(
    act: Callable[P, Awaitable[T]], failure: Callable[[str], Exception]
) -> Callable[P, Awaitable[T]]:
    @wraps(act)
    async def telling(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await act(*args, **kwargs)
        except PipelineError as error:
            raise failure(told(error)) from None

    return telling


def _blotted(found: re.Match[str]) -> str:
    return "*" * len(found[0])
