"""What every record passes through before anything of it is written: policies, and who was purged."""

import json
import math
from dataclasses import dataclass
from typing import Any

import msgspec

from intercom_pipeline.warehouse.decode import Line, mended
from intercom_pipeline.warehouse.people.applying import applied
from intercom_pipeline.warehouse.people.burying import Burying
from intercom_pipeline.warehouse.people.policies import KEEP
from intercom_pipeline.warehouse.people.privacy_key import Key
from intercom_pipeline.warehouse.people.rules import Leaf, Rules
from intercom_pipeline.warehouse.table import Table


@dataclass(frozen=True, slots=True)
class Sieve:
    """Lets through of records what may be stored.

    Attributes:
        rules: What holds for each table's records.
        key: The key to hash with; only rules that hash need one.
        burying: Takes out who was purged; None while nobody was.
    """

    rules: Rules
    key: Key | None = None
    burying: Burying | None = None

    @property
    def is_open(self) -> bool:
        """Whether it lets everything through."""
        return self.burying is None and all(rule == Leaf(KEEP) for rule in self.rules.values())

    def line(self, table: Table, raw: Line) -> Line | None:
        """A record as it may be stored; None where nothing of it may.

        Raises:
            ValueError: The bytes are not JSON at all.
        """
        if self.burying is None and self.rules[table.name] == Leaf(KEEP):
            return raw
        record = read(raw)
        if not isinstance(record, dict):
            return raw  # nothing of it is stored
        try:
            left = self.record(table, record)
        except RecursionError:
            # Who nests as deep as that says nothing that anybody reads.
            left = self.record(table, {key: each for key, each in record.items() if _is_flat(each)})
        return None if left is None else msgspec.json.encode(left)

    def record(self, table: Table, record: dict[str, Any], *, theirs: bool = False) -> Any:
        """A record's fields as they may be stored; None where nothing of them may.

        Args:
            table: Its table.
            record: Its fields.
            theirs: Whether what it belongs to is of people alone who were purged.
        """
        if self.burying:
            left = self.burying.record(table, record, theirs=theirs)
            return left if left is None else applied(self.rules[table.name], left, self.key)
        return applied(self.rules[table.name], record, self.key)


def _is_flat(value: Any) -> bool:
    return not isinstance(value, dict | list)


def read(raw: Line) -> Any:
    """JSON as Python has it, also where it holds half a character, or a number beyond all bounds."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return json.loads(mended(bytes(raw)), parse_float=_finite, parse_constant=lambda _: None)


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None
