"""Tickets, their types and states."""

from intercom_pipeline.sync.stream import Need, Paging, Replication, Stream
from intercom_pipeline.sync.tables.tickets import TICKET_STATES_TABLE, TICKET_TYPES_TABLE, TICKETS_TABLE

TICKETS = (
    Stream(
        table=TICKETS_TABLE,
        group="tickets",
        path="/tickets/search",
        records="tickets",
        paging=Paging.SEARCH,
        replication=Replication.INCREMENTAL,
        permission="Read tickets",
        # Intercom's example of a search gives tickets with their parts; its words do not promise it.
        detail="/tickets/{id}",
        whole_with="ticket_parts",
        cost="1 for each 150 tickets that changed, and 1 for each of them that came without all its parts",
    ),
    Stream(
        table=TICKET_TYPES_TABLE,
        group="tickets",
        path="/ticket_types",
        records="data",
        paging=Paging.SINGLE,
        replication=Replication.FULL_REFRESH,
        permission="Read tickets",
        cost="1",
    ),
    Stream(
        table=TICKET_STATES_TABLE,
        group="tickets",
        path="/ticket_states",
        records="data",
        paging=Paging.SINGLE,
        replication=Replication.FULL_REFRESH,
        permission="Read tickets",
        minimum_version="2.12",
        need=Need.WHERE_AVAILABLE,
        cost="1",
    ),
)
"""Streams of tickets."""
