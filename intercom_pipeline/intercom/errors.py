"""What can go wrong when talking to Intercom, one class for each reaction.

    IntercomError
    ├── Fatal                    stop this stream and tell a person
    │   ├── AuthenticationFailed     401: the token is missing, mistyped or revoked
    │   ├── PermissionMissing        403: the token may not read or write this
    │   ├── InvalidRequest           400, 422 and other 4xx: Intercom refuses the request as written
    │   ├── QueryRefused             a search that breaks one of Intercom's rules; it was not sent
    │   ├── Conflict                 409: needs thought for each endpoint
    │   ├── RedirectRefused          3xx: redirects are never followed
    │   └── PagesLoop                the server handed out a page or a page token twice
    ├── Retryable                worth another try; the client has used up its own
    │   ├── RateLimited              429
    │   ├── ServerUnavailable        5xx, as JSON or HTML
    │   ├── NetworkUnreachable       no answer, or half of one
    │   ├── ResponseInvalid          a 2xx whose body is empty, cut off, garbled or of another shape
    │   └── Oversized                ask for less and it may pass
    │       ├── DeadlineExceeded         no complete answer in time; also 408 and 504
    │       └── ResponseTooLarge         the answer exceeds the size limit
    └── Skippable                the record is not there: go on without it
        └── NotFound                 404
            └── Gone                     410; `canonical_id` names the contact it was merged into

Every error says three things, ready to print: `what` happened, `why`, and what to do (`fix`).
"""

from dataclasses import dataclass
from enum import StrEnum

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.permissions import how_to_permit, permission_for


class Applied(StrEnum):
    """Whether a write reached Intercom."""

    NO = "no"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The facts of one failed request; holds no query values, no token and no e-mail address."""

    method: str
    path: str
    status: int | None = None
    """HTTP status; None when no answer came."""
    code: str | None = None
    """Intercom's error code, such as `rate_limit_exceeded`."""
    message: str | None = None
    """Intercom's message, or what the network said."""
    field: str | None = None
    """The field Intercom complains about."""
    request_id: str | None = None
    canonical_id: str | None = None
    """The contact a merged one went into, from the `Link` header of a 410 (API 2.16 and later)."""
    applied: Applied = Applied.MAYBE
    """For a write: `no` when Intercom surely did not apply it."""


class IntercomError(PipelineError):
    """Anything that went wrong with a request; `failure` holds the facts."""

    summary = "The request failed"
    advice = "Run it again; if it fails again, give Intercom the request id."

    def __init__(self, failure: Failure) -> None:
        what = f"{self.summary}: {failure.method} {failure.path}"
        super().__init__(what, why=_said(failure), fix=self.advice)
        self.failure = failure

    def __reduce__(self) -> tuple[type["IntercomError"], tuple[Failure]]:
        """Errors may cross processes."""
        return type(self), (self.failure,)


def _said(failure: Failure) -> str:
    """Why, in one line, with Intercom's own words where it gave any."""
    named = [
        f"HTTP {failure.status}" if failure.status else None,
        failure.code,
        f"field {failure.field}" if failure.field else None,
    ]
    known = ", ".join(part for part in named if part)
    said = ": ".join(part for part in (known, failure.message) if part) or "no reason was given"
    return f"{said} (request {failure.request_id})" if failure.request_id else said


class Fatal(IntercomError):
    """Stop this stream and tell a person."""


class Retryable(IntercomError):
    """Worth another try later."""


class Skippable(IntercomError):
    """The record is not there: go on without it."""


class AuthenticationFailed(Fatal):
    """401."""

    summary = "Intercom does not accept the access token"
    advice = (
        "Check INTERCOM_ACCESS_TOKEN, the region, and that the token was not revoked in the Developer Hub."
    )


class PermissionMissing(Fatal):
    """403."""

    summary = "The access token may not do this"
    advice = "Tick the missing permission on the app in Intercom's Developer Hub, then authorise again."

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        permission = permission_for(failure.path)
        if permission:
            self.fix = how_to_permit(permission)


class InvalidRequest(Fatal):
    """400, 422 and any other 4xx without a class of its own."""

    summary = "Intercom refuses the request"
    advice = "Check the API version (INTERCOM_API_VERSION); if it is right, report this with the request id."


class QueryRefused(Fatal):
    """A search breaks one of Intercom's rules; nothing was sent."""

    summary = "The search was not sent"
    advice = "Change the search so that it keeps the rule named above."


class Conflict(Fatal):
    """409."""

    summary = "Intercom reports a conflict"
    advice = "Look at the record in Intercom, then run it again."


class RedirectRefused(Fatal):
    """3xx; following one could hand the token to another host."""

    summary = "Intercom answered with a redirect, which is never followed"
    advice = "Check INTERCOM_REGION: a workspace is served by one region only."


class PagesLoop(Fatal):
    """The same page or page token came twice: going on might never end."""

    summary = "Intercom handed out the same page twice"
    advice = "Run it again; what was read so far is kept."


class RateLimited(Retryable):
    """429, again and again."""

    summary = "Intercom's rate limit left no room"
    advice = "Another app uses up the allowance: run it later, or lower INTERCOM_RATE_SHARE."


class ServerUnavailable(Retryable):
    """5xx other than 504."""

    summary = "Intercom's server failed"
    advice = "Run it again later; see https://www.intercomstatus.com."


class NetworkUnreachable(Retryable):
    """The connection could not be made, or broke."""

    summary = "Intercom could not be reached"
    advice = "Check the network, INTERCOM_REGION and INTERCOM_BASE_URL, then run it again."


class ResponseInvalid(Retryable):
    """A success whose body cannot be used."""

    summary = "Intercom's answer could not be read"
    advice = "Run it again later; if it stays so, report this with the request id."


class Oversized(Retryable):
    """Too slow or too large: asking for less may pass."""


class DeadlineExceeded(Oversized):
    """No complete answer within the request's deadline, or the server says so itself (408, 504)."""

    summary = "Intercom did not answer in time"
    advice = "Run it again later; what was read so far is kept."


class ResponseTooLarge(Oversized):
    """The answer exceeds the size limit."""

    summary = "Intercom's answer is larger than allowed"
    advice = "Raise the size limit of a response if the record is really that large."


class NotFound(Skippable):
    """404."""

    summary = "Intercom does not have this record"
    advice = "It was deleted, belongs to another workspace, or the id is mistyped."


class Gone(NotFound):
    """410: merged into another contact."""

    summary = "The contact was merged into another"
    advice = "Ask for the contact it was merged into."

    @property
    def canonical_id(self) -> str | None:
        """The contact it was merged into, where Intercom says so (2.16 and later)."""
        return self.failure.canonical_id
