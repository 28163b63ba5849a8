"""The workspace is the same for the same seed, and lives."""

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from intercom_pipeline.sandbox import NEWEST_VERSION, Options, Sizes, Workspace, create_app
from intercom_pipeline.sandbox.content import WORKSPACE_ID, statistics_of
from intercom_pipeline.sandbox.kinds import KINDS as EVERY_KIND
from intercom_pipeline.sandbox.service import Service
from tests.sandbox.conftest import NOON, SMALL, Asker, Start

KINDS = ("admins", "teams", "tags", "segments", "companies", "contacts", "conversations", "articles")


def _parts(asker: Asker, conversation_id: str) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = asker.get(f"/conversations/{conversation_id}")["conversation_parts"][
        "conversation_parts"
    ]
    return parts


def test_a_seed_makes_the_same_workspace() -> None:
    """Seed, sizes and time make every record the same; another seed makes others."""
    first, again, other = (Workspace(SMALL, Options(now=NOON), seed) for seed in (7, 7, 8))
    for kind in KINDS:
        assert first.records(kind) == again.records(kind)
        assert first.records(kind) != other.records(kind)


def test_another_seed_is_another_workspace_by_name_and_id() -> None:
    """No record of it names the workspace of the first seed."""
    first, other = (Workspace(SMALL, Options(now=NOON), seed) for seed in (0, 8))
    assert (first.app()["id_code"], first.app()["name"]) == (WORKSPACE_ID, "Trellis (sandbox)")
    assert (other.app()["id_code"], other.app()["name"]) == (f"{WORKSPACE_ID}-8", "Trellis (sandbox 8)")
    other.create_contact()
    other.create_company()
    other.create_article()
    held = json.dumps({kind: other.records(kind, version=NEWEST_VERSION) for kind in EVERY_KIND})
    assert held.count(WORKSPACE_ID) == held.count(f"{WORKSPACE_ID}-8") > SMALL.contacts


@pytest.mark.parametrize("seed", [0, 7])
def test_some_admins_have_a_seat_in_the_inbox_and_the_last_has_none(seed: int) -> None:
    """So who may reply and who may not can both be seen; the only admin of a workspace may."""
    seats = [each["has_inbox_seat"] for each in Workspace(SMALL, Options(now=NOON), seed).records("admins")]
    assert (seats[0], seats[-1]) == (True, False)
    alone = Workspace(replace(SMALL, admins=1), Options(now=NOON), seed)
    assert [each["has_inbox_seat"] for each in alone.records("admins")] == [True]


def test_the_same_requests_get_the_same_bytes(start: Start) -> None:
    """Two servers of one seed answer a list byte by byte alike."""
    one, two = start(seed=3), start(seed=3)
    for path in ("/contacts", "/conversations?per_page=150", "/articles", "/teams"):
        assert one.ask("GET", path).content == two.ask("GET", path).content


def test_sizes_are_kept() -> None:
    """There are as many records of each kind as asked for."""
    sizes = Sizes(
        contacts=11, conversations=7, articles=3, companies=5, admins=2, teams=1, tags=4, segments=2
    )
    workspace = Workspace(sizes, Options(now=NOON))
    assert {kind: len(workspace.records(kind)) for kind in KINDS} == {
        kind: getattr(sizes, kind) for kind in KINDS
    }


@pytest.mark.parametrize("kind", ["contacts", "conversations", "articles"])
def test_the_times_by_which_records_are_sorted_are_their_own(kind: str) -> None:
    """What lists sort by before a record is made is what the made record says."""
    held = Workspace(SMALL, Options(now=NOON)).collections[kind]
    for position in held.positions():
        record = held.at(position)
        assert record["id"] == held.ids[position]
        assert [held.times[name][position] for name in ("created_at", "updated_at")] == [
            record["created_at"],
            record["updated_at"],
        ]


def test_a_change_is_seen_everywhere_at_once(asker: Asker) -> None:
    """A changed contact is new in the read, in the list and in the search, in every version."""
    workspace = asker.sandbox.workspace
    one = workspace.records("contacts")[4]["id"]
    named = {"field": "name", "operator": "=", "value": "Changed"}
    assert asker.found("contacts", named) == set()
    for version in ("2.11", "2.16"):
        asker.get("/contacts?per_page=150", version=version)
    workspace.clock.advance(5)
    workspace.update_contact(one, name="Changed", custom_attributes={"colour": "red"})
    for version in ("2.11", "2.16"):
        listed = {each["id"]: each for each in asker.get("/contacts?per_page=150", version=version)["data"]}
        assert listed[one] == asker.get(f"/contacts/{one}", version=version)
        assert listed[one]["updated_at"] == int(NOON) + 5
        assert listed[one]["custom_attributes"]["colour"] == "red"
    assert asker.found("contacts", named) == {one}


@pytest.mark.parametrize(
    ("act", "readable"), [("delete_contact", 404), ("archive_contact", 200), ("merge", 404)]
)
def test_what_is_gone_is_listed_nowhere(asker: Asker, act: str, readable: int) -> None:
    """Deleted, archived and merged contacts leave list, search and count; only the archived can be read."""
    workspace = asker.sandbox.workspace
    one, other = (record["id"] for record in workspace.records("contacts")[:2])
    if act == "merge":
        workspace.merge_contacts(one, other)
    else:
        getattr(workspace, act)(one)
    assert one not in {each["id"] for each in asker.get("/contacts?per_page=150")["data"]}
    assert one not in asker.found("contacts", {"field": "created_at", "operator": ">", "value": 1})
    assert asker.get("/contacts")["total_count"] == 119
    assert asker.ask("GET", f"/contacts/{one}").status_code == readable


def test_a_merged_contact_tells_where_it_went_from_2_16(asker: Asker) -> None:
    """Up to 2.15 a GET answers 404; from 2.16 410 `contact_merged` with a canonical link."""
    workspace = asker.sandbox.workspace
    one, other = (record["id"] for record in workspace.records("contacts")[:2])
    workspace.merge_contacts(one, other)
    assert asker.ask("GET", f"/contacts/{one}", version="2.15").status_code == 404
    gone = asker.ask("GET", f"/contacts/{one}", version="2.16")
    assert (gone.status_code, gone.json()["errors"][0]["code"]) == (410, "contact_merged")
    assert gone.headers["Link"] == f'</contacts/{other}>; rel="canonical"'
    assert asker.get(f"/contacts/{other}")["updated_at"] == int(NOON)


def test_an_archived_contact_can_be_made_unreadable(start: Start) -> None:
    """As Intercom does not say, an option hides the archived from a GET too."""
    asker = start(archived_readable=False)
    one = asker.sandbox.workspace.records("contacts")[0]["id"]
    asker.sandbox.workspace.archive_contact(one)
    assert asker.ask("GET", f"/contacts/{one}").status_code == 404


def test_a_conversation_goes_through_its_states(asker: Asker) -> None:
    """Close, a contact's reply, snooze and open change state, waiting time and parts as people see them."""
    workspace = asker.sandbox.workspace
    person = workspace.create_contact(name="Ada")["id"]
    one = workspace.create_conversation(contact_id=person)["id"]
    seen = []
    acts: list[Callable[[], object]] = [
        lambda: workspace.reply(one),
        lambda: workspace.close(one),
        lambda: workspace.reply(one, "<p>Still broken</p>", contact_id=person),
        lambda: workspace.snooze(one, int(NOON) + 900),
        lambda: workspace.open(one),
    ]
    for act in acts:
        workspace.clock.advance(60)
        act()
        shown = asker.get(f"/conversations/{one}")
        seen.append((shown["state"], shown["waiting_since"], shown["updated_at"] - int(NOON)))
    again = int(NOON) + 180
    assert seen == [("open", None, 60), ("closed", None, 120), ("open", again, 180), ("snoozed", again, 240),
                    ("open", again, 300)]  # fmt: skip
    assert [part["part_type"] for part in _parts(asker, one)] == [
        "comment",
        "close",
        "open",
        "snoozed",
        "open",
    ]


def test_statistics_follow_every_change(asker: Asker) -> None:
    """After replies, closings and assignments the statistics are those of the parts."""
    workspace = asker.sandbox.workspace
    admin, team = workspace.records("admins")[2]["id"], workspace.records("teams")[0]["id"]
    one = workspace.create_conversation()["id"]
    workspace.clock.advance(60)
    workspace.assign(one, assignee_id=team, team=True)
    workspace.assign(one, assignee_id=admin)
    workspace.clock.advance(60)
    workspace.reply(one, admin_id=admin)
    workspace.close(one, admin_id=admin)
    held = next(each for each in workspace.records("conversations") if each["id"] == one)
    shown = asker.get(f"/conversations/{one}", version="2.17")
    names = {each["id"]: each["name"] for each in workspace.records("teams")}
    assert shown["statistics"] == statistics_of(held, names)
    assert shown["statistics"]["count_assignments"] == 2
    assert shown["statistics"]["last_closed_by_id"] == admin
    assert (shown["admin_assignee_id"], shown["team_assignee_id"]) == (int(admin), int(team))


def test_a_deleted_conversation_answers_404(asker: Asker) -> None:
    """A conversation listed a moment ago can be gone when it is read."""
    one = asker.get("/conversations")["conversations"][0]["id"]
    asker.sandbox.workspace.delete_conversation(one)
    assert asker.ask("GET", f"/conversations/{one}").status_code == 404
    assert asker.get("/conversations")["total_count"] == 59


def test_articles_and_labels_change_too(asker: Asker) -> None:
    """A new or changed article comes first; tags and teams come and go."""
    workspace = asker.sandbox.workspace
    old = asker.get("/articles?page=2")["data"][0]["id"]
    workspace.clock.advance(1)
    new = workspace.create_article(title="New")["id"]
    workspace.clock.advance(1)
    workspace.update_article(old, title="Changed")
    assert [each["id"] for each in asker.get("/articles")["data"][:2]] == [old, new]
    workspace.delete_article(new)
    assert asker.ask("GET", f"/articles/{new}").status_code == 404
    tag = workspace.create("tags", name="urgent")["id"]
    assert tag in {each["id"] for each in asker.get("/tags")["data"]}
    workspace.update("tags", tag, name="very urgent")
    assert asker.get(f"/tags/{tag}")["name"] == "very urgent"
    workspace.delete("tags", tag)
    assert asker.ask("GET", f"/tags/{tag}").status_code == 404


def test_a_refused_reply_changes_nothing(asker: Asker) -> None:
    """No body, no such admin, no such conversation, eleven attachments: refused, and nothing is said."""
    workspace = asker.sandbox.workspace
    one, admin = workspace.records("conversations")[0]["id"], workspace.records("admins")[0]["id"]
    good = {"message_type": "comment", "type": "admin", "admin_id": admin, "body": "Hello"}
    before = asker.get(f"/conversations/{one}")
    for wrong, status in (
        (good | {"body": ""}, 400),
        (good | {"message_type": "shout"}, 400),
        (good | {"admin_id": "1"}, 404),
        (good | {"type": "bot"}, 400),
        (good | {"attachment_urls": ["https://x.test/a.png"] * 11}, 400),
        (good | {"message_type": "quick_reply"}, 400),
    ):
        assert asker.ask("POST", f"/conversations/{one}/reply", json=wrong).status_code == status, wrong
    assert asker.ask("POST", "/conversations/1/reply", json=good).status_code == 404
    assert asker.get(f"/conversations/{one}") == before


def test_the_clock_can_stand_jump_and_run() -> None:
    """Frozen it stands, advanced it jumps, and it goes on from there."""
    clock = Workspace(SMALL, Options(now=NOON)).clock
    assert clock.now() == clock.now() == NOON
    clock.advance(-100)
    clock.set(NOON + 50)
    assert clock.seconds() == int(NOON) + 50
    clock.run()
    assert NOON + 50 <= clock.now() < NOON + 50 + 3600
    clock.freeze(NOON)
    assert clock.now() == NOON


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads that are interrupted as often as can be, so that what is not guarded breaks."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def _together(*acts: Callable[[], None]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.usefixtures("restless")
def test_changes_from_many_threads_leave_the_workspace_whole() -> None:
    """Threads that change the same few records lose nothing and keep every order sorted and complete."""
    workspace = Workspace(Sizes(contacts=3, conversations=1, long_conversations=0), Options(now=NOON))
    ids = [record["id"] for record in workspace.records("contacts")]
    one = workspace.records("conversations")[0]["id"]
    before = len(workspace.records("conversations")[0]["conversation_parts"]["conversation_parts"])

    def change() -> None:
        for turn in range(150):
            workspace.reply(one)
            workspace.update_contact(ids[turn % 3], updated_at=int(NOON) - turn)
            workspace.create_contact()

    _together(*[change] * 4)
    parts = workspace.records("conversations")[0]["conversation_parts"]["conversation_parts"]
    assert len({part["id"] for part in parts}) == len(parts) == before + 600
    held = workspace.collections["contacts"]
    for order in held.orders.values():
        assert list(order) == sorted(set(order))
        assert len(order) == 603


@pytest.mark.usefixtures("restless")
def test_a_request_never_sees_half_a_change(start: Start) -> None:
    """While contacts are changed without a pause, every page and every count has them all."""
    asker = start(Sizes(contacts=40, conversations=0, long_conversations=0))
    workspace, over = asker.sandbox.workspace, threading.Event()
    ids = [record["id"] for record in workspace.records("contacts")]

    def change() -> None:
        while not over.is_set():
            for one in ids:
                workspace.update_contact(one, name="x")

    def read() -> None:
        query = {"operator": "AND", "value": [{"field": "updated_at", "operator": ">", "value": 1}]}
        try:
            for _ in range(60):
                assert len(asker.get("/contacts?per_page=150")["data"]) == 40
                assert asker.search("contacts", query)["total_count"] == 40
        finally:
            over.set()

    thread = threading.Thread(target=change)
    thread.start()
    read()
    thread.join()


def test_latency_holds_answers_back_and_concurrency_is_counted() -> None:
    """Requests that wait for their answers together are in flight together."""
    app = create_app(Workspace(SMALL, Options(now=NOON, latency_ms=50)))
    service: Service = app.state.service

    async def ask() -> None:
        transport = httpx.ASGITransport(app)
        headers = {"Authorization": f"Bearer {service.options.token}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://sandbox", headers=headers
        ) as client:
            await asyncio.gather(*(client.get("/me") for _ in range(5)))
            service.conditions.latency_ms = 0
            await client.get("/me")

    asyncio.run(ask())
    assert service.requests.peak_concurrency == 5
    assert service.requests.count("GET /me", status=200) == 6
