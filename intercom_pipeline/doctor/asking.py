"""What Intercom says of the token, within seconds, whatever the network does. Nothing is written."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from intercom_pipeline.auth.identity import Identity, identify
from intercom_pipeline.intercom.client import Client, connect
from intercom_pipeline.intercom.connection import Connection, Patience
from intercom_pipeline.intercom.diagnosis import Request
from intercom_pipeline.intercom.errors import DeadlineExceeded, NetworkUnreachable
from intercom_pipeline.intercom.rate_headers import read
from intercom_pipeline.sync.permissions import StreamPermission, permissions
from intercom_pipeline.sync.stream import Stream

PATIENCE_SECONDS: Final = 3.0
"""How long all questions together may take, with looking up the host's name."""

_ME = Request(method="GET", path="/me")
_IMPATIENT: Final = Patience(attempts=2, wait_initial=0.1, wait_max=0.2, wait_jitter=0.1, wait_unsaid=0.5)
_NAME_SECONDS: Final = 1.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """An answer's `Date` header and when it came, in unix seconds.

    Attributes:
        date: The server's clock, in whole seconds; None where the answer has no such header.
        sent_at: When the question was sent, by this machine's clock.
        received_at: When the answer came.
    """

    date: int | None
    sent_at: float
    received_at: float

    @property
    def seconds_off(self) -> float | None:
        """How far the server's clock is surely ahead of this machine's, behind it where below 0."""
        if self.date is None:
            return None
        # The header says no fraction of the second, nor when between the two moments it was written.
        least, most = self.date - self.received_at, self.date + 1 - self.sent_at
        return min(max(0.0, least), most)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What Intercom said.

    Attributes:
        identity: Whose token it is.
        dated: What its clock showed.
        permissions: Which streams the token may read; None where the answers did not come in time.
    """

    identity: Identity
    dated: Dated
    permissions: Sequence[StreamPermission] | None


def ask(
    connection: Connection,
    streams: Sequence[Stream],
    *,
    seconds: float = PATIENCE_SECONDS,
    look_up: Callable[..., Any] = socket.getaddrinfo,
) -> Told:
    """Ask whose token it is, what time it is there, and which streams it may read.

    Raises:
        IntercomError: It does not accept the token, cannot be reached, or does not answer in `seconds`.
    """
    impatient = replace(
        connection,
        patience=_IMPATIENT,
        connect_seconds=min(seconds, connection.connect_seconds),
        # A workspace with a small allowance would let the few questions take too long at the usual share.
        rate_share=1.0,
    )
    until = time.monotonic() + seconds
    host = urlsplit(connection.base_url).hostname or ""
    if not name_is_known(host, within=min(seconds, _NAME_SECONDS), look_up=look_up):
        raise NetworkUnreachable(_ME.failure("the name of the host is not found in time"))
    return asyncio.run(_ask(impatient, streams, until - time.monotonic()))


def name_is_known(
    host: str, *, within: float = _NAME_SECONDS, look_up: Callable[..., Any] = socket.getaddrinfo
) -> bool:
    """Whether a host's name leads to an address; False too where the answer takes longer than `within`.

    Looked up in a thread that nobody waits for: asyncio would wait for its own to the end.
    """
    found = threading.Event()

    def try_it() -> None:
        try:
            look_up(host, None)
        except OSError:
            return
        found.set()

    thread = threading.Thread(target=try_it, daemon=True)
    thread.start()
    thread.join(within)
    return found.is_set()


async def _ask(connection: Connection, streams: Sequence[Stream], seconds: float) -> Told:
    until = asyncio.get_running_loop().time() + seconds
    async with connect(connection) as client:
        try:
            async with asyncio.timeout_at(until):
                identity, dated = await asyncio.gather(identify(connection), _dated(client))
        except TimeoutError:
            raise DeadlineExceeded(_ME.failure(f"over {seconds:.1f} seconds")) from None
        return Told(identity=identity, dated=dated, permissions=await _permissions(client, streams, until))


async def _dated(client: Client) -> Dated:
    sent_at = time.time()
    answer = await client.get("/me")
    return Dated(date=read(answer.headers).date, sent_at=sent_at, received_at=time.time())


async def _permissions(
    client: Client, streams: Sequence[Stream], until: float
) -> Sequence[StreamPermission] | None:
    try:
        async with asyncio.timeout_at(until):
            return await permissions(client, streams)
    except TimeoutError:
        return None
