"""Previews and progress lines, as people read them."""

import logging
from typing import Any

import pytest

from intercom_pipeline.defs.run_log import logged
from intercom_pipeline.defs.translate import preview
from intercom_pipeline.sync.results import Cost, StreamProgress
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
    waits = "4 requests, 1.2 s waited for the rate limit"
    assert caplog.messages == [
        "Connecting to Intercom.",
        f"contacts: 300 of 5,000 records (300/s), {waits}; articles: 10 records (10/s), {waits}.",
        f"contacts: 900 of 5,000 records (300/s), {waits}; articles: 10 records (0/s), {waits}.",
    ]
