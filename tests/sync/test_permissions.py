"""What a token may read is found with few requests, and without writing."""

import asyncio
from collections.abc import Iterator

import pytest

from intercom_pipeline.intercom.client import connect
from intercom_pipeline.intercom.errors import AuthenticationFailed
from intercom_pipeline.intercom.permissions import permission_for
from intercom_pipeline.sandbox import Fault, FaultKind, Options, Sandbox, Sizes, serve
from intercom_pipeline.sync.catalog import CATALOG, stream_named
from intercom_pipeline.sync.permissions import StreamPermission, permissions
from intercom_pipeline.sync.stream import Stream
from tests.syncing import connection_to


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=Sizes(contacts=5, conversations=3), options=Options(limit_per_minute=600_000)) as served:
        yield served


@pytest.fixture(autouse=True)
def as_it_was(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.faults.clear()
    sandbox.conditions.missing_permissions = set()
    sandbox.conditions.token = sandbox.token


def permissions_in(
    sandbox: Sandbox, version: str = "2.17", streams: tuple[Stream, ...] = CATALOG
) -> dict[str, StreamPermission]:
    async def ask() -> list[StreamPermission]:
        async with connect(connection_to(sandbox, version=version)) as client:
            return await permissions(client, streams)

    return {each.stream: each for each in asyncio.run(ask())}


@pytest.mark.parametrize("version", ["2.11", "2.14", "2.17", "app"])
def test_every_stream_that_can_be_asked_for_answers(sandbox: Sandbox, version: str) -> None:
    """All but those that a setting names and those of a later version; nothing is guessed."""
    told = permissions_in(sandbox, version)
    assert list(told) == [stream.name for stream in CATALOG]
    for stream in CATALOG:
        later = version != "app" and stream.minimum_version > version
        named = bool(stream.parent and stream.parent.setting)
        each = told[stream.name]
        assert each.answers is (None if later or named else True), each
        assert bool(each.reason) is (each.answers is None)


def test_it_costs_few_requests_and_writes_nothing(sandbox: Sandbox) -> None:
    """A request for each distinct question; POSTs are searches and lists, and no scroll is opened."""
    sandbox.requests.reset()
    permissions_in(sandbox)
    asked = list(sandbox.requests)
    assert len(asked) == len({(request.method, request.path, request.query) for request in asked}) <= 32
    posted = {request.path for request in asked if request.method != "GET"}
    assert posted == {"/contacts/search", "/conversations/search", "/tickets/search", "/companies/list"}
    assert "/companies/scroll" not in {request.path for request in asked}


def test_a_missing_permission_is_told_for_each_stream_that_needs_it(sandbox: Sandbox) -> None:
    """Streams that are asked for record by record go by the stream of those records."""
    sandbox.conditions.missing_permissions = {"contacts"}
    told = permissions_in(sandbox)
    refused = {name for name, each in told.items() if each.answers is False}
    assert refused == {"contacts", "contact_notes", "contact_segments", "segments", "subscription_types"}
    assert "403" in told["contacts"].reason


def test_a_stream_asked_for_by_records_needs_the_permission_of_those(sandbox: Sandbox) -> None:
    """So the answer for one holds for the other."""
    for stream in CATALOG:
        if stream.parent and stream.parent.table and "{id}" in stream.path:
            assert stream.permission == stream_named(stream.parent.table).permission
    told = permissions_in(sandbox, streams=(stream_named("contact_notes"),))
    assert told["contact_notes"].answers is True


@pytest.mark.parametrize("stream", ["admins", "articles", "contacts", "conversations"])
def test_an_everyday_request_needs_what_the_stream_needs(stream: str) -> None:
    """What is missing is told in the same words by both."""
    assert permission_for(stream_named(stream).path) == stream_named(stream).permission
    assert permission_for(f"/{stream}/1") == stream_named(stream).permission


def test_what_a_workspace_does_not_have_is_no_missing_permission(sandbox: Sandbox) -> None:
    """Nor is what Intercom fails to answer."""
    sandbox.faults.add(
        Fault(kind=FaultKind.NOT_FOUND, match="GET /news/newsfeeds"),
        Fault(kind=FaultKind.ERROR_503_HTML, match="GET /tags"),
    )
    told = permissions_in(sandbox)
    assert told["newsfeeds"].answers is None
    assert "does not have" in told["newsfeeds"].reason
    assert told["tags"].answers is None
    assert "503" in told["tags"].reason


def test_a_refused_token_raises(sandbox: Sandbox) -> None:
    """It may read nothing, whatever its permissions."""
    sandbox.conditions.token = None
    with pytest.raises(AuthenticationFailed):
        permissions_in(sandbox)
