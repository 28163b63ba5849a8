"""Options that several verbs share, and the settings they lead to."""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings


def _folder(text: str) -> Path:
    """A folder that an option names; a blank one would be this folder."""
    from intercom_pipeline.settings.errors import blank  # noqa: PLC0415 - late

    if not text.strip():
        raise blank("INTERCOM_DATA_DIR")
    return Path(text)


DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="FOLDER",
        parser=_folder,
        help="Where the data is kept.  [default: INTERCOM_DATA_DIR, or data]",
    ),
]
# The sandbox's own `MOST_OF_A_KIND`, written again as importing the sandbox would slow every verb down.
MOST_MADE = 2_000_000
Contacts = Annotated[int, typer.Option(min=0, max=MOST_MADE, help="How many contacts.")]
Conversations = Annotated[int, typer.Option(min=0, max=MOST_MADE, help="How many conversations.")]
Articles = Annotated[int, typer.Option(min=0, max=MOST_MADE, help="How many articles.")]
Companies = Annotated[int, typer.Option(min=0, max=MOST_MADE, help="How many companies.")]
Seed = Annotated[int, typer.Option(help="Another seed makes another workspace.")]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile", metavar="NAME", help="Which workspace.  [default: INTERCOM_PROFILE, or default]"
    ),
]
ApiVersion = Annotated[
    str | None,
    typer.Option(
        "--api-version", metavar="VERSION", help="The API version to ask in.  [default: INTERCOM_API_VERSION]"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def settings_for(
    data_dir: Path | None = None, *, profile: str | None = None, api_version: str | None = None
) -> "Settings":
    """The settings; an option goes before the environment, that before `.env`, that before the default.

    A variable whose name is misspelt is told on stderr.

    Raises:
        SettingRefused: A setting has a value that cannot be used.
    """
    from intercom_pipeline.settings import Settings, load_settings, misspelt  # noqa: PLC0415 - late

    for name, meant in misspelt(each.name for each in fields(Settings)).items():
        typer.echo(f"{name} is not a setting; did you mean {meant}?", err=True)
    return load_settings(options=options_given(data_dir, profile=profile, api_version=api_version))


def options_given(
    data_dir: Path | None = None, *, profile: str | None = None, api_version: str | None = None
) -> dict[str, str | None]:
    """Options of the command, as the variables they go before."""
    return {
        "INTERCOM_DATA_DIR": None if data_dir is None else str(data_dir),
        "INTERCOM_PROFILE": profile,
        "INTERCOM_API_VERSION": api_version,
    }


def examples(*lines: str) -> str:
    """The end of a verb's help: commands to copy."""
    return verbatim("Examples:", *lines)


def verbatim(title: str, *lines: str) -> str:
    """Lines of help that stay lines; the mark at the start says so."""
    return "\n".join(["\b", title, *(f"  {line}" for line in lines)])
