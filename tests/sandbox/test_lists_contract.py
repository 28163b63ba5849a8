"""The workspace's short lists are answered as Intercom describes them, from their version on."""

from dataclasses import dataclass
from typing import Any

import pytest

from intercom_pipeline.sandbox.versions import at_least
from tests.contract import VERSIONS, check_response, needs_descriptions
from tests.sandbox.conftest import Asker

pytestmark = needs_descriptions


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A list endpoint; `one` is the route of a single record, where there is one."""

    route: str
    kind: str
    one: str | None = None
    since: str = "2.11"
    query: str = ""


LISTS = (
    Listed(route="/help_center/collections", kind="collections", one="/help_center/collections/{id}"),
    Listed(route="/help_center/help_centers", kind="help_centers", one="/help_center/help_centers/{id}"),
)
_DESCRIBED = [
    pytest.param(listed, version, id=f"{listed.kind}-{version}")
    for listed in LISTS
    for version in VERSIONS
    if at_least(version, listed.since)
]


def _ask(asker: Asker, version: str, route: str, path: str, *, status: int = 200) -> Any:
    response = asker.ask("GET", path, version=version)
    assert response.status_code == status, response.text
    check_response(version, "GET", route, status, response.json())
    return response.json()


@pytest.mark.parametrize(("listed", "version"), _DESCRIBED)
def test_a_list_and_its_records_are_as_described(asker: Asker, listed: Listed, version: str) -> None:
    """The list holds every record, each as its own read and the source's truth show it."""
    truth = {record["id"]: record for record in asker.sandbox.workspace.records(listed.kind, version=version)}
    answer = _ask(asker, version, listed.route, f"{listed.route}{listed.query}")
    assert {record["id"]: record for record in answer["data"]} == truth
    assert truth
    if listed.one is None:
        return
    for identity, record in truth.items():
        assert _ask(asker, version, listed.one, listed.one.format(id=identity)) == record
    _ask(asker, version, listed.one, listed.one.format(id="1"), status=404)
