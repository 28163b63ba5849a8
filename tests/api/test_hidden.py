"""Searches by what privacy policies hid: by its hash, or refused in words that say why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from intercom_pipeline.api.stored import Stored, stored
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.sync.privacy import policies
from intercom_pipeline.warehouse.errors import NotSearchable
from intercom_pipeline.warehouse.files import DataFolder
from tests.syncing import sync

PRIVACY = policies(
    "pseudonymous",
    [
        "contacts.external_id=mask",
        "contacts.custom_attributes=hash",
        "contacts.custom_attributes.projects_created=keep",
        "conversations.custom_attributes=drop",
    ],
)


@pytest.fixture(scope="module")
def hiding(quiet_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that says less of people."""
    folder = tmp_path_factory.mktemp("hiding")
    sync(quiet_sandbox, folder, "contacts", "conversations", privacy=PRIVACY)
    return folder


@pytest.fixture(scope="module")
def warehouse(hiding: Path) -> Iterator[Stored]:
    """Its published file."""
    with stored(DataFolder(hiding), version="2.14") as opened:
        yield opened


@pytest.fixture(scope="module")
def contact(quiet_sandbox: Sandbox) -> dict[str, Any]:
    """Somebody of whom Intercom knows everything that is searched for here."""
    known = ("email", "phone", "name", "external_id", "email_domain")
    contacts = quiet_sandbox.workspace.records("contacts")
    return next(
        dict(each)
        for each in contacts
        if all(each[key] for key in known) and each["custom_attributes"].get("Job title")
    )


def ids(records: Iterator[Any]) -> set[str]:
    return {str(record["id"]) for record in records}


@pytest.mark.parametrize("field", ["email", "phone", "name", "email_domain", "Job title"])
def test_a_hashed_value_is_found_by_what_it_was(
    warehouse: Stored, quiet_sandbox: Sandbox, contact: dict[str, Any], field: str
) -> None:
    """With =, != and IN; in columns and in attributes, and by the hash itself."""
    custom = field not in contact
    named = f'"custom_attributes.{field}"' if custom else field

    def value(record: Any) -> Any:
        return record["custom_attributes"].get(field) if custom else record[field]

    everybody = quiet_sandbox.workspace.records("contacts")
    same = {each["id"] for each in everybody if value(each) == value(contact)}
    others = {each["id"] for each in everybody} - same
    assert ids(warehouse.search_contacts(f'{named} = "{value(contact)}"')) == same
    assert ids(warehouse.search_contacts(f'{named} IN (nobody, "{value(contact)}")')) == same
    assert ids(warehouse.search_contacts(f'{named} != "{value(contact)}"')) == others
    digest = value(warehouse.get_contact(contact["id"]))
    assert digest != value(contact)
    assert ids(warehouse.search_contacts(f"{named} = {digest}")) == same


def test_an_address_is_found_however_it_is_written(warehouse: Stored, contact: dict[str, Any]) -> None:
    """As where it was hashed."""
    assert contact["id"] in ids(warehouse.search_contacts(f"email = {contact['email'].upper()}"))


def test_what_is_kept_is_found_as_ever(
    warehouse: Stored, quiet_sandbox: Sandbox, contact: dict[str, Any]
) -> None:
    """Beside what is hidden, too, and within it; nothing is where nothing was."""
    projects = contact["custom_attributes"]["projects_created"]
    for query in (f"custom_attributes.projects_created = {projects}", f"role = {contact['role']}"):
        assert contact["id"] in ids(warehouse.search_contacts(query))
    assert ids(warehouse.search_contacts("location.country != null"))
    without = {each["id"] for each in quiet_sandbox.workspace.records("contacts") if not each["phone"]}
    assert ids(warehouse.search_contacts("phone = null")) == without


@pytest.mark.parametrize(
    ("kind", "query", "why"),
    [
        ("contacts", "email ~ ada", "'email' is stored hashed here: it is found by its whole value alone"),
        ("contacts", "role = user AND (name ^ A OR name $ a)", "'name' is stored hashed here"),
        (
            "contacts",
            "location.city = Paris",
            "'location.city' is not stored here: a privacy policy drops it",
        ),
        ("contacts", "avatar != null", "'avatar' is not stored here"),
        (
            "contacts",
            "external_id = u-1",
            "'external_id' is not stored whole here: a privacy policy says mask",
        ),
        ("conversations", "source.url ~ app", "'source.url' is not stored here"),
        ("conversations", "source.author.email ~ ada", "'source.author.email' is stored hashed here"),
        ("conversations", "custom_attributes.nosuch = 1", "is not stored here"),
    ],
)
def test_what_cannot_be_found_any_more_is_refused(warehouse: Stored, kind: str, query: str, why: str) -> None:
    """With what was done to it, instead of finding nothing."""
    search = warehouse.search_contacts if kind == "contacts" else warehouse.search_conversations
    with pytest.raises(NotSearchable) as caught:
        search(query)
    assert why in caught.value.why


def test_without_its_key_nothing_hashed_is_found(hiding: Path, tmp_path: Path) -> None:
    """A file that was copied elsewhere, and one beside a key that did not make its hashes."""
    away = DataFolder(tmp_path)
    away.published.write_bytes(DataFolder(hiding).published.read_bytes())
    for other in (None, b"0" * 32):
        if other:
            away.key.write_bytes(other)
        with stored(away, version="2.14") as copied, pytest.raises(NotSearchable) as caught:
            copied.search_contacts("email = ada@example.com")
        assert "the key is not in the data folder" in caught.value.why
