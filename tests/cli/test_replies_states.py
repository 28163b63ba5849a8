"""In which state each plan is, in a word: listed, and told of one, also while a process sends it."""

import json
import os
import signal
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer

from intercom_pipeline.cli.exits import Exit, Stopped
from intercom_pipeline.cli.replies.progress import Tally
from intercom_pipeline.cli.replies.run import Run, follow, tell_end
from intercom_pipeline.cli.replies.states import State, now_of
from intercom_pipeline.cli.replies.summary import next_steps
from intercom_pipeline.replies.ledger.ledger import Ledger
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.values import Intent, Key, Outcome, Step
from intercom_pipeline.replies.plan import Action, Plan, Then
from intercom_pipeline.replies.sending.events import Ended, Ending, Event
from intercom_pipeline.replies.sending.judging import GONE
from intercom_pipeline.replies.sending.pace import Pace
from intercom_pipeline.replies.sending.run import PLAN_STOPPED
from intercom_pipeline.replies.sending.standing import standing_of
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.warehouse.files import DataFolder
from tests.cli.conftest import Command
from tests.replies.planned import plan, reply
from tests.syncing import connection_to, select, sync

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """The ledger of the folder that the command runs in, empty."""
    with open_ledger(None, tmp_path / "data" / "replies") as opened:
        yield opened


def registered(ledger: Ledger, campaign: str, *outcomes: Outcome | None, **changes: Any) -> Plan:
    """A plan whose replies ended like that; None is one that was not begun."""
    replies = (reply(each) for each in range(1, len(outcomes) + 1))
    facts = {"ledger_id": ledger.ledger_id, "campaign": campaign, "created_at": START} | changes
    made = plan(*replies, **facts)
    ledger.register(made)
    for number, outcome in enumerate(outcomes, 1):
        if outcome is not None:
            note(ledger, made, number, outcome)
    return made


def note(
    ledger: Ledger,
    made: Plan,
    number: int,
    outcome: Outcome,
    *,
    step: Step = Step.REPLY,
    reason: str = "It is so.",
) -> None:
    """Have a step of a plan end like that."""
    key = Key(
        workspace_id=made.workspace_id,
        campaign=made.campaign,
        conversation_id=str(100 + number),
        step=step,
    )
    intent = Intent(
        key=key,
        plan_id=made.plan_id,
        run_id="r",
        by="ada",
        admin_id="7",
        message_type="comment",
        body_sha256="0",
        newest_part=None,
    )
    ledger.confirm(made.plan_id, by="ada")
    if outcome is Outcome.STALE:
        ledger.skip(intent, reason=reason)
        return
    assert ledger.intend(intent)
    if outcome is not Outcome.INTENDED:
        ledger.settle(key, outcome, run_id="r", reason=reason)


def told(command: Command, *arguments: str) -> Any:
    """What a verb prints for programs."""
    ended = command("replies", *arguments, "--json")
    assert ended.code == Exit.OK, ended.err
    return json.loads(ended.out)


def test_each_plan_has_a_state(command: Command, ledger: Ledger) -> None:
    """The one word that says what there is to do about it, the same in the list and of one plan."""
    old = {"created_at": START - timedelta(days=2)}
    close = {"then": Then(action=Action.CLOSE)}
    registered(ledger, "planned", None)
    registered(ledger, "expired", Outcome.SENT, None, **old)
    registered(ledger, "never confirmed", None, **old)
    registered(ledger, "stopped", Outcome.SENT, None)
    ledger.stop(registered(ledger, "stopped first", None).plan_id, by="ada")
    registered(ledger, "finished", Outcome.SENT, Outcome.FAILED, Outcome.STALE)
    registered(ledger, "finished long ago", Outcome.SENT, **old)
    registered(ledger, "uncertain", Outcome.SENT, Outcome.UNKNOWN, None)
    registered(ledger, "died", Outcome.INTENDED, None)
    following = registered(ledger, "to be closed", Outcome.SENT, **close)
    closing = registered(ledger, "not closed", Outcome.SENT, **close)
    note(ledger, closing, 1, Outcome.UNKNOWN, step=Step.THEN)
    gone = registered(ledger, "purged", None, replies=(reply(9),))
    ledger.forget(["c9"], [])
    listed = told(command, "list")
    assert {each["campaign"]: each["state"] for each in listed} == {
        "planned": "planned",
        "expired": "expired",
        "never confirmed": "expired",
        "stopped": "stopped",
        "stopped first": "stopped",
        "finished": "finished",
        "finished long ago": "finished",
        "uncertain": "uncertain",
        "died": "uncertain",
        "to be closed": "stopped",
        "not closed": "uncertain",
        "purged": "purged",
    }
    assert {each["state"] for each in listed} == set(State) - {State.SENDING}
    for made in (following, closing, gone):
        assert told(command, "status", made.plan_id)["state"] in {"stopped", "uncertain", "purged"}
    assert command("replies", "status", following.plan_id).out.splitlines()[0].endswith(", stopped")


def test_a_list_counts_beside_the_state(command: Command, ledger: Ledger) -> None:
    """Sent, not done, uncertain, left: in conversations."""
    registered(ledger, "all", Outcome.SENT, Outcome.FAILED, Outcome.STALE, Outcome.UNKNOWN, None, None)
    head, row = command("replies", "list").out.splitlines()
    assert " ".join(head.split()) == "plan campaign type made state replies sent not done uncertain left"
    assert row.split()[5:] == ["uncertain", "6", "1", "2", "1", "2"]
    [listed] = told(command, "list")
    assert (listed["left"], listed["elsewhere"], listed["outcomes"]["sent"]) == (2, 0, 1)


def test_what_another_plan_of_the_campaign_answered_is_listed(command: Command, ledger: Ledger) -> None:
    """Else a plan of which nothing was sent, and nothing is left, could not be understood."""
    registered(ledger, "twice", None, created_at=START - timedelta(minutes=1))
    registered(ledger, "twice", Outcome.SENT)
    head, second, first = command("replies", "list").out.splitlines()
    assert head.split()[-2:] == ["left", "elsewhere"]
    assert second.split()[5:] == ["finished", "1", "1", "0", "0", "0", "0"]
    assert first.split()[5:] == ["finished", "1", "0", "0", "0", "0", "1"]


def test_what_is_held_of_a_purged_plan_can_be_settled(command: Command, ledger: Ledger) -> None:
    """Nothing looks for it any more, and no other plan of the campaign could answer the conversation."""
    made = registered(ledger, "purged", Outcome.UNKNOWN)
    [key] = [each.intent.key for each in ledger.sendings(made.plan_id)]
    ledger.resolve(key, Outcome.HELD, reason="not shown")
    ledger.forget(["c1"], [])
    status = command("replies", "status", made.plan_id)
    assert f"replies resolve {made.plan_id[:8]} --sent ID, or --not-sent ID" in status.out
    assert command("replies", "resolve", made.plan_id).code == Exit.USAGE
    settled = command("replies", "resolve", made.plan_id, "--not-sent", key.conversation_id)
    assert settled.code == Exit.PARTIAL, settled.err
    assert told(command, "status", made.plan_id)["counts"]["stale"] == 1


def test_before_anything_was_planned_the_list_says_so(command: Command, tmp_path: Path) -> None:
    """In a line, which is no error, and makes no ledger; but one that was lost is told."""
    ended = command("replies", "list")
    assert (ended.code, ended.out, ended.err) == (Exit.OK, "Nothing has been planned yet.\n", "")
    assert told(command, "list") == []
    assert command("replies", "status", "0123456789").code == Exit.USAGE
    assert not (tmp_path / "data").exists()
    with open_ledger(None, tmp_path / "data" / "replies"):
        assert command("replies", "list").out == ended.out
    (tmp_path / "data" / "replies" / "ledger.db").unlink()
    (tmp_path / "data" / "replies" / "apply.lock").touch()
    lost = command("replies", "list")
    assert (lost.code, lost.three_lines[0][:18]) == (Exit.USAGE, "There was a ledger")


def test_what_a_live_process_is_sending_is_no_trouble(command: Command, ledger: Ledger) -> None:
    """It is named; once it is gone, what it left is to be looked at."""
    made = registered(ledger, "live", Outcome.SENT, Outcome.INTENDED, None)
    other = registered(ledger, "waiting", None)
    with ExitStack() as sending:
        sending.enter_context(ledger.only_apply(made.plan_id))
        # What is there already was left by an earlier process.
        assert told(command, "status", made.plan_id)["exit_code"] == Exit.UNCERTAIN
        note(ledger, made, 3, Outcome.INTENDED)
        live = told(command, "status", made.plan_id)
        assert live["sender"].keys() == {"pid", "host", "since", "plan_id", "this_plan"}
        assert (live["sender"]["pid"], live["sender"]["this_plan"]) == (os.getpid(), True)
        assert (live["exit_code"], live["state"], live["counts"]["intended"]) == (5, "sending", 2)
        assert [each["conversation_id"] for each in live["troubles"]] == ["102"]
        waiting = told(command, "status", other.plan_id)
        assert (waiting["state"], waiting["sender"]["this_plan"]) == ("planned", False)
        assert {each["state"] for each in told(command, "list")} == {"sending", "planned"}
    assert told(command, "status", made.plan_id)["sender"] is None
    assert len(told(command, "status", made.plan_id)["troubles"]) == 2


def test_a_plan_whose_last_reply_is_on_its_way_is_not_done(command: Command, ledger: Ledger) -> None:
    """Nor is it uncertain: exit code 3, and the way to stop it."""
    made = registered(ledger, "last", Outcome.SENT, None)
    with ledger.only_apply(made.plan_id):
        note(ledger, made, 2, Outcome.INTENDED)
        live = told(command, "status", made.plan_id)
        assert (live["exit_code"], live["troubles"]) == (Exit.PARTIAL, [])
        shown = command("replies", "status", made.plan_id)
    assert f"Process {os.getpid()} on " in shown.err
    assert "is sending or resolving this plan now." in shown.err
    assert "being sent now" in shown.out
    assert "If it sends, this stops it: " in shown.out
    assert not any(words in shown.out for words in ("All of it is done", "process died", "resume"))


def test_nobody_is_sent_to_retry_what_is_gone(ledger: Ledger) -> None:
    """A conversation that is not there any more can never be answered; what failed otherwise may be."""
    made = registered(ledger, "gone", Outcome.SENT, None, None)
    note(ledger, made, 2, Outcome.FAILED, reason=GONE)
    steps = list(next_steps(made, standing_of(made, ledger), confirmed=True))
    assert any("plan them no more" in each for each in steps)
    assert not any("retry" in each for each in steps)
    note(ledger, made, 3, Outcome.FAILED)
    steps = list(next_steps(made, standing_of(made, ledger), confirmed=True))
    assert steps[0].endswith("--failed")
    assert steps[1].startswith("1 cannot be answered")


def test_what_a_process_that_died_left_is_to_be_resolved(ledger: Ledger) -> None:
    """Which any plan can be, also one that is a day old or was stopped, as resumed it cannot."""
    made = registered(ledger, "died", Outcome.INTENDED)
    [step] = next_steps(made, standing_of(made, ledger), confirmed=True)
    assert "those intended" in step
    assert step.endswith(f"replies resolve {made.plan_id[:8]}")


def test_what_another_plan_answered_is_not_left(ledger: Ledger) -> None:
    """So a plan is finished, of which the campaign did all by another."""
    registered(ledger, "twice", Outcome.SENT)
    again = msgspec.structs.replace(registered(ledger, "twice", None), created_at=START + timedelta(hours=1))
    ledger.register(again)
    assert now_of(again.plan_id, ledger).state is State.FINISHED


def test_what_another_plan_answered_is_not_counted_as_stopped(command: Command, ledger: Ledger) -> None:
    """It is nothing that would have begun."""
    made = registered(ledger, "two", Outcome.SENT, None, None)
    again = msgspec.structs.replace(made, created_at=START + timedelta(hours=1))
    ledger.register(again)
    told = command("replies", "stop", again.plan_id)
    assert told.out == "Stopped: 2 of 3 replies are not begun. What is on its way is finished.\n"


@pytest.mark.parametrize("purged", [False, True])
def test_what_ended_a_run_is_told_apart(
    ledger: Ledger,
    sandbox: Sandbox,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    purged: bool,
) -> None:
    """A plan was stopped; where a person in it was purged, it cannot be gone on with."""
    made = registered(ledger, "ended", Outcome.SENT, None)
    if purged:
        ledger.forget(["c1"], [])
    else:
        ledger.stop(made.plan_id, by="ada")
    with pytest.raises(typer.Exit) as ended:
        tell_end(
            run_of(made, ledger, sandbox, tmp_path),
            Tally(ended=Ended(why=Ending.STOPPED, reason=PLAN_STOPPED)),
        )
    said = capsys.readouterr()
    assert ended.value.exit_code == Exit.PARTIAL
    assert "was stopped" in said.err
    assert ("replies resume" in said.out, "was purged" in said.out) == (not purged, purged)


def run_of(made: Plan, ledger: Ledger, sandbox: Sandbox, folder: Path) -> Run:
    return Run(
        plan=made,
        ledger=ledger,
        connection=connection_to(sandbox),
        pace=Pace(),
        folder=DataFolder(folder / "data"),
        dry_run=False,
        as_json=False,
    )


def test_who_stops_a_run_is_told_how_to_go_on_and_has_it_logged(
    ledger: Ledger, sandbox: Sandbox, tmp_path: Path
) -> None:
    """By the verb that was stopped: to resume would not retry what failed."""
    sync(sandbox, tmp_path / "data", "tags")
    facts = {"workspace_id": sandbox.workspace.app()["id_code"]}
    made = registered(ledger, "stopped", Outcome.SENT, Outcome.FAILED, **facts)

    def interrupted() -> Generator[Event, None, None]:
        os.kill(os.getpid(), signal.SIGINT)
        yield Ended(why=Ending.STOPPED)

    work = run_of(made, ledger, sandbox, tmp_path)
    with pytest.raises(Stopped) as stopped:
        follow(work, interrupted(), go_on="retry {plan} --failed")
    assert f"replies retry {made.plan_id[:8]} --failed: nothing" in stopped.value.fix
    assert select(tmp_path / "data", "SELECT outcome FROM pipeline.reply_log ORDER BY ALL") == [
        ("failed",),
        ("sent",),
    ]
