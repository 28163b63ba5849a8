"""What the demo shows: the sync, three questions with their answers, and what to type next."""

import shlex
import time
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from rich.text import Text

from intercom_pipeline.cli import answers, sync_summary
from intercom_pipeline.cli.dagster_page import home_of
from intercom_pipeline.cli.demo_workspace import Workspace
from intercom_pipeline.cli.output import results, typed
from intercom_pipeline.cli.sync_progress import watch
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.choice import is_default
from intercom_pipeline.sync.results import SyncResult
from intercom_pipeline.warehouse.asking import ask
from intercom_pipeline.warehouse.reading import open_published


def show(workspace: Workspace, data_dir: Path) -> list[SyncResult]:
    """Materialise every asset of the code location, then show what came and what it can tell."""
    console = results()
    console.print(f"A pretend Intercom workspace is served at {workspace.url}", soft_wrap=True)
    console.print(f"Dagster materialises its tables into {_short(data_dir)}\n", soft_wrap=True)
    started = time.monotonic()
    ended = _materialize(workspace, data_dir)
    published = workspace.settings(data_dir).folder().published
    sync_summary.print_for_people(ended, _short(published), time.monotonic() - started)
    sync_summary.print_errors(ended)
    _ask_three_questions(workspace, data_dir)
    _say_what_next(data_dir)
    return ended


def _materialize(workspace: Workspace, data_dir: Path) -> list[SyncResult]:
    from intercom_pipeline.defs.materialize import materialize_all  # noqa: PLC0415 - dagster takes seconds

    settings = workspace.settings(data_dir)
    events = materialize_all(settings, home=home_of(settings))
    with closing(events):
        return watch(events, [stream.name for stream in CATALOG if is_default(stream)])


def _ask_three_questions(workspace: Workspace, data_dir: Path) -> None:
    console = results()
    with open_published(workspace.settings(data_dir).folder()) as connection:
        for question, sql in _questions():
            console.print(f"\n{question}", style="bold")
            console.print(sql, style="dim")
            console.print()
            answers.print_table(ask(connection, sql))


def _questions() -> Iterator[tuple[str, str]]:
    """Each question and its SQL; the files begin with the question."""
    folder = files("intercom_pipeline.cli").joinpath("demo_queries")
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        question, _, sql = file.read_text(encoding="utf-8").partition("\n")
        yield question.removeprefix("-- "), sql.rstrip()


def _say_what_next(data_dir: Path) -> None:
    run = typed()
    there = f"--data-dir {shlex.quote(str(_short(data_dir)))}"
    lines = {
        f"{run} tables {there}": "what there is to query",
        f'{run} query "FROM contacts" {there}': "ask your own question",
        f"{run} demo --ui": "see it in Dagster",
        f"{run} streams": "what can be had of your own workspace, and what it costs",
        f"{run} sync": "have it here, once it is connected: auth login --with-token",
        f"{run} sweep": "now and then: find what was deleted, merged or archived",
    }
    console = results()
    console.print("\nWhat next?", style="bold")
    for command, purpose in lines.items():
        console.print(Text.assemble((f"  # {purpose}", "dim"), f"\n  {command}"), soft_wrap=True)


def _short(path: Path) -> Path:
    """The path from here, where it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
