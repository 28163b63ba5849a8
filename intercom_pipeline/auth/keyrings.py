"""The system's keyring, where the extra `keyring` is installed and the system has one."""

from contextlib import suppress
from typing import TYPE_CHECKING

from intercom_pipeline.errors import PipelineError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE = "intercom-pipeline"


class KeyringUnavailable(PipelineError):
    """The system's keyring does not give or take a token."""


def is_there() -> bool:
    """Whether there is a keyring that can keep a token."""
    return _backend() is not None


def put(name: str, token: str) -> None:
    """Keep a token.

    Raises:
        KeyringUnavailable: There is no keyring, or it is locked.
    """
    from keyring.errors import KeyringError  # noqa: PLC0415 - an extra

    try:
        _needed().set_password(_SERVICE, name, token)
    except KeyringError as error:
        raise _unavailable(type(error).__name__) from None


def get(name: str) -> str:
    """A token that is kept.

    Raises:
        KeyringUnavailable: There is no keyring, it is locked, or does not have it.
    """
    backend = _needed()
    from keyring.errors import KeyringError  # noqa: PLC0415 - an extra

    try:
        token = backend.get_password(_SERVICE, name)
    except KeyringError as error:
        raise _unavailable(type(error).__name__) from None
    if token is None:
        raise _unavailable("it does not have the token")
    return token


def forget(name: str) -> None:
    """Remove a token, if it is kept."""
    backend = _backend()
    if backend is not None:
        from keyring.errors import KeyringError  # noqa: PLC0415 - an extra

        with suppress(KeyringError):
            backend.delete_password(_SERVICE, name)


def _needed() -> "KeyringBackend":
    backend = _backend()
    if backend is None:
        raise _unavailable("there is none, or the extra keyring is not installed")
    return backend


def _backend() -> "KeyringBackend | None":
    try:
        import keyring  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    backend = keyring.get_keyring()
    # Those that keep nothing, or refuse everything, say so by their priority.
    return backend if backend.priority > 0 else None


def _unavailable(why: str) -> KeyringUnavailable:
    return KeyringUnavailable(
        "The system's keyring cannot be used.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Unlock it, or log in again with --store file.",
    )
