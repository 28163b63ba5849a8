"""What can be chosen for a run."""

from dataclasses import dataclass
from enum import StrEnum

from intercom_pipeline.sync.plan import Bounds
from intercom_pipeline.warehouse.people.policies import OPEN, Policies


class Work(StrEnum):
    """What a run does with its streams."""

    SYNC = "sync"
    """Bring them up to date."""
    BACKFILL = "backfill"
    """Read what was created within bounds, and leave their progress as it is."""
    SWEEP = "sweep"
    """Compare all ids, to find what is gone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How to run.

    Attributes:
        run_id: The run's name in `pipeline.runs`.
        full_refresh: Ask for everything anew, whatever is stored.
        lookback: Seconds before the bookmark that are asked for again.
        asked: Names of the streams that somebody asked for: that one cannot be had is a failure then.
        bounds: The bounds of a backfill.
        sweep: Look for what is gone, instead of syncing.
        allow_many: Let a sweep flag however many are missing.
        history: Names of the streams whose former versions are kept.
        custom_objects: Identifiers of the custom object types to sync.
        reporting_datasets: Ids of the reporting datasets to sync.
        privacy: What becomes of data about people before anything is written.
    """

    run_id: str
    full_refresh: bool = False
    lookback: int = 900
    asked: frozenset[str] = frozenset()
    bounds: Bounds | None = None
    sweep: bool = False
    allow_many: bool = False
    history: frozenset[str] = frozenset()
    custom_objects: tuple[str, ...] = ()
    reporting_datasets: tuple[str, ...] = ()
    privacy: Policies = OPEN

    @property
    def work(self) -> Work:
        """What the run does."""
        if self.sweep:
            return Work.SWEEP
        return Work.BACKFILL if self.bounds else Work.SYNC
