"""Where to connect and how patiently: plain values, checked when they are made."""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from intercom_pipeline.intercom import versions

HOSTS: Final = MappingProxyType(
    {
        "us": "https://api.intercom.io",
        "eu": "https://api.eu.intercom.io",
        "au": "https://api.au.intercom.io",
    },
)
"""Region -> base URL. No other host is ever called, except a sandbox on this machine."""

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Secret:
    """A value that shows itself only when asked to by name."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not value or not value.isascii() or not value.isprintable() or " " in value:
            raise ValueError("an access token is one word of printable ASCII characters")
        self._value = value

    def reveal(self) -> str:
        """The value itself; never keep it in a place that is logged."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a request is tried again, and how long between; times in seconds."""

    attempts: int = 8
    wait_initial: float = 0.25
    wait_max: float = 30.0
    wait_jitter: float = 1.0
    wait_unsaid: float = 1.0
    """First wait after a 429 that does not say how long; doubles with each further one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One workspace's API: host, token, version and limits.

    Raises ValueError for a host that is not Intercom's, an unknown version, or a limit out of range.
    """

    token: Secret
    base_url: str = HOSTS["us"]
    version: str = versions.DEFAULT
    rate_share: float = 0.8
    """The part of the allowance this run may use (above 0, at most 1); the rest is left to other apps."""
    timeout_seconds: float = 60.0
    """Total deadline of one request, from sending it to the last byte of its answer."""
    connect_seconds: float = 10.0
    max_response_bytes: int = 64 * 1024 * 1024
    """Size limit of one answer, after decompression."""
    max_in_flight: int = 100
    """Requests at once: 166 a second at 0.5 s each need some 80."""
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", self.base_url.rstrip("/"))
        check_host(self.base_url)
        if self.version not in versions.SUPPORTED:
            raise ValueError(f"API version {self.version!r} is not one of {', '.join(versions.SUPPORTED)}")
        if not 0 < self.rate_share <= 1:
            raise ValueError(f"the rate share is above 0 and at most 1, not {self.rate_share}")
        for name in ("timeout_seconds", "connect_seconds", "max_response_bytes", "max_in_flight"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is above 0, not {getattr(self, name)}")


def check_host(base_url: str) -> None:
    """Raise ValueError for an address that is neither Intercom's API nor a sandbox on this machine."""
    if base_url in HOSTS.values() or _is_loopback(base_url):
        return
    known = ", ".join(HOSTS.values())
    raise ValueError(f"the base URL is one of {known}, or http on this machine for the sandbox")


def _is_loopback(base_url: str) -> bool:
    parts = urlsplit(base_url)
    plain = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK and plain
