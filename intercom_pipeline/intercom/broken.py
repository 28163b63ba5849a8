"""What became of a connection that could not be made or broke, in plain words."""

import errno
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

import aiohttp

_BY_NUMBER: Final = MappingProxyType(
    {
        errno.ECONNREFUSED: "the connection was refused: nobody listens there",
        errno.ECONNRESET: "the connection was reset",
        errno.EPIPE: "the connection was reset",
        errno.ENETUNREACH: "there is no way to this network",
        errno.EHOSTUNREACH: "there is no way to this host",
    }
)
_BY_KIND: Final[tuple[tuple[type[Exception], str], ...]] = (
    (aiohttp.ClientConnectorDNSError, "the name of the host could not be looked up"),
    (aiohttp.ServerDisconnectedError, "the connection ended before an answer came"),
    (aiohttp.ClientPayloadError, "the connection ended in the middle of the answer"),
    (aiohttp.ClientResponseError, "the answer is not HTTP"),
)


def what_broke(error: Exception, *, connect_seconds: float) -> str:
    """What happened, in a few words; the transport's own name for an error says little of it."""
    chain = list(_chain(error))
    for each in chain:
        if isinstance(each, aiohttp.ConnectionTimeoutError):
            return f"no connection within {connect_seconds:g} s"
        if isinstance(each, aiohttp.ClientConnectorCertificateError):
            return f"the TLS certificate of the host is not accepted: {_reason(each.certificate_error)}"
        if isinstance(each, aiohttp.ClientConnectorSSLError):
            return f"TLS could not be agreed on: {_reason(each.os_error)}"
    by_kind = (said for each in chain for kind, said in _BY_KIND if isinstance(each, kind))
    numbers = (each.errno for each in chain if isinstance(each, OSError) and each.errno)
    by_number = (_BY_NUMBER[number] for number in numbers if number in _BY_NUMBER)
    return next(by_kind, None) or next(by_number, None) or _own_words(error)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what caused it, and so on."""
    while error is not None:
        yield error
        error = error.__cause__


def _reason(error: Exception) -> str:
    """What OpenSSL says, without its numbers."""
    said = getattr(error, "verify_message", None) or getattr(error, "reason", None)
    return str(said or error).replace("_", " ").lower()


def _own_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
