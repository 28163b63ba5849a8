"""Conversations: that their fields, their parts and their statistics tell one story."""

from collections import Counter
from html import unescape

import pytest

from intercom_pipeline.sandbox import content
from tests.sandbox_content.workspace import NOW, SEED, Record, conversations, parts_of, people

CLOSING, OPENING = {"close"}, {"open", "timer_unsnooze"}


def story_of(conversation: Record) -> str:
    """The state that the parts alone leave a conversation in."""
    state = "open"
    for part in parts_of(conversation):
        if part["part_type"] == "close":
            state = "closed"
        elif part["part_type"] == "snoozed":
            state = "snoozed"
        elif part["part_type"] in OPENING or (
            part["part_type"] == "comment" and is_person(part) and state != "closed"
        ):
            state = "open"
    return state


def is_person(part: Record) -> bool:
    return part["author"]["type"] in {"user", "lead", "admin"}


def test_the_state_follows_from_the_parts() -> None:
    """open, state, snoozed_until and the newest part's state agree with what happened last."""
    states = Counter[str]()
    for conversation in conversations():
        state = conversation["state"]
        states[state] += 1
        assert state == story_of(conversation) == parts_of(conversation)[-1]["state"]
        assert conversation["open"] == (state != "closed")
        assert (conversation["snoozed_until"] is not None) == (state == "snoozed")
        assert conversation["snoozed_until"] is None or conversation["snoozed_until"] > NOW
    assert states["closed"] > states["open"] > 0
    assert states["snoozed"] > 0


def test_nobody_waits_after_an_answer_or_a_close() -> None:
    """waiting_since is null once closed, and otherwise the first unanswered message's time."""
    for conversation in conversations():
        since = conversation["waiting_since"]
        assert since is None or conversation["open"]
        answers = [
            part["created_at"]
            for part in parts_of(conversation)
            if part["author"]["type"] == "admin" and part["part_type"] == "comment"
        ]
        assert since is None or not answers or since >= answers[-1]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 9, 499, 500, 501, 2_000])
@pytest.mark.parametrize("index", [0, 5, 11, 699])
def test_a_wanted_number_of_parts_is_met(index: int, count: int) -> None:
    """Exactly as many parts as asked for, all with their own ids, within the conversation's own times."""
    conversation = content.make_conversation(SEED, index, NOW, people(), count)
    parts = parts_of(conversation)
    assert len(parts) == len({part["id"] for part in parts}) == count
    assert conversation["conversation_parts"]["total_count"] == count
    assert conversation["statistics"]["count_conversation_parts"] == count
    assert conversation["state"] == story_of(conversation)
    usual = conversations()[index]
    assert (conversation["created_at"], conversation["updated_at"]) == (
        usual["created_at"],
        usual["updated_at"],
    )
    assert not parts or parts[-1]["created_at"] == conversation["updated_at"]


def test_part_ids_are_unique_in_the_workspace() -> None:
    """No two parts, and no part and opening message, share an id."""
    ids = [part["id"] for conversation in conversations() for part in parts_of(conversation)]
    ids += [conversation["source"]["id"] for conversation in conversations()]
    assert len(ids) == len(set(ids))


def test_a_conversation_has_about_nine_parts() -> None:
    """The average is between 8 and 12, so that a sync of the sandbox costs what a real one does."""
    counts = [len(parts_of(conversation)) for conversation in conversations()]
    assert 8 <= sum(counts) / len(counts) <= 12


def test_ratings_and_remarks_fit_what_happened() -> None:
    """A rating of a teammate has its part, its remark is said in it, and Fin alone is rated apart."""
    rated = [conversation for conversation in conversations() if conversation["conversation_rating"]]
    for conversation in rated:
        kinds = {part["part_type"]: part for part in parts_of(conversation)}
        assert "conversation_rating_changed" in kinds
        said = kinds.get("conversation_rating_remark_added", {"body": ""})["body"]
        remark = conversation["conversation_rating"]["remark"]
        assert unescape(said) == (f"<p>{remark}</p>" if remark else "")
        assert conversation["statistics"]["first_admin_reply_at"]
    assert {conversation["conversation_rating"]["rating"] for conversation in rated} == {1, 2, 3, 4, 5}
    by_fin = [c for c in conversations() if (c["ai_agent"] or {}).get("rating")]
    assert by_fin
    assert all(conversation["conversation_rating"] is None for conversation in by_fin)


def test_fin_is_said_to_take_part_where_it_does() -> None:
    """ai_agent is there exactly if a part was written by Fin, and escalations have a human part."""
    resolutions = Counter[str]()
    for conversation in conversations():
        wrote = any(part["author"].get("from_ai_agent") for part in parts_of(conversation))
        assert wrote == conversation["ai_agent_participated"] == (conversation["ai_agent"] is not None)
        if wrote:
            resolutions[conversation["ai_agent"]["resolution_state"]] += 1
    assert set(resolutions) >= {"confirmed_resolution", "assumed_resolution", "routed_to_team"}


def test_service_levels_are_met_or_missed_by_the_statistics() -> None:
    """The status follows from the time to the first reply; only removed ones may differ."""
    statuses = Counter[str]()
    for conversation in conversations():
        if conversation["sla_applied"] is None:
            continue
        status, taken = (
            conversation["sla_applied"]["sla_status"],
            conversation["statistics"].get("time_to_admin_reply"),
        )
        statuses[status] += 1
        assert status == "cancelled" or (status == "active") == (taken is None)
    assert set(statuses) >= {"hit", "missed", "active"}


def test_channels_and_initiators_are_mixed() -> None:
    """Messenger and e-mail lead, others occur; customers, teammates and campaigns begin conversations."""
    channels = Counter(conversation["source"]["type"] for conversation in conversations())
    assert channels.most_common(2)[0][0] == "conversation"
    assert channels.most_common(2)[1][0] == "email"
    assert len(channels) >= 6
    begun = Counter(conversation["source"]["delivered_as"] for conversation in conversations())
    assert set(begun) == {"customer_initiated", "admin_initiated", "automated"}


def test_rarer_shapes_occur() -> None:
    """Groups, links, attachments, mail headers and quick replies all occur."""
    made = conversations()
    parts = [part for conversation in made for part in parts_of(conversation)]
    known = {conversation["id"] for conversation in made}
    links = [link["id"] for conversation in made for link in conversation["linked_objects"]["data"]]
    assert links
    assert set(links) <= known
    assert any(len(conversation["contacts"]["contacts"]) == 2 for conversation in made)
    assert any(part["attachments"] for part in parts)
    assert any(part["email_message_metadata"] for part in parts)
    assert any(part["event_details"] for part in parts)
    options = [
        part["metadata"]["quick_reply_options"] for part in parts if part["part_type"] == "quick_reply"
    ]
    assert options
    assert len({option["uuid"] for several in options for option in several}) == 2 * len(options)
