"""Which error an answer means: the one place where errors are made from answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from intercom_pipeline.intercom import errors
from intercom_pipeline.intercom.errors import Applied, Failure, IntercomError
from intercom_pipeline.steering import one_line

_EMAIL = re.compile(r"[^\s@/\"<>=]+(?:@|%40)[^\s@/\"'<>]+")
_CANONICAL = re.compile(r"</contacts/([^>/?]+)>\s*;\s*rel=\"?canonical\"?")
_LONGEST_MESSAGE = 300
_LONGEST_NAME = 100

_BY_STATUS: Final[dict[int, type[IntercomError]]] = {
    401: errors.AuthenticationFailed,
    403: errors.PermissionMissing,
    404: errors.NotFound,
    408: errors.DeadlineExceeded,
    409: errors.Conflict,
    410: errors.Gone,
    429: errors.RateLimited,
    504: errors.DeadlineExceeded,
}
_REFUSALS: Final = frozenset({400, 401, 403, 404, 405, 406, 409, 410, 422, 429})
"""How Intercom says that it looked at a request and refused it
(https://developers.intercom.com/docs/references/rest-api/errors/http-responses; 410 from API 2.16 on)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an error may say about a request: the method and the path, without the query."""

    method: str
    path: str

    def failure(self, message: str | None = None, *, applied: Applied = Applied.MAYBE) -> Failure:
        """The facts of a request that got no answer with a status."""
        said = None if message is None else without_people(message)
        return Failure(method=self.method, path=without_people(self.path), message=said, applied=applied)


class _Problem(msgspec.Struct):
    code: str | None = None
    message: str | None = None
    field: str | None = None


class _Envelope(msgspec.Struct):
    errors: list[_Problem]
    request_id: str | None = None


def error_for(request: Request, status: int, headers: Mapping[str, str], body: bytes) -> IntercomError:
    """The error that an answer outside 2xx means."""
    envelope = _envelope(body)
    problem = envelope.errors[0] if envelope.errors else _Problem()
    message = problem.message or _plain(headers, body)
    failure = Failure(
        method=request.method,
        path=without_people(request.path),
        status=status,
        code=_name(problem.code),
        message=message and without_people(message),
        field=_name(problem.field),
        request_id=_name(envelope.request_id or headers.get("x-request-id")),
        canonical_id=_canonical(headers),
        applied=_applied(status),
    )
    return _kind(status)(failure)


def without_people(text: str) -> str:
    """The text on one line that steers nothing, shortened, e-mail addresses blotted out."""
    return one_line(" ".join(_EMAIL.sub("(e-mail)", text).split()), _LONGEST_MESSAGE)


def _name(given: str | None) -> str | None:
    """A code, a field or an id that an answer names, which may be anything."""
    return given and one_line(without_people(given), _LONGEST_NAME)


def _kind(status: int) -> type[IntercomError]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:  # noqa: PLR2004 - the class of server errors
        return errors.ServerUnavailable
    return errors.RedirectRefused if status < 400 else errors.InvalidRequest  # noqa: PLR2004 - likewise


def _applied(status: int) -> Applied:
    """Whether a write may have been applied; any other status may be a proxy's that gave up waiting."""
    return Applied.NO if status in _REFUSALS else Applied.MAYBE


def _envelope(body: bytes) -> _Envelope:
    try:
        return msgspec.json.decode(body, type=_Envelope, strict=False)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _Envelope(errors=[])


def _plain(headers: Mapping[str, str], body: bytes) -> str | None:
    kind = headers.get("content-type", "").split(";")[0]
    return f"the answer is {kind or 'of no stated type'}, {len(body)} bytes" if body else None


def _canonical(headers: Mapping[str, str]) -> str | None:
    found = _CANONICAL.search(headers.get("link", ""))
    return found and found.group(1)
