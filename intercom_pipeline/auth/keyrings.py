"""The system's keyring, where the extra `keyring` is installed and the system has one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from intercom_pipeline.errors import PipelineError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE = "intercom-pipeline"


class KeyringUnavailable(PipelineError):
    """The system's keyring does not give, take or let go of a token."""


class StillInKeyring(KeyringUnavailable):
    """A token was stored in a file, and the keyring still holds the one that it replaces."""


def is_there() -> bool:
    """Whether there is a keyring that can keep a token."""
    try:
        with _reached():
            return True
    except KeyringUnavailable:
        return False


def put(name: str, token: str) -> None:
    """Keep a token.

    Raises:
        KeyringUnavailable: There is no keyring, or it is locked.
    """
    with _reached() as backend:
        backend.set_password(_SERVICE, name, token)


def get(name: str) -> str:
    """A token that is kept.

    Raises:
        KeyringUnavailable: There is no keyring, it is locked, or does not have it.
    """
    with _reached() as backend:
        token = backend.get_password(_SERVICE, name)
    if token is None:
        raise _unavailable("it does not have the token")
    return token


def forget(name: str) -> None:
    """Remove a token, if it is kept.

    Raises:
        KeyringUnavailable: There is no keyring, it is locked, or still has it.
    """
    with _reached() as backend:
        from keyring.errors import PasswordDeleteError  # noqa: PLC0415 - an extra

        try:
            backend.delete_password(_SERVICE, name)
        except PasswordDeleteError:
            # It says so of what it does not have, and some say so of what they do not let go of.
            if backend.get_password(_SERVICE, name) is not None:
                raise


@contextmanager
def _reached() -> "Iterator[KeyringBackend]":
    """The keyring; whatever goes wrong with it in the block is told as KeyringUnavailable."""
    try:
        import keyring  # noqa: PLC0415 - an extra
    except ImportError:
        raise _unavailable("the extra keyring is not installed") from None
    try:
        backend = keyring.get_keyring()
        # Those that keep nothing, or refuse everything, say so by their priority.
        if backend.priority > 0:
            yield backend
            return
    except Exception as error:  # noqa: BLE001 - keyrings raise whatever the system below them does
        raise _unavailable(type(error).__name__) from None
    raise _unavailable("this system has none")


def _unavailable(why: str) -> KeyringUnavailable:
    return KeyringUnavailable(
        "The system's keyring cannot be used.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Unlock it, or log in again with --store file.",
    )
