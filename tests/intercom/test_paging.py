"""The ways Intercom hands out pages, and how they are followed, resumed and made smaller."""

import json
from collections.abc import AsyncGenerator, Callable
from typing import Any

import httpx
import pytest
import respx

from intercom_pipeline.intercom import errors
from intercom_pipeline.intercom.client import Client
from intercom_pipeline.intercom.paging import (
    Page,
    cursor_pages,
    numbered_pages,
    search_pages,
    single_page,
)
from intercom_pipeline.intercom.search import Filter, Search
from tests.intercom.conversation import answers, asked, talk

EVERYTHING = Search(query=Filter("updated_at", ">", 0), sort_field="updated_at")
Pages = AsyncGenerator[Page]


def page(*ids: int, following: Any = None, total: int | None = 5, **pages: Any) -> httpx.Response:
    records = [{"id": str(number)} for number in ids]
    body = {"type": "list", "data": records, "total_count": total, "pages": {"next": following, **pages}}
    return httpx.Response(200, json=body)


def token(text: str) -> dict[str, Any]:
    return {"page": 2, "starting_after": text}


def pages_of(router: respx.MockRouter, pages: Callable[[Client], Pages], **settings: Any) -> list[Page]:
    async def collect(client: Client) -> list[Page]:
        return [page async for page in pages(client)]

    return talk(router, collect, **settings)


def ids(pages: list[Page]) -> list[str]:
    return [json.loads(bytes(record))["id"] for page in pages for record in page.records]


def test_a_listing_is_followed_by_its_page_tokens() -> None:
    """`starting_after` goes into the query; each page tells where the next one starts."""
    router = answers(page(1, 2, following=token("a")), page(3, 4, following=token("b")), page(5))
    pages = pages_of(router, lambda client: cursor_pages(client, "/contacts", per_page=2))
    assert ids(pages) == ["1", "2", "3", "4", "5"]
    assert [page.next for page in pages] == ["a", "b", None]
    assert pages[0].total_count == 5
    assert pages[0].bytes > 0
    queries = [dict(request.url.params) for request in asked(router)]
    assert queries == [
        {"per_page": "2"},
        {"per_page": "2", "starting_after": "a"},
        {"per_page": "2", "starting_after": "b"},
    ]


def test_a_search_is_followed_in_its_body() -> None:
    """`starting_after` goes into `pagination`; query and sort stay."""
    router = answers(page(1, following=token("a")), page(2))
    pages = pages_of(
        router, lambda client: search_pages(client, "/contacts/search", EVERYTHING, start="z", per_page=9)
    )
    assert ids(pages) == ["1", "2"]
    bodies = [json.loads(request.content) for request in asked(router)]
    assert [body["pagination"] for body in bodies] == [
        {"per_page": 9, "starting_after": "z"},
        {"per_page": 9, "starting_after": "a"},
    ]
    assert {key: bodies[1][key] for key in ("query", "sort")} == EVERYTHING.to_json()


def test_a_search_that_breaks_a_rule_is_not_sent() -> None:
    """The rules are checked against the version of the request, or of the run."""
    router = answers(page())
    wrong = Search(query=Filter("updated_at", ">=", 1))
    with pytest.raises(errors.QueryRefused):
        pages_of(router, lambda client: search_pages(client, "/contacts/search", wrong))
    assert not asked(router)
    pages_of(router, lambda client: search_pages(client, "/contacts/search", wrong, version="2.17"))
    assert len(asked(router)) == 1


@pytest.mark.parametrize("following", [None, "https://api.intercom.io/articles?page=2"])
def test_numbered_pages_count_on(following: str | None) -> None:
    """Whether `next` is a URL or only `total_pages` tells: pages are counted, the URL never called."""
    router = answers(page(1, 2, following=following, page=1, total_pages=2), page(3, page=2, total_pages=2))
    pages = pages_of(router, lambda client: numbered_pages(client, "/articles", per_page=2))
    assert ids(pages) == ["1", "2", "3"]
    assert [page.next for page in pages] == [2, None]
    assert [dict(request.url.params) for request in asked(router)] == [
        {"page": "1", "per_page": "2"},
        {"page": "2", "per_page": "2"},
    ]


def test_numbered_pages_resume() -> None:
    """A stored page number is where it goes on."""
    router = answers(page(9))
    pages_of(router, lambda client: numbered_pages(client, "/articles", start=4, params={"x": 1}))
    assert dict(asked(router)[0].url.params) == {"x": "1", "page": "4", "per_page": "50"}


def test_an_empty_numbered_page_is_the_end() -> None:
    """Even if it promises another one."""
    router = answers(page(following="https://x?page=2"))
    assert [page.next for page in pages_of(router, lambda client: numbered_pages(client, "/articles"))] == [
        None
    ]


def test_a_listing_given_whole_is_one_page() -> None:
    """Records under a name of their own, no `pages`, no count."""
    router = answers(httpx.Response(200, json={"type": "admin.list", "admins": [{"id": "1"}]}))
    (only,) = pages_of(router, lambda client: single_page(client, "/admins", records="admins"))
    assert (ids([only]), only.total_count, only.next) == (["1"], None, None)


def test_a_token_in_a_url_is_used_and_the_url_is_not() -> None:
    """A server that names the next page by URL cannot lead the token elsewhere."""
    router = answers(page(1, following="https://evil.example/x?starting_after=a%3D&per_page=1"), page(2))
    pages = pages_of(router, lambda client: cursor_pages(client, "/contacts"))
    assert [page.next for page in pages] == ["a=", None]
    assert {request.url.host for request in asked(router)} == {"api.intercom.io"}


@pytest.mark.parametrize("following", [{}, [], "", None, 0])
def test_no_next_page_is_the_end(following: Any) -> None:
    """Nothing in `next` means the last page."""
    (only,) = pages_of(
        answers(page(1, following=following)), lambda client: cursor_pages(client, "/contacts")
    )
    assert only.next is None


@pytest.mark.parametrize("following", [{"page": 2}, "https://x/contacts?page=2", 2])
def test_a_next_page_without_a_token_is_an_error_not_the_end(following: Any) -> None:
    """Ending there would lose the rest in silence."""
    with pytest.raises(errors.ResponseInvalid, match="without a page token"):
        pages_of(answers(page(1, following=following)), lambda client: cursor_pages(client, "/contacts"))


@pytest.mark.parametrize("script", [["a", "a"], ["a", "b", "a"], ["start"]])
def test_a_page_token_that_comes_again_is_an_error(script: list[str]) -> None:
    """At once, after a round, or the one started from: a looping listing is detected."""
    router = answers(*(page(1, following=token(text)) for text in script))
    with pytest.raises(errors.PagesLoop):
        pages_of(router, lambda client: cursor_pages(client, "/contacts", start="start"))
    assert len(asked(router)) == len(script)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ([page(1, page=1, total_pages=2)] * 2, "page 2 was asked for, and page 1 came"),
        ([page(1, following="https://x"), page(1, total=6, following="https://x")], "page 2 holds just what"),
    ],
)
def test_a_numbered_page_that_comes_again_is_an_error(script: list[httpx.Response], said: str) -> None:
    """By its number, or, where it has none, by what it holds."""
    router = answers(*script, page(9))
    with pytest.raises(errors.PagesLoop, match=said):
        pages_of(router, lambda client: numbered_pages(client, "/articles"))
    assert len(asked(router)) == 2


def test_a_last_page_with_another_number_is_the_end() -> None:
    """Records were deleted meanwhile, and there are fewer pages than there were."""
    router = answers(page(1, page=1, total_pages=2), page(1, page=1, total_pages=1))
    assert len(pages_of(router, lambda client: numbered_pages(client, "/articles"))) == 2


def listing(slow_above: int, records: int = 40) -> respx.MockRouter:
    """Serves records by position; answers 504 when more than `slow_above` are asked for at once."""

    def answer(request: httpx.Request) -> httpx.Response:
        params = request.url.params
        size = int(params["per_page"])
        if size > slow_above:
            return httpx.Response(504, content=b"<html>")
        start = int(params.get("starting_after", 0)) or (int(params.get("page", 1)) - 1) * size
        end = min(start + size, records)
        more = end < records
        following = token(str(end)) if more and "page" not in params else ("https://x" if more else None)
        return page(*range(start, end), following=following)

    router = respx.MockRouter(assert_all_called=False)
    router.route().mock(side_effect=answer)
    return router


def test_slow_pages_are_made_smaller_and_nothing_is_lost() -> None:
    """The size is halved at once, without waiting for more tries, and every record comes once."""
    router = listing(slow_above=5)
    pages = pages_of(router, lambda client: cursor_pages(client, "/contacts", per_page=20))
    assert ids(pages) == [str(number) for number in range(40)]
    sizes = [int(request.url.params["per_page"]) for request in asked(router)]
    assert sizes[:4] == [20, 10, 5, 5]


def test_smaller_pages_grow_again_slowly() -> None:
    """After a row of good pages the size is doubled; a second failure makes the row twice as long."""
    router = listing(slow_above=3, records=200)
    pages_of(router, lambda client: cursor_pages(client, "/contacts", per_page=4))
    sizes = [int(request.url.params["per_page"]) for request in asked(router)]
    first, second, third, *_ = [place for place, size in enumerate(sizes) if size == 4]
    assert (second - first - 1, third - second - 1) == (10, 20)


def test_numbered_pages_are_cut_without_shifting() -> None:
    """A slow page by number is read as the smaller pages that hold the same records; the numbers stay."""
    router = listing(slow_above=5)
    pages = pages_of(router, lambda client: numbered_pages(client, "/articles", per_page=20))
    assert ids(pages) == [str(number) for number in range(40)]
    assert [page.next for page in pages] == [2, None]


def test_a_page_too_slow_at_one_record_is_given_up() -> None:
    """A single record that never comes ends in the error, after all the tries."""
    for pages in (cursor_pages, numbered_pages):
        router = listing(slow_above=0)
        with pytest.raises(errors.DeadlineExceeded):
            pages_of(router, lambda client, pages=pages: pages(client, "/x", per_page=2))  # type: ignore[misc]
        sizes = [int(request.url.params["per_page"]) for request in asked(router)]
        assert sizes == [2, 1, 1, 1]


def test_a_page_too_large_is_made_smaller() -> None:
    """Over the size limit counts as too slow does: ask for fewer records."""
    pages = pages_of(
        listing(slow_above=99),
        lambda client: cursor_pages(client, "/contacts", per_page=40),
        max_response_bytes=400,
    )
    assert ids(pages) == [str(number) for number in range(40)]


def test_a_consumer_may_stop_early() -> None:
    """No page after the one that was enough is asked for."""
    router = listing(slow_above=99)

    async def first(client: Client) -> int:
        pages = cursor_pages(client, "/contacts", per_page=1)
        async for one in pages:
            await pages.aclose()
            return len(one.records)
        return 0

    assert talk(router, first) == 1
    assert len(asked(router)) == 1
