"""The client's own requests, held against Intercom's API descriptions."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest

from intercom_pipeline.intercom.client import Client, connect
from intercom_pipeline.intercom.connection import Connection, Secret
from intercom_pipeline.intercom.paging import Page, cursor_pages, numbered_pages, search_pages, single_page
from intercom_pipeline.intercom.search import Filter, Search, all_of, any_of
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from tests import contract

SEARCH = Search(
    query=all_of(
        any_of(Filter("created_at", ">", 1), Filter("created_at", "=", 1)), Filter("updated_at", "<", 2**31)
    ),
    sort_field="updated_at",
)
Listing = Callable[[Client], AsyncGenerator[Page]]
LISTINGS: dict[str, Listing] = {
    "contacts": lambda client: cursor_pages(client, "/contacts", per_page=30),
    "conversations": lambda client: cursor_pages(client, "/conversations", records="conversations"),
    "contact search": lambda client: search_pages(client, "/contacts/search", SEARCH, per_page=30),
    "conversation search": lambda client: search_pages(
        client, "/conversations/search", SEARCH, records="conversations", per_page=30
    ),
    "articles": lambda client: numbered_pages(client, "/articles", per_page=4),
    "admins": lambda client: single_page(client, "/admins", records="admins"),
    "teams": lambda client: single_page(client, "/teams", records="teams"),
    "tags": lambda client: single_page(client, "/tags"),
    "segments": lambda client: single_page(client, "/segments", records="segments"),
}


@contract.needs_descriptions
@pytest.mark.parametrize("version", contract.VERSIONS)
def test_every_request_is_one_the_description_allows(version: str) -> None:
    """Lists, searches and single records: method, route, query and body, in each version described."""

    async def ask(sandbox: Sandbox) -> None:
        connection = Connection(
            token=Secret(sandbox.token), base_url=sandbox.url, version=version, rate_share=1
        )
        async with connect(connection) as client:
            await client.get("/me")
            for listing in LISTINGS.values():
                last = [page async for page in listing(client)][-1]
                assert last.records
            await client.get(f"/contacts/{await first_id(client, 'contacts')}")
            await client.get(f"/conversations/{await first_id(client, 'conversations')}")

    with serve(sizes=Sizes(contacts=70, conversations=40, articles=9, companies=3)) as sandbox:
        asyncio.run(ask(sandbox))
        made = list(sandbox.requests)
    assert len(made) > 15
    for request in made:
        body = msgspec.json.decode(request.body) if request.body else None
        if body:
            # Up to 2.15 the schema leaves `sort` out, though the prose says how sorting compares dates.
            body.pop("sort")
        assert request.headers["intercom-version"] == version
        query = dict(parse_qsl(request.query))
        contract.check_request(version, request.method, request.route, query, body)


async def first_id(client: Client, name: str) -> str:
    async for page in LISTINGS[name](client):
        record: dict[str, Any] = msgspec.json.decode(page.records[0])
        return re.sub(r"[^0-9a-zA-Z]", "", str(record["id"]))
    raise AssertionError(f"no {name}")


def test_the_sandbox_s_records_all_arrive_once() -> None:
    """A list, a search and a listing by number give every record of the workspace, once."""

    async def collect(sandbox: Sandbox) -> dict[str, list[str]]:
        connection = Connection(token=Secret(sandbox.token), base_url=sandbox.url, rate_share=1)
        async with connect(connection) as client:
            return {
                name: [
                    str(msgspec.json.decode(record)["id"])
                    async for page in listing(client)
                    for record in page.records
                ]
                for name, listing in LISTINGS.items()
            }

    options = Options(limit_per_minute=60_000)
    with serve(sizes=Sizes(contacts=100, conversations=50, articles=11), options=options) as sandbox:
        found = asyncio.run(collect(sandbox))
        for name in ("contacts", "conversations", "articles", "admins", "teams"):
            held = sorted(str(record["id"]) for record in sandbox.workspace.records(name))
            assert sorted(found[name]) == held
    assert sorted(found["contact search"]) == sorted(found["contacts"])
    assert sorted(found["conversation search"]) == sorted(found["conversations"])
