"""What Intercom lists and nobody can work with is told as what it is."""

import asyncio

import pytest

from intercom_pipeline.api import AsyncIntercom
from intercom_pipeline.api.client import RecordUnreadable
from intercom_pipeline.intercom.connection import Connection, Secret
from tests.intercom.faults import faulty, http, says

ENDLESS = b'{"data":[{"id":"1"},{"id":"2","custom_attributes":{"n":' + b"9" * 5_000 + b"}}]}"


def test_a_number_of_thousands_of_digits_is_told() -> None:
    """The record before it is given; Python would convert no number that long."""
    found = []

    async def look() -> None:
        async with faulty(says(http(200, ENDLESS))) as server:
            connection = Connection(token=Secret("x"), base_url=server.url)
            async with AsyncIntercom(connection) as intercom:
                async for contact in intercom.list_contacts():
                    found.append(contact["id"])  # noqa: PERF401 - what comes before the error counts

    with pytest.raises(RecordUnreadable, match="too many digits"):
        asyncio.run(look())
    assert found == ["1"]
