"""Have the files of a data folder hold what its policies allow, and nothing of who was purged.

What was stored under other policies is written anew before a sync begins: the database, the copies that
were kept when a release changed it, and the published file. `privacy` in `pipeline.about` tells under which
policies rows were stored; `rewriting` tells that not all files are written anew yet: whoever opens the folder
next goes on with it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from intercom_pipeline.warehouse import progress as memory
from intercom_pipeline.warehouse.connecting import connected
from intercom_pipeline.warehouse.ddl import forget, has_bookkeeping, recall, remember
from intercom_pipeline.warehouse.errors import PrivacyLoosened
from intercom_pipeline.warehouse.files import DataFolder, clear_fresh, kept_copies, publish
from intercom_pipeline.warehouse.migration import REFETCH
from intercom_pipeline.warehouse.people import tombstones
from intercom_pipeline.warehouse.people.burying import Burying
from intercom_pipeline.warehouse.people.policies import (
    KEEP,
    OPEN,
    Action,
    Policies,
    Preset,
    policy_of,
    strictest,
)
from intercom_pipeline.warehouse.people.privacy_key import Key, key_of
from intercom_pipeline.warehouse.people.rewriting import rewrite
from intercom_pipeline.warehouse.people.rules import Rule, Rules, changed_by, leaves, rules_of, without
from intercom_pipeline.warehouse.people.sieve import Sieve
from intercom_pipeline.warehouse.people.sifting import Sifted
from intercom_pipeline.warehouse.people.tombstones import Tombstone
from intercom_pipeline.warehouse.table import Table

_PRIVACY = "privacy"
_REWRITING = "rewriting"


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """Under which policies rows were stored.

    Attributes:
        changes: What the policies change, by place (see `changed_by`).
        known: A digest of the fields that were known of each stream, where unknown ones were dropped.
        key: The fingerprint of the key that values were hashed with; None where none were.
    """

    changes: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None


def state_of(connection: duckdb.DuckDBPyConnection) -> State:
    """Under which policies the rows of a database were stored; a file without a word on it was open."""
    text = recall(connection, _PRIVACY) if has_bookkeeping(connection) else None
    return State(**json.loads(text)) if text else State()


@dataclass(frozen=True, kw_only=True, slots=True)
class Privacy:
    """What a data folder may hold about people.

    Attributes:
        folder: The folder.
        tables: The declared tables.
        rules: What the policies say of each table's records.
        key: The folder's key, where anything is hashed or somebody was purged.
    """

    folder: DataFolder
    tables: Sequence[Table]
    rules: Rules
    key: Key | None = None

    @property
    def state(self) -> State:
        """Under which policies rows are stored from now on."""
        changes = changed_by(self.rules)
        known = {table.name: _known(self.rules[table.name]) for table in self.streams}
        return State(
            changes=changes,
            known={name: digest for name, digest in known.items() if f"{name}.*" in changes},
            key=self.key.fingerprint if self.key and _hashes(changes) else None,
        )

    @property
    def streams(self) -> list[Table]:
        """The tables that are no other's children."""
        children = {child.name for table in self.tables for child in table.children}
        return [table for table in self.tables if table.name not in children]

    def sieve(self, stones: Sequence[Tombstone], *, done: Mapping[str, str] | None = None) -> Sieve:
        """What rows and records pass through.

        Args:
            stones: Who was purged.
            done: What was done already to the rows that are to pass.
        """
        rules = without(self.rules, done) if done else self.rules
        if not stones:
            return Sieve(rules, self.key)
        key = self.key or key_of(self.folder)
        nothing = rules_of(self.tables, Policies(preset=Preset.NOTHING))
        return Sieve(rules, key, Burying(tombstones.gathered(stones, key), nothing))


def privacy_of(folder: DataFolder, tables: Sequence[Table], policies: Policies = OPEN) -> Privacy:
    """What a folder may hold under policies; call it under the folder's lock."""
    rules = rules_of(tables, policies)
    key = key_of(folder) if _hashes(changed_by(rules)) else None
    return Privacy(folder=folder, tables=tables, rules=rules, key=key)


def _known(rule: Rule) -> str:
    return hashlib.sha256("\n".join(sorted(place for place, _ in leaves(rule))).encode()).hexdigest()[:16]


def _hashes(changes: Mapping[str, str]) -> bool:
    return Action.HASH.value in changes.values()


def is_unsettled(connection: duckdb.DuckDBPyConnection, privacy: Privacy) -> bool:
    """Whether files of the folder hold what they may not."""
    if not has_bookkeeping(connection):
        return False
    return recall(connection, _REWRITING) is not None or state_of(connection) != privacy.state


def check_not_loosened(privacy: Privacy) -> None:
    """Refuse to store what the policies hid so far: a setting that is missing in one shell must not show it.

    Raises:
        PrivacyLoosened: More of people's data would be stored.
    """
    with connected(privacy.folder) as connection:
        before, now = state_of(connection).changes, privacy.state.changes
    shown = [place for place, text in before.items() if _is_less(now.get(place, str(KEEP)), text)]
    if shown:
        more = f" and {len(shown) - 1} more" if len(shown) > 1 else ""
        raise PrivacyLoosened(
            f"More of people's data would be stored than so far: {shown[0]}{more}.",
            why="INTERCOM_PRIVACY or INTERCOM_COLUMN_POLICIES hides less than in this folder's last sync.",
            fix="Set them as they were, best in .env; or, to store it from now on: sync --full-refresh.",
        )


def _is_less(policy: str, than: str) -> bool:
    """Whether a policy hides less than another."""
    return strictest(policy_of(policy), policy_of(than)) != policy_of(policy)


def begin_rewriting(connection: duckdb.DuckDBPyConnection) -> None:
    """Remember that the files are to be written anew."""
    remember(connection, _REWRITING, "yes")


def settle(privacy: Privacy) -> dict[str, Sifted]:
    """Write all files of a folder anew that may hold what they may not; killed, it is done again.

    Returns:
        What became of the rows of the database, by table.

    Raises:
        duckdb.Error: A file could not be written anew; it is as it was.
        WarehouseUnwritable: There is no room.
    """
    folder = privacy.folder
    clear_fresh(folder)
    with connected(folder) as connection:
        stones = tombstones.stored(connection)
        begin_rewriting(connection)
    for copy in kept_copies(folder):
        _rewrite(privacy, copy, stones)
    changed = _rewrite(privacy, folder.warehouse, stones)
    publish(folder)
    with connected(folder) as connection:
        forget(connection, _REWRITING)
    publish(folder)
    return changed


def _rewrite(privacy: Privacy, file: Path, stones: Sequence[Tombstone]) -> dict[str, Sifted]:
    with connected(privacy.folder, file) as connection:
        before = state_of(connection)
    sieve = privacy.sieve(stones, done=before.changes)

    def finish(connection: duckdb.DuckDBPyConnection) -> None:
        remember_state(connection, privacy)
        for stream in _to_fetch_anew(privacy, before):
            memory.forget(connection, stream)
            remember(connection, REFETCH + stream, "the policies changed")

    return rewrite(privacy.folder, file, privacy.tables, sieve, finish)


def remember_state(connection: duckdb.DuckDBPyConnection, privacy: Privacy) -> None:
    """Keep under which policies rows are stored."""
    state = privacy.state
    if state != State():
        remember(connection, _PRIVACY, json.dumps(asdict(state), sort_keys=True))
    elif recall(connection, _PRIVACY) is not None:
        forget(connection, _PRIVACY)


def _to_fetch_anew(privacy: Privacy, before: State) -> list[str]:
    """The streams of which something that may be stored now was not: Intercom alone can tell it."""
    now = privacy.state
    other_key = _hashes(before.changes) and before.key != now.key
    lost = {
        place.split(".")[0]
        for place, policy in before.changes.items()
        if now.changes.get(place) != policy or (other_key and policy == Action.HASH)
    }
    unknown = {name for name, digest in before.known.items() if now.known.get(name) != digest}
    return [
        stream.name
        for stream in privacy.streams
        if stream.name in unknown or lost & {table.name for table in stream.tree()}
    ]
