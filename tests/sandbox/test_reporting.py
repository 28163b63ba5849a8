"""The reporting export: a job is enqueued, asked about, and its file holds the workspace's own records."""

import csv
import gzip
from typing import Any

import httpx
import pytest

from tests.contract import check_request, check_response, needs_descriptions
from tests.sandbox.conftest import NOON, Asker, Start

_EXPORT = "/export/reporting_data"
_COLUMNS = ["conversation_id", "conversation_started_at", "user_id"]
_ALWAYS = {"start_time": 0, "end_time": int(NOON)}
_WANTED: dict[str, Any] = {"dataset_id": "conversation", "attribute_ids": _COLUMNS, **_ALWAYS}


def _enqueue(asker: Asker, version: str = "2.16", **changed: Any) -> httpx.Response:
    body = {name: value for name, value in (_WANTED | changed).items() if value is not None}
    return asker.ask("POST", f"{_EXPORT}/enqueue", version=version, json=body)


def _file(asker: Asker, job: str, version: str = "2.16") -> httpx.Response:
    accept = {"Accept": "application/octet-stream"}
    return asker.ask("GET", f"/download/reporting_data/{job}", version=version, headers=accept)


def _rows(asker: Asker, version: str, **changed: Any) -> list[dict[str, str]]:
    job = _enqueue(asker, version, **changed).json()["job_identifier"]
    states = [asker.get(f"{_EXPORT}/{job}", version=version)["status"] for _ in range(2)]
    assert states == ["pending", "complete"]
    text = gzip.decompress(_file(asker, job, version).content).decode()
    return list(csv.DictReader(text.splitlines()))


def test_the_file_holds_every_conversation_of_the_time(asker: Asker) -> None:
    """A row a conversation created from the first to the last second, under the attributes' names."""
    truth = {one["id"]: one for one in asker.sandbox.workspace.records("conversations")}
    rows = _rows(asker, "2.16")
    assert [row["Conversation ID"] for row in rows] == list(truth)
    assert all(
        row["User ID"] == truth[row["Conversation ID"]]["contacts"]["contacts"][0]["id"] for row in rows
    )
    third = list(truth.values())[2]["created_at"]
    some = _rows(asker, "2.16", start_time=third, end_time=third)
    assert [row["Conversation ID"] for row in some] == [
        one["id"] for one in truth.values() if one["created_at"] == third
    ]


def test_tickets_are_exported_too(asker: Asker) -> None:
    """The second dataset holds a row a ticket."""
    wanted = {"dataset_id": "ticket", "attribute_ids": ["ticket_id", "ticket_category"]}
    rows = _rows(asker, "2.16", **wanted)
    truth = [(one["ticket_id"], one["category"]) for one in asker.sandbox.workspace.records("tickets")]
    assert [(row["Ticket ID"], row["Ticket category"]) for row in rows] == truth


def test_attributes_have_qualified_ids_from_2_16_on(asker: Asker) -> None:
    """They are listed and understood there, and neither before."""
    for version, known in (("2.15", False), ("2.16", True)):
        listed = asker.get(f"{_EXPORT}/get_datasets", version=version)["data"]
        assert all(("qualified_id" in one) is known for dataset in listed for one in dataset["attributes"])
        asked = _enqueue(asker, version, attribute_ids=["people.user_id"])
        assert asked.status_code == (200 if known else 400)


def test_before_2_16_conversations_without_a_customers_word_are_left_out(asker: Asker) -> None:
    """An older version's file is a part of the newest one's."""
    workspace = asker.sandbox.workspace
    silent = workspace.create_conversation()
    opened = silent["source"] | {"author": {"type": "admin", "id": "1", "name": "A", "email": "a@x.test"}}
    workspace.update("conversations", silent["id"], source=opened)
    missing = {row["Conversation ID"] for row in _rows(asker, "2.16")} - {
        row["Conversation ID"] for row in _rows(asker, "2.14")
    }
    assert silent["id"] in missing


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"dataset_id": None}, "'dataset_id' is a required parameter"),
        ({"dataset_id": "imaginary"}, "imaginary is not a valid dataset_id"),
        ({"attribute_ids": []}, "attribute_ids must contain at least one attribute_id"),
        ({"attribute_ids": "id"}, "'attribute_ids' id must be of type Array"),
        ({"attribute_ids": ["shoe"]}, "attribute_ids invalid for conversation dataset: shoe"),
        (
            {"attribute_ids": ["people.conversation_id"]},
            "attribute_ids invalid for conversation dataset: people.conversation_id",
        ),
        ({"start_time": "monday"}, "'start_time' monday must be of type Integer"),
        ({"end_time": -1}, "end_time must be after start_time"),
    ],
)
def test_a_wrong_request_is_refused(asker: Asker, changed: dict[str, Any], message: str) -> None:
    """What a job lacks or has wrong is said in the answer."""
    response = _enqueue(asker, **changed)
    assert (response.status_code, response.json()["errors"][0]["message"]) == (400, message)


def test_only_so_many_jobs_may_be_pending(start: Start) -> None:
    """One job too many is a 429; once another is done there is room again."""
    asker = start(exports_at_once=2, export_polls=1)
    first, second, third = (_enqueue(asker) for _ in range(3))
    assert [first.status_code, second.status_code, third.status_code] == [200, 200, 429]
    assert third.json()["errors"][0]["code"] == "rate_limit_exceeded"
    asker.get(f"{_EXPORT}/{first.json()['job_identifier']}")
    assert _enqueue(asker).status_code == 200


def test_a_job_may_fail_and_its_file_may_be_gone(start: Start) -> None:
    """A failed job has no file, and a complete one's is a 404 once it has expired."""
    failing = start(export_fails=True, export_polls=0)
    job = _enqueue(failing).json()["job_identifier"]
    assert failing.get(f"{_EXPORT}/{job}")["status"] == "failed"
    assert _file(failing, job).status_code == 404
    asker = start(export_polls=0, export_gzipped=False, export_expires_after_seconds=60)
    job = _enqueue(asker).json()["job_identifier"]
    assert _file(asker, job).content.startswith(b"Conversation ID,")
    assert asker.ask("GET", f"/download/reporting_data/{job}", version="2.16").status_code == 406
    asker.sandbox.workspace.clock.advance(61)
    assert _file(asker, job).status_code == 404


@needs_descriptions
@pytest.mark.parametrize("version", ["2.14", "2.15", "2.16"])
def test_the_export_is_as_described(asker: Asker, version: str) -> None:
    """Each step's answer is in the described shape; before 2.14 there is none of it."""
    datasets = asker.get(f"{_EXPORT}/get_datasets", version=version)
    check_response(version, "GET", f"{_EXPORT}/get_datasets", 200, datasets)
    check_request(version, "POST", f"{_EXPORT}/enqueue", {}, _WANTED)
    job = _enqueue(asker, version).json()
    check_response(version, "POST", f"{_EXPORT}/enqueue", 200, job)
    for _ in range(2):
        told = asker.get(f"{_EXPORT}/{job['job_identifier']}", version=version)
        check_response(version, "GET", f"{_EXPORT}/{{id}}", 200, told)
    gone = asker.ask("GET", f"{_EXPORT}/none", version=version)
    check_response(version, "GET", f"{_EXPORT}/{{id}}", gone.status_code, gone.json())
    assert gone.status_code == 404
    assert _enqueue(asker, "2.13").status_code == 400
