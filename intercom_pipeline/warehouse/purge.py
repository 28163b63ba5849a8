"""Take somebody out of everything that is stored, and keep what comes of them again from being stored.

First it is remembered, in one transaction, who is purged: by ids and keyed hashes. All else follows from that
(see `settle`), so whoever is killed in the middle leaves to the next purge or sync to go on.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.warehouse import rewriting, tombstones
from intercom_pipeline.warehouse.connecting import connected
from intercom_pipeline.warehouse.ddl import create_bookkeeping
from intercom_pipeline.warehouse.errors import WarehouseMissing
from intercom_pipeline.warehouse.files import DataFolder, kept_copies
from intercom_pipeline.warehouse.opening import prepared
from intercom_pipeline.warehouse.policies import Policies
from intercom_pipeline.warehouse.privacy import begin_rewriting, settle
from intercom_pipeline.warehouse.privacy_key import Key, key_of
from intercom_pipeline.warehouse.sifting import Sifted
from intercom_pipeline.warehouse.somebody import Somebody, somebody_with
from intercom_pipeline.warehouse.table import Table
from intercom_pipeline.warehouse.tombstones import Tombstone, tombstones_for
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


def purge(
    folder: DataFolder,
    tables: Iterable[Table],
    policies: Policies,
    *,
    ids: Collection[str],
    emails: Collection[str] = (),
    dry_run: bool = False,
) -> Purged:
    """Purge the people who have any of the ids or e-mail addresses.

    Args:
        folder: The data folder.
        tables: The declared tables.
        policies: The policies in force.
        ids: Ids of contacts.
        emails: E-mail addresses.
        dry_run: Count only; nothing is changed but what other policies, or a purge that was killed, demand.

    Raises:
        NobodyFound: There is nothing to purge.
        WarehouseMissing: Nothing was synced yet.
        WarehouseBusy: A sync runs, or another program holds the database.
        WarehouseError: A file cannot be read or written.
    """
    if not folder.warehouse.exists():
        raise WarehouseMissing(
            f"There is no warehouse in {folder.path} yet.",
            why="A sync makes it.",
            fix="Name the folder that holds it with --data-dir.",
        )
    with prepared(folder, tables, policies) as privacy:
        key, files = key_of(folder), [folder.warehouse, *kept_copies(folder)]
        before = _purged_before(folder)
        ids = {*ids, *_known_by(before, emails, key)}
        somebody = somebody_with(folder, files, ids=ids, emails=emails, key=key)
        stones = list(_tombstones(somebody, key))
        counting = privacy.sieve([*before, *stones], done=privacy.state.changes)
        changed = rewriting.count(folder, folder.warehouse, privacy.tables, counting)
        _check_found(somebody, changed, before)
        if not dry_run:
            _remember(folder, stones)
            changed = settle(privacy)
    return Purged(contacts=tuple(sorted(somebody.ids)), tables=changed, copies=len(files) - 1)


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


def _check_found(somebody: Somebody, changed: Mapping[str, Sifted], before: Iterable[Tombstone]) -> None:
    known = {stone.contact_id for stone in before}
    if somebody.ids and (changed or somebody.ids <= known):
        return
    raise NobodyFound(
        "Nothing is stored of whom you named.",
        why="No contact has that id or e-mail address, and no record mentions it.",
        fix="Look the id up in Intercom or in the table contacts; nothing was changed.",
    )


def _remember(folder: DataFolder, stones: Iterable[Tombstone]) -> None:
    """Keep who is purged; from here on, it will be done."""
    with connected(folder) as connection, transaction(connection):
        tombstones.store(connection, stones)
        begin_rewriting(connection)
