"""Conversations: list, search, read, reply, manage, delete."""

from collections.abc import Callable
from typing import Any

from intercom_pipeline.sandbox import shapes
from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import invalid, missing
from intercom_pipeline.sandbox.listing import list_page, page_answer, search_page
from intercom_pipeline.sandbox.paging import Order, Page, number, numbered_page

_DEFAULT_PER_PAGE, _MOST_PER_PAGE = 20, 150
_MOST_DELETED = 60
_WRITABLE = frozenset({"read", "title", "custom_attributes"})
_ORDER = Order(field="updated_at")
_MOST_ATTACHMENTS = 10
_MESSAGE_TYPES = frozenset({"comment", "note", "quick_reply"})


def _list(call: Call) -> Answer:
    return _paged(
        call, list_page(call, "conversations", _ORDER, default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    )


def _search(call: Call) -> Answer:
    return _paged(
        call, search_page(call, "conversations", _ORDER, default=_DEFAULT_PER_PAGE, most=_MOST_PER_PAGE)
    )


def _paged(call: Call, page: Page) -> Answer:
    shape, name = shapes.listed_conversation, "conversations"
    return page_answer(call, "conversations", page, shape=shape, name=name, type_="conversation.list")


def _get(call: Call) -> Answer:
    plain = call.query.get("display_as") == "plaintext"
    shape = shapes.plain_conversation if plain else shapes.conversation
    return json_answer(shape(call.workspace.collections["conversations"].get(call.id), call.version))


def _reply(call: Call) -> Answer:
    body = call.body
    conversation_id = _newest_id(call) if call.id == "last" else call.id
    record = call.workspace.collections["conversations"].get(conversation_id)
    message_type = body.get("message_type")
    if message_type not in _MESSAGE_TYPES:
        raise invalid(
            f"message_type must be one of {', '.join(sorted(_MESSAGE_TYPES))}", field="message_type"
        )
    said = {"message_type": message_type, **_writer(call, record), **_content(body, message_type)}
    answered = call.workspace.reply(record["id"], **said)
    _note(call, record["id"], message_type)
    return _shown(call, answered)


def _writer(call: Call, record: Record) -> dict[str, str]:
    body = call.body
    if body.get("type") == "admin":
        if not body.get("admin_id"):
            raise missing("admin_id is required", field="admin_id")
        # The description of replies shows no unknown admin; that of setting one away answers this 404.
        return {"admin_id": call.workspace.collections["admins"].get(str(body["admin_id"]))["id"]}
    if body.get("type") != "user":
        raise invalid("type must be admin or user", field="type")
    contact_id = body.get("intercom_user_id") or record["contacts"]["contacts"][0]["id"]
    return {"contact_id": call.workspace.collections["contacts"].get(contact_id)["id"]}


def _content(body: dict[str, Any], message_type: str) -> dict[str, Any]:
    if message_type == "quick_reply":
        if not body.get("reply_options"):
            raise missing("reply_options is required", field="reply_options")
        options = [{"text": each.get("text"), "uuid": each.get("uuid")} for each in body["reply_options"]]
        return {"body": None, "metadata": {"quick_reply_options": options}}
    if not body.get("body"):
        raise invalid("Body is required", field="body")
    urls = body.get("attachment_urls") or []
    if len(urls) > _MOST_ATTACHMENTS:
        raise invalid(f"At most {_MOST_ATTACHMENTS} attachments are allowed", field="attachment_urls")
    said: dict[str, Any] = {
        "body": shapes.html_of(body["body"]),
        "attachments": [_attachment(url) for url in urls],
    }
    if body.get("created_at"):
        said |= {name: int(body["created_at"]) for name in ("created_at", "updated_at", "notified_at")}
    return said


def _attachment(url: str) -> Record:
    return {
        "type": "upload",
        "name": url.rsplit("/", 1)[-1],
        "url": url,
        "content_type": "image/png",
        "filesize": 1_024,
        "width": 100,
        "height": 100,
    }


def _newest_id(call: Call) -> str:
    """`last` is the contact's newest conversation (a user's reply only)."""
    contact = call.body.get("intercom_user_id")
    theirs = [
        record
        for record in call.workspace.collections["conversations"]
        if any(each["id"] == contact for each in record["contacts"]["contacts"])
    ]
    newest = max(theirs, key=lambda record: int(record["updated_at"]), default={"id": "last"})
    return str(newest["id"])


def _manage(call: Call) -> Answer:
    body = call.body
    admin_id = body.get("admin_id")
    if not admin_id:
        raise missing("admin_id is required", field="admin_id")
    manage = _MANAGED.get(str(body.get("message_type")))
    if manage is None:
        raise invalid(f"message_type must be one of {', '.join(_MANAGED)}", field="message_type")
    call.workspace.collections["conversations"].get(call.id)
    call.workspace.collections["admins"].get(str(admin_id))
    managed = manage(call, str(admin_id))
    _note(call, call.id, str(body["message_type"]))
    return _shown(call, managed)


def _close(call: Call, admin_id: str) -> Record:
    body = call.body.get("body")
    return call.workspace.close(call.id, admin_id=admin_id, body=body and shapes.html_of(body))


def _open(call: Call, admin_id: str) -> Record:
    return call.workspace.open(call.id, admin_id=admin_id)


def _snooze(call: Call, admin_id: str) -> Record:
    until = call.body.get("snoozed_until")
    if not isinstance(until, int):
        raise missing("snoozed_until is required", field="snoozed_until")
    return call.workspace.snooze(call.id, until, admin_id=admin_id)


def _assign(call: Call, admin_id: str) -> Record:
    assignee, team = str(call.body.get("assignee_id", "")), call.body.get("type") == "team"
    if assignee != "0":
        call.workspace.collections["teams" if team else "admins"].get(assignee)
    return call.workspace.assign(call.id, assignee_id=assignee, team=team, admin_id=admin_id)


_MANAGED: dict[str, Callable[[Call, str], Record]] = {
    "close": _close,
    "open": _open,
    "snoozed": _snooze,
    "assignment": _assign,
}


def _tag(call: Call) -> Answer:
    tag_id, admin_id = call.body.get("id"), call.body.get("admin_id")
    if not isinstance(tag_id, str) or not admin_id:
        raise missing("id and admin_id are required")
    record = call.workspace.tag_conversation(call.id, tag_id, admin_id=str(admin_id))
    _note(call, call.id, "tag")
    return json_answer(record["tags"]["tags"][-1])


def _update(call: Call) -> Answer:
    fields = {name: value for name, value in call.body.items() if name in _WRITABLE}
    return _shown(call, call.workspace.update_conversation(call.id, **fields))


def _merge(call: Call) -> Answer:
    into = str(call.body.get("merge_into_conversation_id") or "")
    if not into:
        raise missing("merge_into_conversation_id is required", field="merge_into_conversation_id")
    return _shown(call, call.workspace.merge_conversations(call.id, into))


def _deleted(call: Call) -> Answer:
    held = call.workspace.deleted_conversations
    order = call.query.get("order") or "desc"
    if order not in {"asc", "desc"}:
        raise invalid("order must be asc or desc", field="order")
    page = numbered_page(
        range(len(held)) if order == "asc" else range(len(held))[::-1],
        page=number(call.query, "page", default=1),
        per_page=number(call.query, "per_page", default=_DEFAULT_PER_PAGE, most=_MOST_DELETED),
        path="/conversations/deleted",
    )
    shown = [held[place] for place in page.positions]
    counted = {"total_count": page.total_count, "pages": page.pages}
    return json_answer({"type": "conversations.list", **counted, "conversations": shown})


def _delete(call: Call) -> Answer:
    retain = call.query.get("retain_metrics") != "false"
    call.workspace.delete_conversation(call.id, retain_metrics=retain)
    return json_answer({"id": call.id, "object": "conversation", "deleted": True})


def _note(call: Call, conversation_id: str, what: str) -> None:
    """Note that a write was applied."""
    at = call.workspace.clock.seconds()
    entry = {"conversation_id": conversation_id, "what": what, "applied_at": at, "asked": call.body}
    call.workspace.conversation_writes.append(entry)


def _shown(call: Call, record: Record) -> Answer:
    return json_answer(shapes.conversation(record, call.version))


def _endpoint(
    method: str,
    route: str,
    answer: Callable[[Call], Answer],
    *,
    since: str = "2.11",
    family: str = "conversations",
) -> Endpoint:
    return Endpoint(method=method, route=route, family=family, answer=answer, since=since)


ENDPOINTS = (
    _endpoint("GET", "/conversations", _list),
    _endpoint("POST", "/conversations/search", _search),
    _endpoint("GET", "/conversations/deleted", _deleted, since="2.16"),
    _endpoint("GET", "/conversations/{id}", _get),
    _endpoint("PUT", "/conversations/{id}", _update),
    _endpoint("POST", "/conversations/{id}/merge", _merge, since="2.16"),
    _endpoint("DELETE", "/conversations/{id}", _delete, since="2.13"),
    # To read conversations and to reply to them are two permissions.
    _endpoint("POST", "/conversations/{id}/reply", _reply, family="reply"),
    _endpoint("POST", "/conversations/{id}/parts", _manage),
    _endpoint("POST", "/conversations/{id}/tags", _tag),
)
