"""The everyday operations on a workspace, for code that is not asynchronous.

with Intercom() as intercom:
    for contact in intercom.search_contacts("email = ada@example.com"):
        print(contact["name"])
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from intercom_pipeline.api.client import AsyncIntercom, NotOpen
from intercom_pipeline.api.records import Admin, Article, Contact, Conversation
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.intercom.search import Query
from intercom_pipeline.replies.reply import MessageType, Sent

T = TypeVar("T")


class Intercom:
    """A workspace, open within a `with` block; each operation is that of `AsyncIntercom`, which describes it.

    Args:
        connection: How to reach it; as `connection_for` finds it unless given.
    """

    def __init__(self, connection: Connection | None = None) -> None:
        self._workspace = AsyncIntercom(connection)
        self._portal: BlockingPortal | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Open the connections, which work in a thread of their own."""
        with ExitStack() as opening:
            self._portal = opening.enter_context(start_blocking_portal())
            opening.enter_context(self._portal.wrap_async_context_manager(self._workspace))
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close them."""
        self._portal = None
        self._open.close()

    def list_contacts(self, *, limit: int | None = None) -> Iterator[Contact]:
        """All contacts, users and leads, in Intercom's order."""
        return self._each(self._workspace.list_contacts(limit=limit))

    def search_contacts(self, where: str | Query, *, limit: int | None = None) -> Iterator[Contact]:
        """The contacts that a query finds, those changed last first."""
        return self._each(self._workspace.search_contacts(where, limit=limit))

    def get_contact(self, contact_id: str) -> Contact:
        """A contact."""
        return self._call(self._workspace.get_contact, contact_id)

    def list_conversations(self, *, limit: int | None = None) -> Iterator[Conversation]:
        """All conversations without their parts, the one that changed last first."""
        return self._each(self._workspace.list_conversations(limit=limit))

    def search_conversations(self, where: str | Query, *, limit: int | None = None) -> Iterator[Conversation]:
        """The conversations that a query finds, without their parts."""
        return self._each(self._workspace.search_conversations(where, limit=limit))

    def get_conversation(self, conversation_id: str) -> Conversation:
        """A conversation with its parts, the 500 newest at most."""
        return self._call(self._workspace.get_conversation, conversation_id)

    def reply_to_conversation(
        self,
        conversation_id: str,
        *,
        message_type: MessageType | str,
        admin_id: str,
        body: str,
        attachment_urls: tuple[str, ...] = (),
    ) -> Sent:
        """Answer a conversation as an admin: sent once, whatever happens."""
        return self._call(
            lambda: self._workspace.reply_to_conversation(
                conversation_id,
                message_type=message_type,
                admin_id=admin_id,
                body=body,
                attachment_urls=attachment_urls,
            )
        )

    def list_articles(self, *, limit: int | None = None) -> Iterator[Article]:
        """All articles, the one that changed last first."""
        return self._each(self._workspace.list_articles(limit=limit))

    def list_admins(self) -> Iterator[Admin]:
        """All admins."""
        return self._each(self._workspace.list_admins())

    def _call(self, act: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        if self._portal is None:
            raise NotOpen(
                "The workspace is not open.",
                why="It is used outside its block.",
                fix="Write: with Intercom() as intercom: …",
            )
        asked = self._portal.start_task_soon(act, *arguments)
        try:
            return asked.result()
        except BaseException:
            asked.cancel()  # Whoever is interrupted while waiting does not want the answer any more.
            raise

    def _each(self, records: AsyncGenerator[T]) -> Iterator[T]:
        """The records of an asynchronous list, one at a time; it is closed where the caller stops."""
        ended, one_at_a_time = object(), asyncio.Lock()

        async def following() -> T | object:
            async with one_at_a_time:
                return await anext(records, ended)

        async def close() -> None:
            # An interrupted request takes a moment to end, and what is running cannot be closed.
            async with one_at_a_time:
                await records.aclose()

        try:
            while (record := self._call(following)) is not ended:
                yield record  # type: ignore[misc]  # whatever is not the end is a record
        finally:
            if self._portal is not None:
                self._portal.call(close)
