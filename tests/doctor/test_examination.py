"""All checks together."""

from pathlib import Path

from intercom_pipeline.doctor import State
from intercom_pipeline.doctor.check import checked
from intercom_pipeline.warehouse.files import DataFolder
from tests.doctor.conftest import Examine


def test_a_check_that_fails_itself_is_told_as_failed() -> None:
    """With its error, and without an address that the error names."""
    told = checked("broken", lambda: int("x")).finding  # type: ignore[arg-type, return-value]
    assert told.state is State.FAILED
    assert "ValueError" in told.found

    def with_a_person() -> None:
        raise RuntimeError("no such mailbox: ada@example.com")

    assert "ada@" not in checked("broken", with_a_person).finding.found  # type: ignore[arg-type]


def test_settings_that_cannot_be_read_end_it(found: Examine) -> None:
    """What hangs on them is skipped."""
    told = found(INTERCOM_RATE_SHARE="7")
    assert told["settings"].state is State.FAILED
    assert told["everything else"].state is State.SKIPPED


def test_a_misspelt_setting_is_warned_of(found: Examine) -> None:
    """With the one that it is like."""
    told = found(offline=True, INTERCOM_REGOIN="eu")["settings"]
    assert told.state is State.WARNING
    assert "INTERCOM_REGION" in told.found


def test_a_stream_that_there_is_not_fails(found: Examine) -> None:
    """As a sync would."""
    told = found(offline=True, INTERCOM_ALSO_SYNC="contact_segmens")["settings"]
    assert told.state is State.FAILED
    assert "INTERCOM_ALSO_SYNC" in told.found


def test_it_leaves_everything_as_it_is(synced: DataFolder, found: Examine, tmp_path: Path) -> None:
    """No file is made or changed."""

    def state() -> dict[Path, tuple[int, int]]:
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in tmp_path.rglob("*")}

    before = state()
    told = found()
    assert state() == before
    assert synced.path in before
    assert State.FAILED not in {finding.state for finding in told.values()}


def test_all_that_is_wrong_says_what_to_do(found: Examine) -> None:
    """And what is well says nothing."""
    for finding in found(INTERCOM_ACCESS_TOKEN=None, INTERCOM_REGOIN="eu").values():
        assert bool(finding.fix) is (finding.state in {State.WARNING, State.FAILED})
