"""The file of a reporting dataset: is it one, and which rows does it hold?

Intercom's description says neither what heads the columns nor in which order they stand, whether the text is
gzipped, or what becomes of two attributes of one name. So any of that is taken, as long as each column is
one that was asked for.
"""

import csv
import gzip
import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.warehouse.table import PARENT

_GZIP = b"\x1f\x8b"

_TIMES_UNPACKED = 16
"""How many times the size of an answer the unpacked text may have: such texts pack to a tenth or so."""

_REMAINDER = "_remainder"
"""What holds the cells of a row that stand beyond the header."""


class ExportTooLarge(PipelineError):
    """An exported file unpacks to more than is read."""


class Attribute(msgspec.Struct):
    """One column of a dataset, as `get_datasets` tells it."""

    id: str
    qualified_id: str | None = None
    name: str | None = None

    @property
    def asked_by(self) -> str:
        """What the export asks for it by: the id alone may stand for several, where both are told."""
        return self.qualified_id or self.id

    @property
    def names(self) -> set[str]:
        """What may head its column: all that is told, since files are headed by ids and by names."""
        return {told for told in (self.id, self.qualified_id, self.name) if told}


class Dataset(msgspec.Struct):
    """What can be exported."""

    id: str
    attributes: list[Attribute]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedFile:
    """A dataset's file as it came; its text is unpacked and decoded piece by piece each time it is read.

    Attributes:
        dataset: What was asked for.
        most_bytes: Size limit of an answer; no row is longer, nor the text more than 16 times as long.
        body: CSV in UTF-8, gzipped or not, with or without a byte order mark.
    """

    dataset: Dataset
    most_bytes: int
    body: bytes = field(repr=False)

    def check(self) -> None:
        """Read the file to its end.

        Raises:
            ValueError: It is broken, cut off, or not headed by the attributes asked for.
            ExportTooLarge: Its text is too long.
        """
        lines = self._lines()
        header = next(lines, [])
        _check_header(header, self.dataset.attributes)
        for number, cells in enumerate(lines, start=1):
            if len(cells) < len(header):
                raise ValueError(f"row {number} has {len(cells)} cells under {len(header)} columns")

    def records(self) -> Iterator[bytes]:
        """The rows of a file that was checked, as records.

        They have no id: the same values, counted where they recur, make one.
        """
        lines = self._lines()
        *names, remainder = _told_apart([*next(lines), _REMAINDER])
        seen: Counter[bytes] = Counter()
        for cells in lines:
            encoded = msgspec.json.encode(_values(names, cells, remainder))
            digest = hashlib.sha256(encoded).digest()[:16]
            seen[digest] += 1
            row_id = f"{digest.hex()}-{seen[digest]}"
            yield msgspec.json.encode(
                {PARENT: self.dataset.id, "row_id": row_id, "values": msgspec.Raw(encoded)}
            )

    def _lines(self) -> Iterator[list[str]]:
        """The cells of each line that has any, the header's first."""
        # The limit holds for the whole process, so it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), self.most_bytes))
        try:
            yield from filter(None, csv.reader(self._text()))
        except (EOFError, OSError, zlib.error, csv.Error) as error:
            raise ValueError(str(error)) from None

    def _text(self) -> Iterator[str]:
        packed = io.BytesIO(self.body)
        unpacked = gzip.GzipFile(fileobj=packed) if self.body.startswith(_GZIP) else packed
        text = io.TextIOWrapper(unpacked, encoding="utf-8-sig", newline="")
        length = 0
        while line := text.readline(self.most_bytes + 1):
            length += len(line)
            if len(line) > self.most_bytes or length > self.most_bytes * _TIMES_UNPACKED:
                raise self._too_large()
            yield line

    def _too_large(self) -> ExportTooLarge:
        most = self.most_bytes
        return ExportTooLarge(
            f"The exported file of the dataset {self.dataset.id} is too large to be read.",
            why=f"It has over {most:,} characters in a row, or over {most * _TIMES_UNPACKED:,} in all.",
            fix=f"Take {self.dataset.id} out of INTERCOM_REPORTING_DATASETS; what was stored before stays.",
        )


def _check_header(header: Sequence[str], asked: Sequence[Attribute]) -> None:
    """Raise ValueError, which never quotes the file: what should be a header may be somebody's data."""
    if len(header) != len(asked):
        raise ValueError(f"the file has {len(header)} columns, not the {len(asked)} asked for")
    known = set[str]().union(*(attribute.names for attribute in asked))
    missing = [attribute.asked_by for attribute in asked if attribute.names.isdisjoint(header)]
    if missing:
        raise ValueError(f"{len(missing)} columns asked for are missing in the file, such as {missing[0]}")
    if not known.issuperset(header):
        raise ValueError("the file has columns that were not asked for")


def _told_apart(names: Sequence[str]) -> Iterator[str]:
    """The same names; one that was there before gets a number: `Tag`, then `Tag_2`."""
    taken, given = set(names), set[str]()
    for name in names:
        numbered = (f"{name}_{number}" for number in count(2))
        own = name if name not in given else next(each for each in numbered if each not in taken)
        taken.add(own)
        given.add(own)
        yield own


def _values(names: Sequence[str], cells: Sequence[str], remainder: str) -> Mapping[str, Any]:
    values: dict[str, Any] = dict(zip(names, cells, strict=False))  # what is longer is kept below
    if len(cells) > len(names):
        values[remainder] = cells[len(names) :]
    return values
