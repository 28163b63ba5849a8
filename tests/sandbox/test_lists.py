"""The workspace's short lists page, change and refuse as Intercom's do."""

import itertools
from typing import Any

import pytest

from intercom_pipeline.sandbox import Sizes
from intercom_pipeline.sandbox.lists import LISTS
from tests.contract import check_response, needs_descriptions
from tests.sandbox.conftest import NOON, Asker, Start

_NUMBERED = {
    "/help_center/collections": ("collections", 20),
    "/internal_articles": ("internal_articles", 25),
    "/news/news_items": ("news_items", 10),
    "/news/newsfeeds": ("newsfeeds", 10),
    "/ai/external_pages": ("external_pages", 50),
    "/ai/content_import_sources": ("content_import_sources", 50),
    "/custom_object_instances/Order": ("custom_objects", 20),
}
# The others are ordered by their last change.
_ORDERED_BY = {"custom_objects": "created_at"}


def _pages(asker: Asker, route: str, per_page: int) -> list[list[Any]]:
    """The ids of every page, following `pages.next` until there is none."""
    found = list[list[Any]]()
    for page in itertools.count(1):
        answer = asker.get(f"{route}?page={page}&per_page={per_page}", version="2.16")
        found.append([record["id"] for record in answer["data"]])
        if answer["pages"]["next"] is None:
            return found
        assert f"page={page + 1}&per_page={per_page}" in answer["pages"]["next"]
    raise AssertionError("count() never ends")


@pytest.mark.parametrize("route", _NUMBERED)
def test_numbered_pages_hold_each_record_once(start: Start, route: str) -> None:
    """Pages of three follow one another, the first page's size is Intercom's unless it is asked for."""
    kind, default = _NUMBERED[route]
    asker = start(sizes=Sizes(contacts=1, conversations=1, articles=1, **{kind: 14}))
    held = [one["id"] for one in asker.sandbox.workspace.records(kind) if one.get("type") != "Subscription"]
    pages = _pages(asker, route, 3)
    assert [len(page) for page in pages[:-1]] == [3] * (len(pages) - 1)
    assert sorted(itertools.chain(*pages)) == sorted(held)
    shown = {str(one["id"]): one for one in asker.sandbox.workspace.records(kind)}
    times = [shown[str(identity)][_ORDERED_BY.get(kind, "updated_at")] for page in pages for identity in page]
    assert times == sorted(times, reverse=True)
    first = asker.get(route, version="2.16")
    assert (first["pages"]["per_page"], len(first["data"])) == (default, min(default, len(held)))
    assert first["total_count"] == len(held)


@pytest.mark.parametrize("kind", ["audiences", "content_snippets"])
def test_counted_pages_hold_at_most_fifty(start: Start, kind: str) -> None:
    """These lists say page and total beside the data, and refuse pages over 50."""
    asker = start(sizes=Sizes(contacts=1, conversations=1, articles=1, **{kind: 52}))
    first, second = (asker.get(f"/{kind}?page={page}", version="2.16") for page in (1, 2))
    assert [len(first["data"]), len(second["data"])] == [50, 2]
    assert (second["page"], second["per_page"], second["total_pages"], second["total_count"]) == (
        2,
        50,
        2,
        52,
    )
    assert asker.ask("GET", f"/{kind}?per_page=51", version="2.16").status_code == 400


def test_macros_are_paged_by_their_last_change(start: Start) -> None:
    """The token leads on below the last macro shown; what is older than `updated_since` is left out."""
    asker = start(sizes=Sizes(contacts=1, conversations=1, articles=1, macros=7))
    held = sorted(asker.sandbox.workspace.records("macros"), key=lambda one: one["updated_at"], reverse=True)
    found, token = list[Any](), ""
    while True:
        answer = asker.get(f"/macros?per_page=3{token}", version="2.16")
        found += answer["data"]
        if answer["pages"]["next"] is None:
            break
        token = f"&starting_after={answer['pages']['next']['starting_after']}"
    assert found == held
    asker.sandbox.workspace.update("macros", held[-1]["id"], name="Newest")
    since = asker.get(f"/macros?updated_since={int(NOON) - 1}", version="2.16")["data"]
    assert [one["name"] for one in since] == ["Newest"]
    for wrong in ("per_page=151", "updated_since=monday", "starting_after=never"):
        assert asker.ask("GET", f"/macros?{wrong}", version="2.16").status_code == 400


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_can_grow_change_and_shrink(asker: Asker, kind: str) -> None:
    """A new record is a believable one with its own id; a change shows, and what is deleted is gone."""
    workspace = asker.sandbox.workspace
    before = workspace.records(kind)
    made = workspace.create(kind)
    after = workspace.records(kind)
    assert len(after) == len(before) + 1
    assert after[-1].keys() >= before[-1].keys() - {"options", "multiline"}
    workspace.update(kind, made["id"], extra="new")
    assert workspace.records(kind)[-1]["extra"] == "new"
    workspace.delete(kind, made["id"])
    assert workspace.records(kind) == before
    assert workspace.create(kind)["id"] not in {made["id"], *(one.get("id") for one in before)}


@needs_descriptions
def test_items_of_a_newsfeed_are_those_published_in_it(asker: Asker) -> None:
    """Drafts are in no newsfeed; an unknown newsfeed is a 404."""
    route = "/news/newsfeeds/{id}/items"
    items = asker.sandbox.workspace.records("news_items")
    for feed in asker.sandbox.workspace.records("newsfeeds"):
        answer = asker.get(route.format(id=feed["id"]))
        check_response("2.14", "GET", route, 200, answer)
        published = [
            one
            for one in items
            if int(feed["id"]) in {each["newsfeed_id"] for each in one["newsfeed_assignments"]}
        ]
        assert answer["data"] == published
        assert published
        assert {one["state"] for one in published} == {"live"}
    assert asker.ask("GET", route.format(id="1")).status_code == 404


@needs_descriptions
def test_exceptions_belong_to_their_schedule(asker: Asker) -> None:
    """A schedule's exceptions are listed under it and read one by one under it alone."""
    schedules = [one["id"] for one in asker.sandbox.workspace.records("office_hours_schedules")]
    every = asker.sandbox.workspace.records("office_hours_exceptions")
    route = "/office_hours_schedules/{schedule}/office_hours_exceptions"
    for schedule, other in (schedules, schedules[::-1]):
        listed = asker.get(route.format(schedule=schedule), version="2.16")
        check_response("2.16", "GET", route, 200, listed)
        assert listed["data"] == [one for one in every if one["office_hours_schedule_id"] == schedule]
        for one in listed["data"]:
            path = f"{route.format(schedule=schedule)}/{one['id']}"
            check_response("2.16", "GET", f"{route}/{{id}}", 200, asker.get(path, version="2.16"))
            elsewhere = f"{route.format(schedule=other)}/{one['id']}"
            assert asker.ask("GET", elsewhere, version="2.16").status_code == 404


@pytest.mark.parametrize("collections", [0, 5, 18])
def test_every_article_stands_in_a_collection_that_is_there(start: Start, collections: int) -> None:
    """Also where there are fewer collections than topics; in none where there are none."""
    sizes = Sizes(contacts=1, conversations=1, articles=40, collections=collections)
    workspace = start(sizes=sizes).sandbox.workspace
    there = {one["id"] for one in workspace.records("collections")}
    used = {str(parent) for one in workspace.records("articles") for parent in one["parent_ids"]}
    assert used <= there
    assert bool(used) is bool(collections)
    sections = [one for one in workspace.records("collections") if one["parent_id"]]
    assert {one["parent_id"] for one in sections} <= there


@needs_descriptions
def test_an_article_can_be_translated(asker: Asker) -> None:
    """A translation is new or changed content in one language, and puts the article first."""
    workspace = asker.sandbox.workspace
    article = workspace.create_article(title="Guests")["id"]
    workspace.clock.advance(60)
    workspace.translate_article(article, "de", title="Gäste")
    workspace.clock.advance(60)
    workspace.translate_article(article, "de", body="<p>Neu</p>")
    workspace.translate_article(article, "en", title="Guests & members")
    for version in ("2.11", "2.14", "2.16"):
        shown = asker.get(f"/articles/{article}", version=version)
        check_response(version, "GET", "/articles/{id}", 200, shown)
        written = shown["translated_content"]["de"]
        assert (written["title"], written["body"]) == ("Gäste", "<p>Neu</p>")
        assert written["updated_at"] - written["created_at"] == 60
        assert shown["title"] == shown["translated_content"]["en"]["title"] == "Guests & members"
    assert asker.get("/articles")["data"][0]["id"] == article
