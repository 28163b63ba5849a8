"""Obtaining a token from a person: by a browser and consent, or handed over; and keeping it."""

import asyncio
import sys
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from intercom_pipeline.auth import keyrings
from intercom_pipeline.auth.answers import AnswerRefused, Redirect
from intercom_pipeline.auth.login import Login, checked, login
from intercom_pipeline.auth.profiles import Keeper, Obtained, Profile, ProfileStore
from intercom_pipeline.cli.asking import ask, ask_hidden, can_ask, piped
from intercom_pipeline.cli.auth_options import Store
from intercom_pipeline.cli.browser import opened
from intercom_pipeline.cli.developer_hub import hub, steps
from intercom_pipeline.cli.exits import UsageRefused
from intercom_pipeline.cli.output import print_error, remarks
from intercom_pipeline.cli.pasting import lines
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.connection import Secret
from intercom_pipeline.intercom.oauth import App, exchange_code

if TYPE_CHECKING:
    from intercom_pipeline.settings import Settings


class NothingPasted(PipelineError):
    """The redirect URL leads elsewhere, and nothing was pasted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class How:
    """How to obtain a token, and for what.

    Attributes:
        profile: The name of the profile that it is for.
        region: Where the workspace is hosted, as far as it is known before: us, eu or au.
        base_url: A sandbox's address; None for Intercom.
        store: Where the token is to be kept.
        obtained: Whether by consent or handed over.
        redirect: Where the browser is led after the consent page.
        browse: Whether to open the browser.
    """

    profile: str
    region: str
    base_url: str | None
    store: Store
    obtained: Obtained
    redirect: Redirect
    browse: bool


def obtain(settings: "Settings", how: How) -> Profile:
    """Obtain a token and check it; nothing is stored.

    Raises:
        PipelineError: No token came of it, or Intercom does not accept it.
    """
    if how.obtained is Obtained.TOKEN:
        return asyncio.run(_checked(settings, how, _handed_over(how)))
    app = _app(settings, how)
    return asyncio.run(_by_consent(settings, how, app))


def keep(profiles: ProfileStore, profile: Profile, store: Store) -> Profile:
    """Store a profile; with `Store.AUTO` in the keyring if there is one that takes it, else in a file.

    Raises:
        ProfileError: It cannot be stored.
        KeyringUnavailable: The keyring was asked for and does not take it.
    """
    if store is Store.AUTO and keyrings.is_there():
        try:
            return keep(profiles, profile, Store.KEYRING)
        except keyrings.KeyringUnavailable as error:
            print_error(error)
    kept = replace(profile, kept_in=Keeper.KEYRING if store is Store.KEYRING else Keeper.FILE)
    try:
        profiles.save(kept)
    except keyrings.StillInKeyring as remark:
        print_error(remark)
    return kept


async def _by_consent(settings: "Settings", how: How, app: App) -> Profile:
    async with login(app, how.redirect) as waiting:
        _show(waiting.url, how)
        with opened(waiting.url) if how.browse else nullcontext():
            code = await _answered(waiting, how.redirect)
    remarks().print("Consent received; asking Intercom for the token.", style="dim")
    return await _checked(settings, how, await exchange_code(app, code))


async def _checked(settings: "Settings", how: How, token: Secret) -> Profile:
    return await checked(
        settings.connection_by(token, region=how.region, base_url=how.base_url),
        name=how.profile,
        region=how.region,
        base_url=how.base_url,
        obtained=how.obtained,
        kept_in=Keeper.FILE,
    )


async def _answered(waiting: Login, redirect: Redirect) -> str:
    """The code, from the browser or pasted, whichever comes first."""
    code = asyncio.create_task(waiting.code())
    pasted = asyncio.create_task(_take_pasted(waiting))
    try:
        await asyncio.wait({code, pasted}, return_when=asyncio.FIRST_COMPLETED)
        if redirect.port is None and pasted.done() and not pasted.result():
            raise NothingPasted(
                "No answer was pasted, and none can come otherwise.",
                why=f"{redirect.url} does not lead to this machine, and stdin has ended.",
                fix="Paste the address that the browser arrives at, or use a redirect URL to this machine.",
            )
        return await code
    finally:
        for task in (code, pasted):
            task.cancel()
        await asyncio.gather(code, pasted, return_exceptions=True)


async def _take_pasted(waiting: Login) -> bool:
    """Whether an answer was pasted before stdin ended; those that are not are told and passed over."""
    async for line in lines(sys.stdin):
        if not line.strip():
            continue
        try:
            waiting.paste(line)
        except AnswerRefused as refused:
            print_error(refused)
        else:
            return True
    return False


def _show(url: str, how: How) -> None:
    console = remarks()
    console.print("Consent on this page:" if how.browse else "Open this page in a browser and consent:")
    console.print(f"  {url}", soft_wrap=True)
    if how.redirect.port is None:
        console.print("Then paste the address that the browser arrives at, and press Enter:")
    else:
        console.print("Then come back here. From a browser elsewhere, paste the address that it arrives at.")


def _handed_over(how: How) -> Secret:
    question = f"Access token ({hub(how.region)}, your app, Configure, Authentication)"
    given = ask_hidden(question) if can_ask() else piped("the access token, on stdin")
    return _secret(given, "The access token")


def _app(settings: "Settings", how: How) -> App:
    client_id, client_secret = _credentials(settings, how)
    try:
        return App(
            client_id=client_id,
            client_secret=_secret(client_secret, "The client secret"),
            region=how.region,
            base_url=how.base_url,
        )
    except ValueError as error:
        raise UsageRefused(
            "The login cannot begin.", why=f"{error}.", fix="Correct INTERCOM_REGION or INTERCOM_BASE_URL."
        ) from None


def _credentials(settings: "Settings", how: How) -> tuple[str, str]:
    """The app's id and secret; where they are not set, it is told how to get them, and they are asked for."""
    client_id, client_secret = settings.client_id, settings.client_secret
    if client_id and client_secret:
        return client_id, client_secret
    for line in steps(how.redirect.url, how.region):
        remarks().print(line, soft_wrap=True)
    if not can_ask():
        raise UsageRefused(
            "The client id or the client secret of the app is missing.",
            why="INTERCOM_CLIENT_ID and INTERCOM_CLIENT_SECRET are not both in the environment or in .env.",
            fix="Set both, as told above; or hand over an access token: auth login --with-token.",
        )
    return client_id or ask("Client id"), client_secret or ask_hidden("Client secret")


def _secret(text: str, what: str) -> Secret:
    try:
        return Secret(text)
    except ValueError:
        raise UsageRefused(
            f"{what} cannot be what was given.",
            why="It is one word of ASCII letters, digits and signs.",
            fix="Copy it again from the Developer Hub.",
        ) from None
