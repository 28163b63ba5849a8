"""What the headers of one answer say about the allowance."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 60.0
"""No wait that a server asks for is longer than this, in seconds: absurd values are clamped to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateHeaders:
    """The rate-limit headers of one answer; None where a header is missing or no number."""

    limit: int | None = None
    """Requests allowed in the window (`X-RateLimit-Limit`)."""
    remaining: int | None = None
    """Requests left in it, whoever made the others (`X-RateLimit-Remaining`)."""
    reset: int | None = None
    """When the window ends, in unix seconds of the server's clock (`X-RateLimit-Reset`)."""
    date: int | None = None
    """The server's clock when it answered, in whole unix seconds (`Date`)."""
    retry_after: float | None = None
    """Seconds to wait (`Retry-After`)."""

    @property
    def seconds_left(self) -> float | None:
        """Until the window ends, clamped; None when the headers do not tell or the end has passed."""
        if self.reset is None or self.date is None or self.reset <= self.date:
            return None
        return min(self.reset - self.date, LONGEST_WAIT)


def read(headers: Mapping[str, str]) -> RateHeaders:
    """The rate-limit headers of an answer; `headers` ignores case or has names in lower case."""
    date = _instant(headers.get("date"))
    return RateHeaders(
        limit=_whole(headers.get("x-ratelimit-limit"), above=0),
        remaining=_whole(headers.get("x-ratelimit-remaining"), above=-1),
        reset=_whole(headers.get("x-ratelimit-reset"), above=0),
        date=date,
        retry_after=_wait(headers.get("retry-after"), date),
    )


def _whole(text: str | None, *, above: int) -> int | None:
    # Intercom sends digits only; a longer number than any clock or limit is as good as none.
    if text is None or not text.isdecimal() or len(text) > 12:  # noqa: PLR2004 - see above
        return None
    number = int(text)
    return number if number > above else None


def _instant(text: str | None) -> int | None:
    try:
        return int(parsedate_to_datetime(text).timestamp()) if text else None
    except (ValueError, OverflowError):
        return None


def _wait(text: str | None, date: int | None) -> float | None:
    """Seconds of a `Retry-After`, which is a number or a date (RFC 9110, section 10.2.3)."""
    seconds: float | None = _whole(text, above=-1)
    if seconds is None and date is not None and (until := _instant(text)) is not None:
        seconds = until - date
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT)
