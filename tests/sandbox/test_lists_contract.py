"""The workspace's short lists are answered as Intercom describes them, from their version on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from intercom_pipeline.sandbox import Options, serve
from intercom_pipeline.sandbox.options import VERSIONS as SERVED
from intercom_pipeline.sandbox.versions import at_least
from tests.contract import VERSIONS, check_response, needs_descriptions
from tests.sandbox.conftest import NOON, SMALL, Asker

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
_MISSING = {
    "brands": "Brand not found",
    "emails": "Email setting not found",
    "macros": "Macro not found",
    "content_snippets": "Content snippet not found",
}
_DESCRIBED = [
    pytest.param(listed, version, id=f"{listed.kind}-{version}")
    for listed in LISTS
    for version in VERSIONS
    if at_least(version, listed.since)
]


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    """One small sandbox for all of these tests: they only read."""
    options = Options(now=NOON, limit_per_minute=600_000)
    with (
        serve(sizes=SMALL, options=options) as sandbox,
        httpx.Client(base_url=sandbox.url, timeout=10, trust_env=False) as http,
    ):
        yield Asker(sandbox=sandbox, http=http)


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
    refused = _ask(asker, version, listed.one, listed.one.format(id="1"), status=404)
    assert refused["errors"][0]["message"] == _MISSING.get(listed.kind, "Resource Not Found")


@pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed.kind)
def test_an_older_version_does_not_know_a_newer_list(asker: Asker, listed: Listed) -> None:
    """Before its version an endpoint answers 400 `intercom_version_invalid`, as Intercom does."""
    for version in SERVED:
        response = asker.ask("GET", listed.route, version=version)
        known = at_least(version, listed.since)
        assert response.status_code == (200 if known else 400)
        assert known or response.json()["errors"][0]["code"] == "intercom_version_invalid"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_attributes_defined_are_as_described(asker: Asker, version: str) -> None:
    """Archived ones are listed when asked for; conversations' have a list of their own from 2.16 on."""
    route, apart = "/data_attributes", at_least(version, "2.16")
    for model in ("contact", "company"):
        every = _ask(asker, version, route, f"{route}?model={model}&include_archived=true")["data"]
        live = _ask(asker, version, route, f"{route}?model={model}")["data"]
        assert {one["model"] for one in every} == {model}
        assert live == [one for one in every if not one["archived"]] != every
    of_conversations = f"{route}?model=conversation&include_archived=true"
    truth = asker.sandbox.workspace.records("conversation_attributes")
    if not apart:
        shown = _ask(asker, version, route, of_conversations)["data"]
    else:
        assert _ask(asker, version, route, of_conversations, status=422)["errors"][0]["code"]
        route = "/conversations/attributes"
        shown = _ask(asker, version, route, f"{route}?include_archived=true")["data"]
        assert shown == truth
        one = f"{route}/{{id}}"
        assert _ask(asker, version, one, one.format(id=truth[0]["id"])) == truth[0]
        assert len(_ask(asker, version, route, route)["data"]) == len(truth) - 1
    assert [one["name"] for one in shown] == [one["name"] for one in truth]


@pytest.mark.parametrize("version", [version for version in VERSIONS if at_least(version, "2.13")])
def test_custom_objects_are_as_described(asker: Asker, version: str) -> None:
    """One instance is read by either id; a list of them needs 2.16; an unknown type is a 404."""
    workspace, route = asker.sandbox.workspace, "/custom_object_instances/{type}"
    orders = [one for one in workspace.records("custom_objects") if one["type"] == "Order"]
    for order in orders:
        by_id = f"/custom_object_instances/Order/{order['id']}"
        assert _ask(asker, version, f"{route}/{{id}}", by_id) == order
        by_external_id = f"/custom_object_instances/Order?external_id={order['external_id']}"
        single = asker.get(by_external_id, version=version)
        check_response(version, "GET", f"{route}/{{id}}", 200, single)
        assert single == order
    _ask(asker, version, route, "/custom_object_instances/Shoe?external_id=1", status=404)
    _ask(asker, version, f"{route}/{{id}}", "/custom_object_instances/Order/none", status=404)
    if not at_least(version, "2.16"):
        _ask(asker, version, route, "/custom_object_instances/Order", status=400)
        return
    listed = _ask(asker, version, route, "/custom_object_instances/Order?per_page=150")
    assert sorted(one["id"] for one in listed["data"]) == sorted(one["id"] for one in orders)
    holder = next(one for one in workspace.records("contacts") if "order" in one["custom_attributes"])
    of_holder = f"/custom_object_instances/Order?references_contact_id={holder['id']}"
    assert asker.get(of_holder, version=version)["data"] == holder["custom_attributes"]["order"]["instances"]
    assert asker.ask("GET", f"{of_holder}&per_page=151", version=version).status_code == 400
