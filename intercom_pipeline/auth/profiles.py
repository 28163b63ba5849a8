"""Stored access tokens, one profile a workspace: for this user alone, replaced in one step.

A profile is a file `profiles/NAME.json` (0600) in the configuration folder (0700). Its token stands in it, or
in the system's keyring where that is there and was not declined.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from intercom_pipeline.auth import keyrings
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.connection import Secret

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_OTHERS = 0o077
_OTHERS_WRITE = 0o022
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class ProfileError(PipelineError):
    """A stored token cannot be used."""


class ProfileRefused(ProfileError):
    """No profile can have this name."""


class ProfileExposed(ProfileError):
    """Other users of the machine may read or change a stored token."""


class ProfileUnreadable(ProfileError):
    """The file of a profile is no profile, or cannot be read or written."""


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
        if not _NAME.fullmatch(name):
            raise ProfileRefused(
                f"A profile cannot be called {name!r}.",
                why="A name begins with a letter or digit; letters, digits, _, . and - follow, at most 63.",
                fix="Choose another with --profile or INTERCOM_PROFILE.",
            )
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
            if not path.exists():
                return None
            _check_private(path)
            stored = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
            if stored.get("kept_in") == Keeper.KEYRING:
                stored["token"] = keyrings.get(str(path))
            return msgspec.convert(stored | {"name": name}, Profile, dec_hook=_secret)

    def save(self, profile: Profile) -> None:
        """Store a profile in place of the one of its name; until it is stored, the old one stays whole.

        Raises:
            ProfileRefused: No profile can have this name.
            ProfileUnreadable: It cannot be written.
            KeyringUnavailable: The keyring does not take its token.
        """
        path = self.path(profile.name)
        in_file = profile.kept_in is Keeper.FILE
        kept_apart = {"name"} if in_file else {"name", "token"}
        facts = msgspec.to_builtins(profile, enc_hook=Secret.reveal)
        stored = {key: value for key, value in facts.items() if key not in kept_apart}
        with _told(path):
            for folder in (self.folder, self._profiles):
                folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
                folder.chmod(_PRIVATE_FOLDER)
            if not in_file:
                keyrings.put(str(path), profile.token.reveal())
            _replace(path, msgspec.json.format(msgspec.json.encode(stored), indent=2))
        if in_file:
            keyrings.forget(str(path))

    def delete(self, name: str) -> bool:
        """Remove a profile and its token; whether there was one.

        Raises:
            ProfileRefused: No profile can have this name.
            ProfileUnreadable: It cannot be removed.
        """
        path = self.path(name)
        keyrings.forget(str(path))
        with _told(path):
            there = path.exists()
            path.unlink(missing_ok=True)
        return there

    @property
    def _profiles(self) -> Path:
        return self.folder / "profiles"


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


def _check_private(path: Path) -> None:
    """Refuse a file that others can read, and a folder in which they could put another in its place."""
    if os.name != "posix":
        return
    if path.stat().st_mode & _OTHERS:
        raise _exposed(path, "read", _PRIVATE_FILE)
    if path.parent.stat().st_mode & _OTHERS_WRITE:
        raise _exposed(path.parent, "change", _PRIVATE_FOLDER)


def _exposed(path: Path, do: str, mode: int) -> ProfileExposed:
    return ProfileExposed(
        f"Other users of this machine can {do} {path}, so the token in it is not used.",
        why=f"Its permissions are {path.stat().st_mode & 0o777:o}; they have to be {mode:o}.",
        fix=f"If nobody else saw it: chmod {mode:o} {path}. Otherwise revoke the token and log in again.",
    )


def _replace(path: Path, content: bytes) -> None:
    """Write a file, for this user alone, and put it in its place in one step."""
    descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(path)
    finally:
        Path(fresh).unlink(missing_ok=True)
