"""`intercom-pipeline mcp`: the workspace as tools of an AI assistant."""

import socket
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Final

import typer

from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.options import DataDir, Profile, examples, settings_for
from intercom_pipeline.cli.stopping import ended_at_once, stoppable

if TYPE_CHECKING:
    from intercom_pipeline.mcp.server import Switches
    from intercom_pipeline.settings import Settings

_LOOPBACK: Final = "127.0.0.1"
_PORT: Final = 8977


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(
        epilog=examples(
            "intercom-pipeline mcp",
            "intercom-pipeline mcp --http --port 8977",
            "intercom-pipeline mcp --allow-replies",
        )
    )(mcp)


def mcp(
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Serve this machine by HTTP, not one program on stdin.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help=f"The port with --http; 0 takes any.  [default: {_PORT}]"),
    ] = None,
    profile: Profile = None,
    data_dir: DataDir = None,
    allow_replies: Annotated[
        bool, typer.Option("--allow-replies", help="Let the assistant plan replies; none is sent.")
    ] = False,
    allow_apply: Annotated[
        bool, typer.Option("--allow-apply", help="Let it also send what is planned, to real people.")
    ] = False,
) -> None:
    """Offer the workspace to an AI assistant as tools (MCP).

    The tools are those of the Model Context Protocol. An assistant starts this itself and speaks with it on
    stdin and stdout. It reads only unless allowed more.
    """
    _check(http=http, port=port, allow_replies=allow_replies, allow_apply=allow_apply)
    from intercom_pipeline.mcp.server import Switches  # noqa: PLC0415 - late

    settings = settings_for(data_dir, profile=profile)
    switches = Switches(replies=allow_replies, apply=allow_apply)
    if http:
        with stoppable():
            _serve_on_http(settings, switches, _PORT if port is None else port)
    else:
        # A thread waits for stdin, which no signal reaches; there is nothing to lose.
        with ended_at_once():
            _serve_on_stdio(settings, switches)


def _check(*, http: bool, port: int | None, allow_replies: bool, allow_apply: bool) -> None:
    if find_spec("mcp") is None:
        raise UsageRefused(
            "The Model Context Protocol's SDK is not installed.",
            why="It is an extra of intercom-pipeline, called mcp.",
            fix="Run uv sync --extra mcp, or pip install 'intercom-pipeline[mcp]'.",
        )
    if allow_apply and not allow_replies:
        raise UsageRefused(
            "--allow-apply alone has nothing to apply.",
            why="What is applied is planned first, which --allow-replies allows.",
            fix="Give both, or neither.",
        )
    if port is not None and not http:
        raise UsageRefused("--port is for --http.", why="stdin has no port.", fix="Give --http, too.")


def _serve_on_stdio(settings: "Settings", switches: "Switches") -> None:
    import anyio  # noqa: PLC0415 - late

    from intercom_pipeline.mcp.server import serve_on_stdio  # noqa: PLC0415 - late

    connection = settings.connection()
    if sys.stdin is None or sys.stdout is None:
        raise UsageRefused(
            "No assistant can speak with this.",
            why="stdin or stdout is closed.",
            fix="Let the assistant start it, or serve this machine with --http.",
        )
    if sys.stdin.isatty():
        typer.echo(
            "An assistant speaks with this on stdin; docs/assistants.md tells how to add it.", err=True
        )
    anyio.run(serve_on_stdio, connection, settings.folder(), switches)


def _serve_on_http(settings: "Settings", switches: "Switches", port: int) -> None:
    import anyio  # noqa: PLC0415 - late

    from intercom_pipeline.mcp.server import PATH, serve_on_http  # noqa: PLC0415 - late

    connection = settings.connection()
    with _listening(port) as listener:
        address = f"http://{_LOOPBACK}:{listener.getsockname()[1]}{PATH}"
        typer.echo(f"The workspace's tools are served to this machine at {address} until Ctrl-C.")
        anyio.run(serve_on_http, connection, settings.folder(), switches, listener)


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((_LOOPBACK, port))
    except OSError as error:
        raise UsageRefused(
            f"The tools cannot be served on port {port}.",
            why=f"{error.strerror}.",
            fix="Name another with --port; --port 0 takes any that is free.",
        ) from error
