"""The key of a data folder, with which values are hashed: whoever lacks it cannot try out addresses."""

import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from intercom_pipeline.warehouse.errors import WarehouseUnwritable
from intercom_pipeline.warehouse.files import DataFolder, unwritable

_BYTES = 32
_PRIVATE_FILE = 0o600

_EMAIL = re.compile(r"\s*([^\s@]+@[^\s@]+)\s*")
_PHONE = re.compile(r"\s*\+?[\d\s()./-]{7,}\s*")
_NO_DIGIT = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of 32 random bytes.

    Attributes:
        secret: The bytes.
    """

    secret: bytes = field(repr=False)

    def digest(self, text: str) -> str:
        """HMAC-SHA256 of a text, as 64 hexadecimal digits.

        An e-mail address is taken trimmed and in lower case, a telephone number by its digits alone, so that
        the same person joins across tables however it was written.
        """
        return self.of(normal(text))

    def of(self, text: str) -> str:
        """HMAC-SHA256 of a text exactly as it is."""
        return hmac.digest(self.secret, text.encode("utf-8", "surrogatepass"), "sha256").hex()

    @property
    def fingerprint(self) -> str:
        """Tells keys apart, and nothing else about them."""
        return self.of("the fingerprint of a key")[:16]


def normal(text: str) -> str:
    """A text in the form in which it is hashed."""
    if email := _EMAIL.fullmatch(text):
        return email[1].lower()
    return _NO_DIGIT.sub("", text) if _PHONE.fullmatch(text) else text.strip()


def key_of(folder: DataFolder) -> Key:
    """The folder's key, made where there is none; call it under the folder's lock.

    Raises:
        WarehouseUnwritable: It cannot be read or made, or is no key.
    """
    path = folder.key
    try:
        if not path.exists():
            _make(path)
        secret = path.read_bytes()
    except OSError as error:
        raise unwritable(error, path) from error
    if len(secret) != _BYTES:
        raise WarehouseUnwritable(
            f"{path} is not the key that was made for this folder.",
            why=f"A key has {_BYTES} bytes, this file has {len(secret)}.",
            fix="Put the right file back, or delete it: a new key is made, all hashes change, and people who "
            "were purged are known by their ids alone.",
        )
    return Key(secret)


def known_key(folder: DataFolder) -> Key | None:
    """The folder's key; None where there is none, or none that may be read."""
    try:
        secret = folder.key.read_bytes()
    except OSError:
        return None
    return Key(secret) if len(secret) == _BYTES else None


def _make(path: Path) -> None:
    """Make a key, wholly or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
