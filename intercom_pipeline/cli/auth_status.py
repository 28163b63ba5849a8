"""What `auth status` shows: the token in force, never itself."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intercom_pipeline.auth.identity import Identity, identify_by
from intercom_pipeline.cli.options import settings_for
from intercom_pipeline.cli.output import columns, joined, moment, print_json, remarks, results, show
from intercom_pipeline.intercom.client import connect
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.settings import TokenMissing, sources
from intercom_pipeline.steering import one_line
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.permissions import StreamPermission, permissions, reply_permission

_ATTEMPTS = 2
"""Somebody waits, and one stream that does not answer says little."""

if TYPE_CHECKING:
    from datetime import datetime

    from intercom_pipeline.settings import Access, Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """The keys of `auth status --json`.

    Attributes:
        source: Where the token comes from: `environment`, `.env`, `file` or `keyring`.
        profile: The profile it is stored as; None where a variable gives it.
        saved_at: When it was stored (UTC).
        workspace_id: Intercom's id of the workspace.
        workspace_name: Its name.
        region: Where it is hosted.
        timezone: Its time zone.
        admin_id: The admin whose token it is.
        admin_name: Their name.
        api_version: The API version that is asked in.
        answered_in: The API version that Intercom answered in, where it says so.
        profiles: All stored profiles.
        permissions: Whether Intercom gives each stream; nobody can know of some without more.
    """

    source: str
    profile: str | None
    saved_at: "datetime | None"
    workspace_id: str
    workspace_name: str | None
    region: str
    timezone: str | None
    admin_id: str | None
    admin_name: str | None
    api_version: str
    answered_in: str | None
    profiles: list[str]
    permissions: list[StreamPermission]


def show_status(profile: str | None, *, as_json: bool) -> None:
    """Ask Intercom whose token it is, and show that.

    Raises:
        TokenMissing: There is none.
        IntercomError: Intercom does not accept it, or cannot be asked.
    """
    settings = settings_for(profile=profile)
    try:
        access = settings.access()
    except TokenMissing:
        if names := settings.profiles().names():
            remarks().print(f"Stored profiles: {joined(names)}.")
        raise
    connection = settings.connection_by(access.token, region=access.region, base_url=access.base_url)
    identity, given = asyncio.run(_ask(connection))
    status = _status(settings, access, identity, given)
    if as_json:
        print_json(status)
    else:
        _print(status)


async def _ask(connection: Connection) -> tuple[Identity, list[StreamPermission]]:
    """Whose token it is first, so that a refused one costs one request."""
    async with connect(connection) as client:
        identity = await identify_by(client)
        return identity, [*await permissions(client.trying(_ATTEMPTS), CATALOG), reply_permission()]


def _status(
    settings: "Settings", access: "Access", identity: Identity, given: list[StreamPermission]
) -> Status:
    kept = access.profile
    return Status(
        source=kept.kept_in if kept else sources()["INTERCOM_ACCESS_TOKEN"].origin,
        profile=kept.name if kept else None,
        saved_at=kept.saved_at if kept else None,
        workspace_id=identity.workspace_id,
        workspace_name=identity.workspace_name,
        region=identity.region or access.region,
        timezone=identity.timezone,
        admin_id=identity.admin_id,
        admin_name=identity.admin_name,
        api_version=settings.api_version,
        answered_in=identity.version,
        profiles=settings.profiles().names(),
        permissions=given,
    )


def _print(status: Status) -> None:
    stored = f"profile {status.profile} ({status.source}), stored {moment(status.saved_at)}"
    rows = {
        "Token": stored if status.profile else f"INTERCOM_ACCESS_TOKEN ({status.source})",
        "Workspace": f"{status.workspace_name or ''} ({status.workspace_id})".strip(),
        "Region": status.region,
        "Time zone": status.timezone or "",
        "Admin": f"{status.admin_name or ''} ({status.admin_id})".strip(),
        "API version": status.api_version,
        "Profiles": joined(status.profiles) or "none",
    }
    table = columns("", "", wrapped=("",))
    table.show_header = False
    for name, value in rows.items():
        table.add_row(name, one_line(value))
    show(table)
    results().print()
    _print_permissions(status.permissions)
    if status.profiles and not status.profile:
        remarks().print("INTERCOM_ACCESS_TOKEN goes before the stored tokens.", style="yellow")


def _print_permissions(given: list[StreamPermission]) -> None:
    """A line a permission: whether Intercom gives all streams that need it, and why not."""
    table = columns("permission", "given", "remark", wrapped=("remark",))
    for permission in dict.fromkeys(each.permission for each in given):
        its = [each for each in given if each.permission == permission]
        table.add_row(permission or "(none)", _given(its), _remark(its))
    show(table)


def _given(its: list[StreamPermission]) -> str:
    known = {each.answers for each in its} - {None}
    if not known:
        return "not known"
    return "yes" if known == {True} else "no" if known == {False} else "in part"


def _remark(its: list[StreamPermission]) -> str:
    """Which streams it is not given for, or why it is not known; what a later API version has is left out."""
    refused = joined(each.stream for each in its if each.answers is False)
    if refused:
        return f"not given: {refused}"
    return "" if any(each.answers for each in its) else its[0].reason
