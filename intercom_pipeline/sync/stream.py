"""What a stream is: one Intercom object type, how to ask for it and the tables it fills."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from intercom_pipeline.warehouse.table import Table


class Replication(StrEnum):
    """How a stream is brought up to date after its first sync."""

    INCREMENTAL = "incremental"
    """Search for what changed since the bookmark."""
    NEWEST_FIRST = "newest first"
    """Page through the list, newest first, and stop at the bookmark."""
    FULL_REFRESH = "full refresh"
    """Ask for everything anew; what is missing has vanished."""


class Paging(StrEnum):
    """How Intercom hands out the pages of a stream."""

    SEARCH = "search"
    PAGE_NUMBER = "page number"
    SINGLE = "single"


class Dates(StrEnum):
    """How exactly a search compares dates."""

    SECONDS = "seconds"
    DAYS_UNTIL_2_17 = "days until 2.17"
    """By calendar day in the workspace's time zone up to API version 2.16, by second from 2.17 on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """One Intercom object type, declared once; everything else is derived from this value.

    Attributes:
        table: The table its records fill, with its child tables.
        group: The subject it belongs to, for people who look at the assets.
        path: The endpoint that lists or searches it.
        records: The key of a page under which its records stand.
        paging: How its pages are handed out.
        replication: How it is kept up to date.
        permission: The permission a token needs, in the words of Intercom's Developer Hub.
        params: Query parameters the listing needs, as pairs.
        per_page: Records asked for at once.
        dates: How a search compares its dates.
        detail: The endpoint of one whole record, where a page gives less (`{id}` is replaced).
        minimum_version: The first API version that has it.
    """

    table: Table
    group: str
    path: str
    records: str
    paging: Paging
    replication: Replication
    permission: str
    params: tuple[tuple[str, str], ...] = ()
    per_page: int = 150
    dates: Dates = Dates.SECONDS
    detail: str = ""
    minimum_version: str = "2.11"

    @property
    def name(self) -> str:
        """The stream's name, which is its table's."""
        return self.table.name

    def tables(self) -> Iterator[Table]:
        """The tables this stream fills: its own and its children's."""
        yield from self.table.tree()
