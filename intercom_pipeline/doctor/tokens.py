"""The token: whether there is one, and who can read it."""

import os
from collections.abc import Mapping
from pathlib import Path

from intercom_pipeline.doctor.check import Finding, ok, skipped, warning
from intercom_pipeline.doctor.modes import exposed
from intercom_pipeline.intercom.moments import ago
from intercom_pipeline.settings import Settings, Sourced, sources

_SECRETS = ("INTERCOM_ACCESS_TOKEN", "INTERCOM_CLIENT_SECRET", "INTERCOM_LEDGER_URL")
_OTHERS_WRITE = 0o022


def token(settings: Settings, given: Mapping[str, Sourced]) -> Finding:
    """Whether there is a token, and where it comes from.

    Raises:
        PipelineError: There is none, or it cannot be used, or not where the settings lead.
    """
    settings.connection()
    profile = settings.access().profile
    if profile is None:
        return ok(f"INTERCOM_ACCESS_TOKEN ({given['INTERCOM_ACCESS_TOKEN'].origin})")
    return ok(f"profile {profile.name} ({profile.kept_in}), stored {ago(profile.saved_at)}")


def stored(settings: Settings) -> Finding:
    """Whether the stored tokens are for this user alone."""
    store = settings.profiles()
    if os.name != "posix":
        return skipped("permissions of files are not looked at on this system")
    names = store.names()
    if not names:
        return ok("none is stored")
    if exposed(store.folder.rglob("*")) or store.folder.stat().st_mode & _OTHERS_WRITE:
        return warning(
            f"other users of this machine can change {store.folder} or read what is in it",
            f"chmod -R go-rwx '{store.folder}', and rotate the tokens if anybody else was there.",
        )
    return ok(f"{', '.join(names)} in {store.folder}, for this user alone")


def dotenv(file: Path) -> Finding:
    """Whether a settings file that holds a secret is for this user alone.

    Raises:
        SettingRefused: It cannot be read.
    """
    if not file.exists():
        return ok("there is none in this folder")
    secrets = [name for name in _SECRETS if name in sources({}, file)]
    if not secrets:
        return ok("it holds no secret")
    if exposed([file]):
        return warning(
            f"other users of this machine can read {file}, which holds {' and '.join(secrets)}",
            f"chmod 600 {file}",
        )
    return ok("for this user alone")
