"""Reporting data: a download that is not the dataset's file changes nothing, and none of a file is lost."""

import gzip
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from intercom_pipeline.intercom.errors import ResponseInvalid
from intercom_pipeline.sandbox import Fault, FaultKind, Options, Sandbox, Sizes, serve
from intercom_pipeline.sync.catalog import stream_named
from intercom_pipeline.sync.exported_file import Attribute, Dataset, ExportedFile, ExportTooLarge
from intercom_pipeline.sync.options import Options as RunOptions
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.sync.run import run
from intercom_pipeline.warehouse.files import DataFolder
from tests.syncing import IMPATIENT, connection_to, select

SIZES = Sizes(contacts=20, conversations=12, articles=0, companies=5, tickets=6, long_conversations=0)
DOWNLOAD = "GET /download/reporting_data/{id}"
FLAGGED = "SELECT count(*) FROM reporting_data WHERE _deleted_at IS NOT NULL"

Serving = Callable[..., Sandbox]


@pytest.fixture
def serving() -> Iterator[Serving]:
    """Serves a sandbox whose exports are as its options say."""
    served: list[Any] = []

    def begin(**options: Any) -> Sandbox:
        known = Options(limit_per_minute=6_000_000, export_polls=0, **options)
        served.append(serve(sizes=SIZES, options=known, seed=6))
        sandbox: Sandbox = served[-1].__enter__()
        return sandbox

    yield begin
    for each in served:
        each.__exit__(None, None, None)


def export(sandbox: Sandbox, folder: Path, dataset: str = "conversation", **changes: Any) -> SyncResult:
    """Sync reporting data; `changes` are those of the connection."""
    options = RunOptions(run_id=uuid4().hex, reporting_datasets=(dataset,))
    connection = connection_to(sandbox, version="2.16", **changes)
    events = run(
        [stream_named("reporting_data")], connection=connection, folder=DataFolder(folder), options=options
    )
    [result] = [event for event in events if isinstance(event, SyncResult)]
    return result


def values(folder: Path) -> list[dict[str, Any]]:
    """What the rows hold that are there."""
    rows = select(folder, 'SELECT "values" FROM reporting_data WHERE _deleted_at IS NULL')
    return [json.loads(text) for (text,) in rows]


def retitle(sandbox: Sandbox, place: int, title: str) -> None:
    conversation = sandbox.workspace.records("conversations")[place]
    sandbox.workspace.update("conversations", conversation["id"], title=title)


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        ({}, (FaultKind.HTML, FaultKind.EMPTY, FaultKind.TRUNCATED)),
        ({"export_gzipped": False}, (FaultKind.TRUNCATED, FaultKind.BAD_UTF8)),
    ],
    ids=["gzipped", "plain"],
)
def test_a_download_that_is_no_file_of_the_dataset_flags_nothing(
    serving: Serving, tmp_path: Path, options: dict[str, Any], kinds: tuple[FaultKind, ...]
) -> None:
    """It is asked for as often as patience allows, then the stream fails; what was stored stays."""
    sandbox = serving(**options)
    retitle(sandbox, 5, "long " * 20_000)  # half the file ends within it
    assert export(sandbox, tmp_path).outcome is Outcome.COMPLETE
    for kind in kinds:
        sandbox.faults.clear()
        sandbox.faults.add(Fault(kind=kind, match=DOWNLOAD))
        sandbox.requests.reset()
        failed = export(sandbox, tmp_path)
        assert failed.outcome is Outcome.FAILED
        assert isinstance(failed.error, ResponseInvalid)
        assert sandbox.requests.count(DOWNLOAD) == IMPATIENT.attempts
        assert select(tmp_path, FLAGGED) == [(0,)]


def test_a_download_that_was_spoiled_once_is_asked_for_again(serving: Serving, tmp_path: Path) -> None:
    """The second try counts; no further job is begun."""
    sandbox = serving()
    sandbox.faults.add(Fault(kind=FaultKind.HTML, match=DOWNLOAD, times=1))
    assert export(sandbox, tmp_path).total.inserted == SIZES.conversations
    assert sandbox.requests.count(DOWNLOAD) == 2
    assert sandbox.requests.count("POST /export/reporting_data/enqueue") == 1


def test_a_file_with_other_columns_is_refused(serving: Serving, tmp_path: Path) -> None:
    """As many as were asked for, under names that none of them has; the error quotes none of the file."""
    failed = export(serving(export_header="prefix"), tmp_path)
    assert isinstance(failed.error, ResponseInvalid)
    assert "11 columns asked for are missing" in failed.error.why


@pytest.mark.parametrize("heading", ["id", "qualified_id", "name"])
def test_columns_may_be_headed_by_ids_or_names(serving: Serving, tmp_path: Path, heading: str) -> None:
    """Intercom describes neither, and both are read; the rows are all there."""
    sandbox = serving(export_header=heading)
    assert export(sandbox, tmp_path).outcome is Outcome.COMPLETE
    key = {"id": "conversation_id", "qualified_id": "conversation.conversation_id", "name": "Conversation ID"}
    true = {record["id"] for record in sandbox.workspace.records("conversations")}
    assert {row[key[heading]] for row in values(tmp_path)} == true


def test_two_columns_of_one_name_are_both_kept(serving: Serving, tmp_path: Path) -> None:
    """The second is numbered."""
    sandbox = serving()
    export(sandbox, tmp_path, "ticket")
    true = {(ticket["ticket_id"], ticket["id"]) for ticket in sandbox.workspace.records("tickets")}
    assert {(row["Ticket ID"], row["Ticket ID_2"]) for row in values(tmp_path)} == true


def test_cells_beyond_the_header_are_kept(serving: Serving, tmp_path: Path) -> None:
    """In a list of their own, beside what the header names."""
    export(serving(export_spare_cells=2), tmp_path)
    rows = values(tmp_path)
    assert len(rows) == SIZES.conversations
    assert all(row["_remainder"] == ["spare 0", "spare 1"] and len(row) == 12 for row in rows)


def test_a_long_cell_is_kept_whole(serving: Serving, tmp_path: Path) -> None:
    """Longer than 131,072 characters, where Python's csv stops by itself."""
    sandbox = serving()
    title = 'a "title",\r\n' * 20_000
    retitle(sandbox, 0, title)
    assert export(sandbox, tmp_path).outcome is Outcome.COMPLETE
    assert title in {row["Title"] for row in values(tmp_path)}


def test_a_byte_order_mark_is_no_part_of_a_name(serving: Serving, tmp_path: Path) -> None:
    """The first column is found under its name."""
    sandbox = serving(export_marked=True)
    export(sandbox, tmp_path)
    true = {record["id"] for record in sandbox.workspace.records("conversations")}
    assert {row.get("Conversation ID") for row in values(tmp_path)} == true


def test_a_file_that_unpacks_to_too_much_is_refused_at_once(serving: Serving, tmp_path: Path) -> None:
    """The error names the dataset and what to do; the file is not asked for again, and nothing is flagged."""
    sandbox = serving()
    export(sandbox, tmp_path)
    for place in range(SIZES.conversations):
        retitle(sandbox, place, "x" * 90_000)
    sandbox.requests.reset()
    failed = export(sandbox, tmp_path, max_response_bytes=60_000)
    assert isinstance(failed.error, ExportTooLarge)
    assert "conversation" in failed.error.what
    assert "INTERCOM_REPORTING_DATASETS" in failed.error.fix
    assert sandbox.requests.count(DOWNLOAD) == 1
    assert select(tmp_path, FLAGGED) == [(0,)]


def test_a_file_of_many_rows_is_bounded_as_a_whole() -> None:
    """Each row is short, and all of them are over sixteen times what an answer may have."""
    dataset = Dataset(id="calls", attributes=[Attribute(id="id")])
    body = gzip.compress(b"id\r\n" + b"1234567\r\n" * 2_000)
    ExportedFile(dataset=dataset, most_bytes=1_200, body=body).check()
    with pytest.raises(ExportTooLarge):
        ExportedFile(dataset=dataset, most_bytes=1_100, body=body).check()


def test_a_file_is_never_held_unpacked() -> None:
    """Reading a text of 12 MB takes less than a fifth of that in memory."""
    dataset = Dataset(id="calls", attributes=[Attribute(id="id"), Attribute(id="note")])
    body = gzip.compress(b"id,note\r\n" + (b"1," + b"x" * 119_996 + b"\r\n") * 100)
    file = ExportedFile(dataset=dataset, most_bytes=2**26, body=body)
    tracemalloc.start()
    try:
        file.check()
        assert sum(1 for _ in file.records()) == 100
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000 / 5


def test_a_row_that_changes_is_another_row(serving: Serving, tmp_path: Path) -> None:
    """Rows have no id: the one before is flagged, and the new one takes its place."""
    sandbox = serving()
    export(sandbox, tmp_path)
    retitle(sandbox, 3, "Another title")
    changed = export(sandbox, tmp_path)
    assert (changed.total.inserted, changed.total.removed) == (1, 1)
    assert [row["Title"] for row in values(tmp_path)].count("Another title") == 1
    assert select(tmp_path, FLAGGED) == [(1,)]


def test_what_intercom_keeps_is_asked_for_where_all_is_refused(serving: Serving, tmp_path: Path) -> None:
    """Reporting data may be kept for two years only; asking further back is refused."""
    sandbox = serving()
    sandbox.faults.add(
        Fault(kind=FaultKind.UNPROCESSABLE, match="POST /export/reporting_data/enqueue", times=1)
    )
    assert export(sandbox, tmp_path).outcome is Outcome.COMPLETE
    starts = [json.loads(asked.body)["start_time"] for asked in sandbox.requests if asked.method == "POST"]
    assert len(starts) == 2
    assert starts[0] < starts[1]
