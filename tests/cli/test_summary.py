"""The summary of a run stays short, however many streams there are."""

from pathlib import Path

import pytest

from intercom_pipeline.cli.exits import Exit, exit_for_results
from intercom_pipeline.cli.sync_summary import print_for_people
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sync.access import LaterVersionNeeded, NotPermitted, StreamUnavailable
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.results import Cost, Outcome, SyncResult
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.merge import Changes


def ended(
    read: int,
    outcome: Outcome = Outcome.COMPLETE,
    error: PipelineError | None = None,
    stream: Stream = CATALOG[0],
) -> SyncResult:
    return SyncResult(
        stream=stream,
        outcome=outcome,
        changes={stream.name: Changes(read=read, inserted=read)},
        tables={},
        cost=Cost(requests=2),
        seconds=1.5,
        bookmark_before=None,
        bookmark_after=None,
        error=error,
    )


@pytest.fixture
def many() -> list[SyncResult]:
    """One stream more than a summary gives lines to."""
    return [ended(100 + place, stream=stream) for place, stream in enumerate(CATALOG[:17])]


def test_of_many_streams_the_small_ones_share_a_line(
    many: list[SyncResult], capsys: pytest.CaptureFixture[str]
) -> None:
    """It counts them and sums up; the largest have lines of their own, in the catalog's order."""
    print_for_people(many, Path("there"), 2.0)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines[1:16]] == [each.stream.name for each in many[2:]]
    assert lines[16] == ["2", "others", "201", "201", "0", "0", "4", "1.5", "s"]


def test_a_stream_that_failed_has_a_line_however_small(
    many: list[SyncResult], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is what a person looks for."""
    many[0] = ended(0, Outcome.FAILED, PipelineError("It broke."))
    print_for_people(many, Path("there"), 2.0)
    said = capsys.readouterr().out
    assert f"{many[0].stream.name} " in said
    assert "failed" in said


def test_skipped_streams_are_told_together_where_they_want_the_same(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What would give them stands with them."""
    later, denied = StreamUnavailable("Not here.", fix="Later."), NotPermitted("No.", fix="Tick it.")
    skipped = [
        ended(0, Outcome.SKIPPED, error, stream)
        for stream, error in zip(CATALOG, (later, denied, later), strict=False)
    ]
    print_for_people(skipped, Path("there"), 2.0)
    first, second, third = (stream.name for stream in CATALOG[:3])
    assert f"Skipped: {first}, {third}. Later.\nSkipped: {second}. Tick it.\n" in capsys.readouterr().out


def test_all_that_a_later_version_has_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """With the first version that has it all, in the singular where it is one."""
    skipped = [
        ended(0, Outcome.SKIPPED, LaterVersionNeeded(stream.name, version=version, given="2.14"), stream)
        for stream, version in zip(CATALOG, ("2.15", "2.16"), strict=False)
    ]
    print_for_people(skipped, Path("there"), 2.0)
    first, second = (stream.name for stream in CATALOG[:2])
    told = "2 streams need a later API version; INTERCOM_API_VERSION=2.16 has them all: "
    assert f"\n{told}{first}, {second}.\n" in capsys.readouterr().out
    print_for_people(skipped[:1], Path("there"), 2.0)
    told = "1 stream needs a later API version; INTERCOM_API_VERSION=2.15 has it: "
    assert f"\n{told}{first}.\n" in capsys.readouterr().out


FAILED = ended(0, Outcome.FAILED, PipelineError("It broke."))
DENIED = ended(0, Outcome.FAILED, NotPermitted("No."))
SKIPPED = ended(0, Outcome.SKIPPED, NotPermitted("No."))


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([ended(1), SKIPPED], Exit.OK),
        ([SKIPPED], Exit.OK),
        ([SKIPPED, FAILED], Exit.FAILED),
        ([ended(1), SKIPPED, FAILED], Exit.PARTIAL),
        ([DENIED, SKIPPED], Exit.AUTHORISATION),
        ([DENIED, FAILED], Exit.FAILED),
    ],
)
def test_what_is_skipped_decides_no_exit_code(results: list[SyncResult], code: Exit) -> None:
    """It is neither done nor wrong."""
    assert exit_for_results(results) is code
