"""A customer at a glance, alike from Intercom and from the warehouse."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from intercom_pipeline.analytics.customer import Customer, customer_in_intercom, customer_in_warehouse
from intercom_pipeline.api import AsyncIntercom, connection_for
from intercom_pipeline.api.stored import NotStored
from intercom_pipeline.intercom.errors import NotFound
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from intercom_pipeline.warehouse.files import DataFolder
from tests.syncing import sync

SIZES = Sizes(contacts=30, conversations=20, articles=3, companies=15, long_conversations=0)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=SIZES, options=Options(limit_per_minute=600_000), seed=4) as served:
        yield served


@pytest.fixture(scope="module")
def ada(sandbox: Sandbox) -> str:
    """A contact with twelve companies, two tags, an owner and four conversations, one of them closed."""
    workspace = sandbox.workspace
    admin = workspace.records("admins")[0]["id"]
    contact = str(workspace.create_contact(name="Ada", email="ada@example.com", owner_id=int(admin))["id"])
    for company in workspace.records("companies")[:12]:
        workspace.attach_company(contact, company["id"])
    for tag in workspace.records("tags")[:2]:
        workspace.tag_contact(contact, tag["id"])
    begun = [
        workspace.create_conversation(contact_id=contact, body=f"<p>Question {n}</p>")["id"] for n in range(4)
    ]
    workspace.reply(begun[3], body="<p>An <b>answer</b></p>", admin_id=admin)
    workspace.close(begun[0], admin_id=admin)
    return contact


@pytest.fixture(scope="module")
def folder(sandbox: Sandbox, ada: str, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A warehouse of all that a profile is made of."""
    assert ada
    path: Path = tmp_path_factory.mktemp("customer")
    sync(sandbox, path, "contacts", "conversations", "companies", "tags", "admins")
    return DataFolder(path)


def asked(sandbox: Sandbox, contact: str) -> Customer:
    async def look() -> Customer:
        async with AsyncIntercom(connection_for(sandbox.token, base_url=sandbox.url)) as intercom:
            return await customer_in_intercom(intercom, contact)

    return asyncio.run(look())


def test_a_customer_is_shown_with_all_that_belongs_to_it(sandbox: Sandbox, ada: str) -> None:
    """More companies than the contact's record holds, in at most nine requests."""
    sandbox.requests.reset()
    found = asked(sandbox, ada)
    companies = sandbox.workspace.records("companies")[:12]
    assert len(sandbox.requests) <= 9
    assert found.contact["name"] == "Ada"
    assert {each.name for each in found.companies} == {each["name"] for each in companies}
    assert {each.name for each in found.tags} == {
        each["name"] for each in sandbox.workspace.records("tags")[:2]
    }
    assert found.owner
    assert found.owner.name == sandbox.workspace.records("admins")[0]["name"]
    assert len(found.open_conversations) == 3
    said = [each.message.text for each in found.last_messages]
    assert "An answer" in said
    assert "Question 3" in said
    times = [each.message.at for each in found.last_messages if each.message.at]
    assert times == sorted(times)


def test_the_warehouse_shows_the_same_customer(sandbox: Sandbox, ada: str, folder: DataFolder) -> None:
    """But for the record's form."""
    live, stored = asked(sandbox, ada), customer_in_warehouse(folder, ada)
    for name in ("companies", "tags"):
        assert set(getattr(stored, name)) == set(getattr(live, name))
    assert (stored.owner, stored.last_messages) == (live.owner, live.last_messages)
    ids = [[each["id"] for each in of.open_conversations] for of in (stored, live)]
    assert ids[0] == ids[1]
    assert stored.contact["email"] == live.contact["email"]


def test_what_the_token_may_not_read_is_told_by_its_id(sandbox: Sandbox, ada: str) -> None:
    """A profile is better than none."""
    sandbox.conditions.missing_permissions |= {"admins", "companies", "conversations"}
    try:
        found = asked(sandbox, ada)
    finally:
        sandbox.conditions.missing_permissions.clear()
    assert found.owner
    assert found.owner.name is None
    assert found.companies
    assert (found.open_conversations, found.last_messages) == ((), ())


def test_a_warehouse_without_tags_and_companies_tells_ids(sandbox: Sandbox, ada: str, tmp_path: Path) -> None:
    """Where only contacts and conversations were synced."""
    sync(sandbox, tmp_path, "contacts", "conversations", "admins")
    found = customer_in_warehouse(DataFolder(tmp_path), ada)
    assert len(found.tags) == 2
    assert all(each.id for each in (*found.tags, *found.companies))


def test_what_is_gone_is_not_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    """Neither a tag that was taken off, nor a company that was deleted."""
    workspace = sandbox.workspace
    contact = str(workspace.create_contact(email="untagged@example.com")["id"])
    tags, companies = (
        [each["id"] for each in workspace.records(kind)[-2:]] for kind in ("tags", "companies")
    )
    for tag, company in zip(tags, companies, strict=True):
        workspace.tag_contact(contact, tag)
        workspace.attach_company(contact, company)
    sync(sandbox, tmp_path, "contacts", "conversations", "tags", "companies", "admins")
    workspace.untag_contact(contact, tags[0])
    sync(sandbox, tmp_path, "contacts")
    workspace.delete_company(companies[0])
    sync(sandbox, tmp_path, "companies")
    found = customer_in_warehouse(DataFolder(tmp_path), contact)
    assert [each.id for each in found.tags] == [tags[1]]
    assert [each.id for each in found.companies] == [companies[1]]


def test_nobody_is_not_found(sandbox: Sandbox, folder: DataFolder) -> None:
    """Told by the error of each source."""
    with pytest.raises(NotFound):
        asked(sandbox, "nobody")
    with pytest.raises(NotStored):
        customer_in_warehouse(folder, "nobody")


def test_somebody_without_anything_is_a_customer_too(sandbox: Sandbox) -> None:
    """With empty lists."""
    contact = sandbox.workspace.create_contact(email="new@example.com")["id"]
    found = asked(sandbox, contact)
    assert found == replace(found, companies=(), tags=(), owner=None, open_conversations=(), last_messages=())
