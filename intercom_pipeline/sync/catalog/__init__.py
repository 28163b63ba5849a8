"""Every stream, one value each: the one place where a stream is added.

A stream says how Intercom hands out its records, in the module of its subject here; its columns stand in
`sync/tables/`.

Permissions are in the words of Intercom's Developer Hub, from
https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/oauth-scopes. That page
puts segments under "Read and list users and companies" and names none for teams: "Read admins" is what
another vendor's connector asks for to read them, not confirmed by Intercom. Nor does Intercom say which one
companies' notes, data attributes, subscription types, away status reasons, brands, senders, macros, calls,
audiences, snippets and pages from elsewhere need: the permission for what they belong to is named there. Of
office hours only the scope's name is published (`read_write_office_hours`), not its words.
"""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sync.catalog.calls import CALLS
from intercom_pipeline.sync.catalog.conversations import CONVERSATIONS
from intercom_pipeline.sync.catalog.help_center import HELP_CENTER
from intercom_pipeline.sync.catalog.on_request import ON_REQUEST
from intercom_pipeline.sync.catalog.people import PEOPLE
from intercom_pipeline.sync.catalog.settings import SETTINGS
from intercom_pipeline.sync.catalog.tickets import TICKETS
from intercom_pipeline.sync.catalog.workspace import WORKSPACE
from intercom_pipeline.sync.stream import Stream, with_history
from intercom_pipeline.warehouse.table import Table

CATALOG: tuple[Stream, ...] = (
    *PEOPLE,
    *CONVERSATIONS,
    *CALLS,
    *TICKETS,
    *HELP_CENTER,
    *WORKSPACE,
    *SETTINGS,
    *ON_REQUEST,
)
"""The streams, in the order in which people read about them."""


def every_table(history: Collection[str] = ()) -> list[Table]:
    """The tables of all streams, parents first; `history` names streams whose former versions are kept."""
    return [table for stream in CATALOG for table in with_history(stream, history).tables()]


class UnknownStream(PipelineError, ValueError):
    """A stream was asked for that the catalog does not have."""


def stream_named(name: str) -> Stream:
    """The stream of that name.

    Raises:
        UnknownStream: There is none; the message names the one that fills a table of that name, those like
            it, or else all there are.
    """
    streams = {stream.name: stream for stream in CATALOG}
    if name in streams:
        return streams[name]
    raise _part_of_another(name) or _unknown(name, list(streams))


def _part_of_another(name: str) -> UnknownStream | None:
    """What to sync for a table that comes with a stream of another name; None where there is none such."""
    for stream in CATALOG:
        if any(table.name == name for table in stream.tables()):
            return UnknownStream(
                f"{name} is no stream of its own.",
                why=f"It comes with the stream {stream.name}.",
                fix=f"Name {stream.name} instead.",
            )
    return None


def _unknown(name: str, streams: Sequence[str]) -> UnknownStream:
    what = f"There is no stream called {name!r}."
    near = get_close_matches(name, streams)
    if near:
        fix = "intercom-pipeline streams lists them all."
        return UnknownStream(what, why=f"Did you mean {' or '.join(near)}?", fix=fix)
    return UnknownStream(what, why="None has a name like it.", fix=f"The streams are {', '.join(streams)}.")
