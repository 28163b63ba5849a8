"""Who is purged leaves no byte in the ledger's files, and what was sent to them stays known."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from intercom_pipeline.replies.ledger.errors import PlanPurged
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.tables import PLANS
from intercom_pipeline.replies.ledger.values import Outcome
from intercom_pipeline.replies.plan import Plan, Refusal
from tests.replies.ledger.known import CAMPAIGN, WORKSPACE, Place, a_plan, a_reply, an_intent, put, state

CANARY, CONTACT = "Åda Canary", "5f00000000000000000000aa"
OTHER = "Bob Sparrow"


def bytes_of(folder: Path) -> bytes:
    """All that is in any file."""
    return b"".join(each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()).lower()


def a_plan_about_both(ledger: Ledger) -> Plan:
    filler = [a_reply(str(number), body=f"Dear {OTHER}, {'x' * 400}") for number in range(10, 60)]
    return a_plan(
        ledger,
        a_reply("1", to=CANARY, body=f"Dear {CANARY}", contact_ids=(CONTACT,), remarks=(f"{CANARY} left",)),
        a_reply("2", to="somebody", body="Only by id", contact_ids=("x", CONTACT)),
        a_reply("3", to=OTHER, body=f"Dear {OTHER}, as ÅDA&nbsp;CANARY said"),
        a_reply("4", to=OTHER, body="&Aring;da&#32;Canary"),
        *filler,
        refused=(Refusal(row="row 9", conversation_id="9", reason=f"{CANARY} has no e-mail address."),),
    )


def test_a_person_is_taken_out_of_a_plan(ledger: Ledger) -> None:
    """By contact and by what names them, however it is written; others' replies stay."""
    plan = a_plan_about_both(ledger)
    untouched = a_plan(ledger, a_reply(to=OTHER), campaign="b")
    assert ledger.named([CONTACT], [CANARY, " "]) == 4
    assert ledger.forget([CONTACT], [CANARY.lower(), " "]) == 4
    assert ledger.forget([CONTACT], [CANARY]) == ledger.named([CONTACT], [CANARY]) == 0
    with ledger._database.reading() as connection:
        stored = connection.execute(PLANS.select().where(PLANS.c.plan_id == plan.plan_id)).one()
    kept = json.loads(stored.content)
    assert [each["body"] for each in kept["replies"][:4]] == [""] * 4
    assert [each["conversation_id"] for each in kept["replies"][:4]] == ["1", "2", "3", "4"]
    assert kept["replies"][4:] == json.loads(plan.content)["replies"][4:]
    assert b"canary" not in stored.content.lower()
    assert CONTACT.encode() not in stored.content
    assert ledger.plan(untouched.plan_id) == untouched


def test_a_plan_with_a_purged_person_is_not_applied(ledger: Ledger, place: Place) -> None:
    """It is stopped wherever it is being applied; what it sent stays known, with its hash."""
    plan = a_plan_about_both(ledger)
    put(ledger, plan, Outcome.SENT, "1")
    sent = state(ledger)
    with place.open() as other:
        other.forget([CONTACT], [])
    assert ledger.is_stopped(plan.plan_id)
    ledger.resume(plan.plan_id)
    assert ledger.is_stopped(plan.plan_id)
    with pytest.raises(PlanPurged):
        ledger.plan(plan.plan_id[:8])
    assert ledger.entry(plan.plan_id).purged
    assert ledger.known(WORKSPACE, CAMPAIGN, ["1"]) == {"1": sent}
    ledger.register(plan)
    with pytest.raises(PlanPurged):
        ledger.plan(plan.plan_id)


def test_a_reason_that_names_them_is_emptied(ledger: Ledger) -> None:
    """None should; those of others stay."""
    plan = a_plan(ledger, a_reply("1"), a_reply("2"))
    for number, reason in (("1", f"100 % {CANARY}"), ("2", "closed meanwhile")):
        intent = put(ledger, plan, Outcome.INTENDED, number)
        ledger.settle(intent.key, Outcome.FAILED, run_id="earlier", reason=reason)
    assert ledger.forget([], [CANARY.upper(), "%"]) == 0
    assert (state(ledger, "1").reason, state(ledger, "2").reason) == (None, "closed meanwhile")


def test_a_reason_that_named_them_does_not_come_back(ledger: Ledger) -> None:
    """As where a reply that was being sent again is stopped by the purge."""
    plan = a_plan(ledger, a_reply(to=CANARY, contact_ids=(CONTACT,)))
    intent = put(ledger, plan, Outcome.INTENDED)
    ledger.settle(intent.key, Outcome.FAILED, run_id="earlier", reason=CANARY)
    before = state(ledger)
    again = an_intent(plan, run_id="again")
    assert ledger.intend(again)
    ledger.forget([CONTACT], [CANARY])
    ledger.take_back(again, before)
    assert state(ledger) == replace(before, reason=None)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_no_byte_of_them_is_left_in_any_file(ledger: Ledger, place: Place) -> None:
    """Nor in SQLite's log and free pages, a plan's file, half of one, or a copy of the ledger."""
    plan = a_plan_about_both(ledger)
    other = a_plan(ledger, a_reply(to=OTHER), campaign="b")
    plans = place.folder / "plans"
    plans.mkdir()
    (plans / "theirs.json").write_bytes(plan.content)
    (plans / "escaped.json").write_text(json.dumps({"deep": [{"to": f'"{CANARY}" é'}]}), encoding="ascii")
    (plans / "half.json").write_bytes(a_plan(ledger, a_reply(contact_ids=(CONTACT,))).content[:-10])
    (plans / "others.json").write_bytes(other.content)
    (place.folder / "ledger.before-0001.db").write_bytes(plan.content)
    with place.open() as reader:
        reader.entries()
        assert b"canary" in bytes_of(place.folder)
        ledger.forget([CONTACT], [CANARY])
        left = bytes_of(place.folder)
        assert b"canary" not in left
        assert CONTACT.encode() not in left
        assert OTHER.lower().encode() in left
        assert [each.name for each in plans.iterdir()] == ["others.json"]
        assert reader.plan(other.plan_id) == other


def test_nobody_is_forgotten_by_a_blank(ledger: Ledger) -> None:
    """An empty text is in every other."""
    plan = a_plan_about_both(ledger)
    assert ledger.forget([], ["", "  "]) == 0
    assert ledger.plan(plan.plan_id) == plan
