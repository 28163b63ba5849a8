"""A customer at a glance: who it is, what is open, and what was said last."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import duckdb

from intercom_pipeline.analytics.threads import Message, messages_of
from intercom_pipeline.api import AsyncIntercom, Contact, Conversation, Record
from intercom_pipeline.api.stored import stored
from intercom_pipeline.intercom.bodies import decoded
from intercom_pipeline.intercom.errors import NotFound, PermissionMissing
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.reading import open_published

MOST_OPEN: Final = 10
"""Open conversations that are told."""
_READ: Final = 3
"""Conversations whose messages are looked at: those that changed last."""
_MESSAGES: Final = 6
_A_PAGE: Final = 150


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """Something with an id and, where it is known, a name."""

    id: str
    name: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A message and the conversation that it is in."""

    conversation_id: str
    message: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A contact with what belongs to it.

    Attributes:
        contact: The contact as Intercom sent it.
        companies: Its companies.
        tags: Its tags.
        owner: The teammate who looks after it.
        open_conversations: Those that are open or snoozed, the one that changed last first, at most 10.
        last_messages: What was last said in its newest conversations, oldest first.
    """

    contact: Contact
    companies: tuple[Named, ...]
    tags: tuple[Named, ...]
    owner: Named | None
    open_conversations: tuple[Conversation, ...]
    last_messages: tuple[Said, ...]


async def customer_in_intercom(intercom: AsyncIntercom, contact_id: str) -> Customer:
    """A customer as Intercom knows it now, in at most nine requests.

    What the token may not read is left out, or told by its ids.

    Raises:
        NotFound: There is no such contact, or it was merged (`Gone` from API 2.16 on).
        IntercomError: Intercom could not be asked.
    """
    contact = await intercom.get_contact(contact_id)
    its = contact["id"]
    companies, tags, owner, opened, newest = await asyncio.gather(
        _listed(intercom, contact, "companies"),
        _listed(intercom, contact, "tags"),
        _owner(intercom, contact),
        _found(intercom, f"contact_ids = {its} AND open = true", MOST_OPEN),
        _found(intercom, f"contact_ids = {its}", _READ),
    )
    read = await asyncio.gather(*(_whole(intercom, each) for each in newest))
    return Customer(
        contact=contact,
        companies=companies,
        tags=tags,
        owner=owner,
        open_conversations=tuple(opened),
        last_messages=_last(read),
    )


def customer_in_warehouse(folder: DataFolder, contact_id: str) -> Customer:
    """A customer as the published file has it.

    Raises:
        NotStored: It has no such contact; the error tells whether it is gone, and why.
        WarehouseError: The file is missing, or cannot be read.
    """
    with stored(folder) as warehouse, open_published(folder) as connection:
        contact = warehouse.get_contact(contact_id)
        its = contact["id"]
        newest = warehouse.search_conversations(f"contact_ids = {its}", limit=_READ)
        opened = warehouse.search_conversations(f"contact_ids = {its} AND open = true", limit=MOST_OPEN)
        return Customer(
            contact=contact,
            companies=_stored_names(connection, contact, "companies", "company_id"),
            tags=_stored_names(connection, contact, "tags", "tag_id"),
            owner=_named_owner(contact, warehouse.list_admins()),
            open_conversations=tuple(opened),
            last_messages=_last([warehouse.get_conversation(each["id"]) for each in newest]),
        )


async def _listed(intercom: AsyncIntercom, contact: Contact, kind: str) -> tuple[Named, ...]:
    """A list that hangs on a contact, with names, which the contact itself does not give."""
    held = _held(contact, kind)
    if not held:
        return ()
    paging = {"per_page": _A_PAGE} if kind == "companies" else None
    try:
        answer = await intercom.client.get(f"/contacts/{contact['id']}/{kind}", params=paging, decode=decoded)
    except (PermissionMissing, NotFound):
        return _by_id(held)
    listed = answer.content
    # Companies come under either name, by API version.
    return _by_id(listed.get("data") or listed.get(kind) or held)


async def _owner(intercom: AsyncIntercom, contact: Contact) -> Named | None:
    if not contact.get("owner_id"):
        return None
    try:
        return _named_owner(contact, [admin async for admin in intercom.list_admins()])
    except PermissionMissing:
        return _named_owner(contact, [])


async def _found(intercom: AsyncIntercom, where: str, limit: int) -> Sequence[Conversation]:
    try:
        return [each async for each in intercom.search_conversations(where, limit=limit)]
    except PermissionMissing:
        return []


async def _whole(intercom: AsyncIntercom, conversation: Conversation) -> Conversation:
    try:
        return await intercom.get_conversation(conversation["id"])
    except NotFound:  # It was deleted meanwhile.
        return conversation


def _stored_names(
    connection: duckdb.DuckDBPyConnection, contact: Contact, table: str, key: str
) -> tuple[Named, ...]:
    """The same list from the tables, where all of them were synced; else what the contact says itself."""
    sql = f"""
        SELECT link.{key}, named.name
        FROM contact_{table} AS link LEFT JOIN {table} AS named ON named.id = link.{key}
        WHERE link.contact_id = ? AND named._deleted_at IS NULL
        ORDER BY lower(named.name), link.{key}
    """
    try:
        rows = connection.execute(sql, [contact["id"]]).fetchall()
    except duckdb.CatalogException:
        return _by_id(_held(contact, table))
    return tuple(Named(id=str(each), name=name) for each, name in rows)


def _held(contact: Contact, kind: str) -> list[Record]:
    return (cast("Record", contact).get(kind) or {}).get("data") or []


def _by_id(records: Iterable[Record]) -> tuple[Named, ...]:
    return tuple(Named(id=str(each.get("id")), name=each.get("name")) for each in records)


def _named_owner(contact: Contact, admins: Iterable[Any]) -> Named | None:
    owner = contact.get("owner_id")
    if not owner:
        return None
    names = {str(admin["id"]): admin.get("name") for admin in admins}
    return Named(id=str(owner), name=names.get(str(owner)))


def _last(conversations: Iterable[Conversation]) -> tuple[Said, ...]:
    said = [
        Said(conversation_id=str(conversation["id"]), message=message)
        for conversation in conversations
        for message in messages_of(conversation)
        if message.text and message.at
    ]
    said.sort(key=lambda each: str(each.message.at))
    return tuple(said[-_MESSAGES:])
