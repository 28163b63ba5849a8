"""What is tried again, how often, and what is said about it."""

import logging
from collections.abc import AsyncIterator

import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from intercom_pipeline.intercom import errors
from intercom_pipeline.intercom.connection import Patience

_LOG = logging.getLogger(__name__)


def attempts(patience: Patience, *, give_up_when_slow: bool) -> AsyncIterator[stamina.Attempt]:
    """The tries of one request; the last error is let through."""
    return stamina.retry_context(
        on=_unless_slow if give_up_when_slow else _again,
        attempts=patience.attempts,
        timeout=None,  # each try has its deadline, and their number is limited
        wait_initial=patience.wait_initial,
        wait_max=patience.wait_max,
        wait_jitter=patience.wait_jitter,
    ).__aiter__()


def log_quietly() -> None:
    """Tell of retries by this module's logger, at level INFO.

    Left alone, stamina prints them to the standard output wherever structlog is installed, as it is with
    Dagster: in the middle of what a command prints.
    """
    set_on_retry_hooks([_log])


def _log(details: RetryDetails) -> None:
    if isinstance(details.caused_by, errors.IntercomError):
        _LOG.info("try %d: %s: %s", details.retry_num, details.caused_by.what, details.caused_by.why)


def _again(error: Exception) -> bool | float:
    if isinstance(error, errors.RateLimited):
        return 0.0  # the rate limit holds everyone back for as long as told
    return isinstance(error, errors.Retryable) and not isinstance(error, errors.ResponseTooLarge)


def _unless_slow(error: Exception) -> bool | float:
    return False if isinstance(error, errors.Oversized) else _again(error)
