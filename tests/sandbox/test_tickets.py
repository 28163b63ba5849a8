"""Tickets: as Intercom describes them, searched, and changing."""

from typing import Any

import pytest

from tests.contract import VERSIONS, check_response, needs_descriptions
from tests.sandbox.conftest import Asker


def _everything(field: str = "created_at") -> dict[str, Any]:
    return {"field": field, "operator": ">", "value": 0}


@needs_descriptions
@pytest.mark.parametrize("version", VERSIONS)
def test_tickets_are_as_described(asker: Asker, version: str) -> None:
    """A search, each ticket, the types and the states answer in the shapes of every version."""
    found = asker.search("tickets", _everything(), version=version, pagination={"per_page": 150})
    check_response(version, "POST", "/tickets/search", 200, found)
    assert found["total_count"] == len(found["tickets"]) == len(asker.sandbox.workspace.records("tickets"))
    for ticket in found["tickets"]:
        shown = asker.get(f"/tickets/{ticket['id']}", version=version)
        check_response(version, "GET", "/tickets/{id}", 200, shown)
        assert shown == ticket
    types = asker.get("/ticket_types", version=version)
    check_response(version, "GET", "/ticket_types", 200, types)
    for kind in types["data"]:
        assert asker.get(f"/ticket_types/{kind['id']}", version=version) == kind
    if version != "2.11":
        check_response(version, "GET", "/ticket_states", 200, asker.get("/ticket_states", version=version))
