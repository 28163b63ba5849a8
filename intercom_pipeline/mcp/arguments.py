"""Calls with the wrong arguments: told in three lines that name parameters, and no value that was given."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.context import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolResult, GetPromptResult, InputRequiredResult, Prompt
from pydantic import ValidationError

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.mcp.failures import told

_MOST_TOLD = 5
_LONGEST_NAME = 40


class ArgumentsRefused(PipelineError):
    """A tool or prompt was called with arguments that it does not take."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """What a tool or prompt takes, by name, each with the words that it may be, if it may be no others."""

    needed: Mapping[str, Collection[str]]
    optional: Mapping[str, Collection[str]]

    def check(self, name: str, given: Collection[str]) -> None:
        """Refuse arguments that are not taken, which might pass for others, and those that are left out.

        Raises:
            ArgumentsRefused: There are some.
        """
        missing = [parameter for parameter in self.needed if parameter not in given]
        unknown = [each for each in given if each not in self.needed and each not in self.optional]
        wrong = [f"{each} is missing" for each in missing] + [
            f"it takes no {each[:_LONGEST_NAME]}" for each in unknown[:_MOST_TOLD]
        ]
        if wrong:
            open_to = [each for each in (*self.needed, *self.optional) if each not in given]
            raise self.refused(name, wrong, meant=_meant(unknown, missing, open_to))

    def refused(self, name: str, wrong: Collection[str], meant: Collection[str] = ()) -> ArgumentsRefused:
        """The error that names what is wrong and what can be given."""
        return ArgumentsRefused(
            f"{name} cannot be used with these arguments: {'; '.join(wrong)}.",
            why=f"{_listed('It needs', self.needed)} {_listed('It can take', self.optional)}".strip(),
            fix=f"Did you mean {' or '.join(meant)}?" if meant else "Use it again with what it takes.",
        )


class CheckedServer(MCPServer[Any]):
    """A server of the SDK that checks arguments before the SDK, whose messages quote them, does."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool.

        Raises:
            ToolError: As in the SDK; the message has no argument's value.
        """
        takes = {tool.name: _of_tool(tool.input_schema) for tool in await self.list_tools()}
        try:
            if name in takes:
                takes[name].check(name, arguments)
            return await super().call_tool(name, arguments, context)
        except ArgumentsRefused as error:
            raise ToolError(told(error)) from None
        except ToolError as error:
            if type(error) is ToolError and isinstance(error.__cause__, ValidationError):
                wrong = list(_wrong_kinds(error.__cause__))
                raise ToolError(told(takes[name].refused(name, wrong))) from None
            raise

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[Any, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        """Get a prompt.

        Raises:
            MCPError: There is none of this name, or it takes other arguments.
        """
        try:
            _prompt_called(name, await self.list_prompts()).check(name, arguments or {})
        except ArgumentsRefused as error:
            raise MCPError(code=INVALID_PARAMS, message=told(error)) from None
        return await super().get_prompt(name, arguments, context)


def _of_tool(schema: Mapping[str, Any]) -> Parameters:
    words = {name: parameter.get("enum", ()) for name, parameter in schema.get("properties", {}).items()}
    needed = schema.get("required", ())
    return Parameters(
        needed={name: words[name] for name in needed},
        optional={name: each for name, each in words.items() if name not in needed},
    )


def _prompt_called(name: str, prompts: Sequence[Prompt]) -> Parameters:
    for prompt in prompts:
        if prompt.name == name:
            needed = {each.name: each.required for each in prompt.arguments or ()}
            return Parameters(
                needed={each: () for each, is_needed in needed.items() if is_needed},
                optional={each: () for each, is_needed in needed.items() if not is_needed},
            )
    raise ArgumentsRefused(
        f"There is no prompt {name[:_LONGEST_NAME]}.",
        why="Prompts are named as the server lists them.",
        fix=f"Ask for one of {', '.join(prompt.name for prompt in prompts)}.",
    )


def _wrong_kinds(error: ValidationError) -> Iterator[str]:
    """What the SDK finds wrong, parameter by parameter, in words that hold for every value."""
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        yield f"{each['loc'][0]}: {each['msg'][:1].lower()}{each['msg'][1:]}"


def _meant(unknown: Collection[str], missing: list[str], open_to: list[str]) -> list[str]:
    if len(unknown) == len(missing) == 1:
        return missing
    return [near for each in unknown for near in get_close_matches(each[:_LONGEST_NAME], open_to, n=1)]


def _listed(verb: str, parameters: Mapping[str, Collection[str]]) -> str:
    listed = [f"{name} ({' or '.join(words)})" if words else name for name, words in parameters.items()]
    return f"{verb} {', '.join(listed)}." if listed else ""
