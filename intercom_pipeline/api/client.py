"""The everyday operations on a workspace, asynchronous; `Intercom` in `blocking` has the same ones.

    async with AsyncIntercom() as intercom:
        async for contact in intercom.search_contacts("email = ada@example.com"):
            print(contact["name"])

Lists are lazy: a page is asked for when its first record is wanted. Every error is a `PipelineError` that
says what happened, why, and what to do; those of requests are in `intercom_pipeline.intercom.errors`.
"""

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import msgspec

from intercom_pipeline.api.records import Admin, Article, Contact, Conversation, checked_limit
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom import client as http
from intercom_pipeline.intercom import search_fields
from intercom_pipeline.intercom.bodies import BodyInvalid, decoded
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.intercom.ids import checked_id
from intercom_pipeline.intercom.paging import Page, cursor_pages, numbered_pages, search_pages, single_page
from intercom_pipeline.intercom.search import Filter, Query, Search
from intercom_pipeline.intercom.search_fields import FieldKind
from intercom_pipeline.intercom.where import parse
from intercom_pipeline.replies.reply import MessageType, Reply, Sent, check, send
from intercom_pipeline.settings import load_settings

T = TypeVar("T")

_MOST_A_PAGE = 150


class NotOpen(PipelineError):
    """The workspace is used outside its `with` block."""


class RecordUnreadable(PipelineError):
    """A record in a list is no JSON that could be worked with."""


def connection_for(
    token: str | None = None,
    *,
    region: str | None = None,
    base_url: str | None = None,
    version: str | None = None,
    profile: str | None = None,
) -> Connection:
    """How to reach a workspace: what is not given comes from the environment, `.env` and the stored profile.

    Raises:
        TokenMissing: No token is given, set or stored.
        SettingRefused: A value cannot be used.
        ProfileError: The stored token cannot be used.
    """
    given = {
        "INTERCOM_ACCESS_TOKEN": token,
        "INTERCOM_REGION": region,
        "INTERCOM_BASE_URL": base_url,
        "INTERCOM_API_VERSION": version,
        "INTERCOM_PROFILE": profile,
    }
    return load_settings(options=given).connection()


class AsyncIntercom:
    """A workspace, open within an `async with` block.

    Args:
        connection: How to reach it; as `connection_for` finds it unless given.
    """

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection
        self._client: http.Client | None = None
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open the connections."""
        connection = self._connection or connection_for()
        self._client = await self._open.enter_async_context(http.connect(connection))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close them."""
        self._client = None
        await self._open.aclose()

    @property
    def client(self) -> http.Client:
        """What speaks to the API, for endpoints that have no operation here.

        Raises:
            NotOpen: The block has not begun or has ended.
        """
        if self._client is None:
            raise NotOpen(
                "The workspace is not open.",
                why="It is used outside its block.",
                fix="Write: with Intercom() as intercom: …",
            )
        return self._client

    def list_contacts(self, *, limit: int | None = None) -> AsyncGenerator[Contact]:
        """All contacts, users and leads, in Intercom's order (GET /contacts)."""
        return self._records(
            cursor_pages(self.client, "/contacts", per_page=_page_size(limit)), limit, Contact
        )

    def search_contacts(self, where: str | Query, *, limit: int | None = None) -> AsyncGenerator[Contact]:
        """The contacts that a query finds, those changed last first (POST /contacts/search).

        Args:
            where: `'email = ada@example.com'`, `'role = user AND created_at > 2026-03-01'`, or a `Query`.
            limit: How many at most.

        Raises:
            WhereRefused: The text is no query; the message points at the place.
            QueryRefused: The query breaks a rule of Intercom's; nothing was sent.
        """
        query = _query(where, search_fields.CONTACTS)
        return self._records(self._search("/contacts/search", query, limit), limit, Contact)

    async def get_contact(self, contact_id: str) -> Contact:
        """A contact (GET /contacts/{id}).

        Raises:
            NotFound: There is none, or it was merged (`Gone` from API 2.16 on).
        """
        return await self._one(f"/contacts/{checked_id(contact_id, of='contact')}", Contact)

    def list_conversations(self, *, limit: int | None = None) -> AsyncGenerator[Conversation]:
        """All conversations without their parts, the one that changed last first.

        Intercom does not say in which order it lists them, so this is a search (POST /conversations/search).
        """
        return self.search_conversations(Filter("updated_at", ">", 0), limit=limit)

    def search_conversations(
        self, where: str | Query, *, limit: int | None = None
    ) -> AsyncGenerator[Conversation]:
        """The conversations that a query finds, without their parts; see `search_contacts`."""
        query = _query(where, search_fields.CONVERSATIONS)
        pages = self._search("/conversations/search", query, limit, records="conversations")
        return self._records(pages, limit, Conversation)

    async def get_conversation(self, conversation_id: str) -> Conversation:
        """A conversation with its parts, the 500 newest at most (GET /conversations/{id}).

        Raises:
            NotFound: There is none.
        """
        return await self._one(
            f"/conversations/{checked_id(conversation_id, of='conversation')}", Conversation
        )

    async def reply_to_conversation(
        self,
        conversation_id: str,
        *,
        message_type: MessageType | str,
        admin_id: str | int,
        body: str,
        attachment_urls: Sequence[str] = (),
    ) -> Sent:
        """Answer a conversation as an admin: sent once, whatever happens (POST /conversations/{id}/reply).

        Args:
            conversation_id: The conversation.
            message_type: `comment`, which the customer sees, or `note`, which teammates see.
            admin_id: The admin who answers.
            body: The text, as HTML or plain.
            attachment_urls: Addresses of images that are shown with it, at most 10.

        Raises:
            ReplyRefused: It cannot be sent as it is; nothing was sent.
            ReplyUncertain: It was sent, and no answer says whether Intercom applied it.
            IntercomError: Intercom did not apply it.
        """
        reply = Reply(
            conversation_id=str(conversation_id),
            message_type=cast("MessageType", message_type),
            admin_id=str(admin_id),
            body=body,
            attachment_urls=attachment_urls,
        )
        await check(self.client, reply)
        return await send(self.client, reply)

    def list_articles(self, *, limit: int | None = None) -> AsyncGenerator[Article]:
        """All articles, the one that changed last first (GET /articles)."""
        return self._records(numbered_pages(self.client, "/articles"), limit, Article)

    def list_admins(self) -> AsyncGenerator[Admin]:
        """All admins (GET /admins)."""
        return self._records(single_page(self.client, "/admins", records="admins"), None, Admin)

    def _search(
        self, path: str, query: Query, limit: int | None, records: str = "data"
    ) -> AsyncGenerator[Page]:
        search = Search(query=query, sort_field="updated_at")
        return search_pages(self.client, path, search, records=records, per_page=_page_size(limit))

    async def _one(self, path: str, _kind: type[T]) -> T:
        return cast("T", (await self.client.get(path, decode=decoded)).content)

    async def _records(
        self, pages: AsyncGenerator[Page], limit: int | None, _kind: type[T]
    ) -> AsyncGenerator[T]:
        left = checked_limit(limit)
        async with aclosing(pages) as asked:
            if left == 0:
                return
            async for page in asked:
                for record in islice(page.records, left):
                    yield cast("T", _readable(record))
                if left is not None:
                    left -= len(page.records)
                    if left <= 0:
                        return


def _readable(record: msgspec.Raw) -> Any:
    try:
        return decoded(record)
    except BodyInvalid as error:
        raise RecordUnreadable(
            "A record that Intercom listed cannot be read.",
            why=f"{error}.".capitalize(),
            fix="Look at those before and after it with a limit or a search; report it to Intercom.",
        ) from None


def _page_size(limit: int | None) -> int:
    return _MOST_A_PAGE if limit is None else max(1, min(limit, _MOST_A_PAGE))


def _query(where: str | Query, fields: Mapping[str, FieldKind]) -> Query:
    if isinstance(where, str):
        return parse(where, fields, now=datetime.fromtimestamp(time.time(), UTC))
    return where
