"""Tickets, calls and activity logs: believable, repeatable, and leading only to what is there."""

import json

from intercom_pipeline.sandbox import content
from tests.sandbox_content.workspace import NOW, SEED, Record, contacts, people

TICKETS, CALLS, LOGS = 60, 30, 120


def tickets() -> list[Record]:
    return [content.make_ticket(SEED, index, NOW, people()) for index in range(TICKETS)]


def calls() -> list[Record]:
    return [content.make_call(SEED, index, NOW, people()) for index in range(CALLS)]


def logs() -> list[Record]:
    return [content.make_activity(SEED, index, NOW, people()) for index in range(LOGS)]


def test_times_are_known_without_making_the_records() -> None:
    """What lists are sorted by agrees with the records; nothing is later than now; creation only rises."""
    for made, times in (
        (tickets(), content.ticket_times(SEED, TICKETS, NOW)),
        (calls(), content.call_times(SEED, CALLS, NOW)),
        (logs(), content.activity_times(SEED, LOGS, NOW)),
    ):
        created, updated = times
        assert [record["created_at"] for record in made] == list(created) == sorted(created)
        assert [record.get("updated_at", record["created_at"]) for record in made] == list(updated)
        assert all(before <= after <= NOW for before, after in zip(created, updated, strict=True))


def test_tickets_refer_to_what_the_workspace_has() -> None:
    """Types, states, assignees, contacts and linked conversations exist, and are as old as the ticket."""
    admins, teams = ({one["id"] for one in several} for several in (people().admins, people().teams))
    born = {contact["id"]: contact["created_at"] for contact in contacts()}
    began = content.conversation_times(SEED, people().conversations, NOW)[0]
    for ticket in tickets():
        assert str(ticket["admin_assignee_id"]) in {"0", *admins}
        assert str(ticket["team_assignee_id"]) in {"0", *teams}
        assert all(born[each["id"]] <= ticket["created_at"] for each in ticket["contacts"]["contacts"])
        for linked in ticket["linked_objects"]["data"]:
            index = content.conversation_index(SEED, linked["id"])
            assert index is not None
            assert began[index] <= ticket["created_at"]
        named = {each["name"] for each in ticket["ticket_type"]["ticket_type_attributes"]["data"]}
        assert set(ticket["ticket_attributes"]) == named
    linked_objects = [each for ticket in tickets() for each in ticket["linked_objects"]["data"]]
    assert linked_objects


def test_a_tickets_parts_tell_its_course() -> None:
    """Parts follow one another from creation to the last update; the last state told is the ticket's."""
    identities = set[str]()
    for ticket in tickets():
        parts = ticket["ticket_parts"]["ticket_parts"]
        moments = [part["created_at"] for part in parts]
        assert moments == sorted(moments)
        assert ticket["created_at"] <= moments[0] <= moments[-1] == ticket["updated_at"]
        states = [part["ticket_state"] for part in parts if "ticket_state" in part]
        assert states[-1] == ticket["ticket_state"]["category"]
        assert ticket["open"] is (states[-1] != "resolved")
        identities |= {part["id"] for part in parts}
    assert len(identities) == sum(ticket["ticket_parts"]["total_count"] for ticket in tickets())
    assert {ticket["category"] for ticket in tickets()} == {"Customer", "Back-office", "Tracker"}
    assert {ticket["open"] for ticket in tickets()} == {True, False}


def test_states_and_types_of_tickets_know_each_other() -> None:
    """A state lists the types that use it, and those list the state unless it is archived."""
    states, types = people().ticket_states, people().ticket_types
    from_states = {
        (state["id"], kind["id"])
        for state in states
        for kind in state["ticket_types"]["data"]
        if not state["archived"]
    }
    from_types = {(state["id"], kind["id"]) for kind in types for state in kind["ticket_states"]["data"]}
    assert from_states == from_types
    assert {kind["archived"] for kind in types} == {state["archived"] for state in states} == {True, False}
    every = [each["id"] for kind in types for each in kind["ticket_type_attributes"]["data"]]
    assert len(set(every)) == len(every)


def test_calls_belong_to_conversations() -> None:
    """A call comes after its conversation began, with its contact; some were missed, some written down."""
    began = content.conversation_times(SEED, people().conversations, NOW)[0]
    for call in calls()[1:]:
        index = content.conversation_index(SEED, call["conversation_id"])
        assert index is not None
        conversation = content.make_conversation(SEED, index, NOW, people())
        assert conversation["contacts"]["contacts"][0]["id"] == call["contact_id"]
        assert began[index] <= call["initiated_at"] <= call["ended_at"]
        assert ("answered_at" in call) is (call["state"] == "completed")
    assert {call["state"] for call in calls()} == {"completed", "missed"}
    assert {call["transcript"] is None for call in calls()} == {True, False}


def test_they_are_the_same_whenever_they_are_made() -> None:
    """A record made again, alone, is the same; another seed makes others; all survive JSON; ids differ."""
    for make, made in (
        (content.make_ticket, tickets()),
        (content.make_call, calls()),
        (content.make_activity, logs()),
    ):
        assert make(SEED, 17, NOW, people()) == made[17]
        assert make(SEED + 1, 17, NOW, people()) != made[17]
        assert json.loads(json.dumps(made)) == made
        assert len({record["id"] for record in made}) == len(made)


def test_a_workspace_of_nobody_has_tickets_and_calls() -> None:
    """Without contacts, teams and conversations the makers leave out what is not there."""
    nobody = content.make_people(1, now=NOW, admins=0, teams=0, companies=0, contacts=0, conversations=0)
    ticket, call = (make(1, 0, NOW, nobody) for make in (content.make_ticket, content.make_call))
    assert (ticket["contacts"]["contacts"], ticket["team_assignee_id"]) == ([], 0)
    assert (call["conversation_id"], call["contact_id"], call["admin_id"]) == (
        None,
        None,
        nobody.admins[0]["id"],
    )
