"""The ways Intercom hands out pages, each an async generator of pages.

    cursor_pages     GET, `starting_after` in the query          contacts, conversations, macros
    search_pages     POST, `starting_after` in the body          contacts, conversations, tickets
    numbered_pages   GET (or POST), `page` in the query          articles, calls, activity logs
    scroll_pages     GET, `scroll_param` in the query            companies
    single_page      GET, one response with everything           admins, teams, tags, segments

Each page carries the token from which the next one starts: store it, and hand it in as `start` to resume.
Of a paging URL the server sends, only the page token in it is used; it is never called. Where a page is
too slow or too large, fewer records are asked for.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from intercom_pipeline.intercom.bodies import PageBody, page_body
from intercom_pipeline.intercom.client import Client, Params, Response
from intercom_pipeline.intercom.diagnosis import Request
from intercom_pipeline.intercom.errors import Oversized, PagesLoop, ResponseInvalid
from intercom_pipeline.intercom.page_size import PageSize
from intercom_pipeline.intercom.search import Search, check


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of records."""

    records: list[msgspec.Raw] = field(repr=False)
    """Each record's own bytes, as sent; they keep the whole page's body alive."""
    total_count: int | None
    """Records in the whole listing, where Intercom tells."""
    next: str | int | None
    """Where to start for the page after this one; None after the last."""
    bytes: int
    """Size of the body."""
    total_pages: int | None = None
    """Pages in the whole listing, where Intercom tells."""


def cursor_pages(
    client: Client,
    path: str,
    *,
    records: str = "data",
    params: Params | None = None,
    start: str | None = None,
    per_page: int = 150,
    version: str | None = None,
) -> AsyncGenerator[Page]:
    """The pages of a listing that is continued with `starting_after` in the query."""

    def ask(token: str | None, size: int, *, give_up_when_slow: bool) -> Awaitable[Response[PageBody]]:
        after = {} if token is None else {"starting_after": token}
        return client.get(
            path,
            params={**(params or {}), "per_page": size, **after},
            version=version,
            decode=partial(page_body, records=records),
            give_up_when_slow=give_up_when_slow,
        )

    return _follow(ask, Request(method="GET", path=path), start, PageSize(per_page))


def search_pages(
    client: Client,
    path: str,
    search: Search,
    *,
    records: str = "data",
    params: Params | None = None,
    start: str | None = None,
    per_page: int = 150,
    version: str | None = None,
) -> AsyncGenerator[Page]:
    """The pages of a search. Raises QueryRefused before anything is sent if the search breaks a rule."""
    check(search.query, path=path, version=version or client.connection.version)
    body = search.to_json()

    def ask(token: str | None, size: int, *, give_up_when_slow: bool) -> Awaitable[Response[PageBody]]:
        after = {} if token is None else {"starting_after": token}
        return client.post(
            path,
            params=params,
            json={**body, "pagination": {"per_page": size, **after}},
            version=version,
            decode=partial(page_body, records=records),
            give_up_when_slow=give_up_when_slow,
        )

    return _follow(ask, Request(method="POST", path=path), start, PageSize(per_page))


def numbered_pages(
    client: Client,
    path: str,
    *,
    records: str = "data",
    params: Params | None = None,
    start: int = 1,
    per_page: int = 50,
    version: str | None = None,
    by_post: bool = False,
) -> AsyncGenerator[Page]:
    """The pages of a listing by page number; `start` counts pages of `per_page` records, from 1.

    Raises:
        PagesLoop: Another page came than was asked for, or the same again: going on might never end.
    """
    method = partial(client.post, json={}) if by_post else client.get

    def ask(number: int, size: int, *, give_up_when_slow: bool) -> Awaitable[Response[PageBody]]:
        return method(
            path,
            params={**(params or {}), "page": number, "per_page": size},
            version=version,
            decode=partial(page_body, records=records),
            give_up_when_slow=give_up_when_slow,
        )

    about = Request(method="POST" if by_post else "GET", path=path)
    return _count(partial(_numbered, ask, about), about, start, per_page)


async def single_page(
    client: Client,
    path: str,
    *,
    records: str = "data",
    params: Params | None = None,
    version: str | None = None,
) -> AsyncGenerator[Page]:
    """The one page of a listing that is given whole."""
    answer = await client.get(
        path, params=params, version=version, decode=partial(page_body, records=records)
    )
    yield _page(answer, None)


async def scroll_pages(
    client: Client, path: str, *, records: str = "data", version: str | None = None
) -> AsyncGenerator[Page]:
    """The pages of a scroll, which one reader at a time may have open, up to the empty one that closes it.

    The same token comes with every page. A scroll dies after a minute without a request and with any error of
    the server's, and cannot be taken up again: whoever gets a `Retryable` or `NotFound` starts anew.
    """
    decode, token = partial(page_body, records=records), None
    while True:
        # What failed half-way cannot be asked for again; the first page can.
        asking = client.trying(1) if token else client
        answer = await asking.get(
            path, params={"scroll_param": token} if token else None, version=version, decode=decode
        )
        if not answer.content.records:
            return
        token = msgspec.json.decode(answer.body, type=_Scroll).scroll_param or token
        if token is None:
            raise ResponseInvalid(Request(method="GET", path=path).failure("it names no scroll_param"))
        yield _page(answer, token)


class _Scroll(msgspec.Struct):
    scroll_param: str | None = None


async def _follow(
    ask: Callable[..., Awaitable[Response[PageBody]]], about: Request, start: str | None, size: PageSize
) -> AsyncGenerator[Page]:
    token, seen = start, {start}
    while True:
        answer = await size.ask(partial(ask, token))
        token = _token(answer, about)
        if token is not None and token in seen:
            raise PagesLoop(about.failure("the token of the next page is one that was already used"))
        yield _page(answer, token)
        if token is None:
            return
        seen.add(token)


async def _count(
    ask: Callable[..., Awaitable[Response[PageBody]]], about: Request, start: int, per_page: int
) -> AsyncGenerator[Page]:
    number, more, before = start, True, b""
    while more:
        answers = await _covering(ask, number, per_page)
        more = _goes_on(answers[-1])
        page = _joined(answers, number + 1 if more else None)
        digest = _digest(page)
        if more and digest == before:
            raise PagesLoop(about.failure(f"page {number} holds just what the page before it held"))
        yield page
        number, before = number + 1, digest


async def _numbered(
    ask: Callable[..., Awaitable[Response[PageBody]]],
    about: Request,
    number: int,
    size: int,
    *,
    give_up_when_slow: bool,
) -> Response[PageBody]:
    """The page with that number, which the server may not take for another one."""
    answer = await ask(number, size, give_up_when_slow=give_up_when_slow)
    came = _whole_number(answer.content.pages, "page")
    if _goes_on(answer) and came not in {None, number}:
        raise PagesLoop(about.failure(f"page {number} was asked for, and page {came} came"))
    return answer


async def _covering(
    ask: Callable[..., Awaitable[Response[PageBody]]], number: int, size: int
) -> list[Response[PageBody]]:
    """The page, or, where it is too slow or large, the smaller pages that cover the same records."""
    try:
        return [await ask(number, size, give_up_when_slow=size > 1)]
    except Oversized:
        if size == 1:
            raise
    parts = next((n for n in (2, 5) if size % n == 0), size)
    answers: list[Response[PageBody]] = []
    for piece in range((number - 1) * parts + 1, number * parts + 1):
        answers += await _covering(ask, piece, size // parts)
        if not _has_more(answers[-1].content.pages):
            break
    return answers


def _joined(answers: Sequence[Response[PageBody]], following: int | None) -> Page:
    """The page that answers cover together."""
    last = answers[-1].content
    return Page(
        records=[record for answer in answers for record in answer.content.records],
        total_count=last.total_count,
        next=following,
        bytes=sum(len(answer.body) for answer in answers),
        total_pages=_whole_number(last.pages, "total_pages"),
    )


def _digest(page: Page) -> bytes:
    return sha256(b"\n".join(bytes(record) for record in page.records)).digest()


def _page(answer: Response[PageBody], following: str | int | None) -> Page:
    content = answer.content
    return Page(
        records=content.records, total_count=content.total_count, next=following, bytes=len(answer.body)
    )


def _token(answer: Response[PageBody], about: Request) -> str | None:
    """The `starting_after` of the next page; None on the last."""
    pages = answer.content.pages
    following = pages.get("next") if isinstance(pages, dict) else None
    if not following:
        return None
    if isinstance(following, dict):
        token = following.get("starting_after")
    else:
        token = parse_qs(urlsplit(str(following)).query).get("starting_after", [None])[0]
    if not token:
        # Taking this for the last page would lose the rest in silence.
        raise ResponseInvalid(about.failure("it names a next page without a page token"))
    return str(token)


def _goes_on(answer: Response[PageBody]) -> bool:
    """Whether a page by number is followed by another; an empty one is the end whatever it promises."""
    return bool(answer.content.records) and _has_more(answer.content.pages)


def _has_more(pages: Any) -> bool:
    if not isinstance(pages, dict):
        return False
    page, total = _whole_number(pages, "page"), _whole_number(pages, "total_pages")
    counted = page is not None and total is not None and page < total
    return bool(pages.get("next")) or counted


def _whole_number(pages: Any, name: str) -> int | None:
    """A number of the `pages` object, where it has that."""
    found = pages.get(name) if isinstance(pages, dict) else None
    return found if isinstance(found, int) else None
