"""What a run skipped, in few words."""

from collections.abc import Iterable, Mapping

from intercom_pipeline.intercom.versions import SUPPORTED
from intercom_pipeline.sync.access import LaterVersionNeeded
from intercom_pipeline.sync.results import Outcome, SyncResult


def why_skipped(ended: Iterable[SyncResult]) -> list[str]:
    """A line for all streams that a later API version has, and one for all others that want the same."""
    later: dict[str, str] = {}
    wanted: dict[str, list[str]] = {}
    for result in ended:
        if result.outcome is not Outcome.SKIPPED or not result.error:
            continue
        if isinstance(result.error, LaterVersionNeeded):
            later[result.stream.name] = result.error.version
        else:
            wanted.setdefault(result.error.fix, []).append(result.stream.name)
    lines = [f"Skipped: {', '.join(names)}. {fix}" for fix, names in wanted.items()]
    return [_later(later), *lines] if later else lines


def _later(versions: Mapping[str, str]) -> str:
    """Which API version has all of these streams, by the first that has each."""
    version = max(versions.values(), key=SUPPORTED.index)
    need, them = ("1 stream needs", "it")
    if len(versions) > 1:
        need, them = f"{len(versions)} streams need", "them all"
    return f"{need} a later API version; INTERCOM_API_VERSION={version} has {them}: {', '.join(versions)}."
