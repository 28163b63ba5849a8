"""An assistant: the official client of the protocol, held in a thread, and all that it was ever told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client
from mcp.client._transport import Transport
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import CallToolResult, TextContent, TextResourceContents, Tool

from intercom_pipeline.sandbox import Sandbox
from tests.cli.running import COMMAND


@dataclass(frozen=True, kw_only=True, slots=True)
class Assistant:
    """Calls what a server offers.

    Attributes:
        heard: Every answer, as JSON.
    """

    client: Client
    portal: BlockingPortal
    heard: list[str] = field(default_factory=list)

    def tools(self) -> dict[str, Tool]:
        """The tools, by name."""
        return {tool.name: tool for tool in self._asked(self.client.list_tools).tools}

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What a tool answers; its text and its structure are the same."""
        answer: CallToolResult = self._asked(self.client.call_tool, tool, arguments)
        assert not answer.is_error, answer.content
        assert answer.structured_content is not None
        assert len(text_of(answer)) < 62_000
        return dict(answer.structured_content)

    def refused(self, tool: str, **arguments: Any) -> list[str]:
        """The lines of a tool's error."""
        answer: CallToolResult = self._asked(self.client.call_tool, tool, arguments)
        assert answer.is_error
        return text_of(answer).splitlines()

    def read(self, uri: str) -> str:
        """The text of a resource."""
        (content,) = self._asked(self.client.read_resource, uri).contents
        assert isinstance(content, TextResourceContents)
        return content.text

    def prompt(self, name: str, **arguments: str) -> str:
        """The text of a prompt."""
        (message,) = self._asked(self.client.get_prompt, name, arguments).messages
        return str(message.content.text)

    def _asked(self, ask: Any, *arguments: Any) -> Any:
        answer = self.portal.call(partial(ask, *arguments))
        self.heard.append(answer.model_dump_json())
        return answer


def text_of(answer: CallToolResult) -> str:
    (content,) = answer.content
    assert isinstance(content, TextContent)
    return content.text


@contextmanager
def connected(server: "Transport | str") -> Iterator[Assistant]:
    """An assistant that is connected to a server, by an address or over a process's stdin and stdout."""
    with start_blocking_portal() as portal:
        client = Client(server, read_timeout_seconds=60)
        with portal.wrap_async_context_manager(client):
            yield Assistant(client=client, portal=portal)


@contextmanager
def on_stdio(sandbox: Sandbox, folder: Path, *options: str, said: Path) -> Iterator[Assistant]:
    """An assistant that has started the command itself; what that says on stderr goes to the file `said`."""
    command = StdioServerParameters(
        command=COMMAND, args=["mcp", "--data-dir", str(folder), *options], env=aimed_at(sandbox)
    )
    with said.open("w", encoding="utf-8") as errors, connected(stdio_client(command, errlog=errors)) as one:
        yield one


def aimed_at(sandbox: Sandbox) -> dict[str, str]:
    return {"INTERCOM_BASE_URL": sandbox.url, "INTERCOM_ACCESS_TOKEN": sandbox.token}
