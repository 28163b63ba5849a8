"""Intercom's own Python SDK works with the sandbox."""

from collections.abc import Iterator

import httpx
import pytest
from intercom import (
    AdminReplyConversationRequest,
    Intercom,
    MultipleFilterSearchRequest,
    SingleFilterSearchRequest,
    StartingAfterPaging,
)
from intercom.conversations.types import ConversationsManageRequestBody_Close
from intercom.core.api_error import ApiError

from intercom_pipeline.sandbox import Fault, FaultKind
from tests.sandbox.conftest import Asker

# The SDK's request models: pydantic classes that mypy sees without their fields' defaults.
# mypy: disable-error-code="call-arg"


@pytest.fixture
def sdk(asker: Asker) -> Iterator[Intercom]:
    """The SDK as a user of the sandbox."""
    with httpx.Client(timeout=10, trust_env=False) as client:
        yield Intercom(token=asker.sandbox.token, base_url=asker.sandbox.url, httpx_client=client)


def test_the_sdk_lists_every_contact_conversation_and_article(asker: Asker, sdk: Intercom) -> None:
    """Its list pagers walk all pages, by page token and by number."""
    workspace = asker.sandbox.workspace
    listed = {
        "contacts": [each.id for each in sdk.contacts.list(per_page=50)],
        "conversations": [each.id for each in sdk.conversations.list(per_page=25)],
        "articles": [each.id for each in sdk.articles.list(per_page=12)],
    }
    for kind, ids in listed.items():
        assert sorted(map(str, ids)) == sorted(record["id"] for record in workspace.records(kind)), kind
    assert asker.sandbox.requests.count("GET /contacts", status=200) == 3


def test_the_sdk_reads_the_short_lists(asker: Asker, sdk: Intercom) -> None:
    """Who one is, admins, teams, tags and segments come as the SDK's own models."""
    workspace = asker.sandbox.workspace
    assert sdk.admins.identify().app.timezone == "America/New_York"
    read = {
        "admins": sdk.admins.list().admins,
        "teams": sdk.teams.list().teams,
        "tags": sdk.tags.list().data,
        "segments": sdk.segments.list().segments,
    }
    for kind, models in read.items():
        assert [each.id for each in models] == [record["id"] for record in workspace.records(kind)]


def test_the_sdk_searches_page_by_page(asker: Asker, sdk: Intercom) -> None:
    """A search by several filters gives single pages, each going on after the last."""
    query = MultipleFilterSearchRequest(
        operator="AND",
        value=[
            SingleFilterSearchRequest(field="role", operator="=", value="user"),
            SingleFilterSearchRequest(field="created_at", operator=">", value="1306054154"),
        ],
    )
    users = {
        record["id"] for record in asker.sandbox.workspace.records("contacts") if record["role"] == "user"
    }
    found: set[str] = set()
    token = None
    while True:
        paging = StartingAfterPaging(per_page=40, starting_after=token)
        page = sdk.contacts.search(query=query, pagination=paging).response
        assert page.total_count == len(users)
        found |= {each.id for each in page.data}
        if page.pages.next is None:
            break
        token = page.pages.next.starting_after
    assert found == users


def test_the_sdk_reads_one_of_each(asker: Asker, sdk: Intercom) -> None:
    """A contact, a conversation with its parts and an article with statistics, by id."""
    workspace = asker.sandbox.workspace
    contact, conversation, article = (
        workspace.records(kind)[3] for kind in ("contacts", "conversations", "articles")
    )
    assert sdk.contacts.find(contact["id"]).email == contact["email"]
    parts = sdk.conversations.find(conversation["id"]).conversation_parts.conversation_parts
    assert [part.id for part in parts] == [
        part["id"] for part in conversation["conversation_parts"]["conversation_parts"]
    ]
    assert sdk.articles.find(int(article["id"])).statistics.views == article["statistics"]["views"]


def test_the_sdk_reads_tickets_calls_and_activity_logs(asker: Asker, sdk: Intercom) -> None:
    """A page of each comes as the SDK's own models, a ticket with its parts, a call with its transcript."""
    workspace = asker.sandbox.workspace
    every = SingleFilterSearchRequest(field="created_at", operator=">", value="1306054154")
    found = sdk.tickets.search(query=every, pagination=StartingAfterPaging(per_page=100)).items
    held = {record["id"]: record for record in workspace.records("tickets")}
    assert {each.id for each in found} == set(held)
    for each in found:
        parts = [part.id for part in each.ticket_parts.ticket_parts]
        assert parts == [part["id"] for part in held[each.id]["ticket_parts"]["ticket_parts"]]
    assert len(sdk.ticket_types.list().data) == len(workspace.records("ticket_types"))
    assert len(sdk.ticket_states.list_ticket_states().data) == len(workspace.records("ticket_states"))
    told = next(each for each in sdk.calls.list_calls().data if each.transcription_url)
    assert sdk.calls.show_call_transcript(told.id).startswith("[00:00:02] User")
    logs = sdk.admins.list_all_activity_logs(created_at_after="0").activity_logs
    assert [log.id for log in logs] == [log["id"] for log in workspace.records("activity_logs")[:-21:-1]]


def test_the_sdk_replies_and_closes(asker: Asker, sdk: Intercom) -> None:
    """Its reply and its close are parts of the conversation afterwards."""
    workspace = asker.sandbox.workspace
    one, admin = workspace.create_conversation()["id"], workspace.records("admins")[0]["id"]
    reply = AdminReplyConversationRequest(message_type="comment", type="admin", admin_id=admin, body="Hello")
    said = sdk.conversations.reply(one, request=reply)
    assert said.conversation_parts.conversation_parts[-1].body == "<p>Hello</p>"
    closed = sdk.conversations.manage(
        one, request=ConversationsManageRequestBody_Close(admin_id=admin, type="admin")
    )
    assert closed.state == "closed"


def test_the_sdk_knows_the_errors(asker: Asker, sdk: Intercom) -> None:
    """What is refused reaches the SDK's user with status and envelope."""
    with pytest.raises(ApiError) as missing:
        sdk.contacts.find("nobody")
    assert missing.value.status_code == 404
    asker.sandbox.faults.add(Fault(kind=FaultKind.UNPROCESSABLE, times=1))
    with pytest.raises(ApiError) as refused:
        sdk.tags.list()
    assert refused.value.status_code == 422
