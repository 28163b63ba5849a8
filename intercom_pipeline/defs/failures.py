"""What went wrong, as a run's failure: the same three lines as everywhere, and no traceback to read."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dagster as dg

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.errors import Retryable
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.warehouse.errors import WarehouseBusy

_STOPPED = PipelineError("It was stopped.", fix="Run it again: it resumes where it was.")


class CouldNotRun(dg.Failure):
    """A run that could not begin, or not be published.

    Attributes:
        error: Why, in this project's own terms.
    """

    def __init__(self, error: PipelineError) -> None:
        super().__init__(str(error), allow_retries=_may_pass_later(error))
        self.error = error


@contextmanager
def failing_plainly() -> Iterator[None]:
    """Turn this project's errors into Dagster's `Failure`.

    Raises:
        CouldNotRun: What happened, why, and what to do.
    """
    try:
        yield
    except PipelineError as error:
        raise CouldNotRun(error) from None


def raise_failures(ended: Sequence[SyncResult]) -> None:
    """Fail a run in which streams failed; those that were skipped did not.

    Args:
        ended: The results of all streams of the run.

    Raises:
        dagster.Failure: It names each stream that failed, with what happened, why and what to do.
    """
    errors = {
        result.stream.name: result.error or _STOPPED
        for result in ended
        if result.outcome not in {Outcome.COMPLETE, Outcome.SKIPPED}
    }
    if errors:
        raise _failure(errors, ended)


def _failure(errors: Mapping[str, PipelineError], ended: Sequence[SyncResult]) -> dg.Failure:
    what = f"{len(errors)} of {len(ended)} streams failed: {', '.join(errors)}."
    others = " The others are up to date." if len(errors) < len(ended) else ""
    return dg.Failure(
        "\n\n".join([what + others, *(f"{name}: {error}" for name, error in errors.items())]),
        allow_retries=any(_may_pass_later(error) for error in errors.values()),
    )


def _may_pass_later(error: PipelineError) -> bool:
    """Whether the same run may pass in a while without anybody doing anything."""
    return isinstance(error, Retryable | WarehouseBusy)
