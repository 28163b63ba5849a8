"""Options that several verbs share, and the settings they lead to."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", metavar="FOLDER", help="Where the data is kept.  [default: INTERCOM_DATA_DIR, or data]"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def settings_for(data_dir: Path | None = None) -> "Settings":
    """The settings; an option goes before the environment, that before `.env`, that before the default.

    Raises:
        SettingRefused: A setting has a value that cannot be used.
    """
    from intercom_pipeline.settings import load_settings  # noqa: PLC0415 - late

    settings = load_settings()
    return replace(settings, data_dir=data_dir) if data_dir else settings


def examples(*lines: str) -> str:
    """The end of a verb's help: commands to copy."""
    return "\n\n".join(["[dim]Examples[/dim]", *(f"  {line}" for line in lines)])
