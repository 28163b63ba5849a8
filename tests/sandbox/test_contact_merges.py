"""Contacts that are merged, archived or deleted: what is told of them, and how they come back."""

from itertools import pairwise
from typing import Any

import pytest

from intercom_pipeline.sandbox.errors import ApiError
from tests.contract import VERSIONS, check_request, check_response, described, needs_descriptions
from tests.sandbox.conftest import NOON, Asker, Start

_LATEST = "2.17"


def _link(asker: Asker, contact_id: str) -> str:
    answer = asker.ask("GET", f"/contacts/{contact_id}", version=_LATEST)
    assert answer.status_code == 410
    return answer.headers["Link"].split("/")[-1].split(">")[0]


def test_a_chain_of_merges_is_followed_for_three_hops(asker: Asker) -> None:
    """The 410 leads to the end of a chain of up to three merges; of a longer one, to its third."""
    workspace = asker.sandbox.workspace
    ids = [workspace.create_contact()["id"] for _ in range(6)]
    for one, other in pairwise(ids[:5]):
        workspace.merge_contacts(one, other)
    assert [_link(asker, one) for one in ids[:4]] == [ids[3], ids[4], ids[4], ids[4]]
    workspace.merge_contacts(ids[4], ids[5])
    assert [_link(asker, one) for one in ids[:3]] == [ids[3], ids[4], ids[5]]
    assert {each["contact_id"]: each["present_id"] for each in workspace.records("contact_merges")} == (
        dict.fromkeys(ids[:5], ids[5])
    )


def test_a_merged_contacts_belongings_go_over(asker: Asker) -> None:
    """Tags, companies, notes and subscriptions are united, each once; the target counts as changed."""
    workspace = asker.sandbox.workspace
    lead, user = (workspace.create_contact(role=role)["id"] for role in ("lead", "user"))
    tags = [each["id"] for each in workspace.records("tags")[:3]]
    companies = [each["id"] for each in workspace.records("companies")[:2]]
    for tag in tags[:2]:
        workspace.tag_contact(lead, tag)
    for tag in tags[1:]:
        workspace.tag_contact(user, tag)
    for contact_id, company_id in zip((lead, user), companies, strict=True):
        workspace.attach_company(contact_id, company_id)
        workspace.add_note(contact_id, f"<p>{company_id}</p>")
        workspace.clock.advance(1)
    workspace.attach_subscription(lead, "91")
    workspace.merge_contacts(lead, user)
    shown = asker.get(f"/contacts/{user}")
    assert sorted(each["id"] for each in shown["tags"]["data"]) == sorted(tags)
    assert [each["id"] for each in shown["companies"]["data"]] == companies[::-1]
    assert [each["id"] for each in shown["opted_out_subscription_types"]["data"]] == ["91"]
    assert shown["updated_at"] == int(NOON) + 2
    notes = asker.get(f"/contacts/{user}/notes")["data"]
    assert [note["body"] for note in notes] == [f"<p>{each}</p>" for each in companies[::-1]]
    assert {note["contact"]["id"] for note in notes} == {user}


def test_a_merge_history_comes_by_cursor(asker: Asker) -> None:
    """Newest first unless asked otherwise; `next_cursor` goes on until `has_more` is false."""
    workspace = asker.sandbox.workspace
    user = workspace.create_contact()["id"]
    leads = [workspace.create_contact(role="lead")["id"] for _ in range(5)]
    for lead in leads:
        workspace.clock.advance(1)
        workspace.merge_contacts(lead, user)

    def read(**params: Any) -> list[str]:
        found: list[str] = []
        while True:
            path = f"/contacts/{user}/merge_history"
            page = asker.get(path, version=_LATEST, params={"per_page": 2, **params})
            found += [each["source_contact_id"] for each in page["data"]]
            if not page["has_more"]:
                assert page["next_cursor"] is None
                return found
            params["cursor"] = page["next_cursor"]

    assert read() == leads[::-1]
    assert read(order="asc") == leads
    assert read(per_page=5) == leads[::-1]
    whole = asker.get(f"/contacts/{user}/merge_history?per_page=5", version=_LATEST)
    assert (whole["has_more"], whole["next_cursor"]) == (False, None)
    entry = asker.get(f"/contacts/{user}/merge_history", version=_LATEST)["data"][0]
    assert entry == {
        "type": "merge_history",
        "source_contact_id": leads[-1],
        "source_contact_role": "lead",
        "merged_at": int(NOON) + 5,
    }
    wrong = asker.ask("GET", f"/contacts/{user}/merge_history?cursor=never", version=_LATEST)
    assert wrong.status_code == 400


def test_a_lead_has_no_merge_history(asker: Asker) -> None:
    """404 for leads, for unknown and for merged contacts; versions before 2.16 do not know the endpoint."""
    workspace = asker.sandbox.workspace
    lead, user = (workspace.create_contact(role=role)["id"] for role in ("lead", "user"))
    for one in (lead, "nobody"):
        assert asker.ask("GET", f"/contacts/{one}/merge_history", version=_LATEST).status_code == 404
    assert asker.get(f"/contacts/{user}/merge_history", version=_LATEST)["data"] == []
    assert asker.ask("GET", f"/contacts/{user}/merge_history", version="2.15").status_code == 400


def test_the_merge_history_is_included_where_it_is_asked_for(asker: Asker) -> None:
    """Users carry it in lists, searches and reads from 2.16 on, leads never, nobody unasked."""
    workspace = asker.sandbox.workspace
    lead, other, user = (workspace.create_contact(role=role)["id"] for role in ("lead", "lead", "user"))
    asker.get("/contacts?include_merge_history=true", version="2.16")
    workspace.merge_contacts(lead, user)
    query = {"query": {"field": "id", "operator": "IN", "value": [user, other]}}

    def shown(version: str, suffix: str = "?include_merge_history=true") -> list[dict[str, Any]]:
        searched = asker.ask("POST", f"/contacts/search{suffix}", version=version, json=query).json()["data"]
        listed = asker.get(f"/contacts{suffix}", version=version)["data"]
        return [*searched, *listed, asker.get(f"/contacts/{user}{suffix}", version=version)]

    histories = [each["merge_history"] for each in shown("2.16") if each["id"] == user]
    assert [[entry["source_contact_id"] for entry in each] for each in histories] == [[lead]] * 3
    assert all(("merge_history" in each) is (each["role"] == "user") for each in shown("2.16"))
    assert not any("merge_history" in each for each in [*shown("2.15"), *shown("2.16", "")])


@pytest.mark.parametrize("act", ["archive_contact", "delete_contact"])
def test_a_contact_that_comes_back_is_as_it_was(asker: Asker, act: str) -> None:
    """It is listed, found and read again with its old times."""
    workspace = asker.sandbox.workspace
    one = workspace.records("contacts")[7]["id"]
    before = asker.get(f"/contacts/{one}")
    getattr(workspace, act)(one)
    workspace.clock.advance(60)
    workspace.restore_contact(one)
    assert asker.get(f"/contacts/{one}") == before
    assert asker.get("/contacts")["total_count"] == 120
    assert asker.found("contacts", {"field": "id", "operator": "=", "value": one}) == {one}


def test_only_the_archived_are_unarchived(start: Start) -> None:
    """An archived contact is listed again, a listed one stays so, deleted and merged ones are not there."""
    asker = start()
    workspace = asker.sandbox.workspace
    archived, deleted, merged, other = (each["id"] for each in workspace.records("contacts")[:4])
    workspace.archive_contact(archived)
    workspace.delete_contact(deleted)
    workspace.merge_contacts(merged, other)
    for one, status in ((archived, 200), (other, 200), (deleted, 404), (merged, 404), ("nobody", 404)):
        assert asker.ask("POST", f"/contacts/{one}/unarchive").status_code == status
    assert {each["id"] for each in workspace.records("contacts")} >= {archived, other}
    for one in (merged, other):
        with pytest.raises(ApiError):
            workspace.restore_contact(one)


@needs_descriptions
@pytest.mark.parametrize("version", VERSIONS)
def test_merges_and_archives_are_as_described(asker: Asker, version: str) -> None:
    """Merge history, contacts that include it, the 410 and unarchiving are in the described shapes."""
    workspace = asker.sandbox.workspace
    lead, user = (workspace.create_contact(role=role)["id"] for role in ("lead", "user"))
    workspace.merge_contacts(lead, user)
    workspace.archive_contact(other := workspace.records("contacts")[0]["id"])
    unarchived = asker.ask("POST", f"/contacts/{other}/unarchive", version=version)
    check_response(version, "POST", "/contacts/{id}/unarchive", 200, unarchived.json())
    gone = asker.ask("GET", f"/contacts/{lead}", version=version)
    check_response(version, "GET", "/contacts/{id}", gone.status_code, gone.json())
    if described(version, "GET", "/contacts/{id}/merge_history"):
        history = asker.get(f"/contacts/{user}/merge_history?per_page=1&order=asc", version=version)
        check_response(version, "GET", "/contacts/{id}/merge_history", 200, history)
        paged = {"cursor": "e30=", "per_page": "1", "order": "asc"}
        check_request(version, "GET", "/contacts/{id}/merge_history", paged, None)
        included = {"include_merge_history": "true"}
        check_request(version, "GET", "/contacts", included, None)
        shown = asker.get("/contacts", version=version, params=included)
        check_response(version, "GET", "/contacts", 200, shown)
