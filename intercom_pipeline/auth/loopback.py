"""Listening on this machine alone, wherever `localhost` leads."""

import errno
import socket
from contextlib import ExitStack
from typing import Final

HOSTS: Final = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
"""Browsers take either for `localhost`: one that is left free could be another program's."""

_NOT_THERE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT})


def listen(port: int) -> list[socket.socket]:
    """Listen on a port of both addresses; of the first alone, where the machine has no IPv6.

    Raises:
        OSError: Another program has one of them, or it may not be listened on.
    """
    with ExitStack() as stack:
        found = [stack.enter_context(each) for family, host in HOSTS if (each := _listen(family, host, port))]
        stack.pop_all()
    return found


def _listen(family: socket.AddressFamily, host: str, port: int) -> socket.socket | None:
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if family is socket.AF_INET6 and error.errno in _NOT_THERE:
            return None
        raise
