"""From a consent, or a token at hand, to a profile whose token works. Prints and stores nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from intercom_pipeline.auth.answers import AnswerRefused, Redirect, new_state
from intercom_pipeline.auth.identity import identify
from intercom_pipeline.auth.listener import Waiting, listening
from intercom_pipeline.auth.profiles import Keeper, Obtained, Profile
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.intercom.errors import AuthenticationFailed
from intercom_pipeline.intercom.oauth import App, ConsentDenied, authorize_url

CONSENT_SECONDS: Final = 300.0
"""How long a login waits for its answer."""


class LoginTimedOut(PipelineError):
    """Nobody came back from the consent page in time."""


class TokenRefused(PipelineError):
    """Intercom does not accept a token that was just obtained."""


class OtherWorkspace(PipelineError):
    """A new token opens another workspace than the one it is to replace; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Login:
    """A login that waits for its answer; made by `login`.

    Attributes:
        url: The page on which somebody consents; it holds the state that the answer has to hold.
    """

    url: str = field(repr=False)
    _waiting: Waiting = field(repr=False)

    def paste(self, text: str) -> None:
        """Take the address that the browser arrived at, as a person copied it.

        Raises:
            AnswerRefused: It does not belong to this login: it goes on waiting.
        """
        try:
            query = urlsplit(text.strip()).query
        except ValueError:
            query = ""
        if not query:
            raise AnswerRefused(
                "This is not the address that the browser arrived at.",
                why="It has no ? with a code and a state after it.",
                fix="Copy all of it from the browser's address bar; the page itself may fail to load.",
            )
        try:
            self._waiting.take(query)
        except ConsentDenied:
            return  # told by `code`, as when the browser brings it

    async def code(self, seconds: float = CONSENT_SECONDS) -> str:
        """Wait for the code, from the browser or pasted.

        Raises:
            ConsentDenied: Nobody consented.
            LoginTimedOut: No answer came within so many seconds.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self._waiting.code
        except TimeoutError:
            raise LoginTimedOut(
                f"Nobody came back from Intercom's page within {seconds / 60:g} minutes.",
                why="No answer to this login arrived, by the browser or pasted.",
                fix="Log in again. If Intercom's page complains of the redirect URL, "
                "add the one shown in the Developer Hub.",
            ) from None


@asynccontextmanager
async def login(app: App, redirect: Redirect) -> AsyncIterator[Login]:
    """Begin a login: listen where the redirect URL leads to this machine, until the block ends.

    Raises:
        PortTaken: Another program has the port.
    """
    state = new_state()
    waiting = Waiting(state, asyncio.get_running_loop().create_future())
    async with listening(redirect, waiting):
        yield Login(authorize_url(app, state=state, redirect_url=redirect.url), waiting)


async def checked(
    connection: Connection,
    *,
    name: str,
    region: str,
    base_url: str | None,
    obtained: Obtained,
    kept_in: Keeper,
) -> Profile:
    """The profile of a connection's token, once Intercom has accepted it.

    Its region is the one that Intercom names for the workspace; `region` where it names none.

    Raises:
        TokenRefused: Intercom does not accept the token.
        IntercomError: Intercom could not be asked.
    """
    try:
        identity = await identify(connection)
    except AuthenticationFailed as error:
        raise _token_refused(error) from None
    return Profile(
        name=name,
        token=connection.token,
        region=identity.region or region,
        base_url=base_url,
        workspace_id=identity.workspace_id,
        workspace_name=identity.workspace_name,
        timezone=identity.timezone,
        admin_id=identity.admin_id,
        admin_name=identity.admin_name,
        obtained=obtained,
        saved_at=datetime.now(UTC),
        kept_in=kept_in,
    )


def check_same_workspace(old: Profile, new: Profile) -> None:
    """Refuse to replace a token by one of another workspace.

    Raises:
        OtherWorkspace: They open different workspaces.
    """
    if old.workspace_id != new.workspace_id:
        raise OtherWorkspace(
            f"The new token opens workspace {new.workspace_id}, the stored one {old.workspace_id}.",
            why="A rotation stays within a workspace, so the stored token stays in force.",
            fix="Choose the workspace on Intercom's page, or log in to the other one with --profile.",
        )


def _token_refused(error: AuthenticationFailed) -> TokenRefused:
    request = error.failure.request_id
    return TokenRefused(
        "Intercom does not accept the token; nothing was stored.",
        why=f"GET /me answered HTTP 401{f' (request {request})' if request else ''}.",
        fix="Copy it again from the Developer Hub (Configure, Authentication), and check --region.",
    )
