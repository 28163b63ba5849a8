"""What became of a record, by the answer to its id."""

from intercom_pipeline.intercom.client import Client, Response
from intercom_pipeline.intercom.errors import Gone as MergedAway
from intercom_pipeline.intercom.errors import NotFound
from intercom_pipeline.intercom.versions import at_least
from intercom_pipeline.sync.stream import Stream
from intercom_pipeline.warehouse.gone import DELETED, MERGED, Gone

_TELLS_MERGES = "2.16"
"""The first API version in which a contact that was merged away names the one it went into."""


async def asked_by_id(client: Client, stream: Stream, record_id: str) -> Gone | Response[bytes]:
    """Ask for a record by its id: what became of it, or the record.

    Raises:
        IntercomError: Intercom gave no verdict.
    """
    path = (stream.detail or stream.single).replace("{id}", record_id)
    merges = stream.can_archive and not at_least(client.connection.version, _TELLS_MERGES)
    try:
        return await client.get(path, version=_TELLS_MERGES if merges else None)
    except NotFound as error:
        return gone(record_id, error)


def gone(record_id: str, error: NotFound) -> Gone:
    """What a 404 or 410 says of the record that was asked for."""
    if isinstance(error, MergedAway):
        return Gone(key=record_id, reason=MERGED, into=error.canonical_id)
    return Gone(key=record_id, reason=DELETED)
