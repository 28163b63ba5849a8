"""Network faults on real sockets: no wrong data, no hang, and every failure a member of the error family."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from intercom_pipeline.intercom import errors
from intercom_pipeline.intercom.client import Client, connect
from intercom_pipeline.intercom.connection import Connection, Patience, Secret
from intercom_pipeline.intercom.errors import Applied, IntercomError
from intercom_pipeline.intercom.paging import cursor_pages, search_pages
from intercom_pipeline.intercom.search import Filter, Search
from tests.intercom.faults import (
    GOOD,
    HTML,
    Behaviour,
    breaks_off,
    drips,
    faulty,
    hangs,
    http,
    resets,
    says,
    zipped,
)

CANARY = "canary-token-0123456789"
ATTEMPTS = 4
QUICK = Patience(attempts=ATTEMPTS, wait_initial=0.001, wait_max=0.002, wait_jitter=0.001, wait_unsaid=0.005)
DATE = "Date: Tue, 14 Nov 2023 22:13:20 GMT"  # 1700000000


def connection(url: str, *, seconds: float = 20.0) -> Connection:
    return Connection(
        token=Secret(CANARY),
        base_url=url,
        timeout_seconds=seconds,
        max_response_bytes=20_000,
        patience=QUICK,
    )


async def a_list(client: Client) -> list[bytes]:
    pages = cursor_pages(client, "/contacts", per_page=1)
    return [bytes(record) async for page in pages for record in page.records]


async def a_search(client: Client) -> list[bytes]:
    search = Search(query=Filter("updated_at", ">", 1))
    pages = search_pages(client, "/contacts/search", search, per_page=1)
    return [bytes(record) async for page in pages for record in page.records]


async def a_record(client: Client) -> list[bytes]:
    response = await client.get("/contacts/1")
    assert response.content == GOOD
    return [b'{"id":"1"}']


Reading = Callable[[Client], Awaitable[list[bytes]]]


def deadline(fault: str) -> float:
    """Seconds for one try: short only where nothing else ends it."""
    return 0.3 if fault in {"hang", "drip"} else 20.0


async def read(
    url: str, reading: Reading, *, patience: Patience = QUICK, seconds: float = 20.0
) -> list[bytes]:
    given = replace(connection(url, seconds=seconds), patience=patience)
    async with asyncio.timeout(60), connect(given) as client:
        return await reading(client)


RETRIED: dict[str, tuple[Behaviour, type[IntercomError]]] = {
    "429 Retry-After": (says(http(429, b"", "Retry-After: 0")), errors.RateLimited),
    "429 untold": (says(http(429)), errors.RateLimited),
    "429 reset in the past": (
        says(http(429, b"", "X-RateLimit-Reset: 1699999990", DATE)),
        errors.RateLimited,
    ),
    "408": (says(http(408)), errors.DeadlineExceeded),
    "500": (says(http(500)), errors.ServerUnavailable),
    "502": (says(http(502)), errors.ServerUnavailable),
    "503": (says(http(503)), errors.ServerUnavailable),
    "504": (says(http(504)), errors.DeadlineExceeded),
    "500 HTML": (says(http(500, HTML, kind="text/html")), errors.ServerUnavailable),
    "502 HTML": (says(http(502, HTML, kind="text/html")), errors.ServerUnavailable),
    "503 HTML": (says(http(503, HTML, kind="text/html")), errors.ServerUnavailable),
    "504 HTML": (says(http(504, HTML, kind="text/html")), errors.DeadlineExceeded),
    "200 HTML": (says(http(200, HTML, kind="text/html")), errors.ResponseInvalid),
    "200 empty": (says(http(200, b"")), errors.ResponseInvalid),
    "200 garbled": (says(http(200, GOOD[::-1])), errors.ResponseInvalid),
    "200 JSON cut off": (says(http(200, GOOD[:-5])), errors.ResponseInvalid),
    "200 bad UTF-8": (says(http(200, GOOD.replace(b'"1"', b'"\xff"'))), errors.ResponseInvalid),
    "200 bad gzip": (says(http(200, GOOD, "Content-Encoding: gzip")), errors.ResponseInvalid),
    "200 gzip cut off": (says(zipped(GOOD).replace(GOOD, b"")[:-12], b"\0" * 12), errors.ResponseInvalid),
    "body cut off": (breaks_off(http(200, GOOD[:20], length=len(GOOD))), errors.NetworkUnreachable),
    "head cut off": (breaks_off(b"HTTP/1.1 200 OK\r\nConte"), errors.NetworkUnreachable),
    "no HTTP": (breaks_off(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), errors.NetworkUnreachable),
    "closed": (breaks_off(), errors.NetworkUnreachable),
    "reset": (resets, errors.NetworkUnreachable),
    "hang": (hangs, errors.DeadlineExceeded),
    "drip": (drips, errors.DeadlineExceeded),
}
FATAL: dict[str, tuple[Behaviour, type[IntercomError]]] = {
    "400": (says(http(400)), errors.InvalidRequest),
    "401": (says(http(401)), errors.AuthenticationFailed),
    "403": (says(http(403)), errors.PermissionMissing),
    "404": (says(http(404)), errors.NotFound),
    "409": (says(http(409)), errors.Conflict),
    "410": (says(http(410)), errors.Gone),
    "422": (says(http(422)), errors.InvalidRequest),
    "redirect": (says(http(302, b"", "Location: http://127.0.0.1:1/")), errors.RedirectRefused),
    "too large": (says(http(200, b" " * 20_001)), errors.ResponseTooLarge),
    "zip bomb": (says(zipped(b" " * 1_000_000)), errors.ResponseTooLarge),
}


async def each(ends: Callable[[Reading], Awaitable[None]]) -> None:
    """A list, a search and a single record, at once and each with a server of its own."""
    await asyncio.gather(*(ends(reading) for reading in (a_list, a_search, a_record)))


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("fault", RETRIED)
def test_a_passing_fault_is_outlived(fault: str, times: int) -> None:
    """After one fault or three of them the data is there, and right."""

    async def outlive(reading: Reading) -> None:
        async with faulty(*[RETRIED[fault][0]] * times) as server:
            patience = replace(QUICK, attempts=6)
            found = await read(server.url, reading, patience=patience, seconds=deadline(fault))
            assert found == [b'{"id":"1"}']

    asyncio.run(each(outlive))


@pytest.mark.parametrize("fault", RETRIED)
def test_a_lasting_fault_ends_in_its_error(fault: str) -> None:
    """A fault that never ends is tried as often as patience allows, then named."""
    behaviour, kind = RETRIED[fault]

    async def give_up(reading: Reading) -> None:
        async with faulty(then=behaviour) as server:
            with pytest.raises(kind) as caught:
                await read(server.url, reading, seconds=deadline(fault))
            assert all((caught.value.what, caught.value.why, caught.value.fix))
            # aiohttp itself asks once more where a kept connection breaks before any answer.
            assert ATTEMPTS <= len(server.heads) <= 2 * ATTEMPTS

    asyncio.run(each(give_up))


@pytest.mark.parametrize("fault", ["500", "401", "200 bad gzip", "reset", "no HTTP", "hang"])
def test_an_error_shows_no_token(fault: str) -> None:
    """Not in its words, nor in a traceback that prints the local variables of every frame."""
    behaviour, kind = {**RETRIED, **FATAL}[fault]

    async def fail() -> str:
        async with faulty(then=behaviour) as server:
            with pytest.raises(kind) as caught:
                await read(server.url, a_record, patience=replace(QUICK, attempts=1), seconds=deadline(fault))
            return f"{caught.value!r} {caught.value} {caught.getrepr(showlocals=True)}"

    shown = asyncio.run(fail())
    assert "timeout" in shown
    assert CANARY not in shown


@pytest.mark.parametrize("fault", FATAL)
def test_what_cannot_pass_is_not_tried_again(fault: str) -> None:
    """A refusal is final: one request, and the error that names the reaction."""
    behaviour, kind = FATAL[fault]

    async def fail(reading: Reading) -> None:
        async with faulty(then=behaviour) as server:
            with pytest.raises(kind):
                await read(server.url, reading)
            assert len(server.heads) == 1

    asyncio.run(each(fail))


def test_a_reset_in_a_second_is_waited_out_once_three_times_and_for_ever() -> None:
    """429 with only `X-RateLimit-Reset` waits until then, and is given up after as many tries as allowed."""
    fault = says(http(429, b"", "X-RateLimit-Reset: 1700000001", DATE))

    async def wait_out(*script: Behaviour, then: Behaviour) -> object:
        async with faulty(*script, then=then) as server:
            began = asyncio.get_running_loop().time()
            try:
                return await read(server.url, a_list)
            except errors.RateLimited as error:
                return type(error)
            finally:
                # Where this process stands still for a second, one of the waits is over by itself.
                waits = min(3, len(script) or 3)
                assert asyncio.get_running_loop().time() - began >= max(1, waits - 1)

    async def all_of_them() -> list[object]:
        good = says(http(200, GOOD))
        return list(
            await asyncio.gather(
                wait_out(fault, then=good), wait_out(*[fault] * 3, then=good), wait_out(then=fault)
            ),
        )

    assert asyncio.run(all_of_them()) == [[b'{"id":"1"}'], [b'{"id":"1"}'], errors.RateLimited]


def test_nobody_listening_is_a_network_error() -> None:
    """A refused connection is tried again, then said to be one; a write was surely not applied."""

    async def refused() -> None:
        async with faulty() as server:
            url = server.url
        async with connect(connection(url)) as client:
            with pytest.raises(errors.NetworkUnreachable):
                await client.get("/me")
            assert client.meter.requests == ATTEMPTS
            with pytest.raises(errors.NetworkUnreachable) as caught:
                await client.send_once("/conversations/1/reply", json={})
            assert caught.value.failure.applied is Applied.NO

    asyncio.run(refused())


def test_an_unknown_host_is_a_network_error() -> None:
    """A name that cannot be looked up: the write surely did not leave."""

    async def lost() -> Applied:
        async with connect(Connection(token=Secret(CANARY), patience=QUICK)) as client:
            client._http.base_url = "https://nowhere.invalid"
            with pytest.raises(errors.NetworkUnreachable) as caught:
                await client.send_once("/conversations/1/reply", json={})
            return caught.value.failure.applied

    assert asyncio.run(lost()) is Applied.NO


BROKEN: dict[str, tuple[Behaviour, str]] = {
    "reset": (resets, "the connection was reset"),
    "closed": (breaks_off(), "the connection ended before an answer came"),
    "body cut off": (RETRIED["body cut off"][0], "the connection ended in the middle of the answer"),
    "no HTTP": (RETRIED["no HTTP"][0], "the answer is not HTTP"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_connection_that_broke_is_told_in_plain_words(fault: str) -> None:
    """Not by the transport's name for it, which may be another thing's."""
    behaviour, said = BROKEN[fault]

    async def ask() -> str:
        async with faulty(then=behaviour) as server, connect(connection(server.url)) as client:
            with pytest.raises(errors.NetworkUnreachable) as caught:
                await client.trying(1).get("/contacts", params={"email": "canary"})
            return caught.value.why

    assert asyncio.run(ask()) == said


def test_a_connection_that_could_not_be_made_is_told_in_plain_words() -> None:
    """Refused, of a name that nobody knows, or without TLS where that is needed."""

    async def ask(url: str) -> str:
        async with connect(Connection(token=Secret(CANARY), patience=QUICK)) as client:
            client._http.base_url = url
            with pytest.raises(errors.NetworkUnreachable) as caught:
                await client.trying(1).get("/me")
            return caught.value.why

    async def everything() -> list[str]:
        async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 not TLS\r\n")
            writer.close()

        async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            without_tls = await ask(f"https://127.0.0.1:{port}")
        refused = await ask(f"http://127.0.0.1:{port}")
        return [refused, await ask("https://nowhere.invalid"), without_tls]

    refused, unknown, without_tls = asyncio.run(everything())
    assert "refused" in refused
    assert unknown == "the name of the host could not be looked up"
    assert without_tls.startswith("TLS could not be agreed on: ")


@pytest.mark.parametrize("fault", [*RETRIED, *FATAL])
def test_a_write_is_never_sent_twice(fault: str) -> None:
    """Whatever goes wrong with a write, it left once; only a refusal is "surely not applied"."""
    behaviour, kind = {**RETRIED, **FATAL}[fault]

    async def write() -> tuple[int, Applied]:
        async with faulty(then=behaviour) as server:
            given = connection(server.url, seconds=deadline(fault))
            async with connect(given) as client:
                with pytest.raises(kind) as caught:
                    await client.send_once("/conversations/1/reply", json={"body": "x"})
            return len(server.heads), caught.value.failure.applied

    refused = fault.startswith("429") or (fault in FATAL and fault.isdigit())
    assert asyncio.run(write()) == (1, Applied.NO if refused else Applied.MAYBE)


def test_a_write_on_a_kept_connection_that_breaks_is_not_repeated() -> None:
    """The server closes a kept connection on the write: it left once, and may have been applied."""

    async def write() -> tuple[int, Applied]:
        async with faulty(says(http(200, GOOD)), then=breaks_off()) as server:
            async with connect(connection(server.url)) as client:
                await client.get("/me")
                with pytest.raises(errors.NetworkUnreachable) as caught:
                    await client.send_once("/conversations/1/reply", json={"body": "x"})
            return len(server.heads), caught.value.failure.applied

    assert asyncio.run(write()) == (2, Applied.MAYBE)


def test_a_question_on_a_kept_connection_that_breaks_is_asked_once_a_try() -> None:
    """Only the client itself asks again: a page of a scroll that was carried out must not be skipped."""

    async def ask() -> int:
        async with faulty(says(http(200, GOOD)), then=breaks_off()) as server:
            async with connect(connection(server.url)) as client:
                await client.get("/me")
                with pytest.raises(errors.NetworkUnreachable):
                    await client.trying(1).get("/companies/scroll")
            return len(server.heads)

    assert asyncio.run(ask()) == 2


def test_a_waiting_request_can_be_cancelled_at_once() -> None:
    """A run that is stopped while the rate limit holds it back stops then, and lets the next one in."""

    async def cancel() -> float:
        fault = says(http(429, b"", "Retry-After: 50"))
        async with faulty(then=fault) as server, connect(connection(server.url)) as client:
            tasks = [asyncio.create_task(client.get("/me")) for _ in range(5)]
            await asyncio.wait_for(server.asked.wait(), 10)
            await asyncio.sleep(0.05)
            began = asyncio.get_running_loop().time()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert all(task.cancelled() for task in tasks)
            return asyncio.get_running_loop().time() - began

    assert asyncio.run(cancel()) < 5
