"""One request and its answer, exactly: headers, versions, errors, limits, meters."""

import asyncio
import json
import re
import traceback
from typing import Any

import httpx
import pytest

from intercom_pipeline.intercom import errors
from intercom_pipeline.intercom.client import Client, Response
from intercom_pipeline.intercom.errors import Applied, Failure, IntercomError
from intercom_pipeline.intercom.meter import Meter
from tests.intercom.conversation import CANARY, answers, asked, talk

OK = httpx.Response(200, json={"id": "1"})


async def me(client: Client) -> Response[bytes]:
    return await client.get("/me")


def error(status: int, headers: dict[str, str] | None = None, **problem: str) -> httpx.Response:
    envelope = {"type": "error.list", "request_id": "req-1", "errors": [problem]}
    return httpx.Response(status, json=envelope, headers=headers)


def failure_of(response: httpx.Response, path: str = "/contacts/1") -> IntercomError:
    with pytest.raises(IntercomError) as caught:
        talk(answers(response), lambda client: client.get(path))
    return caught.value


def test_a_request_carries_token_version_and_what_it_accepts() -> None:
    """The headers of a request, as Intercom wants them."""
    router = answers(OK)
    talk(router, me)
    headers = asked(router)[0].headers
    assert headers["authorization"] == f"Bearer {CANARY}"
    assert headers["intercom-version"] == "2.14"
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "gzip"
    assert headers["user-agent"].startswith("intercom-pipeline/")


def test_the_version_is_the_run_s_the_request_s_or_the_app_s() -> None:
    """The run's version, unless a request names its own; `app` sends none."""
    router = answers(OK)

    async def ask(client: Client) -> None:
        await client.get("/me")
        await client.get("/me", version="2.16")
        await client.get("/me", version="app")

    talk(router, ask, version="2.15")
    assert [request.headers.get("intercom-version") for request in asked(router)] == ["2.15", "2.16", None]


def test_a_response_tells_the_version_and_request_id() -> None:
    """What Intercom says of its answer is kept with it."""
    headers = {"Intercom-Version": "2.14", "X-Request-Id": "abc"}
    response = talk(answers(httpx.Response(200, json={}, headers=headers)), me)
    assert (response.status, response.version, response.request_id) == (200, "2.14", "abc")
    assert response.body == response.content == b"{}"


def test_nothing_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies and credentials in the environment do not touch the requests."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    router = answers(OK)
    assert talk(router, me).status == 200


def test_no_cookie_is_kept() -> None:
    """A cookie would tie requests together, and one workspace's to another's."""
    router = answers(httpx.Response(200, json={}, headers={"Set-Cookie": "session=1; Path=/"}))

    async def twice(client: Client) -> None:
        await client.get("/me")
        await client.get("/me")

    talk(router, twice)
    assert [request.headers.get("cookie") for request in asked(router)] == [None, None]


def test_intercom_s_words_reach_the_error() -> None:
    """Status, code, message, field and request id are kept, and told in three lines."""
    told = failure_of(error(422, code="parameter_invalid", message="is not a date", field="created_at"))
    assert isinstance(told, errors.InvalidRequest)
    assert told.failure == Failure(
        method="GET",
        path="/contacts/1",
        status=422,
        code="parameter_invalid",
        message="is not a date",
        field="created_at",
        request_id="req-1",
        applied=Applied.NO,
    )
    assert told.what == "Intercom refuses the request: GET /contacts/1"
    assert told.why == "HTTP 422, parameter_invalid, field created_at: is not a date (request req-1)"
    assert "INTERCOM_API_VERSION" in told.fix


def test_what_intercom_says_steers_nothing() -> None:
    """Its words are one line without control characters, and none is longer than a name or a message is."""
    evil = "\x1b[2J\u202e\n" + "x" * 1_000
    told = failure_of(error(422, code=evil, message=evil, field=evil))
    words = (told.failure.code, told.failure.field, told.failure.message)
    assert [len(each or "") for each in words] == [100, 100, 300]
    assert not re.search(r"[\x00-\x1f\u202e]", told.why + "".join(map(str, words)))


@pytest.mark.parametrize(
    "link",
    [
        '</contacts/64f0>; rel="canonical"',
        "</contacts/64f0>; rel=canonical",
        '</x>; rel="a", </contacts/64f0>; rel="canonical"',
    ],
)
def test_a_merged_contact_names_the_one_it_went_into(link: str) -> None:
    """410 carries the canonical contact in its Link header (API 2.16)."""
    told = failure_of(error(410, {"Link": link}, code="contact_merged", message="merged"))
    assert isinstance(told, errors.Gone)
    assert isinstance(told, errors.NotFound)
    assert told.canonical_id == "64f0"


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'{"errors":[]}', b'{"errors":[{"code":12}]}', b"<html>"]
)
def test_an_error_without_an_envelope_is_still_the_right_error(body: bytes) -> None:
    """Whatever the body, the status decides."""
    told = failure_of(httpx.Response(403, content=body, headers={"X-Request-Id": "r"}))
    assert isinstance(told, errors.PermissionMissing)
    assert told.failure.request_id == "r"


@pytest.mark.parametrize(
    "text", ["ann.o'neil+x@example.co.uk", "ann%40example.com", "<ann@example.com>", "email=ann@example.com"]
)
def test_no_address_is_repeated(text: str) -> None:
    """A person's e-mail address in Intercom's message or in the path is blotted out."""
    told = failure_of(
        error(409, code="conflict", message=f"A contact {text} exists"), path="/x/ann@example.com"
    )
    assert "example" not in f"{told} {told!r} {told.why}"
    assert "ann" not in f"{told} {told!r} {told.why}"


def test_query_values_and_token_stay_out_of_errors() -> None:
    """Neither the message, the representation nor the traceback shows the query or the token."""
    person = f"{len(CANARY)}-somebody"  # not as it stands here, for the traceback shows this file's lines
    with pytest.raises(IntercomError) as caught:
        talk(answers(error(400, code="x")), lambda client: client.get("/c", params={"name": person}))
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert person not in shown
    assert CANARY not in shown


@pytest.mark.parametrize(
    "path",
    ["me", "//evil.example/me", "/a/../me", "/a//b", "/me?x=1", "/me#x", "/a b", "/", "https://evil.example"],
)
def test_a_path_that_could_lead_elsewhere_is_refused(path: str) -> None:
    """An id from outside cannot turn a request into another; nothing is sent."""
    router = answers(OK)
    with pytest.raises(errors.InvalidRequest) as caught:
        talk(router, lambda client: client.get(path))
    assert not asked(router)
    assert caught.value.failure.applied is Applied.NO


def test_a_garbled_body_for_the_caller_s_decoder_is_asked_for_again() -> None:
    """What the caller's `decode` refuses counts as a garbled answer; what it takes is parsed once."""
    seen: list[bytes] = []

    def decode(body: bytes) -> Any:
        seen.append(body)
        return json.loads(body)["id"]

    router = answers(httpx.Response(200, content=b"{"), httpx.Response(200, json={"id": "7"}))
    response = talk(router, lambda client: client.get("/contacts/7", decode=decode))
    assert (response.content, seen) == ("7", [b"{", b'{"id":"7"}'])


def test_a_search_is_sent_as_json_and_retried() -> None:
    """A POST that asks is a reading."""
    router = answers(httpx.Response(503), OK)
    talk(router, lambda client: client.post("/contacts/search", json={"query": {}}))
    assert [(request.method, request.content) for request in asked(router)] == [("POST", b'{"query":{}}')] * 2
    assert asked(router)[0].headers["content-type"] == "application/json"


def test_meters_count_apart_and_share_the_client() -> None:
    """Each view of a client counts its own requests, retries and bytes."""
    router = answers(httpx.Response(500), OK)
    contacts, articles = Meter(), Meter()

    async def ask(client: Client) -> None:
        await client.metered(contacts).get("/contacts/1")
        await client.metered(articles).get("/articles/1")
        assert client.meter == Meter()

    talk(router, ask)
    assert (contacts.requests, contacts.retries, contacts.bytes) == (2, 1, len(OK.content))
    assert (articles.requests, articles.retries) == (1, 0)
    assert contacts.in_flight_seconds > 0


def test_retries_are_logged_and_nothing_is_printed(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a command prints is its own: a retry goes to the log, at level INFO."""
    with caplog.at_level("INFO", logger="intercom_pipeline"):
        talk(answers(httpx.Response(502), OK), me)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("intercom_")] == [
        "try 1: Intercom's server failed: GET /me: HTTP 502"
    ]
    printed = capsys.readouterr()
    assert printed.out == printed.err == ""


def test_refusals_are_counted() -> None:
    """A 429 is waited out and counted."""
    meter = Meter()
    router = answers(httpx.Response(429, headers={"Retry-After": "0"}), OK)
    talk(router, lambda client: client.metered(meter).get("/me"))
    assert (meter.requests, meter.refused) == (2, 1)


def test_no_more_requests_are_in_flight_than_allowed() -> None:
    """`max_in_flight` bounds what is sent at once."""
    now_and_most = [0, 0]

    async def slow(_: httpx.Request) -> httpx.Response:
        now_and_most[0] += 1
        now_and_most[1] = max(now_and_most)
        await asyncio.sleep(0.1)
        now_and_most[0] -= 1
        return OK

    router = answers(OK)
    router.routes[0].mock(side_effect=slow)

    async def ask(client: Client) -> None:
        await asyncio.gather(*(client.get("/me") for _ in range(12)))

    talk(router, ask, max_in_flight=3)
    assert now_and_most == [0, 3]


def test_a_request_may_have_its_own_deadline() -> None:
    """`deadline` replaces the run's, and what is too slow is an error of the family."""

    async def slow(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        return OK

    router = answers(OK)
    router.routes[0].mock(side_effect=slow)
    with pytest.raises(errors.DeadlineExceeded, match=r"over 0\.01 seconds"):
        talk(router, lambda client: client.get("/me", deadline=0.01))
