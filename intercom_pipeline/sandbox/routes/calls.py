"""Calls: list, read, search by conversation, transcripts (2.14 and later)."""

from intercom_pipeline.sandbox import content, shapes
from intercom_pipeline.sandbox.endpoint import Answer, Call, Endpoint, json_answer
from intercom_pipeline.sandbox.errors import invalid, not_found
from intercom_pipeline.sandbox.listing import page_answer
from intercom_pipeline.sandbox.paging import number, numbered_page

_MOST_PER_PAGE, _MOST_CONVERSATIONS = 25, 20
_SINCE = "2.14"


def _list(call: Call) -> Answer:
    positions = call.workspace.collections["calls"].positions()
    positions.reverse()  # Intercom does not say how the list is sorted; the newest are shown first here
    page = numbered_page(
        positions,
        page=number(call.query, "page", default=1),
        per_page=number(call.query, "per_page", default=_MOST_PER_PAGE, most=_MOST_PER_PAGE),
        path="/calls",
    )
    return page_answer(call, "calls", page, shape=shapes.call)


def _get(call: Call) -> Answer:
    return json_answer(shapes.call(call.workspace.collections["calls"].get(call.id), call.version))


def _search(call: Call) -> Answer:
    asked = call.body.get("conversation_ids")
    if not isinstance(asked, list) or not 0 < len(asked) <= _MOST_CONVERSATIONS:
        message = f"A list of up to {_MOST_CONVERSATIONS} conversation IDs is required"
        raise invalid(message, code="conversation_id_limit_exceeded")
    wanted = set(map(str, asked))
    found = [each for each in call.workspace.collections["calls"] if each["conversation_id"] in wanted]
    return json_answer(
        {"type": "list", "data": [shapes.call_with_transcript(each, call.version) for each in found]}
    )


def _transcript(call: Call) -> Answer:
    record = call.workspace.collections["calls"].get(call.id)
    if record["transcript"] is None:
        raise not_found("Not Found")
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Disposition": f"attachment; filename=transcription_data-{record['id']}.txt",
    }
    return Answer(body=content.transcript_text(record["transcript"]).encode(), headers=headers)


ENDPOINTS = (
    Endpoint(method="GET", route="/calls", family="calls", answer=_list, since=_SINCE),
    Endpoint(method="POST", route="/calls/search", family="calls", answer=_search, since=_SINCE),
    Endpoint(method="GET", route="/calls/{id}", family="calls", answer=_get, since=_SINCE),
    Endpoint(method="GET", route="/calls/{id}/transcript", family="calls", answer=_transcript, since=_SINCE),
)
