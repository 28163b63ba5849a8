"""`intercom-pipeline sandbox`: a pretend workspace, served until Ctrl-C."""

from typing import TYPE_CHECKING, Annotated

import typer

from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.options import Articles, Companies, Contacts, Conversations, Seed, examples

if TYPE_CHECKING:
    from intercom_pipeline.sandbox import Sandbox

_PORT = 8765


def add_to(app: typer.Typer) -> None:
    """Give the command its verb."""
    app.command(
        epilog=examples(
            "intercom-pipeline sandbox",
            "intercom-pipeline sandbox --contacts 20000 --conversations 5000 --latency-ms 50",
            "intercom-pipeline sandbox --limit-per-minute 1000 --timezone Asia/Kathmandu",
        )
    )(sandbox)


def sandbox(
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port on this machine; 0 takes any.")
    ] = _PORT,
    contacts: Contacts = 500,
    conversations: Conversations = 200,
    articles: Articles = 40,
    companies: Companies = 60,
    seed: Seed = 0,
    latency_ms: Annotated[float, typer.Option(min=0, help="How long each answer is held back.")] = 0,
    limit_per_minute: Annotated[int, typer.Option(min=6, help="The rate limit, in requests.")] = 10_000,
    timezone: Annotated[str, typer.Option(help="The workspace's time zone.")] = "America/New_York",
) -> None:
    """Serve a pretend Intercom workspace, until Ctrl-C.

    The same seed and sizes give the same workspace. Nothing leaves this machine.
    """
    from intercom_pipeline.sandbox import Options, Sizes, serve_forever  # noqa: PLC0415 - late

    _check_zone(timezone)
    sizes = Sizes(contacts=contacts, conversations=conversations, articles=articles, companies=companies)
    options = Options(latency_ms=latency_ms, limit_per_minute=limit_per_minute, api_timezone=timezone)
    try:
        serve_forever(ready=_announce, sizes=sizes, options=options, seed=seed, port=port)
    except OSError as error:
        raise UsageRefused(
            f"The sandbox cannot listen on port {port}.",
            why=f"{error.strerror}.",
            fix="Name another with --port; --port 0 takes any that is free.",
        ) from error


def _check_zone(name: str) -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - late

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UsageRefused(
            f"There is no time zone called {name!r}.",
            why="Time zones are named as in Europe/Berlin.",
            fix="See https://en.wikipedia.org/wiki/List_of_tz_database_time_zones.",
        ) from None


def _announce(sandbox: "Sandbox") -> None:
    from intercom_pipeline.cli.output import results, typed  # noqa: PLC0415 - late

    lines = (
        f"A pretend Intercom workspace is served at {sandbox.url} until Ctrl-C.",
        f"Its token is {sandbox.token}. To sync it, paste this into another terminal:",
        "",
        f"export INTERCOM_BASE_URL={sandbox.url} INTERCOM_ACCESS_TOKEN={sandbox.token}",
        "export INTERCOM_DATA_DIR=data/sandbox",
        f"{typed()} sync",
        "",
        "To connect to it by consent instead, as to a real one, with no token set:",
        "",
        f"export INTERCOM_BASE_URL={sandbox.url} INTERCOM_DATA_DIR=data/sandbox",
        f"export INTERCOM_CLIENT_ID={sandbox.oauth.client_id}",
        f"export INTERCOM_CLIENT_SECRET={sandbox.oauth.client_secret}",
        f"{typed()} auth login",
    )
    console = results()
    for line in lines:
        console.print(line, soft_wrap=True)
