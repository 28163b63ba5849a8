"""Every stream, one value each: the one place where a stream is added.

A stream says how Intercom hands out its records; its columns stand in `sync/tables/`, a module a subject.

Permissions are in the words of Intercom's Developer Hub, from
https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/oauth-scopes. That page
puts segments under "Read and list users and companies" and names none for teams: "Read admins" is what
another vendor's connector asks for to read them, not confirmed by Intercom.
"""

from difflib import get_close_matches

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sync.stream import Dates, Paging, Replication, Stream
from intercom_pipeline.sync.tables.articles import ARTICLES_TABLE
from intercom_pipeline.sync.tables.contacts import CONTACTS_TABLE
from intercom_pipeline.sync.tables.conversations import CONVERSATIONS_TABLE
from intercom_pipeline.sync.tables.workspace import ADMINS_TABLE, SEGMENTS_TABLE, TAGS_TABLE, TEAMS_TABLE

CATALOG: tuple[Stream, ...] = (
    Stream(
        table=CONTACTS_TABLE,
        group="contacts",
        path="/contacts/search",
        records="data",
        paging=Paging.SEARCH,
        replication=Replication.INCREMENTAL,
        permission="Read and list users and companies",
        dates=Dates.DAYS_UNTIL_2_17,
    ),
    Stream(
        table=CONVERSATIONS_TABLE,
        group="conversations",
        path="/conversations/search",
        records="conversations",
        paging=Paging.SEARCH,
        replication=Replication.INCREMENTAL,
        permission="Read conversations",
        detail="/conversations/{id}",
    ),
    Stream(
        table=ARTICLES_TABLE,
        group="articles",
        path="/articles",
        records="data",
        paging=Paging.PAGE_NUMBER,
        replication=Replication.NEWEST_FIRST,
        permission="Read and List articles",
        detail="/articles/{id}",
    ),
    Stream(
        table=ADMINS_TABLE,
        group="workspace",
        path="/admins",
        records="admins",
        paging=Paging.SINGLE,
        replication=Replication.FULL_REFRESH,
        permission="Read admins",
    ),
    Stream(
        table=TEAMS_TABLE,
        group="workspace",
        path="/teams",
        records="teams",
        paging=Paging.SINGLE,
        replication=Replication.FULL_REFRESH,
        permission="Read admins",
    ),
    Stream(
        table=TAGS_TABLE,
        group="workspace",
        path="/tags",
        records="data",
        paging=Paging.SINGLE,
        replication=Replication.FULL_REFRESH,
        permission="Read tags",
    ),
    Stream(
        table=SEGMENTS_TABLE,
        group="workspace",
        # Without include_count the segments come without the number of their contacts.
        params=(("include_count", "true"),),
        path="/segments",
        records="segments",
        paging=Paging.SINGLE,
        replication=Replication.FULL_REFRESH,
        permission="Read and list users and companies",
    ),
)
"""The streams, in the order in which people read about them."""


class UnknownStream(PipelineError, ValueError):
    """A stream was asked for that the catalog does not have."""


def stream_named(name: str) -> Stream:
    """The stream of that name.

    Raises:
        UnknownStream: There is none; the message names those like it, and all there are.
    """
    streams = {stream.name: stream for stream in CATALOG}
    if name in streams:
        return streams[name]
    near = get_close_matches(name, streams)
    raise UnknownStream(
        f"There is no stream called {name!r}.",
        why=f"Did you mean {' or '.join(near)}?" if near else "",
        fix=f"The streams are {', '.join(streams)}.",
    )
