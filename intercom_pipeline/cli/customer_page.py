"""A customer at a glance, for `contacts get --profile`."""

import asyncio

from rich.text import Text

from intercom_pipeline.analytics.customer import (
    MOST_OPEN,
    Customer,
    Named,
    customer_in_intercom,
    customer_in_warehouse,
)
from intercom_pipeline.analytics.threads import moment_of_seconds
from intercom_pipeline.api import AsyncIntercom
from intercom_pipeline.cli.everyday import Asking, Source, connection_of
from intercom_pipeline.cli.one_record import print_record
from intercom_pipeline.cli.output import columns, moment, results, show
from intercom_pipeline.cli.stopping import stoppable
from intercom_pipeline.cli.thread_page import print_message
from intercom_pipeline.cli.views import about, short
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.steering import one_line


def show_customer(asking: Asking, contact_id: str, *, as_json: bool) -> None:
    """Look a customer up and print what there is to know.

    Raises:
        PipelineError: There is no such contact, or it cannot be asked for.
    """
    settings = asking.settings()
    with stoppable(why="Nothing was changed."):
        if asking.source is Source.WAREHOUSE:
            customer = customer_in_warehouse(settings.folder(), contact_id)
        else:
            customer = asyncio.run(_asked(connection_of(settings), contact_id))
    if as_json:
        print_record(as_record(customer), as_json=True)
    else:
        _print(customer)


def as_record(customer: Customer) -> dict[str, object]:
    """What is known of a customer, as JSON can hold it; records as Intercom sent them."""
    return {
        "contact": customer.contact,
        "companies": [_named(each) for each in customer.companies],
        "tags": [_named(each) for each in customer.tags],
        "owner": _named(customer.owner) if customer.owner else None,
        "open_conversations": list(customer.open_conversations),
        "last_messages": [
            {
                "conversation_id": said.conversation_id,
                "at": said.message.at.isoformat() if said.message.at else None,
                "author": said.message.author,
                "party": said.message.party,
                "kind": said.message.kind,
                "text": said.message.text,
            }
            for said in customer.last_messages
        ],
    }


async def _asked(connection: Connection, contact_id: str) -> Customer:
    async with AsyncIntercom(connection) as intercom:
        return await customer_in_intercom(intercom, contact_id)


def _named(each: Named) -> dict[str, str | None]:
    return {"id": each.id, "name": each.name}


def _print(customer: Customer) -> None:
    contact = customer.contact
    results().print(
        Text(one_line(contact.get("name") or contact.get("email") or contact["id"]), style="bold")
    )
    _print_facts(customer)
    _print_open(customer)
    if customer.last_messages:
        results().print(Text("\nLast messages", style="bold"))
    for said in customer.last_messages:
        print_message(said.message)


def _print_facts(customer: Customer) -> None:
    contact = customer.contact
    facts = {
        "id": contact["id"],
        "role": contact.get("role"),
        "email": contact.get("email"),
        "phone": contact.get("phone"),
        "companies": _names(customer.companies),
        "tags": _names(customer.tags),
        "owner": _names((customer.owner,)) if customer.owner else "",
        "signed up": moment(moment_of_seconds(contact.get("signed_up_at"))),
        "last seen": moment(moment_of_seconds(contact.get("last_seen_at"))),
    }
    table = columns("", "", wrapped=("",))
    table.show_header = False
    for name, value in facts.items():
        table.add_row(name, Text(one_line(short(str(value)))) if value else Text("none", style="dim"))
    show(table)


def _print_open(customer: Customer) -> None:
    count = len(customer.open_conversations)
    many = f"{count} or more" if count == MOST_OPEN else str(count)
    results().print(Text(f"\nOpen conversations: {many}", style="bold"))
    if not count:
        return
    table = columns("id", "updated", "state", "about", wrapped=("about",))
    for each in customer.open_conversations:
        table.add_row(
            one_line(str(each["id"])),
            moment(moment_of_seconds(each.get("updated_at"))),
            one_line(str(each.get("state") or "")),
            Text(one_line(about(each), 60), no_wrap=True, overflow="ellipsis"),
        )
    show(table)


def _names(named: tuple[Named, ...]) -> str:
    return ", ".join(each.name or each.id for each in named)
