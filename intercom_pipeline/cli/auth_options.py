"""The options of `auth login` and `auth rotate`, and what they come to."""

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from intercom_pipeline.cli.exits import UsageRefused

if TYPE_CHECKING:
    from intercom_pipeline.auth.answers import Redirect


class Region(StrEnum):
    """Where workspaces are hosted."""

    US = "us"
    EU = "eu"
    AU = "au"


class Store(StrEnum):
    """Where a token is to be kept."""

    AUTO = "auto"
    FILE = "file"
    KEYRING = "keyring"


InRegion = Annotated[
    Region | None,
    typer.Option("--region", help="Where the workspace is hosted.  [default: INTERCOM_REGION, or us]"),
]
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Open no browser; the address to open is shown.")
]
Port = Annotated[
    int | None,
    typer.Option(
        min=1, max=65535, help="The port on this machine that the redirect URL leads to.  [default: 8976]"
    ),
]
RedirectUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="The redirect URL of your app, if it is another; with https you paste the answer."
    ),
]
WithToken = Annotated[
    bool, typer.Option("--with-token", help="Take an access token from stdin, or ask for it, hidden.")
]
StoreIn = Annotated[
    Store,
    typer.Option(help="Where to keep the token: auto is the system's keyring if there is one, else a file."),
]


TAKES_NO_TOKEN: Final = {"allow_extra_args": True}
"""How typer leaves arguments to `refuse_arguments`: it would show them, and one may be a token."""


def refuse_arguments(given: Sequence[str]) -> None:
    """Refuse whatever stands on the command line behind the verb, without repeating it.

    Raises:
        UsageRefused: Something does.
    """
    if given:
        raise UsageRefused(
            "This verb takes no argument.",
            why="A token does not belong there: other users of the machine can read a command's arguments.",
            fix="Use --with-token, which asks for it or reads stdin; and regenerate one that was shown so.",
        )


def redirect_of(port: int | None, url: str | None) -> "Redirect":
    """The redirect URL that is meant.

    Raises:
        UsageRefused: Both were named.
        RedirectRefused: The address cannot be one.
    """
    from intercom_pipeline.auth import listener  # noqa: PLC0415 - late
    from intercom_pipeline.auth.answers import redirect_to, redirect_to_port  # noqa: PLC0415 - late

    if port and url is not None:
        raise UsageRefused(
            "--port and --redirect-url exclude each other.",
            why="A redirect URL to this machine names its port.",
            fix="Leave one of them out.",
        )
    return redirect_to_port(port or listener.PORT) if url is None else redirect_to(url)


def has_screen() -> bool:
    """Whether there is a place for a browser's window, or a browser is named.

    Without one, a browser for text might be started, and take over the terminal.
    """
    named = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in named)
