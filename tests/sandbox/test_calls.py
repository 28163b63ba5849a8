"""Calls: as Intercom describes them, page by page, with what was said."""

from datetime import datetime

import pytest

from tests.contract import check_response, needs_descriptions
from tests.sandbox.conftest import Asker

VERSIONS = ("2.14", "2.15", "2.16")


@needs_descriptions
@pytest.mark.parametrize("version", VERSIONS)
def test_calls_are_as_described(asker: Asker, version: str) -> None:
    """The list's pages, each call and a search by conversation answer in the described shapes."""
    held = asker.sandbox.workspace.records("calls", version=version)
    listed = [asker.get(f"/calls?page={number}", version=version) for number in (1, 2)]
    for page in listed:
        check_response(version, "GET", "/calls", 200, page)
    assert [len(page["data"]) for page in listed] == [25, len(held) - 25]
    assert [call for page in listed for call in page["data"]] == held[::-1]
    for call in held:
        shown = asker.get(f"/calls/{call['id']}", version=version)
        check_response(version, "GET", "/calls/{id}", 200, shown)
        assert shown == call
    asked = {"conversation_ids": [call["conversation_id"] for call in held[-20:]]}
    found = asker.ask("POST", "/calls/search", version=version, json=asked).json()
    check_response(version, "POST", "/calls/search", 200, found)
    assert {call["id"] for call in held[-20:]} <= {call["id"] for call in found["data"]}


def test_a_transcript_is_a_text_file(asker: Asker) -> None:
    """A call that says it has a transcript hands it out as plain text; another answers 404."""
    calls = asker.sandbox.workspace.records("calls")
    told = next(call for call in calls if call["transcription_url"])
    silent = next(call for call in calls if not call["transcription_url"])
    answer = asker.ask("GET", f"/calls/{told['id']}/transcript")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith('[00:00:02] User: "')
    assert len(answer.text.splitlines()) == 5
    held = asker.sandbox.workspace.records("call_transcripts")
    assert answer.text == next(each["transcript"] for each in held if each["call_id"] == told["id"])
    assert len(held) == sum(call["transcription_url"] is not None for call in calls)
    assert asker.ask("GET", f"/calls/{silent['id']}/transcript").status_code == 404
    found = asker.ask("POST", "/calls/search", json={"conversation_ids": [told["conversation_id"]]}).json()
    said = next(call["transcript"] for call in found["data"] if call["id"] == told["id"])
    assert [each["text"] in answer.text for each in said] == [True] * 5


def test_a_calls_times_come_as_numbers_and_as_text(asker: Asker) -> None:
    """Some calls give unix seconds, others ISO 8601, and both mean moments of the same clock."""
    calls = asker.sandbox.workspace.records("calls")
    texts = [call for call in calls if isinstance(call["created_at"], str)]
    assert 0 < len(texts) < len(calls)
    moments = [_seconds(call["created_at"]) for call in calls]
    assert moments == sorted(moments)
    assert all(_seconds(call["ended_at"]) >= _seconds(call["initiated_at"]) for call in calls)


def _seconds(value: str | int) -> int:
    return value if isinstance(value, int) else int(datetime.fromisoformat(value).timestamp())


def test_calls_refuse_what_intercom_refuses(asker: Asker) -> None:
    """Over 25 a page, no or over 20 conversations, and versions before 2.14 are refused."""
    many = {"conversation_ids": [str(number) for number in range(21)]}
    answers = (
        asker.ask("GET", "/calls?per_page=26"),
        asker.ask("POST", "/calls/search", json=many),
        asker.ask("POST", "/calls/search", json={"conversation_ids": []}),
        asker.ask("GET", "/calls", version="2.13"),
    )
    assert [(answer.status_code, answer.json()["errors"][0]["code"]) for answer in answers] == [
        (400, "parameter_invalid"),
        (400, "conversation_id_limit_exceeded"),
        (400, "conversation_id_limit_exceeded"),
        (400, "intercom_version_invalid"),
    ]


def test_a_call_comes_in_and_ends(asker: Asker) -> None:
    """A new call is first in the list; when it ends, what was said can be read."""
    workspace = asker.sandbox.workspace
    conversation = workspace.records("conversations")[0]
    one = workspace.create_call(conversation_id=conversation["id"])["id"]
    first = asker.get("/calls")["data"][0]
    assert (first["id"], first["state"]) == (one, "in_progress")
    assert first["contact_id"] == conversation["contacts"]["contacts"][0]["id"]
    workspace.clock.advance(90)
    workspace.end_call(one, said=("Hello?", 'Hi, "Trellis" here.'))
    lines = asker.ask("GET", f"/calls/{one}/transcript").text.splitlines()
    assert lines == ['[00:00:00] User: "Hello?"', '[00:00:07] Teammate 1: "Hi, "Trellis" here."']
    ended = asker.get(f"/calls/{one}")
    assert _seconds(ended["updated_at"]) == _seconds(ended["ended_at"]) == _seconds(ended["created_at"]) + 90
