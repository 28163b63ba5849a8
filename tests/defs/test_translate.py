"""Previews and progress lines, as people read them."""

import logging
from typing import Any

import pytest

from intercom_pipeline.defs.run_log import logged
from intercom_pipeline.defs.translate import preview
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sync.access import LaterVersionNeeded
from intercom_pipeline.sync.catalog import stream_named
from intercom_pipeline.sync.options import Work
from intercom_pipeline.sync.results import Cost, Outcome, StreamProgress, SyncResult
from intercom_pipeline.warehouse.merge import Changes
from intercom_pipeline.warehouse.warehouse import Glance


def test_a_preview_stands_on_its_side_and_leaves_out_empty_columns() -> None:
    """A column of the table is a line; a column without any value in the rows shown is left out."""
    rows: tuple[dict[str, str | None], ...] = (
        {"id": "1", "name": "Ada", "gone": None},
        {"id": "2", "name": None, "gone": None},
    )
    assert preview(Glance(rows=2, preview=rows)).splitlines() == [
        "| column | row 1 | row 2 |",
        "| --- | --- | --- |",
        "| id | 1 | 2 |",
        "| name | Ada |  |",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", r"a\|b"),
        ("<img src=x>", r"\<img src\=x\>"),
        ("![](https://x.test/p.png)", r"\!\[\]\(https\:\/\/x\.test\/p\.png\)"),
        ("two\nlines", "two lines"),
        ("back\\slash `code`", r"back\\slash \`code\`"),
        ("é ツ", "é ツ"),
    ],
)
def test_what_people_wrote_formats_nothing(text: str, shown: str) -> None:
    """A title in a preview is shown as it is: no image is loaded, no cell is broken."""
    lines = preview(Glance(rows=1, preview=({"title": text},))).splitlines()
    assert lines[2] == f"| title | {shown} |"


def test_an_empty_table_says_so() -> None:
    """There is nothing to preview."""
    assert preview(Glance(rows=0, preview=())) == "No rows."


def progress(stream: str, records: int, expected: int | None, seconds: float) -> StreamProgress:
    cost = Cost(requests=4, waited_seconds=1.25)
    return StreamProgress(stream=stream, records=records, expected=expected, seconds=seconds, cost=cost)


def test_a_line_on_progress_tells_records_rate_and_waits(caplog: pytest.LogCaptureFixture) -> None:
    """The rate is that since the line before; a stream whose total is unknown has none."""
    log: Any = logging.getLogger("run")
    caplog.set_level(logging.INFO)
    events = [
        [],
        [progress("contacts", 300, 5000, 1.0), progress("articles", 10, None, 1.0)],
        [progress("contacts", 900, 5000, 3.0), progress("articles", 10, None, 3.0)],
    ]
    assert list(logged(events, log, every=0)) == []
    waits = "4 requests, 0.3 s waited for the rate limit each"
    assert caplog.messages == [
        "Connecting to Intercom.",
        f"contacts: 300 of 5,000 records (300/s), {waits}; articles: 10 records (10/s), {waits}.",
        f"contacts: 900 of 5,000 records (300/s), {waits}; articles: 10 records (0/s), {waits}.",
    ]


def test_a_line_on_progress_counts_what_waits_and_announces_no_less_than_was_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """More records may turn up than were expected; one record is one record."""
    log: Any = logging.getLogger("run")
    caplog.set_level(logging.INFO)
    waiting = StreamProgress(stream="tags", records=0, expected=None, seconds=1.0, cost=Cost())
    events = [[progress("contacts", 3, 2, 1.0), progress("admins", 1, None, 1.0), waiting]]
    assert list(logged(events, log, every=0)) == []
    waits = "4 requests, 0.3 s waited for the rate limit each"
    assert caplog.messages == [
        f"contacts: 3 records (3/s), {waits}; admins: 1 record (1/s), {waits}; 1 waiting."
    ]


def ended(name: str, changes: Changes, error: PipelineError | None = None) -> SyncResult:
    return SyncResult(
        stream=stream_named(name),
        outcome=Outcome.SKIPPED if error else Outcome.COMPLETE,
        changes={name: changes},
        tables={},
        cost=Cost(requests=1, retries=1),
        seconds=2.0,
        bookmark_before=None,
        bookmark_after=None,
        error=error,
    )


def test_a_sweep_tells_what_it_compared_and_what_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    """Not how many rows are new."""
    log: Any = logging.getLogger("run")
    caplog.set_level(logging.INFO)
    results = [ended("contacts", Changes(read=498, removed=4)), ended("articles", Changes(read=1, updated=1))]
    assert list(logged(results, log, work=Work.SWEEP)) == results
    sent = "1 request, 1 sent again, 0.0 s waited for the rate limit each"
    assert caplog.messages == [
        f"contacts: complete after 2.0 s; 498 records compared, 4 gone; {sent}.",
        f"articles: complete after 2.0 s; 1 record compared, 0 gone, 1 brought up to date; {sent}.",
    ]


def test_what_was_skipped_is_told_once_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """Whenever it was skipped, with what would give it."""
    log: Any = logging.getLogger("run")
    caplog.set_level(logging.INFO)
    later = [
        ended(name, Changes(), LaterVersionNeeded(name, version="2.15", given="2.14"))
        for name in ("brands", "emails")
    ]
    results = [*later, ended("tags", Changes(read=1, inserted=1))]
    assert list(logged(results, log)) == results
    done, skipped = caplog.messages
    assert done.startswith("tags: complete after 2.0 s; 1 record read: 1 new")
    assert (
        skipped
        == "2 streams need a later API version; INTERCOM_API_VERSION=2.15 has them all: brands, emails."
    )
