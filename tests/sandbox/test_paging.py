"""Pages are handed out as Intercom does, also while records move."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from intercom_pipeline.sandbox import Sizes
from tests.sandbox.conftest import Asker, Start


def _all(asker: Asker, kind: str, between: Callable[[int], None], *, per_page: int = 20) -> list[str]:
    """Every id listed, page by page; `between` is called after each page with its number."""
    name = "data" if kind == "contacts" else kind
    ids: list[str] = []
    token: dict[str, Any] = {}
    for page in range(100):
        answer = asker.get(f"/{kind}", params={"per_page": per_page} | token)
        ids += [record["id"] for record in answer[name]]
        assert answer["pages"]["page"] == page + 1
        between(page)
        if "next" not in answer["pages"]:
            return ids
        token = {"starting_after": answer["pages"]["next"]["starting_after"]}
    raise AssertionError("the pages never end")


@pytest.mark.parametrize(("kind", "default"), [("contacts", 50), ("conversations", 20)])
def test_a_list_by_page_tokens_hands_out_every_record_once(asker: Asker, kind: str, default: int) -> None:
    """The pages together hold each record once, newest first; without `per_page` the default holds."""
    field = "created_at" if kind == "contacts" else "updated_at"
    records = asker.sandbox.workspace.records(kind)
    ids = _all(asker, kind, lambda _: None, per_page=7)
    times = {record["id"]: record[field] for record in records}
    assert sorted(ids) == sorted(times)
    assert [times[each] for each in ids] == sorted(times.values(), reverse=True)
    first = asker.get(f"/{kind}")
    assert first["pages"]["per_page"] == default
    assert first["pages"]["total_pages"] == -(-len(records) // default)
    assert first["total_count"] == len(records)


def test_the_last_page_names_no_next(start: Start) -> None:
    """A full last page is the last: no empty page follows."""
    asker = start(Sizes(contacts=40, conversations=0, long_conversations=0))
    token = asker.get("/contacts?per_page=20")["pages"]["next"]["starting_after"]
    last = asker.get("/contacts", params={"per_page": 20, "starting_after": token})
    assert len(last["data"]) == 20
    assert "next" not in last["pages"]


def test_an_empty_workspace_has_one_empty_page(start: Start) -> None:
    """Nothing listed is an empty list, with a count of 0."""
    asker = start(Sizes(contacts=0, conversations=0, articles=0, companies=0, long_conversations=0))
    answer = asker.get("/contacts")
    assert (answer["data"], answer["total_count"], answer["pages"]["total_pages"]) == ([], 0, 0)
    assert asker.get("/articles")["data"] == []


def test_a_record_that_moves_is_never_lost_nor_are_the_others(asker: Asker) -> None:
    """A conversation changed between pages jumps to the front; every untouched one still comes once."""
    workspace = asker.sandbox.workspace
    ids = [record["id"] for record in workspace.records("conversations")]
    moved = iter(ids[::7])

    def touch(_: int) -> None:
        workspace.clock.advance(10)
        workspace.reply(next(moved))
        workspace.create_conversation()

    listed = _all(asker, "conversations", touch, per_page=10)
    touched = set(ids[::7])
    assert sorted(each for each in listed if each not in touched) == sorted(set(ids) - touched)


def test_the_workspace_can_change_between_any_two_pages(asker: Asker) -> None:
    """What is told to happen after each request has happened before the next one is answered."""
    workspace = asker.sandbox.workspace
    asker.sandbox.after_each_request.append(lambda _: workspace.create_contact())
    counts = [asker.get("/contacts")["total_count"] for _ in range(3)]
    assert counts == [120, 121, 122]


def test_deleting_the_record_a_page_token_names_does_no_harm(asker: Asker) -> None:
    """The next page goes on where the deleted record stood."""
    first = asker.get("/contacts?per_page=10")
    asker.sandbox.workspace.delete_contact(first["data"][-1]["id"])
    token = first["pages"]["next"]["starting_after"]
    second = asker.get("/contacts", params={"per_page": 10, "starting_after": token})
    untouched = asker.get("/contacts?per_page=20")["data"]
    assert [each["id"] for each in second["data"]][:9] == [each["id"] for each in untouched[9:18]]


@pytest.mark.parametrize(
    "token", ["x", "", "é", base64.b64encode(b"[1,2]").decode(), base64.b64encode(b'["a",0,1]').decode()]
)
def test_a_garbled_page_token_is_refused(asker: Asker, token: str) -> None:
    """A `starting_after` that was never handed out answers 400 `client_error`, in lists and searches."""
    response = asker.ask("GET", "/contacts", params={"starting_after": token})
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "client_error"
    query = {"field": "role", "operator": "=", "value": "user"}
    assert asker.search("contacts", query, pagination={"starting_after": token})["type"] == "error.list"


@pytest.mark.parametrize("per_page", ["0", "151", "many", "-1"])
def test_a_page_size_out_of_range_is_refused(asker: Asker, per_page: str) -> None:
    """`per_page` goes from 1 to 150."""
    assert asker.ask("GET", f"/contacts?per_page={per_page}").status_code == 400
    assert asker.ask("GET", "/contacts?per_page=150").status_code == 200


def test_articles_come_by_page_number_newest_first(asker: Asker) -> None:
    """25 a page, more if asked; `pages.next` is a URL of Intercom's own host; statistics only singly."""
    first = asker.get("/articles")
    assert len(first["data"]) == 25
    assert first["pages"]["next"] == "https://api.intercom.io/articles?page=2&per_page=25"
    second = asker.get("/articles?page=2")
    assert second["pages"]["next"] is None
    times = [each["updated_at"] for each in first["data"] + second["data"]]
    assert times == sorted(times, reverse=True)
    assert len(times) == len(asker.get("/articles?per_page=200")["data"]) == 30
    assert "statistics" not in first["data"][0]
    assert "views" in asker.get(f"/articles/{first['data'][0]['id']}")["statistics"]
    assert asker.get("/articles?page=9")["data"] == []


def test_companies_end_at_ten_thousand(asker: Asker) -> None:
    """The list by page number refuses to go past 10,000 companies."""
    assert asker.ask("POST", "/companies/list?page=166&per_page=60").status_code == 200
    assert asker.ask("POST", "/companies/list?page=167&per_page=60").status_code == 400


@pytest.mark.parametrize("parts", [0, 1, 499, 500, 501, 2_000])
def test_a_read_shows_at_most_the_newest_five_hundred_parts(asker: Asker, parts: int) -> None:
    """Of more parts the newest 500 come; `count_conversation_parts` counts them all; lists show none."""
    workspace = asker.sandbox.workspace
    one = workspace.create_conversation()["id"]
    workspace.add_parts(one, parts)
    shown = asker.get(f"/conversations/{one}")
    held = next(each for each in workspace.records("conversations") if each["id"] == one)
    assert len(held["conversation_parts"]["conversation_parts"]) == parts
    newest = [part["id"] for part in held["conversation_parts"]["conversation_parts"][-500:]]
    assert [part["id"] for part in shown["conversation_parts"]["conversation_parts"]] == newest
    assert shown["statistics"]["count_conversation_parts"] == parts
    assert all("conversation_parts" not in each for each in asker.get("/conversations")["conversations"])


def test_the_long_conversations_have_over_five_hundred_parts(start: Start) -> None:
    """As many conversations as asked for have over 500 parts from the start."""
    asker = start(Sizes(contacts=10, conversations=20, long_conversations=3))
    counts = sorted(
        each["statistics"]["count_conversation_parts"]
        for each in asker.sandbox.workspace.records("conversations")
    )
    assert counts[-3:] == [501, 1_000, 1_499]
    assert counts[-4] < 500


def test_tags_inside_a_contact_are_capped_at_ten(asker: Asker) -> None:
    """Ten come inline, `has_more` and `total_count` tell, and the URL leads to all."""
    workspace = asker.sandbox.workspace
    one = workspace.create_contact()["id"]
    tags = [record["id"] for record in workspace.records("tags")[:12]]
    for place, tag in enumerate(tags, start=1):
        workspace.tag_contact(one, tag)
        inline = asker.get(f"/contacts/{one}")["tags"]
        assert len(inline["data"]) == min(place, 10)
        assert (inline["total_count"], inline["has_more"]) == (place, place > 10)
        assert [each["id"] for each in asker.get(inline["url"])["data"]] == tags[:place]


def test_bodies_come_as_plain_text_if_asked(asker: Asker) -> None:
    """`display_as=plaintext` drops the HTML and keeps a link's address."""
    body = '<p>See <a href="https://x.test">this</a> &amp; that</p>'
    one = asker.sandbox.workspace.create_conversation(body=body)["id"]
    asker.sandbox.workspace.reply(one, "<p>One</p><p>Two</p>")
    shown = asker.get(f"/conversations/{one}?display_as=plaintext")
    assert shown["source"]["body"] == "See this (https://x.test) & that"
    assert shown["conversation_parts"]["conversation_parts"][0]["body"] == "One\nTwo"
