"""uvicorn's HTTP protocol, letting faults break its connections off."""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from intercom_pipeline.sandbox.connections import TRANSPORT, reset
from intercom_pipeline.sandbox.faults import CutAt
from intercom_pipeline.sandbox.service import Service

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END_OF_HEAD: Final = b"\r\n\r\n"


@dataclass(kw_only=True, slots=True)
class _Cut:
    """A request that is not read to its end.

    Attributes:
        place: Where it is cut off.
        bytes_left: How many bytes are still let in.
    """

    place: CutAt
    bytes_left: int


class BreakableProtocol(HttpToolsProtocol):
    """Hands the connection's transport to the application, under the scope's extensions."""

    def __init__(self, *args: Any, **named: Any) -> None:
        """Serve a new connection."""
        super().__init__(*args, **named)
        self._within_request = False
        self._cut: _Cut | None = None

    def on_message_begin(self) -> None:
        """Start a request."""
        super().on_message_begin()
        self._within_request = True
        self.scope["extensions"] = {TRANSPORT: {"live": self.transport}}

    def on_response_complete(self) -> None:
        """End a request."""
        self._within_request = False
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Take what came, unless a fault cuts the request off."""
        service = _service(self)
        if self._cut is None and not self._within_request and service.faults.cut_requests:
            self._cut = _cut(service, data)
        if self._cut is None:
            super().data_received(data)
        else:
            self._end(self._cut, len(data))

    def _end(self, cut: _Cut, came: int) -> None:
        cut.bytes_left -= came
        if cut.bytes_left > 0:
            return
        if cut.place is CutAt.BEFORE_REQUEST:
            self.transport.close()
        else:
            reset(self.transport)


def _service(protocol: HttpToolsProtocol) -> Service:
    application: Any = protocol.config.app
    service: Service = application.state.service
    return service


def _cut(service: Service, data: bytes) -> _Cut | None:
    """What cuts off the request that begins with this data, if a fault does; its head comes at once."""
    method, target, *_ = [*data.split(b" ", 2), b"", b""]
    path = unquote(target.partition(b"?")[0].decode("latin-1"))
    fault = service.struck_unread(method.decode("latin-1"), path)
    if fault is None or fault.cut_at is None:
        return None
    head = data.partition(_END_OF_HEAD)[0]
    length = _LENGTH.search(head)
    bytes_left = {
        CutAt.BEFORE_REQUEST: 0,
        CutAt.REQUEST_HEAD: len(head) // 2,
        CutAt.REQUEST_BODY: len(head) + len(_END_OF_HEAD) + (int(length[1]) if length else 0) // 2,
    }
    return _Cut(place=fault.cut_at, bytes_left=bytes_left[fault.cut_at])
