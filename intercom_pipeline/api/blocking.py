"""The everyday operations on a workspace, for code that is not asynchronous.

with Intercom() as intercom:
    for contact in intercom.search_contacts("email = ada@example.com"):
        print(contact["name"])
"""

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from anyio.from_thread import BlockingPortal

from intercom_pipeline.api.client import AsyncIntercom, NotOpen
from intercom_pipeline.api.records import Admin, Article, Contact, Conversation
from intercom_pipeline.intercom.connection import Connection
from intercom_pipeline.intercom.search import Query
from intercom_pipeline.replies.reply import MessageType, Sent

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a workspace is open.

    Attributes:
        portal: The way into the thread that has the connections.
        thread: That thread.
        process: The process that has that thread; one forked from it has not.
    """

    portal: BlockingPortal
    thread: int
    process: int

    @property
    def is_here(self) -> bool:
        """Whether this is the process that opened it."""
        return self.process == os.getpid()


class Intercom:
    """A workspace, open within a `with` block; each operation is that of `AsyncIntercom`, which describes it.

    Args:
        connection: How to reach it; as `connection_for` finds it unless given.
    """

    def __init__(self, connection: Connection | None = None) -> None:
        self._workspace = AsyncIntercom(connection)
        self._place: _Place | None = None
        self._ended: Future[None] = Future()
        self._closing: set[asyncio.Task[None]] = set()  # The loop itself holds its tasks but weakly.

    def __enter__(self) -> Self:
        """Open the connections, which work in a thread of their own."""
        opened, self._ended = Future[_Place](), Future()
        threading.Thread(target=self._work, args=(opened, self._ended), daemon=True).start()
        self._place = opened.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close them; in a forked process there is nothing to close."""
        place = self._place
        if place is not None and place.is_here:
            self._place = None
            place.portal.call(place.portal.stop)
            self._ended.result()

    def _work(self, opened: Future[_Place], ended: Future[None]) -> None:
        """The thread: what fails is for the caller, who waits for the one future and then for the other."""
        try:
            ended.set_result(asyncio.run(self._serve(opened)))
        except BaseException as error:  # noqa: BLE001 - a thread has nobody else to tell
            (ended if opened.done() else opened).set_exception(error)

    async def _serve(self, opened: Future[_Place]) -> None:
        async with self._workspace, BlockingPortal() as portal:
            opened.set_result(_Place(portal=portal, thread=threading.get_ident(), process=os.getpid()))
            await portal.sleep_until_stopped()

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
        admin_id: str | int,
        body: str,
        attachment_urls: Sequence[str] = (),
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
        asked = self._opened().portal.start_task_soon(act, *arguments)
        try:
            return asked.result()
        except BaseException:
            asked.cancel()  # Whoever is interrupted while waiting does not want the answer any more.
            raise

    def _opened(self) -> _Place:
        if self._place is None:
            raise _outside()
        if not self._place.is_here:
            raise NotOpen(
                "The workspace is not open in this process.",
                why="It was opened before the process was forked, and its connections stayed behind.",
                fix="Open another in this process: with Intercom() as intercom: …",
            )
        return self._place

    def _each(self, records: AsyncGenerator[T]) -> Iterator[T]:
        """The records of an asynchronous list, one at a time; it is closed where the caller stops."""
        place, ended, one_at_a_time = self._opened(), object(), asyncio.Lock()

        async def following() -> T | object:
            if self._place is not place:
                raise _outside()  # Its block has ended, and another has begun.
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
            if self._place is place and place.is_here:
                self._let_go(place, close)

    def _let_go(self, place: _Place, close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if place.thread == threading.get_ident():
            # The garbage collector runs in any thread; this one cannot wait for itself.
            closing = asyncio.get_running_loop().create_task(close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        else:
            place.portal.call(close)


def _outside() -> NotOpen:
    return NotOpen(
        "The workspace is not open.",
        why="It is used outside its block.",
        fix="Write: with Intercom() as intercom: …",
    )
