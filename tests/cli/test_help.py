"""The help is quick, complete, and says what the documentation says."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.cli.main import application
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.reading import can_be_bounded
from tests.cli.conftest import Command

DOCUMENT = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
VERBS = (
    "demo",
    "streams",
    "sync",
    "sweep",
    "status",
    "tables",
    "query",
    "sandbox",
    "dev",
    "doctor",
    "mcp",
    "purge",
    "auth login",
    "auth status",
    "auth rotate",
    "auth logout",
    "auth print-token",
    "config show",
    "contacts list",
    "contacts search",
    "contacts get",
    "conversations list",
    "conversations get",
    "conversations reply",
    "conversations summarize",
    "articles list",
    "admins list",
    "replies plan",
    "replies show",
    "replies apply",
    "replies status",
    "replies stop",
    "replies resume",
    "replies resolve",
    "replies retry",
    "replies list",
    "replies log",
)
HEAVY = ("aiohttp", "dagster", "duckdb", "httpx", "msgspec", "pandas", "rich", "starlette", "uvicorn")

LOOK = f"""
import sys
from intercom_pipeline.cli.main import run
for verb in {VERBS!r}:
    assert run([*verb.split(), "--help"]) == 0
assert run(["--help"]) == 0
assert run(["--version"]) == 0
print(sorted(set(sys.modules) & set({HEAVY!r})), file=sys.stderr)
"""


def test_an_error_needs_no_templates() -> None:
    """What its exit code is, is known without the language that templates are written in."""
    look = "import sys; from intercom_pipeline.cli.exits import UsageRefused, exit_for; "
    look += "print(int(exit_for(UsageRefused('x'))), 'jinja2' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["2", "False"]


def verbs() -> dict[str, Any]:
    """The verbs by name, as typer made them; those of a group with the group's name before theirs."""
    everything: Any = typer.main.get_command(application())
    return dict(named("", everything))


def named(name: str, verb: Any) -> Iterator[tuple[str, Any]]:
    if not hasattr(verb, "commands"):
        yield name, verb
        return
    for below, each in verb.commands.items():
        yield from named(f"{name} {below}".strip(), each)


def options_of(verb: Any) -> Iterator[str]:
    """The long options of a verb."""
    for parameter in verb.params:
        yield from (name for name in parameter.opts if name.startswith("--"))


def test_help_imports_nothing_heavy() -> None:
    """Whoever asks for help waits for none of the libraries that do the work."""
    looked = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert looked.stderr.strip() == "[]"


def test_the_verbs_are_those_of_the_documentation() -> None:
    """In its order."""
    assert tuple(verbs()) == VERBS
    assert (
        tuple(re.findall(r"^\| `([a-z-]+(?: [a-z-]+)*)[^`]*` \|", DOCUMENT, re.MULTILINE))[: len(VERBS)]
        == VERBS
    )


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_an_example_that_is_a_command(command: Command, verb: str) -> None:
    """Each verb's help ends with commands to copy, which parse."""
    told = command(*verb.split(), "--help")
    examples = re.findall(rf"^    intercom-pipeline {verb}\b.*$", told.out, re.MULTILINE)
    assert told.code == Exit.OK
    assert examples
    for example in examples:
        assert set(re.findall(r" (--[a-z-]+)", example)) <= {*options_of(verbs()[verb])}


def test_no_summary_is_cut(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of verbs are read on terminals of 80 columns: each first sentence fits its line."""
    monkeypatch.setenv("COLUMNS", "80")
    groups = {verb.split()[0] for verb in VERBS if " " in verb}
    for group in ([], *([each] for each in sorted(groups))):
        listed = command(*group, "--help").out.partition("Commands:")[2]
        assert listed
        assert "..." not in listed


@pytest.mark.parametrize("verb", VERBS)
def test_the_documentation_lists_every_option(verb: str) -> None:
    """And no other."""
    line = re.search(rf"^\| `{verb}\b.*$", DOCUMENT, re.MULTILINE)
    assert line
    documented = re.findall(r"`(--[a-z-]+)`", line[0])
    assert sorted(documented) == sorted(set(options_of(verbs()[verb])) - {"--help"})


def test_the_documentation_gives_every_exit_code() -> None:
    """The same numbers and the same words as in the help."""
    documented = re.findall(r"^\| (\d+) \| (.*) \|$", DOCUMENT, re.MULTILINE)
    assert documented == [(str(code.value), code.meaning) for code in Exit]


def test_the_help_gives_every_exit_code(command: Command) -> None:
    """At its end."""
    told = command("--help").out
    assert re.findall(r"^ +(\d+)  (.*)$", told, re.MULTILINE) == [
        (str(code.value), code.meaning) for code in Exit
    ]


def test_the_help_names_the_streams_that_can_be_read_in_part(command: Command) -> None:
    """As the error does."""
    *names, last = (stream.name for stream in CATALOG if can_be_bounded(stream))
    text = f"{', '.join(names)} and {last}"
    assert text in " ".join(command("sync", "--help").out.split())
    assert text in " ".join(DOCUMENT.split())
    assert text in command("sync", "tags", "--since", "7d").three_lines[1]


def test_no_verb_takes_a_secret() -> None:
    """The arguments of a process can be read by others."""
    taking = [
        each for verb in verbs().values() for each in verb.params if not getattr(each, "is_flag", False)
    ]
    everything = [name for each in taking for name in each.opts]
    assert "--profile" in everything
    assert not [name for name in everything if "token" in name or "secret" in name]


def test_the_version_is_that_of_the_package(command: Command) -> None:
    """`--version` says it and ends."""
    assert re.fullmatch(r"intercom-pipeline \d+\.\d+\.\d+\S*\n", command("--version").out)


def test_usage_names_arguments_as_they_are_called(command: Command) -> None:
    """Of every verb, also where it was called amiss: without braces; what may be left out, in brackets."""
    for verb in VERBS:
        usage = command(*verb.split(), "--help").out.partition("\n\n")[0]
        assert not {"{", "}"} & set(usage), usage
    assert "replies status [OPTIONS] PLAN\n" in command("replies", "status").err
    assert "tables [OPTIONS] [TABLE]\n" in command("tables", "--help").out
