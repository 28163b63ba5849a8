"""The listener for the browser's return: this machine only, one answer, and nothing for anybody else."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from intercom_pipeline.auth.answers import (
    AnswerRefused,
    RedirectRefused,
    code_in,
    new_state,
    redirect_to,
    redirect_to_port,
)
from intercom_pipeline.auth.listener import PortTaken
from intercom_pipeline.auth.login import Login, LoginTimedOut, login
from intercom_pipeline.intercom.connection import Secret
from intercom_pipeline.intercom.oauth import REDIRECT_PATH, App, ConsentDenied
from tests.auth.consenting import free_port, ipv6_server

APP = App(client_id="app", client_secret=Secret("canary-secret"))


@asynccontextmanager
async def waiting() -> AsyncIterator[tuple[Login, httpx.AsyncClient, dict[str, str]]]:
    """A login, a browser at its address, and the answer that it waits for."""
    redirect = redirect_to_port(free_port())
    base = f"http://127.0.0.1:{redirect.port}"
    async with login(APP, redirect) as begun, httpx.AsyncClient(base_url=base, trust_env=False) as browser:
        state = parse_qs(urlsplit(begun.url).query)["state"][0]
        yield begun, browser, {"code": "the-code", "state": state}


def test_the_right_answer_gives_the_code_once() -> None:
    """A second one, in time or late, gets nothing; the port is free again when the login is over."""

    async def act() -> None:
        async with waiting() as (begun, browser, answer):
            first = await browser.get(REDIRECT_PATH, params=answer)
            second = await browser.get(REDIRECT_PATH, params=answer | {"code": "another"})
            assert await begun.code() == "the-code"
            with pytest.raises(AnswerRefused):
                begun.paste(f"http://localhost{REDIRECT_PATH}?code=third&state={answer['state']}")
        assert (first.status_code, second.status_code) == (200, 410)
        with pytest.raises(httpx.ConnectError):
            await httpx.AsyncClient(trust_env=False).get(f"{browser.base_url}{REDIRECT_PATH}")

    asyncio.run(act())


def test_a_wrong_state_is_refused_and_the_login_goes_on_waiting() -> None:
    """Missing, another's, cut short, doubled: none of them gives a code or ends the login."""

    async def act() -> None:
        async with waiting() as (begun, browser, answer):
            state = answer["state"]
            wrong = (
                {"code": "forged"},
                {"code": "forged", "state": new_state()},
                {"code": "forged", "state": state[:-1]},
                {"code": "forged", "state": ""},
                {"code": ["forged", "forged"], "state": state},
                {"code": "forged", "state": [state, "x"]},
                {"state": state},
                {"code": "two words", "state": state},
                {"error": "access_denied", "state": new_state()},
                {f"f{number}": "x" for number in range(30)} | answer,
            )
            told = [(await browser.get(REDIRECT_PATH, params=each)).status_code for each in wrong]
            assert told == [400] * len(wrong)
            assert (await browser.get(REDIRECT_PATH, params=answer)).status_code == 200
            assert await begun.code() == "the-code"

    asyncio.run(act())


def test_only_the_exact_path_by_get_for_this_host_is_answered() -> None:
    """Other paths and methods, and names that are led to this machine by somebody else's DNS, get nothing."""

    async def act() -> None:
        async with waiting() as (begun, browser, answer):
            for path in ("/", "/favicon.ico", f"{REDIRECT_PATH}/", f"/x{REDIRECT_PATH}"):
                assert (await browser.get(path, params=answer)).status_code == 404
            for method in ("POST", "HEAD", "OPTIONS"):
                refused = await browser.request(method, REDIRECT_PATH, params=answer)
                assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
            port = browser.base_url.port
            for host in (
                "evil.example",
                f"evil.example:{port}",
                "localhost",
                f"localhost:{port}.evil.example",
            ):
                foreign = await browser.get(REDIRECT_PATH, params=answer, headers={"Host": host})
                assert foreign.status_code == 400
            ours = {"Host": f"localhost:{port}"}
            assert (await browser.get(REDIRECT_PATH, params=answer, headers=ours)).status_code == 200
            assert await begun.code() == "the-code"

    asyncio.run(act())


def test_no_page_repeats_the_request_or_loads_anything() -> None:
    """The pages are fixed, hold no script, are not stored, and tell no other site the address."""

    async def act() -> None:
        async with waiting() as (_, browser, answer):
            script = "<script>alert(1)</script>"
            pages = [
                await browser.get(REDIRECT_PATH, params={"code": script, "state": script}),
                await browser.get(f"/{script}"),
                await browser.get(REDIRECT_PATH, params=answer),
            ]
        for page in pages:
            assert "script" not in page.text
            assert answer["code"] not in page.text
            assert answer["state"] not in page.text
            assert page.headers["content-security-policy"].startswith("default-src 'none'")
            assert page.headers["cache-control"] == "no-store"
            assert page.headers["x-content-type-options"] == "nosniff"
            assert page.headers["referrer-policy"] == "no-referrer"

    asyncio.run(act())


def test_what_is_no_request_is_dropped() -> None:
    """Garbage, a head without an end and a connection that says nothing keep nobody from logging in."""

    async def act() -> None:
        async with waiting() as (begun, browser, answer):
            port = browser.base_url.port
            assert port
            _, silent = await asyncio.open_connection("127.0.0.1", port)
            for sent in (b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET /" + b"x" * 100_000):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(sent)
                writer.write_eof()
                told = await _all(reader)
                assert told == b"" or told.startswith(b"HTTP/1.1 400 ")
                writer.close()
            assert (await browser.get(REDIRECT_PATH, params=answer)).status_code == 200
            assert await begun.code() == "the-code"
            silent.close()

    asyncio.run(act())


async def _all(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


def test_a_flood_of_connections_keeps_nobody_out() -> None:
    """The oldest of those that say nothing are dropped; the browser is answered."""

    async def act() -> None:
        async with waiting() as (begun, browser, answer):
            port = browser.base_url.port
            flood = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
            assert (await browser.get(REDIRECT_PATH, params=answer)).status_code == 200
            assert await begun.code() == "the-code"
            dropped = [reader.at_eof() for reader, _ in flood]
            assert dropped[:60] == [True] * 60
            assert dropped[-20:] == [False] * 20
            for _, writer in flood:
                writer.close()

    asyncio.run(act())


def test_localhost_is_this_login_by_ipv6_too() -> None:
    """No other program can listen there meanwhile, and the answer is taken from either."""

    async def act() -> None:
        async with waiting() as (begun, browser, answer):
            port = browser.base_url.port
            with pytest.raises(OSError, match="in use"):
                socket.create_server(("::1", port), family=socket.AF_INET6)
            ours = {"Host": f"localhost:{port}"}
            told = await browser.get(f"http://[::1]:{port}{REDIRECT_PATH}", params=answer, headers=ours)
            assert told.status_code == 200
            assert await begun.code() == "the-code"

    ipv6_server().close()
    asyncio.run(act())


def test_a_port_that_is_taken_by_ipv6_is_named() -> None:
    """A browser might be led to that program, and bring it the code."""

    async def act(port: int) -> None:
        async with login(APP, redirect_to_port(port)):
            raise AssertionError("it began")

    with ipv6_server() as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port}"):
            asyncio.run(act(port))
    socket.create_server(("127.0.0.1", port)).close()


def test_a_login_shows_no_state() -> None:
    """Not in its representation: who knows it could answer for somebody else."""

    async def act() -> None:
        async with waiting() as (begun, _, answer):
            assert answer["state"] not in repr(begun)

    asyncio.run(act())


def test_no_other_machine_can_reach_it() -> None:
    """It listens on 127.0.0.1 and ::1 and on no other address of this machine."""

    async def act() -> None:
        async with waiting() as (_, browser, _):
            for address in ("127.0.0.2", socket.gethostbyname(socket.gethostname())):
                if address == "127.0.0.1":
                    continue
                with pytest.raises(OSError, match=r".+"):
                    await asyncio.open_connection(address, browser.base_url.port)

    asyncio.run(act())


def test_a_denied_consent_ends_the_login() -> None:
    """With the right state, by the browser or pasted; the reason is told only if it is a word."""

    async def act(reason: str, told: str, *, pasted: bool) -> None:
        async with waiting() as (begun, browser, answer):
            denial = {"error": reason, "state": answer["state"]}
            if pasted:
                begun.paste(str(httpx.URL(f"http://localhost{REDIRECT_PATH}", params=denial)))
            else:
                assert (await browser.get(REDIRECT_PATH, params=denial)).status_code == 200
            with pytest.raises(ConsentDenied) as denied:
                await begun.code()
            assert told in denied.value.why

    asyncio.run(act("access_denied", "access_denied", pasted=False))
    asyncio.run(act("access_denied", "access_denied", pasted=True))
    asyncio.run(act("<b>ada@example.com</b>", "an error", pasted=False))


def test_a_login_ends_by_itself() -> None:
    """Nobody came back: the error says after how long, and the port is free."""

    async def act() -> None:
        async with waiting() as (begun, _, _):
            with pytest.raises(LoginTimedOut, match="within") as late:
                await begun.code(0.01)
        assert "redirect URL" in late.value.fix

    asyncio.run(act())


def test_a_pasted_address_is_taken_like_the_browsers() -> None:
    """With blanks around it, from any place; what is no address, or another login's, is refused."""

    async def act() -> None:
        async with waiting() as (begun, _, answer):
            for wrong in ("", "the-code", "http://[", f"https://x.example{REDIRECT_PATH}?code=x&state=y"):
                with pytest.raises(AnswerRefused):
                    begun.paste(wrong)
            begun.paste(f"  https://x.example{REDIRECT_PATH}?code=the-code&state={answer['state']} \n")
            assert await begun.code() == "the-code"

    asyncio.run(act())


def test_a_port_that_is_taken_is_named() -> None:
    """The login does not begin."""

    async def act(port: int) -> None:
        async with login(APP, redirect_to_port(port)):
            raise AssertionError("it began")

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port}") as taken:
            asyncio.run(act(port))
    assert "--port" in taken.value.fix


@pytest.mark.parametrize(
    ("url", "port"),
    [
        (f"http://localhost:4000{REDIRECT_PATH}", 4000),
        (f"http://127.0.0.1:80{REDIRECT_PATH}", 80),
        (f"https://shop.example{REDIRECT_PATH}", None),
        (f"https://shop.example:8443/some{REDIRECT_PATH}", None),
    ],
)
def test_a_redirect_url_leads_here_or_is_https(url: str, port: int | None) -> None:
    """One to this machine is listened on; the answer to another is pasted."""
    assert (redirect_to(url).url, redirect_to(url).port) == (url, port)


@pytest.mark.parametrize(
    "url",
    [
        f"http://shop.example{REDIRECT_PATH}",
        f"http://localhost{REDIRECT_PATH}",
        f"http://localhost:0{REDIRECT_PATH}",
        f"http://localhost:99999{REDIRECT_PATH}",
        f"http://localhost:4000/some{REDIRECT_PATH}",
        f"http://localhost:4000@shop.example{REDIRECT_PATH}",
        f"https://me@shop.example{REDIRECT_PATH}",
        f"https://shop.example{REDIRECT_PATH}?a=b",
        "https://shop.example/callback",
        f"ftp://localhost:4000{REDIRECT_PATH}",
        "localhost",
    ],
)
def test_other_redirect_urls_are_refused(url: str) -> None:
    """A code would travel unprotected, or to somebody else."""
    with pytest.raises(RedirectRefused):
        redirect_to(url)


def test_states_are_long_and_never_the_same() -> None:
    """256 bits each; comparing them takes any text."""
    states = {new_state() for _ in range(100)}
    assert len(states) == 100
    assert {len(state) for state in states} == {43}
    with pytest.raises(AnswerRefused):
        code_in("code=x&state=%C3%A9%00", new_state())
