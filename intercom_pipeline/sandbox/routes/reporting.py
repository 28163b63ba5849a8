"""The reporting data export: datasets, a job, its state, its file."""

from typing import Any

from intercom_pipeline.sandbox.datasets import DATASETS, dataset_of, rows
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import ApiError, invalid

_EXPORT, _DOWNLOAD = "/export/reporting_data", "/download/reporting_data/{id}"
_FILE = "application/octet-stream"
_NAMES = ("dataset_id", "attribute_ids", "start_time", "end_time")


def _datasets(call: Call) -> Answer:
    shown = [dataset.shown(call.version) for dataset in DATASETS.values()]
    return json_answer({"type": "list", "data": shown})


def _enqueue(call: Call) -> Answer:
    identity, attributes, begin, end = (_given(call, name) for name in _NAMES)
    dataset = dataset_of(identity)
    columns = dataset.columns(_ids(attributes), call.version)
    between = _second("start_time", begin), _second("end_time", end)
    if between[1] < between[0]:
        raise invalid("end_time must be after start_time", code="bad_request")
    exports = call.workspace.exports
    return json_answer(exports.told(exports.enqueue(dataset, columns, between, call.version)))


def _given(call: Call, name: str) -> Any:
    if call.body.get(name) is None:
        raise invalid(f"'{name}' is a required parameter", code="bad_request")
    return call.body[name]


def _ids(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise invalid(f"'attribute_ids' {value} must be of type Array", code="bad_request")
    if not value:
        raise invalid("attribute_ids must contain at least one attribute_id", code="bad_request")
    return [str(one) for one in value]


def _second(name: str, value: Any) -> int:
    if not isinstance(value, int):
        raise invalid(f"'{name}' {value} must be of type Integer", code="bad_request")
    return value


def _status(call: Call) -> Answer:
    return json_answer(call.workspace.exports.poll(call.id))


def _download(call: Call) -> Answer:
    if call.headers.get("accept") != _FILE:
        raise ApiError(status=406, code="not_acceptable", message=f"The Accept header must be {_FILE}")
    exports = call.workspace.exports
    job = exports.finished(call.id)
    records = iter(call.workspace.collections[job.dataset.kind])
    found = list(rows(records, job.columns, between=job.between, version=job.version))
    return Answer(body=exports.file(job.columns, found), headers={"Content-Type": _FILE})


def _endpoint(method: str, route: str, answer: Any) -> Endpoint:
    return Endpoint(method=method, route=route, family="reporting", answer=answer, since="2.14")


ENDPOINTS = (
    _endpoint("GET", f"{_EXPORT}/get_datasets", _datasets),
    _endpoint("POST", f"{_EXPORT}/enqueue", _enqueue),
    _endpoint("GET", f"{_EXPORT}/{{id}}", _status),
    _endpoint("GET", _DOWNLOAD, _download),
)
