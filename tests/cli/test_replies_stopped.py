"""Bulk replies that are stopped, fail or get no answer: gone on with, looked for, never sent twice."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.plan_file import read
from intercom_pipeline.replies.sending.running import run_apply
from intercom_pipeline.sandbox import Fault, FaultKind
from tests.cli.bulk import ROUTE, Bulk
from tests.cli.running import ended, environment, start
from tests.replies.campaign import order
from tests.syncing import connection_to, select

COUNT = 12


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


def applying(bulk: Bulk) -> "subprocess.Popen[str]":
    """A process that applies the plan slowly, once it has sent three replies."""
    confirm = ["--confirm", f"send {COUNT}", "--rate", "4"]
    process = start("replies", "apply", "plan.json", *confirm, env=environment(bulk.sandbox), cwd=bulk.folder)
    until(lambda: sum(bulk.sent().values()) >= 3 or process.poll() is not None)
    return process


def status(bulk: Bulk) -> dict[str, int]:
    """How many replies have which outcome, and how many are left."""
    found = json.loads(bulk.command("replies", "status", "plan.json", "--json").out)
    counts = {name: count for name, count in found["counts"].items() if count}
    return counts | {"left": found["left"]}


def assert_once_each(bulk: Bulk, count: int = COUNT) -> None:
    """Every conversation of the plan was sent its reply, once."""
    assert bulk.sent() == dict.fromkeys(bulk.ids[:count], 1)


def test_a_plan_is_stopped_by_another_process_and_gone_on_with(bulk: Bulk) -> None:
    """It ends by itself with what it has sent; a dry run tells what is left, resumed it sends the rest."""
    bulk.planned(count=COUNT, campaign="stopped")
    with applying(bulk) as process:
        busy = bulk.command("replies", "resume", "plan.json")
        stopped = bulk.command("replies", "stop", "plan.json")
        told = ended(process)
    assert busy.code == Exit.BUSY
    assert str(process.pid) in busy.err
    assert stopped.code == Exit.OK
    assert told.code == Exit.PARTIAL, told.err
    assert "Stopped: The plan was stopped.\n" in told.err
    assert "replies resume" in told.out
    found = status(bulk)
    assert found["sent"] == sum(bulk.sent().values())
    assert found["sent"] + found["left"] == COUNT
    dry = bulk.command("replies", "resume", "plan.json", "--dry-run", "--rate", "50")
    assert dry.code == Exit.OK
    assert f"It would be: {found['left']} sent" in dry.out
    assert json.loads(bulk.command("replies", "list", "--json").out)[0]["stopped_at"]
    resumed = bulk.command("replies", "resume", "plan.json", "--rate", "50")
    assert resumed.code == Exit.OK, resumed.err
    assert f"{found['left']} replies of {COUNT} left to send" in resumed.err
    assert_once_each(bulk)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)]
)
def test_ctrl_c_finishes_what_is_on_its_way(bulk: Bulk, number: signal.Signals, code: Exit) -> None:
    """Its outcome is noted; three lines tell how many were sent and how to go on, which sends the rest."""
    bulk.planned(count=COUNT, campaign=f"interrupted {number}")
    with applying(bulk) as process:
        bulk.sandbox.conditions.latency_ms = 500
        process.send_signal(number)
        told = ended(process)
    bulk.sandbox.conditions.latency_ms = 0
    found = status(bulk)
    assert told.code == code, told.err
    assert told.three_lines[0] == "Stopped."
    assert f"{found['sent']} of {COUNT} conversations are answered" in told.three_lines[1]
    assert "replies resume" in told.three_lines[2]
    assert found.keys() == {"sent", "left"}
    assert found["sent"] == sum(bulk.sent().values()) < COUNT
    assert bulk.command("replies", "resume", "plan.json", "--rate", "50").code == Exit.OK
    assert_once_each(bulk)


def test_a_signal_that_comes_twice_at_once_is_one(bulk: Bulk) -> None:
    """As from `timeout`, which signals the command and then its group: what is on its way is finished."""
    bulk.planned(count=COUNT, campaign="echo")
    with applying(bulk) as process:
        # Of two that are the same the system would make one. Stopped, it gets both in one moment.
        for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGHUP, signal.SIGCONT):
            process.send_signal(number)
        told = ended(process, seconds=60)
    assert told.code == Exit.TERMINATED
    assert "Ended on the spot" not in told.err
    assert status(bulk).keys() == {"sent", "left"}


def test_a_second_ctrl_c_ends_it_on_the_spot(bulk: Bulk) -> None:
    """What was on its way is not known then, and waits for somebody to look; the rest is sent."""
    bulk.planned(count=COUNT, campaign="twice")
    with applying(bulk) as process:
        bulk.sandbox.faults.add(Fault(kind=FaultKind.APPLIED_HANG, match=ROUTE, hang_seconds=30))
        before = sum(bulk.sent().values())
        until(lambda: sum(bulk.sent().values()) > before)
        process.send_signal(signal.SIGINT)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        told = ended(process, seconds=20)
    bulk.sandbox.faults.clear()
    assert told.code == Exit.INTERRUPTED
    digits = read(bulk.folder / "plan.json").plan_id[:8]
    assert "what was on its way is not known" in told.err.splitlines()[-2]
    assert f"replies status {digits}" in told.err.splitlines()[-1]
    assert told.err.splitlines()[-1].endswith(f"replies resolve {digits}")
    assert status(bulk)["intended"] >= 1
    resumed = bulk.command("replies", "resume", "plan.json", "--rate", "50")
    assert resumed.code == Exit.UNCERTAIN
    assert "replies resolve" in resumed.out
    assert status(bulk)["unknown"] >= 1
    assert_once_each(bulk)


def test_a_plan_that_was_never_confirmed_is_not_resumed(bulk: Bulk) -> None:
    """There is nothing to go on with."""
    bulk.planned()
    told = bulk.command("replies", "resume", "plan.json")
    assert (told.code, told.three_lines[0]) == (Exit.USAGE, "The plan was never confirmed.")
    assert bulk.sent() == {}


def test_a_plan_that_was_stopped_before_it_was_confirmed_is_applied(bulk: Bulk) -> None:
    """Who confirms it has it go on, and is told so; nobody else does."""
    bulk.planned(count=2, campaign="never confirmed")
    assert bulk.command("replies", "stop", "plan.json").code == Exit.OK
    refused = bulk.command("replies", "resume", "plan.json")
    assert "replies apply" in refused.three_lines[2]
    dry = bulk.command("replies", "apply", "plan.json", "--dry-run", "--rate", "50")
    assert "It would be: 2 sent" in dry.out
    assert bulk.command("replies", "apply", "plan.json", "--confirm", "send 3").code == Exit.USAGE
    assert json.loads(bulk.command("replies", "list", "--json").out)[0]["stopped_at"]
    told = bulk.command("replies", "apply", "plan.json", "--confirm", "send 2", "--rate", "50")
    assert told.code == Exit.OK, told.err
    assert "The plan was stopped. Once it is confirmed, it goes on." in told.err
    assert_once_each(bulk, 2)


def applied_ten_minutes_ago(bulk: Bulk, *kinds: FaultKind, campaign: str) -> None:
    """Apply a plan of four by a clock that is behind; the second reply and so on meet these faults."""
    bulk.planned(count=4, campaign=campaign)
    for at, kind in enumerate(kinds):
        match = ROUTE.replace("{id}", bulk.ids[at + 1])
        bulk.sandbox.faults.add(Fault(kind=kind, match=match))
    plan = read(bulk.folder / "plan.json")

    def then() -> datetime:
        return datetime.now(UTC) - timedelta(minutes=10)

    with open_ledger(None, bulk.folder / "data" / "replies", now=then) as ledger:
        connection = connection_to(bulk.sandbox)
        list(run_apply(order(plan), connection=connection, ledger=ledger))
    bulk.sandbox.faults.clear()


def test_what_got_no_answer_is_looked_for_and_sent_again_by_a_person(bulk: Bulk) -> None:
    """One was applied and is found; the other was not, is held, and is retried with its own confirmation."""
    kinds = (FaultKind.APPLIED_RESET, FaultKind.RESET)
    applied_ten_minutes_ago(bulk, *kinds, campaign="resolved")
    assert status(bulk) == {"sent": 2, "unknown": 2, "left": 0}
    dry = bulk.command("replies", "resolve", "plan.json", "--dry-run")
    assert (dry.code, status(bulk)["unknown"]) == (Exit.OK, 2)
    resolved = bulk.command("replies", "resolve", "plan.json")
    assert resolved.code == Exit.UNCERTAIN
    assert "replies retry" in resolved.out
    assert "--held" in resolved.out
    assert status(bulk) == {"sent": 3, "held": 1, "left": 0}
    assert bulk.command("replies", "retry", "plan.json").code == Exit.USAGE
    assert bulk.command("replies", "retry", "plan.json", "--held", "--confirm", "send 4").code == Exit.USAGE
    assert bulk.has("resolved.") == dict.fromkeys([*bulk.ids[:2], bulk.ids[3]], 1)
    none = bulk.command("replies", "retry", "plan.json", "--failed")
    assert (none.code, none.out.splitlines()[0]) == (Exit.OK, "Nothing failed; nothing was sent.")
    assert "--held" in none.out
    none = bulk.command("replies", "retry", "plan.json", "--failed", "--json")
    assert (none.code, json.loads(none.out)["exit_code"]) == (Exit.OK, Exit.OK)
    assert bulk.command("replies", "stop", "plan.json").code == Exit.OK
    retried = bulk.command("replies", "retry", "plan.json", "--held", "--confirm", "send 1")
    assert retried.code == Exit.OK, retried.err
    assert "The plan was stopped. Once it is confirmed, it goes on." in retried.err
    asked = retried.err.splitlines()
    [held] = [each for each in read(bulk.folder / "plan.json").replies if each.conversation_id == bulk.ids[2]]
    assert asked[0] == "1 reply held."
    assert asked[1].startswith(f"  Conversation {bulk.ids[2]} with {held.to}: ")
    assert asked[1].endswith(".")
    assert status(bulk) == {"sent": 4, "left": 0}
    assert bulk.has("resolved.") == dict.fromkeys(bulk.ids[:4], 1)


def test_what_a_retry_leaves_is_settled_by_who_looked(bulk: Bulk) -> None:
    """So that a plan does not stay uncertain for ever: one is there though nobody knew it, one is not."""
    applied_ten_minutes_ago(bulk, FaultKind.RESET, FaultKind.RESET, campaign="looked at")
    assert bulk.command("sync", "tags").code == Exit.OK
    assert "--not-sent ID" in bulk.command("replies", "resolve", "plan.json").out
    for each in bulk.ids[1:3]:
        bulk.sandbox.workspace.reply(each, "<p>Rewritten</p>", message_type="note", admin_id=bulk.admin)
    retried = bulk.command("replies", "retry", "plan.json", "--held", "--confirm", "send 2")
    assert (retried.code, status(bulk)) == (Exit.UNCERTAIN, {"sent": 2, "held": 2, "left": 0})
    none = bulk.command("replies", "retry", "plan.json", "--held")
    assert (none.code, none.out.splitlines()[0]) == (
        Exit.OK,
        "Nothing that is held can be tried again; nothing was sent.",
    )
    refused = bulk.command("replies", "resolve", "plan.json", "--sent", bulk.ids[0])
    assert (refused.code, refused.three_lines[0]) == (
        Exit.USAGE,
        f"Nothing is held in conversation {bulk.ids[0]}.",
    )
    said = ("--sent", bulk.ids[1], "--not-sent", bulk.ids[2])
    dry = bulk.command("replies", "resolve", "plan.json", *said, "--dry-run")
    assert (dry.code, status(bulk)["held"]) == (Exit.OK, 2)
    settled = bulk.command("replies", "resolve", "plan.json", *said, "--json")
    assert settled.code == Exit.PARTIAL, settled.err
    found = json.loads(settled.out)
    assert (found["counts"]["sent"], found["counts"]["stale"], found["counts"]["held"]) == (3, 1, 0)
    assert (found["state"], found["exit_code"]) == ("finished", Exit.PARTIAL)
    logged = "SELECT outcome FROM pipeline.reply_log WHERE contains(reason, 'looked') ORDER BY ALL"
    assert select(bulk.folder / "data", logged) == [("sent",), ("stale",)]


def test_what_was_found_is_logged_where_looking_ends_early(bulk: Bulk) -> None:
    """A conversation cannot be read: the one before it was found, which analysts see too."""
    assert bulk.command("sync", "tags").code == Exit.OK
    applied_ten_minutes_ago(bulk, FaultKind.APPLIED_RESET, FaultKind.APPLIED_RESET, campaign="half resolved")
    read_one = f"GET /conversations/{bulk.ids[2]}"
    bulk.sandbox.faults.add(Fault(kind=FaultKind.FORBIDDEN, match=read_one))
    assert bulk.command("replies", "resolve", "plan.json").code == Exit.AUTHORISATION
    logged = "SELECT outcome, count(*) FROM pipeline.reply_log GROUP BY ALL ORDER BY ALL"
    assert select(bulk.folder / "data", logged) == [("sent", 3), ("unknown", 1)]


def test_what_just_got_no_answer_is_not_looked_for_yet(bulk: Bulk) -> None:
    """Intercom may yet apply it."""
    bulk.planned(count=3, campaign="early")
    bulk.sandbox.faults.add(Fault(kind=FaultKind.APPLIED_RESET, match=ROUTE.replace("{id}", bulk.ids[1])))
    told = bulk.command("replies", "apply", "plan.json", "--confirm", "send 3", "--rate", "50")
    assert told.code == Exit.UNCERTAIN
    resolved = bulk.command("replies", "resolve", "plan.json", "--json")
    assert resolved.code == Exit.UNCERTAIN
    assert "look for it again in 5 min" in resolved.err
    found = json.loads(resolved.out)
    assert (found["exit_code"], found["counts"]["unknown"]) == (Exit.UNCERTAIN, 1)
    assert found["troubles"][0]["conversation_id"] == bulk.ids[1]


def test_what_failed_is_told_with_its_reason_and_retried(bulk: Bulk) -> None:
    """Exit code 3; another three in a row end the run, with the rest left."""
    bulk.planned(count=8, campaign="failed")
    refused = Fault(kind=FaultKind.UNPROCESSABLE, match=ROUTE, after=1)
    bulk.sandbox.faults.add(refused)
    told = bulk.command("replies", "apply", "plan.json", "--confirm", "send 8", "--rate", "20", "--json")
    found = json.loads(told.out)
    assert (told.code, found["ending"]) == (Exit.PARTIAL, "broken")
    assert found["counts"]["failed"] >= 3
    assert found["left"] > 0
    assert all(each["reason"] for each in found["troubles"])
    bulk.sandbox.faults.clear()
    failed = found["counts"]["failed"]
    retried = bulk.command("replies", "retry", "plan.json", "--failed", "--confirm", f"send {failed}")
    assert retried.code == Exit.PARTIAL
    assert bulk.command("replies", "resume", "plan.json", "--rate", "50").code == Exit.OK
    assert status(bulk) == {"sent": 8, "left": 0}


def test_what_is_gone_is_not_offered_to_be_retried(bulk: Bulk) -> None:
    """It could never be sent."""
    bulk.planned(count=2, campaign="gone")
    bulk.sandbox.workspace.delete_conversation(bulk.ids[1])
    told = bulk.command("replies", "apply", "plan.json", "--confirm", "send 2", "--rate", "50")
    assert (told.code, status(bulk)) == (Exit.PARTIAL, {"sent": 1, "failed": 1, "left": 0})
    retried = bulk.command("replies", "retry", "plan.json", "--failed")
    assert retried.code == Exit.OK
    assert retried.out.splitlines()[0] == "Nothing that failed can be tried again; nothing was sent."
    assert "1 cannot be answered" in retried.out
    bulk.sandbox.workspace.restore_conversation(bulk.ids[1])  # other tests answer it


def test_a_conversation_that_changed_is_left_alone(bulk: Bulk) -> None:
    """It is stale, which is told with what to do."""
    bulk.planned(count=3, campaign="stale")
    note = ["conversations", "reply", bulk.ids[1], "--type", "note", "--admin", bulk.admin]
    assert bulk.command(*note, "--body", "I have it", "--yes").code == Exit.OK
    bulk.sandbox.requests.reset()
    told = bulk.command("replies", "apply", "plan.json", "--confirm", "send 3", "--rate", "50")
    assert told.code == Exit.PARTIAL
    assert "plan it again" in told.out
    assert (told.out + told.err.partition(" to send.")[2]).count(bulk.ids[1]) == 1
    assert "The first one stale: " in told.err
    assert bulk.ids[1] not in bulk.sent()
    assert status(bulk) == {"sent": 2, "stale": 1, "left": 0}
