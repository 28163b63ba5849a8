"""The tools that list, search and get: from Intercom itself, or from the published file."""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeVar, cast

import anyio
import msgspec
from mcp_types import CallToolResult, TextContent
from pydantic import Field

from intercom_pipeline.analytics.customer import Customer, customer_in_intercom, customer_in_warehouse
from intercom_pipeline.api.client import AsyncIntercom
from intercom_pipeline.api.stored import Stored, stored
from intercom_pipeline.mcp.shaping import OneRecord, Records, encoded, one, several
from intercom_pipeline.warehouse.files import DataFolder

T = TypeVar("T")
Operations = AsyncIntercom | Stored
Found = AsyncIterable[Mapping[str, Any]] | Iterable[Mapping[str, Any]]

MOST_RECORDS: Final = 150

Limit = Annotated[int, Field(ge=1, le=MOST_RECORDS, description="How many at most.")]
Source = Annotated[
    Literal["api", "warehouse"],
    Field(
        description="Where from: api asks Intercom now, warehouse the last sync "
        "(no request, and complete as of then)."
    ),
]
Where = Annotated[
    str,
    Field(
        max_length=4_000,
        description="A query: conditions `field operator value`, joined by AND or OR, grouped by "
        "parentheses. Operators: = != ~ (contains) !~ ^ (starts with) $ (ends with) > < >= <= IN NIN. "
        "Values with blanks go into quotes; dates are 2026-03-01 or 7d (days ago). "
        "An error names the fields there are.",
    ),
]
ContactId = Annotated[
    str, Field(max_length=64, description="The contact's id, as lists and searches give it.")
]
Profile = Annotated[
    bool,
    Field(description="Also its companies, tags, owner, open conversations and last messages, by name."),
]
ConversationId = Annotated[str, Field(max_length=64, description="The conversation's id.")]
ManyAnswer = Annotated[CallToolResult, Records]
OneAnswer = Annotated[CallToolResult, OneRecord]


def answer(content: Mapping[str, Any]) -> CallToolResult:
    """A tool's answer: the same as text, for assistants, and structured, for programs."""
    return CallToolResult(
        content=[TextContent(type="text", text=encoded(content))], structured_content=dict(content)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """What the tools reach.

    Attributes:
        api: Intercom, open as long as the server runs.
        folder: Where the published file is.
        version: The API version, which decides how searches compare the dates of contacts.
    """

    api: AsyncIntercom
    folder: DataFolder
    version: str

    async def many(self, source: str, ask: Callable[[Operations], Found]) -> list[Mapping[str, Any]]:
        """The records that an operation gives, from either source."""
        if source == "warehouse":
            return await self.from_warehouse(
                lambda held: list(cast("Iterable[Mapping[str, Any]]", ask(held)))
            )
        return [record async for record in cast("AsyncIterable[Mapping[str, Any]]", ask(self.api))]

    async def single(
        self, source: str, ask: Callable[[Operations], Awaitable[Mapping[str, Any]] | Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """The record that an operation gives, from either source."""
        if source == "warehouse":
            return await self.from_warehouse(lambda held: cast("Mapping[str, Any]", ask(held)))
        return await cast("Awaitable[Mapping[str, Any]]", ask(self.api))

    async def customer(self, source: str, contact_id: str) -> Customer:
        """A customer at a glance, from either source."""
        if source == "warehouse":
            return await anyio.to_thread.run_sync(customer_in_warehouse, self.folder, contact_id)
        return await customer_in_intercom(self.api, contact_id)

    async def from_warehouse(self, ask: Callable[[Stored], T]) -> T:
        """What the published file says; it is opened anew each time, since a sync replaces it."""

        def look() -> T:
            with stored(self.folder, version=self.version) as held:
                return ask(held)

        return await anyio.to_thread.run_sync(look)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The tools that only read; their docstrings are what an assistant is told."""

    workspace: Workspace

    async def list_contacts(self, limit: Limit = 20, source: Source = "api") -> ManyAnswer:
        """List contacts: users and leads. Particular ones are found by search_contacts."""
        found = await self.workspace.many(source, lambda of: of.list_contacts(limit=limit + 1))
        return answer(several(found, limit))

    async def search_contacts(self, where: Where, limit: Limit = 20, source: Source = "api") -> ManyAnswer:
        """Find contacts by a query, those changed last first.

        Examples of `where`:
        email = ada@example.com
        role = user AND last_seen_at > 7d
        name ~ "Ada L" OR (email_domain = example.com AND created_at > 2026-03-01)
        """
        found = await self.workspace.many(source, lambda of: of.search_contacts(where, limit=limit + 1))
        return answer(several(found, limit))

    async def get_contact(
        self, contact_id: ContactId, *, profile: Profile = False, source: Source = "api"
    ) -> OneAnswer:
        """Get one contact with all its fields, by its id; or its profile, the customer at a glance."""
        if profile:
            return answer(one(msgspec.to_builtins(await self.workspace.customer(source, contact_id))))
        found = await self.workspace.single(source, lambda of: of.get_contact(contact_id))
        return answer(one(found))

    async def list_conversations(self, limit: Limit = 20, source: Source = "api") -> ManyAnswer:
        """List conversations, the one that changed last first, each with its opening message (`source`)."""
        found = await self.workspace.many(source, lambda of: of.list_conversations(limit=limit + 1))
        return answer(several(found, limit))

    async def search_conversations(
        self, where: Where, limit: Limit = 20, source: Source = "api"
    ) -> ManyAnswer:
        """Find conversations by a query, those changed last first, each with its opening message (`source`).

        Examples of `where`:
        state = open AND created_at > 7d
        contact_ids = 6762f0d51bb69f9f2193bb7f
        source.body ~ refund AND (state = closed OR priority = priority)
        """
        found = await self.workspace.many(source, lambda of: of.search_conversations(where, limit=limit + 1))
        return answer(several(found, limit))

    async def get_conversation(self, conversation_id: ConversationId, source: Source = "api") -> OneAnswer:
        """Get one conversation with all that was said in it (`conversation_parts`), by its id."""
        found = await self.workspace.single(source, lambda of: of.get_conversation(conversation_id))
        return answer(one(found))

    async def list_articles(self, limit: Limit = 20, source: Source = "api") -> ManyAnswer:
        """List the help centre's articles, the one that changed last first; long bodies are cut."""
        found = await self.workspace.many(source, lambda of: of.list_articles(limit=limit + 1))
        return answer(several(found, limit))
