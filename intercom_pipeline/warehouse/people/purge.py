"""Take somebody out of everything that is stored, and keep what comes of them again from being stored.

First it is remembered, in one transaction, who is purged: by ids and keyed hashes. All else follows from that
(see `settle`), so whoever is killed in the middle leaves to the next purge or sync to go on.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.warehouse.connecting import connected
from intercom_pipeline.warehouse.ddl import create_bookkeeping
from intercom_pipeline.warehouse.errors import WarehouseMissing
from intercom_pipeline.warehouse.files import DataFolder, kept_copies
from intercom_pipeline.warehouse.opening import prepared
from intercom_pipeline.warehouse.people import rewriting, tombstones
from intercom_pipeline.warehouse.people.policies import Policies
from intercom_pipeline.warehouse.people.privacy import Privacy, begin_rewriting, settle
from intercom_pipeline.warehouse.people.privacy_key import Key, key_of
from intercom_pipeline.warehouse.people.sifting import Sifted
from intercom_pipeline.warehouse.people.somebody import Somebody, is_stored, somebody_with
from intercom_pipeline.warehouse.people.tombstones import Tombstone, tombstones_for
from intercom_pipeline.warehouse.table import Table
from intercom_pipeline.warehouse.transaction import transaction


class NobodyFound(PipelineError):
    """Nothing of whom to purge is stored, and nobody of that id was purged before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Purged:
    """Who was purged, or would be.

    Attributes:
        contacts: The ids of their contacts: those given, and those that are the same people.
        tables: What became of the rows, by table; tables of which none changed are left out.
        copies: How many copies that earlier releases left were gone through, too.
    """

    contacts: tuple[str, ...]
    tables: Mapping[str, Sifted]
    copies: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Whom:
    """Who is to be purged.

    Attributes:
        ids: Ids of contacts.
        emails: E-mail addresses.
    """

    ids: Collection[str] = ()
    emails: Collection[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Who is meant, found under the folder's lock.

    Attributes:
        somebody: Under which ids, and by what else they are known.
        privacy: What the folder may hold.
        copies: Databases that earlier releases left.
        stones: What keeps them from being stored again.
    """

    somebody: Somebody
    privacy: Privacy
    copies: Collection[Path]
    stones: Collection[Tombstone]

    def with_rows(self, tables: Mapping[str, Sifted]) -> Purged:
        """What became of the tables' rows."""
        return Purged(contacts=tuple(sorted(self.somebody.ids)), tables=tables, copies=len(self.copies))


@contextmanager
def finding(folder: DataFolder, tables: Iterable[Table], policies: Policies, whom: Whom) -> Iterator[Found]:
    """Find people whom to purge; the folder is locked while the block runs.

    What else is known of them elsewhere goes first: once they are purged here, nothing tells their names.

    Args:
        folder: The data folder.
        tables: The declared tables.
        policies: The policies in force; what they demand is done first, and what a killed purge left.
        whom: Who they are; contacts that are the same people are found with them.

    Raises:
        NobodyFound: There is nothing to purge.
        WarehouseMissing: Nothing was synced yet.
        WarehouseBusy: A sync runs, or another program holds the database.
        WarehouseError: A file cannot be read or written.
    """
    if not folder.warehouse.exists():
        raise _missing(folder)
    with prepared(folder, tables, policies) as privacy:
        key, copies = key_of(folder), kept_copies(folder)
        before = _purged_before(folder)
        files = [folder.warehouse, *copies]
        ids = {*whom.ids, *_known_by(before, whom.emails, key)}
        somebody = somebody_with(folder, files, ids=ids, emails=whom.emails, key=key)
        unknown = somebody.ids - {stone.contact_id for stone in before}
        if unknown or not somebody.ids:
            _check_stored(folder, files, somebody)
        stones = list(_tombstones(somebody, key))
        yield Found(somebody=somebody, privacy=privacy, copies=copies, stones=stones)


def purge(found: Found) -> Purged:
    """Take those who were found out of everything.

    Raises:
        WarehouseError: A file cannot be read or written.
    """
    _remember(found.privacy.folder, found.stones)
    return found.with_rows(settle(found.privacy))


def would_purge(found: Found) -> Purged:
    """What `purge` would do."""
    privacy, folder = found.privacy, found.privacy.folder
    sieve = privacy.sieve([*_purged_before(folder), *found.stones], done=privacy.state.changes)
    return found.with_rows(rewriting.count(folder, folder.warehouse, privacy.tables, sieve))


def _missing(folder: DataFolder) -> WarehouseMissing:
    return WarehouseMissing(
        f"There is no warehouse in {folder.path} yet.",
        why="A sync makes it.",
        fix="Name the folder that holds it with --data-dir.",
    )


def _purged_before(folder: DataFolder) -> list[Tombstone]:
    with connected(folder) as connection:
        with transaction(connection):
            create_bookkeeping(connection)
        return tombstones.stored(connection)


def _known_by(stones: Iterable[Tombstone], emails: Iterable[str], key: Key) -> set[str]:
    """The ids of those who were purged before, by their e-mail addresses."""
    digests = set(map(key.digest, emails))
    return {stone.contact_id for stone in stones if stone.digest in digests}


def _tombstones(somebody: Somebody, key: Key) -> Iterator[Tombstone]:
    for number, contact in enumerate(sorted(somebody.ids)):
        # What they are known by else is theirs under each id, so that once is enough.
        yield from tombstones_for(contact, () if number else sorted(somebody.marks), key)


def _check_stored(folder: DataFolder, files: Collection[Path], somebody: Somebody) -> None:
    for file in files:
        with connected(folder, file) as connection:
            if is_stored(connection, somebody):
                return
    raise NobodyFound(
        "Nothing is stored of whom you named.",
        why="No contact has that id or e-mail address, and no record is about one.",
        fix="Look the id up in Intercom or in the table contacts; nothing was changed.",
    )


def _remember(folder: DataFolder, stones: Iterable[Tombstone]) -> None:
    """Keep who is purged; from here on, it will be done."""
    with connected(folder) as connection, transaction(connection):
        tombstones.store(connection, stones)
        begin_rewriting(connection)
