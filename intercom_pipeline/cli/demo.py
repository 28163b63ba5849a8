"""`intercom-pipeline demo`: a pretend workspace, synced by the real Dagster assets, in under a minute."""

from typing import Annotated

import typer

from intercom_pipeline.cli.exits import exit_for_results
from intercom_pipeline.cli.options import (
    Articles,
    Contacts,
    Conversations,
    DataDir,
    Seed,
    examples,
    settings_for,
)
from intercom_pipeline.cli.stopping import stoppable


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(
        epilog=examples(
            "intercom-pipeline demo",
            "intercom-pipeline demo --ui",
            "intercom-pipeline demo --contacts 20000 --conversations 500 --seed 3",
        )
    )(demo)


def demo(
    *,
    ui: Annotated[bool, typer.Option("--ui", help="Then open Dagster's page on it, until Ctrl-C.")] = False,
    contacts: Contacts = 4000,
    conversations: Conversations = 1200,
    articles: Articles = 80,
    seed: Seed = 7,
    data_dir: DataDir = None,
) -> None:
    """Sync a pretend workspace and ask it three questions. Needs no account and no network.

    The data goes into the folder `demo` in the data folder, never to a real workspace's; each demo
    begins anew.
    """
    from intercom_pipeline.cli import demo_page, demo_run, demo_workspace  # noqa: PLC0415 - late

    sizes = {"contacts": contacts, "conversations": conversations, "articles": articles}
    with (
        stoppable(),
        demo_workspace.only_demo(settings_for(data_dir).data_dir) as place,
        demo_workspace.served(sizes, seed) as workspace,
    ):
        results = demo_run.show(workspace, place)
        if ui:
            demo_page.open_page(workspace, place)
    raise typer.Exit(exit_for_results(results))
