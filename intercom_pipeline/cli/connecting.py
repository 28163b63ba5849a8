"""Logging in and out, rotating and printing a stored token."""

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intercom_pipeline.auth.identity import identify
from intercom_pipeline.auth.login import TokenRefused, check_same_workspace
from intercom_pipeline.auth.profiles import Keeper, Obtained, Profile
from intercom_pipeline.cli.asking import ask, can_ask, piped
from intercom_pipeline.cli.auth_options import Store, has_screen, redirect_of
from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.obtaining import How, keep, obtain
from intercom_pipeline.cli.options import settings_for
from intercom_pipeline.cli.output import print_error, remarks, results, typed
from intercom_pipeline.cli.stopping import stoppable
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.errors import AuthenticationFailed
from intercom_pipeline.intercom.oauth import RevocationFailed, revoke
from intercom_pipeline.settings import Origin, TokenMissing, sources
from intercom_pipeline.steering import one_line

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings

_WORD = "print"
_NOTHING_STORED = "Nothing was stored or changed."
_AGAIN = "Run the same command again when you like."


class SameToken(PipelineError):
    """A rotation was given the token that is stored already."""


class NewTokenEnded(TokenRefused):
    """Revoking the old token ended the new one too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The options of a login or a rotation, as they were given."""

    profile: str | None
    region: str | None
    with_token: bool
    no_browser: bool
    port: int | None
    redirect_url: str | None
    store: Store


def log_in(asked: Asked) -> None:
    """Obtain a token, check it and store it.

    Raises:
        PipelineError: No token came of it; nothing is stored then.
    """
    settings = settings_for(profile=asked.profile)
    settings.profiles().path(settings.profile)  # refuses a name that cannot be one before anybody consents
    obtained = Obtained.TOKEN if asked.with_token else Obtained.OAUTH
    how = _how(settings, asked, obtained, region=_region(settings, asked), base_url=settings.base_url)
    with stoppable(why=_NOTHING_STORED, fix=_AGAIN):
        profile = obtain(settings, how)
    kept = keep(settings.profiles(), profile, how.store)
    _tell_connected(settings, kept, how)


def rotate(asked: Asked, *, revoke_old: bool) -> None:
    """Put a new token in the place of the stored one, once Intercom has accepted it.

    Raises:
        PipelineError: No new token came of it, or it is of another workspace; the old one stays then.
    """
    settings = settings_for(profile=asked.profile)
    old = _stored(settings)
    obtained = Obtained.TOKEN if asked.with_token else old.obtained
    how = _how(settings, asked, obtained, region=old.region, base_url=old.base_url)
    with stoppable(why="The old token stays in force.", fix=_AGAIN):
        new = obtain(settings, how)
    check_same_workspace(old, new)
    if new.token == old.token:
        raise SameToken(
            "The new token is the one that is stored already.",
            why="Intercom gives out a token again as long as it is in force.",
            fix="Regenerate it in the Developer Hub, then run intercom-pipeline auth rotate --with-token.",
        )
    kept = keep(settings.profiles(), new, _same_place(asked.store, old))
    _tell_connected(settings, kept, how)
    if revoke_old:
        asyncio.run(_revoke_old(settings, old, new))


def log_out(name: str | None, *, revoke: bool, force: bool) -> None:
    """Remove a stored token, revoked first where that is asked for.

    Raises:
        TokenMissing: There is none.
        RevocationFailed: Intercom did not revoke it, and it is not removed by force.
    """
    settings = settings_for(profile=name)
    if revoke:
        _revoke(_stored(settings), force=force)
    if not settings.profiles().delete(settings.profile):
        raise _nothing_stored(settings)
    results().print(f"The token stored as {settings.profile} is removed from this machine.")
    if not revoke:
        remarks().print("Intercom still accepts it: --revoke, or the Developer Hub, ends that.", style="dim")
    _warn_of_variable(settings)


def print_token(name: str | None, *, confirmed: bool) -> None:
    """Print a stored token, after it was asked for twice.

    Raises:
        UsageRefused: It was not asked for twice.
        TokenMissing: There is none.
    """
    settings = settings_for(profile=name)
    if not confirmed:
        raise _not_printed("The option --yes-print-the-secret is missing.")
    profile = _stored(settings)
    question = f'Whoever sees the token can read the workspace. Type "{_WORD}" to print it'
    if (ask(question) if can_ask() else piped(f'the word "{_WORD}", on stdin')) != _WORD:
        raise _not_printed(f'The word "{_WORD}" was not given.')
    sys.stdout.write(f"{profile.token.reveal()}\n")
    sys.stdout.flush()


def _region(settings: "Settings", asked: Asked) -> str:
    return (asked.region or settings.region or "us").lower()


def _how(settings: "Settings", asked: Asked, obtained: Obtained, *, region: str, base_url: str | None) -> How:
    return How(
        profile=settings.profile,
        region=region,
        base_url=base_url,
        store=asked.store,
        obtained=obtained,
        redirect=redirect_of(asked.port, asked.redirect_url),
        browse=not asked.no_browser and has_screen(),
    )


def _same_place(store: Store, old: Profile) -> Store:
    """Where the new token is kept: as the old one, unless the option says otherwise."""
    if store is not Store.AUTO:
        return store
    return Store.KEYRING if old.kept_in is Keeper.KEYRING else Store.FILE


def _revoke(profile: Profile, *, force: bool) -> None:
    try:
        asyncio.run(revoke(profile.token, region=profile.region, base_url=profile.base_url))
    except RevocationFailed as error:
        if not force:
            raise RevocationFailed(
                f"{error.what} It stays stored.",
                why=error.why,
                fix="Try again later; --force removes it all the same, and it stays valid at Intercom.",
            ) from None
        print_error(error)


async def _revoke_old(settings: "Settings", old: Profile, new: Profile) -> None:
    await revoke(old.token, region=old.region, base_url=old.base_url)
    try:
        await identify(settings.connection_by(new.token, region=new.region, base_url=new.base_url))
    except AuthenticationFailed:
        raise NewTokenEnded(
            "Revoking the old token ended the new one too.",
            why="Intercom took it for uninstalling the app from the workspace.",
            fix="Log in again: intercom-pipeline auth login.",
        ) from None
    results().print("The old token is revoked; the new one answers.")


def _stored(settings: "Settings") -> Profile:
    profile = settings.profiles().load(settings.profile)
    if profile is None:
        raise _nothing_stored(settings)
    return profile


def _nothing_stored(settings: "Settings") -> TokenMissing:
    names = ", ".join(settings.profiles().names())
    return TokenMissing(
        f"No token is stored as {settings.profile}.",
        why=f"Stored are: {names}." if names else "None is stored at all.",
        fix="Name another with --profile, or log in: intercom-pipeline auth login.",
    )


def _not_printed(why: str) -> UsageRefused:
    return UsageRefused(
        "The token was not printed.",
        why=why,
        fix="To print it: intercom-pipeline auth print-token --yes-print-the-secret, then confirm.",
    )


def _tell_connected(settings: "Settings", profile: Profile, how: How) -> None:
    where = "the system's keyring" if profile.kept_in is Keeper.KEYRING else "a file only you can read"
    named = (
        f"{profile.workspace_name} ({profile.workspace_id})"
        if profile.workspace_name
        else profile.workspace_id
    )
    results().print(one_line(f"Connected to {named} in {profile.region}."))
    results().print(f"The token is stored as {profile.name}, in {where}.")
    if profile.region != how.region:
        _warn_of_region(settings, profile, how)
    _warn_of_variable(settings)
    more = "" if profile.name == "default" else f" --profile {profile.name}"
    remarks().print(f"Next: {typed()} sync{more}", style="dim")


def _warn_of_region(settings: "Settings", profile: Profile, how: How) -> None:
    remark = f"Intercom hosts this workspace in {profile.region}, not in {how.region}, and so it is stored."
    if settings.region and settings.region.lower() != profile.region:
        remark += f" Set INTERCOM_REGION to {profile.region}, or unset it."
    remarks().print(remark, style="yellow", soft_wrap=True)


def _warn_of_variable(settings: "Settings") -> None:
    """Tell that a variable goes before what is stored."""
    if not settings.access_token:
        return
    given = sources().get("INTERCOM_ACCESS_TOKEN")
    where = "the file .env" if given and given.origin is Origin.FILE else "the environment"
    remarks().print(
        f"INTERCOM_ACCESS_TOKEN is set in {where} and goes before stored tokens: unset it to use them.",
        style="yellow",
        soft_wrap=True,
    )
