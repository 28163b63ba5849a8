"""`intercom-pipeline auth`: connect a workspace, see how it is connected, and take its token away."""

from typing import Annotated

import typer

from intercom_pipeline.cli.auth_options import (
    TAKES_NO_TOKEN,
    InRegion,
    NoBrowser,
    Port,
    RedirectUrl,
    Store,
    StoreIn,
    WithToken,
    refuse_arguments,
)
from intercom_pipeline.cli.options import AsJson, Profile, examples


def add_to(app: typer.Typer) -> None:
    """Give the command its group of verbs."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        epilog=examples(
            "intercom-pipeline auth login",
            "intercom-pipeline auth login --with-token",
            "intercom-pipeline auth login --region eu --profile shop",
            "intercom-pipeline auth login --no-browser --store file",
        ),
        context_settings=TAKES_NO_TOKEN,
    )(login)
    group.command(epilog=examples("intercom-pipeline auth status", "intercom-pipeline auth status --json"))(
        status
    )
    group.command(
        epilog=examples("intercom-pipeline auth rotate", "intercom-pipeline auth rotate --with-token"),
        context_settings=TAKES_NO_TOKEN,
    )(rotate)
    group.command(
        epilog=examples("intercom-pipeline auth logout", "intercom-pipeline auth logout --profile shop")
    )(logout)
    group.command(
        "print-token",
        epilog=examples("intercom-pipeline auth print-token --yes-print-the-secret"),
    )(print_token)
    app.add_typer(group, name="auth", help="Connect a workspace and look after its token.")


def login(
    context: typer.Context,
    *,
    region: InRegion = None,
    with_token: WithToken = False,
    no_browser: NoBrowser = False,
    port: Port = None,
    redirect_url: RedirectUrl = None,
    store: StoreIn = Store.AUTO,
    profile: Profile = None,
) -> None:
    """Connect a workspace, in the browser or with a token.

    It is done by consent, or with an access token (--with-token). The client id and secret of your app come
    from INTERCOM_CLIENT_ID and INTERCOM_CLIENT_SECRET, or are asked for; where they are missing, it is told
    how to create the app. The token is stored once Intercom has accepted it.
    """
    refuse_arguments(context.args)
    from intercom_pipeline.cli import connecting  # noqa: PLC0415 - late

    connecting.log_in(
        connecting.Asked(
            profile=profile,
            region=region,
            with_token=with_token,
            no_browser=no_browser,
            port=port,
            redirect_url=redirect_url,
            store=store,
        )
    )


def status(*, profile: Profile = None, as_json: AsJson = False) -> None:
    """Show which token is in force and what it may read.

    It tells where the token comes from, and what Intercom says of it.
    """
    from intercom_pipeline.cli.auth_status import show_status  # noqa: PLC0415 - late

    show_status(profile, as_json=as_json)


def rotate(
    context: typer.Context,
    *,
    with_token: WithToken = False,
    no_browser: NoBrowser = False,
    port: Port = None,
    redirect_url: RedirectUrl = None,
    store: StoreIn = Store.AUTO,
    profile: Profile = None,
    revoke_old: Annotated[
        bool,
        typer.Option(
            "--revoke-old", help="Revoke the old token then; Intercom may end the new one with it (see docs)."
        ),
    ] = False,
) -> None:
    """Replace the stored token by a new one.

    It is of the same workspace, and obtained as the old one was. The old token stays in force until Intercom
    has accepted the new one.
    """
    refuse_arguments(context.args)
    from intercom_pipeline.cli import connecting  # noqa: PLC0415 - late

    connecting.rotate(
        connecting.Asked(
            profile=profile,
            region=None,
            with_token=with_token,
            no_browser=no_browser,
            port=port,
            redirect_url=redirect_url,
            store=store,
        ),
        revoke_old=revoke_old,
    )


def logout(
    *,
    profile: Profile = None,
    revoke: Annotated[
        bool,
        typer.Option(
            "--revoke", help="Revoke the token first; Intercom uninstalls the app from the workspace with it."
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Remove the token even where Intercom did not revoke it.")
    ] = False,
) -> None:
    """Remove the stored token from this machine."""
    from intercom_pipeline.cli.connecting import log_out  # noqa: PLC0415 - late

    log_out(profile, revoke=revoke, force=force)


def print_token(
    *,
    profile: Profile = None,
    yes: Annotated[
        bool, typer.Option("--yes-print-the-secret", help="Needed: the token opens the workspace.")
    ] = False,
) -> None:
    """Print the stored token to stdout, after asking.

    Nothing else is printed there. It asks for the word "print" first. The word is typed, or read from stdin
    where that is no terminal.
    """
    from intercom_pipeline.cli.connecting import print_token as print_stored  # noqa: PLC0415 - late

    print_stored(profile, confirmed=yes)
