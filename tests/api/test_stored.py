"""Answers from the warehouse: the records that Intercom gives, in its order, and what is told of others."""

import gc
import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from intercom_pipeline.api.records import LimitRefused
from intercom_pipeline.api.stored import NotStored, Stored, stored
from intercom_pipeline.intercom.ids import IdRefused
from intercom_pipeline.intercom.search import Filter
from intercom_pipeline.intercom.where import WhereRefused
from intercom_pipeline.sandbox import Options, Sandbox, serve
from intercom_pipeline.warehouse.errors import NotSearchable, WarehouseMissing
from intercom_pipeline.warehouse.files import DataFolder
from tests.sandbox.conftest import NOON, SMALL
from tests.syncing import sync

Ask = Callable[[str], Any]

CUT_SHORT = ("tags", "companies", "opted_in_subscription_types", "opted_out_subscription_types")
"""Lists in a contact of which Intercom shows ten."""


@pytest.fixture(scope="module")
def warehouse(folder: Path) -> Iterator[Stored]:
    """The published file."""
    with stored(DataFolder(folder)) as opened:
        yield opened


@pytest.fixture(scope="module")
def ask(quiet_sandbox: Sandbox) -> Iterator[Ask]:
    """Intercom's own answer to a GET."""
    headers = {"Authorization": f"Bearer {quiet_sandbox.token}", "Intercom-Version": "2.14"}
    with httpx.Client(base_url=quiet_sandbox.url, headers=headers, trust_env=False) as http:
        yield lambda path: http.get(path).json()


@pytest.fixture
def changing() -> Iterator[Sandbox]:
    """A workspace of the test's own."""
    with serve(sizes=SMALL, options=Options(now=NOON, limit_per_minute=600_000)) as sandbox:
        yield sandbox


def alike(sent: Any, kept: Any) -> bool:
    """Whether a record is as Intercom sent it, but for ids as text and a null where a field was not sent."""
    if isinstance(sent, dict) and isinstance(kept, dict):
        return all(alike(sent.get(key), kept.get(key)) for key in sent.keys() | kept.keys())
    if isinstance(sent, list) and isinstance(kept, list):
        return len(sent) == len(kept) and all(map(alike, sent, kept))
    return bool(sent == kept or (isinstance(sent, int) and str(sent) == kept))


def ids(records: Sequence[Any] | Iterator[Any]) -> list[str]:
    return [record["id"] for record in records]


@pytest.mark.parametrize(
    ("path", "records", "listed", "fuller"),
    [
        ("/contacts", "data", Stored.list_contacts, CUT_SHORT),
        ("/conversations", "conversations", Stored.list_conversations, ()),
        ("/articles", "data", Stored.list_articles, ("statistics",)),
        ("/admins", "admins", Stored.list_admins, ()),
    ],
)
def test_a_list_is_as_intercom_lists_it(
    *,
    warehouse: Stored,
    ask: Ask,
    path: str,
    records: str,
    listed: Callable[[Stored], Iterator[Any]],
    fuller: Sequence[str],
) -> None:
    """The same records in the same order, with all that Intercom would leave out of a list."""
    sent, kept = ask(f"{path}?per_page=150")[records], list(listed(warehouse))
    assert ids(kept) == ids(sent)
    for one, other in zip(sent, kept, strict=True):
        for key in fuller:
            assert other[key] is not None
        assert alike({**one, **dict.fromkeys(fuller)}, {**other, **dict.fromkeys(fuller)})


def test_a_record_got_by_its_id_is_the_one_intercom_gives(warehouse: Stored, ask: Ask) -> None:
    """A conversation with its parts, the oldest first, also where it has more than Intercom gives at once."""
    for listed in warehouse.list_conversations():
        sent, kept = ask(f"/conversations/{listed['id']}"), warehouse.get_conversation(listed["id"])
        assert alike(sent, kept)
        assert (
            len(kept["conversation_parts"]["conversation_parts"]) == sent["conversation_parts"]["total_count"]
        )
    for contact in islice(warehouse.list_contacts(), 5):
        assert warehouse.get_contact(contact["id"]) == contact


def test_a_search_takes_a_text_or_a_query(warehouse: Stored) -> None:
    """Those changed last come first; a text is refused as it is everywhere."""
    found = list(warehouse.search_contacts("role = user AND email != null"))
    assert found
    assert {contact["role"] for contact in found} == {"user"}
    changed = [contact["updated_at"] for contact in found]
    assert changed == sorted(changed, reverse=True)
    assert ids(warehouse.search_contacts(Filter("id", "=", found[0]["id"]))) == [found[0]["id"]]
    closed = list(warehouse.search_conversations("state = closed", limit=2))
    assert [conversation["state"] for conversation in closed] == ["closed", "closed"]
    with pytest.raises(WhereRefused):
        warehouse.search_contacts("emial = x")
    with pytest.raises(NotSearchable):
        warehouse.search_contacts("segment_id = x")


def test_a_list_is_read_bit_by_bit(warehouse: Stored) -> None:
    """A limit ends it, lists may be read side by side, and one that is left early does no harm."""
    everything = ids(warehouse.list_contacts())
    assert ids(warehouse.list_contacts(limit=7)) == everything[:7]
    assert ids(warehouse.list_contacts(limit=0)) == []
    with pytest.raises(LimitRefused, match="-1"):
        warehouse.list_contacts(limit=-1)
    first, second = warehouse.list_contacts(), warehouse.list_contacts()
    assert [next(first)["id"], next(second)["id"], next(first)["id"]] == [
        everything[0],
        everything[0],
        everything[1],
    ]
    del first, second
    gc.collect()
    assert ids(warehouse.list_contacts()) == everything


def test_what_is_gone_is_left_out_and_told(changing: Sandbox, tmp_path: Path) -> None:
    """Merged into whom, deleted or archived; and an id that never was is told from those."""
    workspace = changing.workspace
    contacts = list(workspace.collections["contacts"])
    lead = next(contact["id"] for contact in contacts if contact["role"] == "lead")
    user, deleted, archived = [contact["id"] for contact in contacts if contact["role"] == "user"][:3]
    sync(changing, tmp_path, "contacts")
    workspace.merge_contacts(lead, user)
    workspace.delete_contact(deleted)
    workspace.archive_contact(archived)
    sync(changing, tmp_path, "contacts", sweep=True)
    with stored(DataFolder(tmp_path)) as warehouse:
        there = ids(warehouse.list_contacts())
        assert sorted(there) == sorted({each["id"] for each in contacts} - {lead, deleted, archived})
        assert not list(warehouse.search_contacts(f"id IN ({lead}, {deleted})"))
        assert warehouse.get_contact(user)["id"] == user
        reasons = {each: not_stored(warehouse, each) for each in (lead, deleted, archived, "nobody")}
    assert reasons[lead].merged_into == user
    assert reasons[lead].fix == f"Get {user} instead."
    assert [reasons[each].reason for each in reasons] == ["merged", "deleted", "archived", None]
    assert "was deleted, as was found" in reasons[deleted].why
    assert reasons["nobody"].what == "The warehouse has no contact nobody."
    assert "The data was published " in reasons["nobody"].why


def not_stored(warehouse: Stored, contact_id: str) -> NotStored:
    with pytest.raises(NotStored) as caught:
        warehouse.get_contact(contact_id)
    return caught.value


def test_an_id_that_can_be_none_is_refused(warehouse: Stored) -> None:
    """As it is where Intercom is asked."""
    with pytest.raises(IdRefused):
        warehouse.get_conversation("1/../2")


def test_what_was_never_synced_is_named(changing: Sandbox, tmp_path: Path) -> None:
    """A missing file and a missing table both say what to run."""
    with pytest.raises(WarehouseMissing), stored(DataFolder(tmp_path)):
        pass
    sync(changing, tmp_path, "admins")
    with stored(DataFolder(tmp_path)) as warehouse:
        assert list(warehouse.list_admins())
        with pytest.raises(WarehouseMissing) as caught:
            warehouse.list_contacts()
    assert caught.value.fix == "Run intercom-pipeline sync contacts."


def test_a_file_of_an_earlier_release_answers_with_what_it_has(folder: Path, tmp_path: Path) -> None:
    """Columns that it lacks are not told, and a search by one is refused."""
    older = DataFolder(tmp_path)
    shutil.copy(DataFolder(folder).published, older.published)
    with duckdb.connect(str(older.published)) as connection:
        connection.execute("ALTER TABLE contacts DROP COLUMN os")
        connection.execute("DROP TABLE conversation_parts")
    with stored(older) as warehouse:
        contact = next(warehouse.list_contacts())
        assert "os" not in contact
        assert warehouse.get_contact(contact["id"]) == contact
        conversation = next(warehouse.list_conversations())
        assert warehouse.get_conversation(conversation["id"])["conversation_parts"]["total_count"] == 0
        with pytest.raises(NotSearchable):
            warehouse.search_contacts("os = Linux")


def test_contacts_dates_are_days_as_the_version_has_it(folder: Path, warehouse: Stored) -> None:
    """A day holds the second a contact was created in; to the second, only that second does."""
    newest = next(warehouse.list_contacts())
    beside = Filter("created_at", "=", newest["created_at"] - 1)
    assert newest["id"] in ids(warehouse.search_contacts(beside))
    with stored(DataFolder(folder), version="2.17") as exact:
        assert not ids(exact.search_contacts(beside))
        same = Filter("created_at", "=", newest["created_at"])
        assert ids(exact.search_contacts(same)) == [newest["id"]]
