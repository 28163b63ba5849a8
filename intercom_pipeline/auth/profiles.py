"""Stored access tokens, one profile a workspace: for this user alone, replaced in one step.

A profile is a file `profiles/NAME.json` (0600, in a folder of 0700) in the configuration folder. Its token
stands in it, or in the system's keyring where that is there and was not declined.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from intercom_pipeline.auth import keyrings, private
from intercom_pipeline.auth.keyrings import KeyringUnavailable, StillInKeyring
from intercom_pipeline.auth.profile_errors import (
    ProfileError,
    ProfileExposed,
    ProfileRefused,
    ProfileUnreadable,
)
from intercom_pipeline.auth.profile_names import ANOTHER, RULE, is_name
from intercom_pipeline.intercom.connection import HOSTS, Secret, check_host

__all__ = [
    "Keeper",
    "Obtained",
    "Profile",
    "ProfileError",
    "ProfileExposed",
    "ProfileRefused",
    "ProfileStore",
    "ProfileUnreadable",
]


class Obtained(StrEnum):
    """How a token was obtained."""

    OAUTH = "oauth"
    """By the consent of somebody with a browser."""
    TOKEN = "token"  # noqa: S105 - a word, not a token
    """Handed over as it stands in the Developer Hub."""


class Keeper(StrEnum):
    """What keeps a token."""

    FILE = "file"
    KEYRING = "keyring"


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """A workspace and the token that opens it.

    Raises ValueError for an unknown region, or an address that is neither Intercom's nor this machine's.

    Attributes:
        name: What it is called here.
        token: The access token.
        region: Where the workspace is hosted: us, eu or au.
        base_url: The API's address, where the region does not say it (the sandbox).
        workspace_id: Intercom's id of the workspace (`app.id_code` of `GET /me`).
        workspace_name: Its name.
        timezone: Its time zone.
        admin_id: The id of the admin who consented, or whose token it is.
        admin_name: Their name.
        obtained: How the token was obtained.
        saved_at: When it was stored (UTC).
        kept_in: What keeps the token.
    """

    name: str
    token: Secret = field(repr=False)
    region: str
    base_url: str | None = None
    workspace_id: str
    workspace_name: str | None = None
    timezone: str | None = None
    admin_id: str | None = None
    admin_name: str | None = None
    obtained: Obtained
    saved_at: datetime
    kept_in: Keeper = Keeper.FILE

    def __post_init__(self) -> None:
        if self.region not in HOSTS:
            raise ValueError(f"the region is one of {', '.join(HOSTS)}, not {self.region!r}")
        if self.base_url is not None:
            check_host(self.base_url.rstrip("/"))


@dataclass(frozen=True, slots=True)
class ProfileStore:
    """The profiles of a user.

    Attributes:
        folder: The configuration folder.
    """

    folder: Path

    def names(self) -> list[str]:
        """The profiles there are, by name."""
        found = self._profiles.glob("*.json") if self._profiles.is_dir() else ()
        return sorted(path.stem for path in found)

    def path(self, name: str) -> Path:
        """The file of a profile, which need not exist.

        Raises:
            ProfileRefused: No profile can have this name.
        """
        if not is_name(name):
            raise ProfileRefused(f"A profile cannot be called {name!r}.", why=RULE, fix=ANOTHER)
        return self._profiles / f"{name}.json"

    def load(self, name: str) -> Profile | None:
        """A profile with its token; None where there is none of that name.

        Raises:
            ProfileRefused: No profile can have this name.
            ProfileExposed: Others may read or change it.
            ProfileUnreadable: It is no profile, or cannot be read.
            KeyringUnavailable: The keyring that keeps its token does not give it.
        """
        path = self.path(name)
        with _told(path):
            if not path.is_symlink() and not path.exists():
                return None
            private.check_folders(self.folder, self._profiles)
            stored = msgspec.json.decode(private.read(path), type=dict[str, Any])
            if stored.get("kept_in") == Keeper.KEYRING:
                stored["token"] = keyrings.get(str(path))
            return msgspec.convert(stored | {"name": name}, Profile, dec_hook=_secret)

    def save(self, profile: Profile) -> None:
        """Store a profile in place of the one of its name; until it is stored, the old one stays whole.

        Raises:
            ProfileRefused: No profile can have this name.
            ProfileExposed: Others may read or change what is in the folder.
            ProfileUnreadable: It cannot be written.
            StillInKeyring: It is stored in its file, and the keyring does not let go of the old token.
            KeyringUnavailable: The keyring does not take its token.
        """
        path = self.path(profile.name)
        with _told(path):
            private.make_folder(self._profiles)
            private.check_folders(self.folder, self._profiles)
            private.check_no_link(path)
            was_in_keyring = _may_be_in_keyring(path)
            with private.replacing(path, _content(profile)):
                if profile.kept_in is Keeper.KEYRING:
                    keyrings.put(str(path), profile.token.reveal())
        if was_in_keyring and profile.kept_in is Keeper.FILE:
            _leave_keyring(path)

    def delete(self, name: str) -> bool:
        """Remove a profile and its token; whether there was one. In an exposed folder, too.

        Raises:
            ProfileRefused: No profile can have this name.
            ProfileExposed: A link stands in its place.
            ProfileUnreadable: It cannot be removed.
            KeyringUnavailable: The keyring that keeps its token does not let go of it; nothing is removed.
        """
        path = self.path(name)
        with _told(path):
            private.check_no_link(path)
            if not path.exists():
                return False
            if _may_be_in_keyring(path):
                _forget(path)
            path.unlink()
        return True

    @property
    def _profiles(self) -> Path:
        return self.folder / "profiles"


def _content(profile: Profile) -> bytes:
    kept_apart = {"name"} if profile.kept_in is Keeper.FILE else {"name", "token"}
    facts = msgspec.to_builtins(profile, enc_hook=Secret.reveal)
    stored = {key: value for key, value in facts.items() if key not in kept_apart}
    return msgspec.json.format(msgspec.json.encode(stored), indent=2)


def _may_be_in_keyring(path: Path) -> bool:
    """Whether the file says that its token is in the keyring; for a damaged one, whether there is any."""
    try:
        stored = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        return Keeper(stored["kept_in"]) is Keeper.KEYRING
    except FileNotFoundError:
        return False
    except (KeyError, ValueError, msgspec.MsgspecError):
        return keyrings.is_there()


def _forget(path: Path) -> None:
    try:
        keyrings.forget(str(path))
    except KeyringUnavailable as error:
        raise KeyringUnavailable(
            f"The token stored as {path.stem} is not removed: the system's keyring does not let go of it.",
            why=error.why,
            fix=f"Unlock it and try again; or revoke the token in the Developer Hub, then remove {path}.",
        ) from None


def _leave_keyring(path: Path) -> None:
    try:
        keyrings.forget(str(path))
    except KeyringUnavailable as error:
        raise StillInKeyring(
            f"The token is stored in {path}; the system's keyring may still hold the one before.",
            why=error.why,
            fix="Revoke the old one in the Developer Hub, or remove the keyring's entry intercom-pipeline.",
        ) from None


def _secret(_: type, text: Any) -> Secret:
    return Secret(str(text or ""))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell what is wrong with a profile's file without showing what is in it."""
    try:
        yield
    except OSError as error:
        raise ProfileUnreadable(
            f"The stored token in {path} cannot be read or written.",
            why=f"{error.strerror or error}.",
            fix="Change the permissions of the file and its folder, or name another in INTERCOM_CONFIG_DIR.",
        ) from None
    except (ValueError, msgspec.MsgspecError):
        raise ProfileUnreadable(
            f"{path} is no stored token.",
            why="It was changed or cut short.",
            fix="Run intercom-pipeline auth login again, which replaces it.",
        ) from None
