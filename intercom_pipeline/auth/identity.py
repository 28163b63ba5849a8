"""Whose token it is: the workspace and the admin behind it."""

from dataclasses import dataclass

import msgspec

from intercom_pipeline.intercom.client import Client, connect
from intercom_pipeline.intercom.connection import HOSTS, Connection

_ATTEMPTS = 3
"""Somebody waits for the answer: a token is checked again soon enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What `GET /me` says of a token.

    Attributes:
        workspace_id: Intercom's id of the workspace (`app.id_code`).
        workspace_name: Its name.
        region: Where it is hosted: us, eu or au; None where Intercom says nothing that is known.
        timezone: Its time zone.
        admin_id: The admin whose token it is.
        admin_name: Their name.
        version: The API version that Intercom answered in, where it says so.
    """

    workspace_id: str
    workspace_name: str | None
    region: str | None
    timezone: str | None
    admin_id: str | None
    admin_name: str | None
    version: str | None


class _App(msgspec.Struct):
    id_code: str
    name: str | None = None
    region: str | None = None
    timezone: str | None = None


class _Me(msgspec.Struct):
    app: _App
    id: str | int | None = None
    name: str | None = None


async def identify(connection: Connection) -> Identity:
    """Ask Intercom whose token it is.

    Raises:
        IntercomError: It does not accept the token, cannot be reached, or its answer cannot be used.
    """
    async with connect(connection) as client:
        return await identify_by(client)


async def identify_by(client: Client) -> Identity:
    """The same by a client that is there.

    Raises:
        IntercomError: As above.
    """
    answer = await client.trying(_ATTEMPTS).get("/me", decode=msgspec.json.Decoder(_Me).decode)
    me: _Me = answer.content
    region = (me.app.region or "").lower()
    return Identity(
        workspace_id=me.app.id_code,
        workspace_name=me.app.name,
        region=region if region in HOSTS else None,
        timezone=me.app.timezone,
        admin_id=None if me.id is None else str(me.id),
        admin_name=me.name,
        version=answer.version,
    )
