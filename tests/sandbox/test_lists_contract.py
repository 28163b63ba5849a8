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
    Listed(route="/news/news_items", kind="news_items", one="/news/news_items/{id}"),
    Listed(route="/news/newsfeeds", kind="newsfeeds", one="/news/newsfeeds/{id}"),
    Listed(route="/subscription_types", kind="subscription_types"),
    Listed(route="/ai/external_pages", kind="external_pages", one="/ai/external_pages/{id}", since="2.12"),
    Listed(
        route="/ai/content_import_sources",
        kind="content_import_sources",
        one="/ai/content_import_sources/{id}",
        since="2.12",
    ),
    Listed(route="/internal_articles", kind="internal_articles", one="/internal_articles/{id}", since="2.13"),
    Listed(route="/away_status_reasons", kind="away_status_reasons", since="2.14"),
    Listed(route="/brands", kind="brands", one="/brands/{id}", since="2.15"),
    Listed(route="/emails", kind="emails", one="/emails/{id}", since="2.15"),
    Listed(route="/macros", kind="macros", one="/macros/{id}", since="2.16"),
    Listed(route="/audiences", kind="audiences", one="/audiences/{id}", since="2.16"),
    Listed(route="/content_snippets", kind="content_snippets", one="/content_snippets/{id}", since="2.16"),
    Listed(
        route="/office_hours_schedules",
        kind="office_hours_schedules",
        one="/office_hours_schedules/{id}",
        since="2.16",
    ),
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
