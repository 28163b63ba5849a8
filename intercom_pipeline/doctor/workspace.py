"""What Intercom's answers mean: the workspace, its region, the clock, the permissions."""

from collections.abc import Collection, Iterator, Sequence

from intercom_pipeline.auth.identity import Identity
from intercom_pipeline.doctor.asking import Dated
from intercom_pipeline.doctor.check import Check, Finding, State, ok, skipped, warning
from intercom_pipeline.intercom.permissions import how_to_permit
from intercom_pipeline.settings import Access, Settings
from intercom_pipeline.sync.access import NotPermitted
from intercom_pipeline.sync.permissions import StreamPermission, reply_permission

_MOST_SECONDS_OFF = 30


def whose(identity: Identity) -> Finding:
    """The workspace and the admin behind the token."""
    admin = f", as {identity.admin_name or 'admin'} ({identity.admin_id})" if identity.admin_id else ""
    return ok(f"{identity.workspace_name or 'workspace'} ({identity.workspace_id}){admin}")


def region(identity: Identity, access: Access, settings: Settings) -> Finding:
    """Whether the workspace is hosted where it is asked."""
    if access.base_url and not settings.region:
        return ok(f"{identity.region or 'not told'}; INTERCOM_BASE_URL or the profile names the address")
    if identity.region is None:
        return skipped("Intercom does not tell")
    asked = access.region.lower()
    if identity.region != asked:
        return warning(
            f"the workspace is hosted in {identity.region}, and {asked} is asked",
            f"Set INTERCOM_REGION={identity.region}, or log in again with --region {identity.region}.",
        )
    return ok(asked)


def clock(dated: Dated) -> Finding:
    """Whether this machine's clock goes as the server's. No bookmark depends on it."""
    off = dated.seconds_off
    if off is None:
        return skipped("the answer has no date")
    if abs(off) > _MOST_SECONDS_OFF:
        side = "behind" if off > 0 else "ahead of"
        return warning(
            f"{abs(off):,.0f} s {side} Intercom's; bookmarks go by Intercom's, so nothing is lost",
            "Let the system keep the time by itself (timedatectl set-ntp true).",
        )
    return ok("as Intercom's")


def may_read(found: Sequence[StreamPermission], needed: Collection[str]) -> Iterator[Check]:
    """A check a permission: the streams that it gives, and those that it does not.

    `needed` are the streams without which a sync fails.
    """
    by_name: dict[str, list[StreamPermission]] = {}
    for each in (*found, reply_permission()):
        by_name.setdefault(each.permission, []).append(each)
    for name, several in by_name.items():
        yield Check(name=f"permission: {name}", finding=_permission(name, several, needed))


def _permission(name: str, several: Sequence[StreamPermission], needed: Collection[str]) -> Finding:
    refused = [each for each in several if each.answers is False]
    allowed = ", ".join(each.stream for each in several if each.answers)
    unknown = _unknown(several)
    if not refused:
        return ok(f"the token may read {allowed}", unknown) if allowed else skipped(unknown)
    streams = ", ".join(each.stream for each in refused)
    found = f"Intercom does not let the token read {streams}"
    fix = how_to_permit(name)
    if not any(each.stream in needed for each in refused):
        return warning(f"{found}; a sync leaves them out", fix)
    error = NotPermitted(f"{found}.", why=refused[0].reason, fix=fix)
    return Finding(state=State.FAILED, found=found, fix=fix, error=error)


def _unknown(several: Sequence[StreamPermission]) -> str:
    """Of which streams it is not known, and why."""
    by_reason: dict[str, list[str]] = {}
    for each in several:
        if each.answers is None:
            by_reason.setdefault(each.reason, []).append(each.stream)
    named = ((", ".join(filter(None, streams)), reason) for reason, streams in by_reason.items())
    return "; ".join(": ".join(filter(None, parts)) for parts in named)
