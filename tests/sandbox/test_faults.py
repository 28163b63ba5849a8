"""Everything that can go wrong does so on a real socket, when and as often as told."""

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from intercom_pipeline.sandbox import CutAt, Fault, FaultKind, Options, Sizes, Workspace, create_app
from tests.sandbox.conftest import NOON, Asker, Start

TOKEN = Options().token
TINY = Sizes(contacts=8, conversations=4, articles=1, companies=1, long_conversations=0)
_STATUS = {
    "302": [FaultKind.REDIRECT],
    "401": [FaultKind.UNAUTHORIZED],
    "403": [FaultKind.FORBIDDEN],
    "404": [FaultKind.NOT_FOUND],
    "422": [FaultKind.UNPROCESSABLE],
    "429": [kind for kind in FaultKind if kind.startswith("429")],
    "500": [FaultKind.ERROR_500, FaultKind.ERROR_500_HTML, FaultKind.APPLIED_500],
    "502": [FaultKind.ERROR_502, FaultKind.ERROR_502_HTML],
    "503": [FaultKind.ERROR_503, FaultKind.ERROR_503_HTML],
    "504": [FaultKind.ERROR_504, FaultKind.ERROR_504_HTML],
}


@pytest.fixture
def tiny(start: Start) -> Asker:
    """A sandbox with next to nothing in it."""
    return start(TINY)


def _struck(asker: Asker, kind: FaultKind, **named: float) -> httpx.Response:
    """The answer to a request struck by a fault; the request after it goes well."""
    asker.sandbox.faults.add(Fault(kind=kind, times=1, **named))  # type: ignore[arg-type]  # numbers all
    response = asker.ask("GET", "/contacts")
    assert asker.ask("GET", "/contacts").json()["total_count"] == 8
    return response


@pytest.mark.parametrize(
    ("status", "kind"), [(status, kind) for status, kinds in _STATUS.items() for kind in kinds]
)
def test_error_answers_have_their_status_and_form(tiny: Asker, status: str, kind: FaultKind) -> None:
    """Each answers with its status; JSON is the error envelope, HTML a gateway's page."""
    response = _struck(tiny, kind)
    assert response.status_code == int(status)
    if kind is FaultKind.REDIRECT:
        assert response.headers["Location"] == "/redirected"
    elif kind.endswith("html"):
        assert response.text.startswith("<html>")
    else:
        assert response.json()["type"] == "error.list"
    assert ("X-RateLimit-Limit" in response.headers) is (
        kind not in _WITHOUT_LIMITS and not kind.endswith("html")
    )


_WITHOUT_LIMITS = {FaultKind.UNAUTHORIZED, FaultKind.TOO_MANY_BARE, FaultKind.TOO_MANY_RETRY_AFTER}


def test_a_429_says_when_to_come_back_in_four_ways(tiny: Asker) -> None:
    """By reset, by Retry-After, not at all, and with a reset that has passed."""
    told = {
        kind: (answer.headers.get("X-RateLimit-Reset"), answer.headers.get("Retry-After"))
        for kind in _STATUS["429"]
        for answer in [_struck(tiny, kind, wait_seconds=3)]
    }
    assert told == {
        FaultKind.TOO_MANY_RESET: (str(int(NOON) + 3), None),
        FaultKind.TOO_MANY_RETRY_AFTER: (None, "3"),
        FaultKind.TOO_MANY_BARE: (None, None),
        FaultKind.TOO_MANY_PAST_RESET: (str(int(NOON) - 60), None),
    }


def _is_html(response: httpx.Response) -> bool:
    return response.text.startswith("<html>")


def _is_no_json(response: httpx.Response) -> bool:
    with pytest.raises(ValueError, match=r"."):  # a decoding error of either kind
        response.json()
    return True


@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        (FaultKind.HTML, _is_html),
        (FaultKind.EMPTY, lambda response: response.content == b""),
        (FaultKind.GARBLED, _is_no_json),
        (FaultKind.TRUNCATED, _is_no_json),
        (FaultKind.BAD_UTF8, _is_no_json),
        (FaultKind.OVERSIZE, lambda response: len(response.content) > 1_000_000),
    ],
)
def test_a_200_can_be_worthless(
    tiny: Asker, kind: FaultKind, holds: Callable[[httpx.Response], bool]
) -> None:
    """HTML, nothing, garbage, half an answer, bad UTF-8, far too much: all with status 200."""
    response = _struck(tiny, kind, size_bytes=1_200_000)
    assert response.status_code == 200
    assert holds(response)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.BAD_GZIP, httpx.DecodingError),
        (FaultKind.RESET, httpx.ReadError),
        (FaultKind.CUT, (httpx.ReadError, httpx.RemoteProtocolError)),
        (FaultKind.HANG, httpx.ReadTimeout),
        (FaultKind.APPLIED_RESET, httpx.ReadError),
        (FaultKind.APPLIED_HANG, httpx.ReadTimeout),
    ],
)
def test_an_answer_can_fail_to_arrive(tiny: Asker, kind: FaultKind, error: type[Exception]) -> None:
    """The connection is reset, cut off or silent, or the body cannot be unpacked."""
    tiny.sandbox.faults.add(Fault(kind=kind, times=1))
    with pytest.raises(error):
        tiny.ask("GET", "/contacts", timeout=0.3)
    assert tiny.ask("GET", "/contacts").status_code == 200


@pytest.mark.parametrize("searched", [False, True])
def test_a_page_can_lead_to_itself(tiny: Asker, searched: bool) -> None:  # noqa: FBT001 (a parameter)
    """A looping page token: the second page names itself as the next, in lists and in searches."""
    tiny.sandbox.faults.add(Fault(kind=FaultKind.LOOP))
    query = {"field": "created_at", "operator": ">", "value": 1}

    def page(**start: str) -> Any:
        paging = {"per_page": 2} | start
        return (
            tiny.search("contacts", query, pagination=paging)
            if searched
            else tiny.get("/contacts", params=paging)
        )

    token = page()["pages"]["next"]["starting_after"]
    second = page(starting_after=token)
    assert second["pages"]["next"]["starting_after"] == token
    assert second["data"] == page(starting_after=token)["data"] != page()["data"]


def test_a_drip_outlasts_every_single_read(tiny: Asker) -> None:
    """A byte now and then keeps each read short, so that only a deadline for all of them ends it."""
    tiny.sandbox.faults.add(Fault(kind=FaultKind.DRIP, times=1))
    headers = {"Authorization": f"Bearer {tiny.sandbox.token}"}
    began = time.monotonic()
    with tiny.http.stream("GET", "/me", headers=headers, timeout=5) as response:
        pieces = response.iter_raw(1)
        first = b"".join(next(pieces) for _ in range(6))
    assert first == b'{"type'
    assert (
        time.monotonic() - began > 0.2
    )  # six bytes with five pauses of 50 ms; a busy machine only takes longer


@pytest.mark.parametrize("kind", [FaultKind.APPLIED_RESET, FaultKind.APPLIED_500, FaultKind.APPLIED_HANG])
def test_a_lost_answer_does_not_mean_a_lost_reply(tiny: Asker, kind: FaultKind) -> None:
    """An applied fault loses the answer, but the reply is there; other faults never apply."""
    workspace = tiny.sandbox.workspace
    one, admin = workspace.records("conversations")[0]["id"], workspace.records("admins")[0]["id"]
    before = len(workspace.records("conversations")[0]["conversation_parts"]["conversation_parts"])
    body = {"message_type": "comment", "type": "admin", "admin_id": admin, "body": "Hello"}
    for struck in (kind, FaultKind.RESET):
        tiny.sandbox.faults.add(Fault(kind=struck, times=1, match="POST /conversations/{id}/reply"))
        try:
            assert tiny.ask("POST", f"/conversations/{one}/reply", json=body, timeout=0.3).status_code == 500
        except httpx.TransportError:
            assert kind is not FaultKind.APPLIED_500 or struck is FaultKind.RESET
    parts = workspace.records("conversations")[0]["conversation_parts"]["conversation_parts"]
    assert [part["body"] for part in parts[before:]] == ["<p>Hello</p>"]


def _connected(asker: Asker) -> socket.socket:
    """A connection to the sandbox."""
    host, port = asker.sandbox.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def _reply_to(asker: Asker, body: str = "Hello", **named: Any) -> httpx.Response:
    """The answer to a note in the first conversation."""
    workspace = asker.sandbox.workspace
    one, admin = workspace.records("conversations")[0]["id"], workspace.records("admins")[0]["id"]
    note = {"message_type": "note", "type": "admin", "admin_id": admin, "body": body}
    return asker.ask("POST", f"/conversations/{one}/reply", json=note, **named)


def _writes(asker: Asker) -> list[tuple[str, str]]:
    """What was applied to conversations through the API."""
    writes = asker.sandbox.workspace.records("conversation_writes")
    return [(write["what"], write["asked"]["body"]) for write in writes]


@pytest.mark.parametrize("place", CutAt)
def test_a_connection_can_be_closed_at_each_place(tiny: Asker, place: CutAt) -> None:
    """Nothing is applied of a request that was not read whole, and everything of one that was."""
    tiny.sandbox.faults.add(
        Fault(kind=FaultKind.CLOSED, cut_at=place, match="POST /conversations/{id}/reply", times=1)
    )
    with pytest.raises(httpx.TransportError):
        _reply_to(tiny)
    assert _writes(tiny) == ([] if place.is_in_request else [("note", "Hello")])
    assert _reply_to(tiny, "Again").status_code == 200
    seen = tiny.sandbox.requests.count("POST /conversations/{id}/reply")
    assert seen == (1 if place is CutAt.BEFORE_REQUEST else 2)


def test_a_fault_that_strikes_everything_can_be_ended(tiny: Asker) -> None:
    """Whoever asked for it would be locked out."""
    tiny.sandbox.faults.add(Fault(kind=FaultKind.CLOSED, cut_at=CutAt.BEFORE_REQUEST))
    with pytest.raises(httpx.TransportError):
        tiny.ask("GET", "/me")
    assert tiny.ask("DELETE", "/_sandbox/faults").is_success
    assert tiny.ask("GET", "/me").is_success


@pytest.mark.parametrize(
    ("place", "ending"),
    [
        (CutAt.BEFORE_ANSWER, b""),
        (CutAt.STATUS_LINE, b"HTTP/1.1"),
        (CutAt.BEFORE_BODY, b"\r\n\r\n"),
        (CutAt.LAST_BYTE, b'"region":"US"}'),
    ],
)
def test_of_an_answer_that_is_cut_off_the_bytes_before_arrive(
    tiny: Asker, place: CutAt, ending: bytes
) -> None:
    """Then the connection ends as if all were said."""
    tiny.sandbox.faults.add(Fault(kind=FaultKind.CLOSED, cut_at=place))
    with _connected(tiny) as connection:
        connection.sendall(f"GET /me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
        came = b"".join(iter(lambda: connection.recv(65_536), b""))
    whole = tiny.sandbox.requests.count("GET /me", status=0 if place is CutAt.BEFORE_ANSWER else 200)
    assert whole == 1
    assert came.endswith(ending)
    assert bool(came) is bool(ending)


def test_a_large_request_can_be_cut_off_while_it_is_sent(tiny: Asker) -> None:
    """Its sender meets the end of the connection with most of it still to send."""
    tiny.sandbox.faults.add(Fault(kind=FaultKind.CLOSED, cut_at=CutAt.REQUEST_BODY))
    large = b"x" * 40_000_000
    with _connected(tiny) as connection, pytest.raises(ConnectionError):
        connection.sendall(
            b"POST /conversations/1/reply HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(large) + large
        )
    assert tiny.sandbox.requests.count("POST /conversations/{id}/reply", status=0) == 1


@pytest.mark.parametrize("kind", [FaultKind.APPLIED_RESET, FaultKind.APPLIED_500, FaultKind.APPLIED_HANG])
def test_a_reply_can_be_applied_long_after_its_sender_gave_up(tiny: Asker, kind: FaultKind) -> None:
    """Two minutes later it is there; a second before it is not."""
    tiny.sandbox.faults.add(Fault(kind=kind, late_seconds=120, match="POST *", times=1))
    try:
        assert _reply_to(tiny, timeout=0.3).status_code == 500
    except httpx.TransportError:
        assert kind is not FaultKind.APPLIED_500
    tiny.sandbox.workspace.clock.advance(119)
    assert _writes(tiny) == []
    tiny.sandbox.workspace.clock.advance(1)
    assert _writes(tiny) == [("note", "Hello")]


def test_a_late_reply_can_be_read_where_it_was_written(tiny: Asker) -> None:
    """The first look at the conversation from then on shows it, without anybody looking at the workspace."""
    tiny.sandbox.faults.add(Fault(kind=FaultKind.APPLIED_500, late_seconds=120, match="POST *"))
    path = f"/conversations/{tiny.sandbox.workspace.records('conversations')[0]['id']}"
    before = tiny.get(path)["statistics"]["count_conversation_parts"]
    _reply_to(tiny)
    assert tiny.get(path)["statistics"]["count_conversation_parts"] == before
    tiny.sandbox.workspace.clock.advance(120)
    assert tiny.get(path)["conversation_parts"]["conversation_parts"][-1]["body"] == "<p>Hello</p>"


def test_what_was_sent_twice_is_there_twice(tiny: Asker) -> None:
    """Every write to a conversation is noted: replies, what follows them, and tags."""
    admin = tiny.sandbox.workspace.records("admins")[0]["id"]
    one = tiny.sandbox.workspace.records("conversations")[0]["id"]
    tag = tiny.sandbox.workspace.records("tags")[0]["id"]
    for _ in range(2):
        _reply_to(tiny)
    closing = {"message_type": "close", "type": "admin", "admin_id": admin}
    tiny.ask("POST", f"/conversations/{one}/parts", json=closing)
    tiny.ask("POST", f"/conversations/{one}/tags", json={"id": tag, "admin_id": admin})
    _reply_to(tiny, "")  # refused, so not applied
    writes = tiny.get("/_sandbox/records/conversation_writes")
    assert [write["what"] for write in writes] == ["note", "note", "close", "tag"]
    assert {write["conversation_id"] for write in writes} == {one}


def test_a_good_answer_can_close_its_connection(tiny: Asker) -> None:
    """It says so, and the next request needs a connection of its own."""
    answer = _struck(tiny, FaultKind.CLOSING)
    assert (answer.headers["Connection"], answer.json()["total_count"]) == ("close", 8)


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "closed"}, {"kind": "reset", "cut_at": "body"}, {"kind": "500-json", "late_seconds": 5}],
)
def test_a_fault_that_makes_no_sense_is_refused(tiny: Asker, wrong: dict[str, Any]) -> None:
    """A place belongs to a closed connection, a delay to what is applied."""
    assert tiny.ask("POST", "/_sandbox/faults", json=wrong).status_code == 400
    assert len(tiny.sandbox.faults) == 0


def test_a_fault_strikes_where_and_as_often_as_told(tiny: Asker) -> None:
    """`after` lets some pass, `every` picks among the rest, `times` ends it, `match` names an endpoint."""
    tiny.sandbox.faults.add(
        Fault(kind=FaultKind.ERROR_500, match="GET /contacts/{id}", after=1, every=2, times=2)
    )
    one = tiny.sandbox.workspace.records("contacts")[0]["id"]
    assert [tiny.ask("GET", f"/contacts/{one}").status_code for _ in range(8)] == [
        200, 200, 500, 200, 500, 200, 200, 200,
    ]  # fmt: skip
    assert tiny.ask("GET", "/contacts").status_code == 200
    assert tiny.sandbox.faults.struck() == [2]


def test_a_rate_is_drawn_from_the_seed(start: Start) -> None:
    """The same seed and requests meet the same faults; another seed meets others, in about that share."""

    def statuses(seed: int) -> list[int]:
        asker = start(TINY, seed=seed)
        asker.sandbox.faults.add(Fault(kind=FaultKind.ERROR_503, rate=0.3))
        return [asker.ask("GET", "/tags").status_code for _ in range(200)]

    first, again, other = statuses(1), statuses(1), statuses(2)
    assert first == again != other
    assert 35 < first.count(503) < 85


@pytest.mark.parametrize(
    "fault", [Fault(kind=FaultKind.RESET), *(Fault(kind=FaultKind.CLOSED, cut_at=place) for place in CutAt)]
)
def test_faults_strike_in_process_too(fault: Fault) -> None:
    """Without a socket, a broken connection is an error of the transport's own kind."""
    app = create_app(Workspace(TINY, Options(now=NOON)))
    app.state.service.faults.add(fault)

    async def ask() -> None:
        transport = httpx.ASGITransport(app)
        headers = {"Authorization": "Bearer sandbox-token"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://sandbox", headers=headers
        ) as client:
            await client.get("/me")

    with pytest.raises(ConnectionResetError):
        asyncio.run(ask())
