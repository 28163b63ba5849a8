"""What a stream is: one Intercom object type, how to ask for it and the tables it fills."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from intercom_pipeline.warehouse.table import Table


class Replication(StrEnum):
    """How a stream is brought up to date after its first sync."""

    INCREMENTAL = "incremental"
    """Search for what changed since the bookmark."""
    NEWEST_FIRST = "newest first"
    """Page through the list, newest first, and stop at the bookmark."""
    BY_PARENT = "by parent"
    """Ask by each record it belongs to, where that has changed."""
    FULL_REFRESH = "full refresh"
    """Ask for everything anew; what is missing has vanished."""


class Paging(StrEnum):
    """How Intercom hands out the pages of a stream."""

    SEARCH = "search"
    PAGE_NUMBER = "page number"
    CURSOR = "cursor"
    SINGLE = "single"
    """Everything in one response."""
    SCROLL = "scroll"
    """All companies, in one pass that nobody else may make meanwhile."""
    LOG = "log"
    """What happened between two moments, newest first."""
    TEXT = "text"
    """One plain text, for a stream asked for parent by parent."""
    EXPORT = "export"
    """A job that Intercom works on, then a file."""


class Need(StrEnum):
    """Whether a run that names no streams syncs this one."""

    ALWAYS = "always"
    """Every workspace has it: where it cannot be read, the run says so and fails."""
    WHERE_AVAILABLE = "where available"
    """Skipped, with the reason, where the API version, the plan or the permissions do not give it."""
    ON_REQUEST = "on request"
    """Only where it is asked for, since it costs many requests or needs a setting."""


class Dates(StrEnum):
    """How exactly a search compares dates."""

    SECONDS = "seconds"
    DAYS_UNTIL_2_17 = "days until 2.17"
    """By calendar day in the workspace's time zone up to API version 2.16, by second from 2.17 on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """One more listing that belongs to a stream.

    Attributes:
        path: The endpoint.
        params: Its query parameters, as pairs.
        records: The key of a page under which the records stand.
        adds: Keys and texts that the stream's other records have and these lack (`{name}`: the record's).
        since: The first API version that has it.
        before: The first API version that has it no more; empty while all have.
    """

    path: str
    params: tuple[tuple[str, str], ...] = ()
    records: str = "data"
    adds: tuple[tuple[str, str], ...] = ()
    since: str = "2.11"
    before: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parent:
    """What a stream is asked for by: a request, or several, for each record of another stream.

    Attributes:
        table: The parent's table, whose ids are put for `{id}` in the stream's path; empty where the ids are
            the names in `setting`.
        having: SQL over the parent's columns that tells which parents can have any; empty for all.
        changed_only: Ask only for parents whose rows have changed since they were asked last.
        setting: The field of the sync's options that holds the names to ask for.
    """

    table: str = ""
    having: str = ""
    changed_only: bool = True
    setting: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """A list inside a record of which Intercom shows the first 10 only: where the rest is fetched.

    Attributes:
        field: The record's key that holds the list, as `{"data": [...], "has_more": true, ...}`.
        path: The endpoint that lists all (`{id}` is replaced), in `data`.
        url: The address that each entry is given, as Intercom gives it to the first 10 (`{id}`: the entry's).
        picks: Keys and values that an entry of the listing must have to belong to this list.
    """

    field: str
    path: str
    url: str
    picks: tuple[tuple[str, str], ...] = ()


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
        whole_with: The key of the list (under the same key again, beside its `total_count`) with which a
            page's record is whole, so that no detail is fetched; empty where a page never gives it whole.
        single: The endpoint of one record, where a page gives it whole already and `detail` is not needed.
        can_archive: Whether its records can be archived or merged: taken out of lists, and still readable.
        besides: Further listings whose records belong to it.
        parent: What it is asked for by, where it has no listing of its own.
        rests: The lists inside its records that Intercom cuts short.
        tells_gone: The table whose records are gone when a record of this stream has their id.
        minimum_version: The first API version that has it.
        need: Whether a run that names no streams syncs it.
        cost: What a sync costs in requests, in words ("1 for each 150 contacts that changed").
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
    whole_with: str = ""
    single: str = ""
    can_archive: bool = False
    besides: tuple[Listing, ...] = ()
    parent: Parent | None = None
    rests: tuple[Rest, ...] = ()
    tells_gone: Table | None = None
    minimum_version: str = "2.11"
    need: Need = Need.ALWAYS
    cost: str = ""

    @property
    def name(self) -> str:
        """The stream's name, which is its table's."""
        return self.table.name

    def tables(self) -> Iterator[Table]:
        """The tables this stream fills: its own and its children's."""
        yield from self.table.tree()


def with_history(stream: Stream, chosen: Collection[str]) -> Stream:
    """The stream, keeping former versions of its rows where it is among those chosen."""
    if stream.name not in chosen:
        return stream
    return replace(stream, table=replace(stream.table, history=True))
