"""Intercom's API versions, and what changes between them."""

from typing import Final

APP: Final = "app"
"""Send no `Intercom-Version` header: the version pinned on the app applies, and is not known here."""

DEFAULT: Final = "2.14"
SUPPORTED: Final = ("2.11", "2.12", "2.13", "2.14", "2.15", "2.16", "2.17", APP)


def header_for(version: str) -> dict[str, str]:
    """The header that asks for this version; none for `app`."""
    return {} if version == APP else {"Intercom-Version": version}


def contact_dates_are_days(version: str) -> bool:
    """Whether a contact search compares dates by calendar day in the workspace's time zone.

    True up to 2.16 ("matched by calendar day", API description of POST /contacts/search); from 2.17 the
    comparison is exact to the second. `app` counts as the careful case, since its version is not known.
    """
    return version == APP or _number(version) <= (2, 16)


def tells_merge_history(version: str) -> bool:
    """Whether a contact can tell which others were merged into it (`include_merge_history`, from 2.16 on)."""
    return at_least(version, "2.16")


def at_least(version: str, other: str) -> bool:
    """Whether a version is another one or later; `app` counts as the oldest."""
    return _number(SUPPORTED[0] if version == APP else version) >= _number(other)


def _number(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)
