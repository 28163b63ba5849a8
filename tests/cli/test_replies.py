"""Bulk replies from the command line: planned, looked at, confirmed, and sent once each."""

import io
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from intercom_pipeline.cli.exits import Exit, UsageRefused
from intercom_pipeline.cli.replies.options import Type
from intercom_pipeline.cli.replies.then import then_of
from intercom_pipeline.intercom.ids import IdRefused
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.plan import Action, Then
from intercom_pipeline.replies.plan_file import read, write
from intercom_pipeline.replies.reply import MessageType
from intercom_pipeline.sandbox import Fault, FaultKind, Sandbox, serve
from tests.cli.bulk import ROUTE, WORDS, Bulk
from tests.cli.conftest import SMALL
from tests.cli.running import COMMAND, environment, run_in_terminal
from tests.syncing import select, sync

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_types_are_those_of_a_reply() -> None:
    """The command has its own list, for the sake of its help."""
    assert [each.value for each in Type] == [each.value for each in MessageType]


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("close", Then(action=Action.CLOSE)),
        ("snooze:3d", Then(action=Action.SNOOZE, until=int(NOW.timestamp()) + 3 * 86_400)),
        ("snooze:12h", Then(action=Action.SNOOZE, until=int(NOW.timestamp()) + 43_200)),
        ("snooze:2026-12-01T09:00Z", Then(action=Action.SNOOZE, until=1_796_115_600)),
        ("snooze:2026-12-01T09:00+01:00", Then(action=Action.SNOOZE, until=1_796_112_000)),
        ("snooze:2026-12-01", Then(action=Action.SNOOZE, until=1_796_083_200)),
        ("assign:123", Then(action=Action.ASSIGN, target="123")),
        ("assign:team:45", Then(action=Action.ASSIGN_TEAM, target="45")),
        ("tag:7", Then(action=Action.TAG, target="7")),
    ],
)
def test_what_follows_a_reply_is_written_in_a_few_words(text: str, then: Then) -> None:
    """Moments are in UTC unless they have an offset."""
    assert then_of(text, NOW) == then


@pytest.mark.parametrize("text", ["", "open", "snooze", "snooze:", "snooze:3y", "snooze:7d ago", "close:1"])
def test_what_follows_a_reply_is_nothing_else(text: str) -> None:
    """What may be written is named."""
    with pytest.raises(UsageRefused) as refused:
        then_of(text, NOW)
    assert "3d" in refused.value.why


@pytest.mark.parametrize("text", ["snooze:2026-11-22", "snooze:7d", "snooze:0h", "snooze:9999w"])
def test_a_snooze_ends_after_now(text: str) -> None:
    """A day that began already is past; a duration is counted from now on."""
    if text in {"snooze:7d", "snooze:9999w"}:
        assert then_of(text, NOW).until
    else:
        with pytest.raises(UsageRefused, match="cannot be"):
            then_of(text, NOW)


@pytest.mark.parametrize("text", ["assign:", "assign:a b", "tag:", "assign:team:"])
def test_a_target_is_an_id(text: str) -> None:
    """As everywhere."""
    with pytest.raises(IdRefused):
        then_of(text, NOW)


def test_one_action_follows_a_reply(bulk: Bulk) -> None:
    """Of two neither is dropped unsaid."""
    plan = [*PLAN, "--admin", bulk.admin, "--ids", "ids.txt", "--body", "x"]
    told = bulk.command(*plan, "--then", "close", "--then", "snooze:3d")
    assert told.code == Exit.USAGE
    assert told.three_lines[0] == "--then was given more than once."


def test_the_whole_path(bulk: Bulk) -> None:
    """Planned from a CSV, shown, applied, done: each conversation has its own words, once."""
    rows = "".join(f"{each},Ada {at}\n" for at, each in enumerate(bulk.ids[:4]))
    (bulk.folder / "whom.csv").write_text(f"conversation_id,name\n{rows}", encoding="utf-8")
    (bulk.folder / "sorry.txt").write_text("Hello {{ name }}!\n\nSorry.", encoding="utf-8")
    planned = bulk.planned("--csv", "whom.csv", "--template", "sorry.txt", "--then", "close", campaign="path")
    assert (planned["replies"], planned["refused"], planned["dry_run"]) == (4, [], False)
    assert planned["examples"][0]["body"] == "<p>Hello Ada 0!</p><p>Sorry.</p>"
    assert planned["estimated_seconds"] == 2.0
    assert Path(planned["path"]).name == "plan.json"

    shown = bulk.command("replies", "show", planned["plan_id"][:8], "--all")
    assert [f"Hello Ada {at}!" in shown.out for at in range(4)] == [True] * 4
    before = bulk.command("replies", "status", "plan.json")
    assert f"replies apply {planned['plan_id'][:8]}" in before.out
    assert bulk.sent() == {}

    told = bulk.command("replies", "apply", "plan.json", "--confirm", "send 4", "--rate", "50")
    assert told.code == Exit.OK, told.err
    assert "The first reply is sent alone" in told.err
    assert "There is no warehouse yet, so no reply log" in told.err
    assert "All of it is done." in told.out
    assert bulk.sent() == dict.fromkeys(bulk.ids[:4], 1)
    assert [bulk.has(f"Hello Ada {at}!") for at in range(4)] == [{each: 1} for each in bulk.ids[:4]]
    states = {each["id"]: each["state"] for each in bulk.sandbox.workspace.records("conversations")}
    assert {states[each] for each in bulk.ids[:4]} == {"closed"}

    again = bulk.command("replies", "apply", "plan.json", "--confirm", "send 4", "--json")
    found = json.loads(again.out)
    assert (again.code, found["exit_code"], found["counts"]["sent"], found["left"]) == (0, 0, 4, 0)
    assert found["then"]["counts"]["sent"] == 4
    assert bulk.command("replies", "resume", "plan.json").code == Exit.OK
    assert sum(bulk.sent().values()) == 4
    [listed] = json.loads(bulk.command("replies", "list", "--json").out)
    assert (listed["plan_id"], listed["outcomes"]) == (planned["plan_id"], {"sent": 4})


def test_what_a_run_did_is_told_to_programs(bulk: Bulk) -> None:
    """Nothing else is on stdout; what was answered before by the campaign is refused when it is planned."""
    bulk.planned("--rate", "50", count=3, campaign="told")
    told = bulk.command("replies", "apply", "plan.json", "--confirm", " Send  3", "--rate", "50", "--json")
    found = json.loads(told.out)
    assert (found["ending"], found["reason"], found["dry_run"]) == ("complete", None, False)
    assert (found["this_run"]["sent"], found["counts"]["sent"], found["troubles"]) == (3, 3, [])
    (bulk.folder / "plan.json").unlink()
    again = bulk.planned(count=5, campaign="TOLD")
    assert (again["replies"], len(again["refused"])) == (2, 3)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], '--confirm "send 4"'),
        (["--confirm", "send 5"], "It was not confirmed"),
        (["--confirm", "yes"], "It was not confirmed"),
        (["--confirm", ""], "It was not confirmed"),
        (["--rate", "0"], "--rate"),
        (["--rate", "1000"], "--rate"),
    ],
)
def test_nothing_is_sent_without_the_right_words(bulk: Bulk, given: list[str], said: str) -> None:
    """Exit code 2."""
    bulk.planned()
    told = bulk.command("replies", "apply", "plan.json", *given)
    assert told.code == Exit.USAGE
    assert said in told.err
    assert bulk.sent() == {}
    assert not json.loads(bulk.command("replies", "list", "--json").out)[0]["confirmed_at"]


def test_what_is_sent_is_typed_at_a_prompt(bulk: Bulk) -> None:
    """After the preview; a bar tells how far it is; what is typed amiss sends nothing, and is asked again."""
    bulk.planned(campaign="typed")
    env = environment(bulk.sandbox)
    apply = ["replies", "apply", "plan.json", "--rate", "50"]
    told = run_in_terminal(*apply, env=env, cwd=bulk.folder, typed=b"sned 4\n\nsend 4\n")
    assert told.code == Exit.OK, told.out
    assert told.out.count("That is something else; nothing was sent.") == 2
    assert told.out.index("teammates alone") < told.out.index("Type 'send 4' to send:")
    assert "Sending" in told.out
    assert sum(bulk.sent().values()) == 4


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (b"y\nsend 5\nyes\nsend 4\n", "another number, or something else"),
        (b"y\n\x04\x04\x04", "The input ended"),
        (b"send 4\x04\x04\x04\x04\x04", "The input ended"),
    ],
)
def test_what_is_typed_amiss_three_times_or_not_to_the_end_sends_nothing(
    bulk: Bulk, typed: bytes, why: str
) -> None:
    """Then it ends, with what to type."""
    bulk.planned(campaign="typed amiss")
    env = environment(bulk.sandbox)
    told = run_in_terminal("replies", "apply", "plan.json", env=env, cwd=bulk.folder, typed=typed)
    assert told.code == Exit.USAGE, told.out
    lines = told.out.splitlines()[-3:]
    assert lines[0].endswith("It was not confirmed; nothing was sent.")
    assert why in lines[1]
    assert lines[2].endswith(": send 4")
    assert bulk.sent() == {}


@pytest.mark.parametrize("wrong", ["edited", "expired", "foreign ledger", "unknown", "short", "missing"])
def test_a_plan_that_is_not_what_it_was_is_refused(bulk: Bulk, wrong: str) -> None:
    """Exit code 2, in three lines, and nothing is sent."""
    named = _spoilt(bulk, wrong)
    told = bulk.command("replies", "apply", named, "--confirm", "send 4")
    assert told.code == Exit.USAGE, told.err
    assert told.three_lines
    assert bulk.sent() == {}


def _spoilt(bulk: Bulk, wrong: str) -> str:
    """A plan with something wrong about it, as it is named."""
    bulk.planned()
    path = bulk.folder / "plan.json"
    if wrong == "edited":
        path.write_text(path.read_text(encoding="utf-8").replace(WORDS, "Pay here."), encoding="utf-8")
    elif wrong == "expired":
        old = msgspec.structs.replace(read(path), created_at=datetime.now(UTC) - timedelta(hours=25))
        path.unlink()
        write(old, path)
        with open_ledger(None, bulk.folder / "data" / "replies") as ledger:
            ledger.register(old)
    elif wrong == "foreign ledger":
        (bulk.folder / "data").rename(bulk.folder / "lost")
        bulk.command("replies", "plan", *("--campaign", "x", "--type", "note", "--admin", bulk.admin),
                     *("--ids", "ids.txt", "--body", "x"))  # fmt: skip
    return {"unknown": "0123456789", "short": "abc", "missing": "nowhere.json"}.get(wrong, "plan.json")


def test_too_few_digits_of_an_id_are_told_so(bulk: Bulk) -> None:
    """Unless a file is called so."""
    digits = bulk.planned()["plan_id"][:7]
    assert "8 to 64 digits" in bulk.command("replies", "status", digits).err
    (bulk.folder / "plan.json").rename(bulk.folder / digits)
    assert bulk.command("replies", "status", digits).code == Exit.OK


def test_what_a_plan_sent_is_told_after_a_person_was_purged(bulk: Bulk) -> None:
    """By what the ledger noted: what is unknown still can be looked at, by people."""
    planned = bulk.planned(campaign="purged")
    bulk.sandbox.faults.add(Fault(kind=FaultKind.ERROR_500, match=ROUTE, times=1))
    bulk.command("replies", "apply", "plan.json", "--confirm", "send 4", "--rate", "50")
    bulk.sandbox.faults.clear()
    before = json.loads(bulk.command("replies", "status", "plan.json", "--json").out)
    with open_ledger(None, bulk.folder / "data" / "replies") as ledger:
        ledger.forget(read(bulk.folder / "plan.json").replies[0].contact_ids, [])
    for name in (planned["plan_id"][:8], "plan.json"):
        found = json.loads(bulk.command("replies", "status", name, "--json").out)
        assert found["purged"]
        assert found.pop("state") == "purged"
        same = before.keys() - {"state", "stopped_at"}
        assert {key: found[key] for key in same} == {key: before[key] for key in same}
    told = bulk.command("replies", "status", planned["plan_id"])
    assert told.code == Exit.OK
    assert "A person in it was purged" in told.out
    assert "Look at the conversations that are unknown" in told.out


def test_more_plans_than_are_listed_are_told_of(bulk: Bulk) -> None:
    """The latest fifty are, for people and programs alike."""
    bulk.planned()
    made = read(bulk.folder / "plan.json")
    with open_ledger(None, bulk.folder / "data" / "replies") as ledger:
        for second in range(1, 50):
            later = made.created_at + timedelta(seconds=second)
            ledger.register(msgspec.structs.replace(made, created_at=later))
        assert bulk.command("replies", "list").err == ""
        ledger.register(msgspec.structs.replace(made, campaign="last"))
    told = bulk.command("replies", "list", "--json")
    assert len(json.loads(told.out)) == 50
    assert "latest 50" in told.err


def test_a_plan_is_applied_where_it_was_made_for(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at another host, nor in another workspace, even where the first one was."""
    bulk.planned()
    apply = ["replies", "apply", "plan.json", "--confirm", "send 4"]
    monkeypatch.setenv("INTERCOM_BASE_URL", bulk.sandbox.url.replace("127.0.0.1", "localhost"))
    told = bulk.command(*apply)
    assert told.code == Exit.USAGE
    assert "another address" in told.three_lines[0]
    with serve(sizes=SMALL, seed=7, port=0) as other:
        monkeypatch.setenv("INTERCOM_BASE_URL", other.url)
        monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", other.token)
        assert bulk.command(*apply).code == Exit.USAGE
        assert not [each for each in other.requests if each.method == "POST"]
        _planned_at(other, bulk)
    with serve(sizes=SMALL, seed=8, port=int(other.url.rpartition(":")[2])) as third:
        told = bulk.command(*apply)
        assert (told.code, "another workspace" in told.three_lines[0]) == (Exit.USAGE, True)
        assert not [each for each in third.requests if each.method == "POST"]
    assert bulk.sent() == {}


def _planned_at(sandbox: Sandbox, bulk: Bulk) -> None:
    records = sandbox.workspace.records
    ids = [each["id"] for each in records("conversations")]
    (bulk.folder / "plan.json").unlink()
    replace(bulk, sandbox=sandbox, ids=ids, admin=records("admins")[0]["id"]).planned()


def test_an_admin_without_a_seat_cannot_answer_customers(bulk: Bulk) -> None:
    """The sandbox has one; notes he may write."""
    seatless = bulk.sandbox.workspace.records("admins")[-1]["id"]
    (bulk.folder / "ids.txt").write_text(bulk.ids[0], encoding="utf-8")
    options = ["--campaign", "seat", "--admin", seatless, "--ids", "ids.txt", "--body", WORDS, "--dry-run"]
    told = bulk.command("replies", "plan", *options, "--type", "comment")
    assert (told.code, "may not answer customers" in told.three_lines[0]) == (Exit.USAGE, True)
    assert bulk.command("replies", "plan", *options, "--type", "note").code == Exit.OK


def test_a_dry_run_leaves_nothing_behind(bulk: Bulk) -> None:
    """Of planning no file and no ledger; of applying and stopping nothing, nor does stopping what is done."""
    planned = bulk.planned("--dry-run")
    assert (planned["dry_run"], planned["path"], planned["replies"]) == (True, None, 4)
    assert {each.name for each in bulk.folder.iterdir()} == {"ids.txt"}
    bulk.planned()
    told = bulk.command("replies", "apply", "plan.json", "--dry-run", "--rate", "50")
    assert (told.code, bulk.sent()) == (Exit.OK, {})
    assert "Nothing was sent. It would be: 4 sent" in told.out
    assert "Would be stopped" in bulk.command("replies", "stop", "plan.json", "--dry-run").out
    found = json.loads(bulk.command("replies", "status", "plan.json", "--json").out)
    assert (found["left"], found["stopped_at"]) == (4, None)
    bulk.command("replies", "apply", "plan.json", "--confirm", "send 4", "--rate", "50")
    nothing = bulk.command("replies", "resume", "plan.json", "--dry-run")
    assert nothing.out.splitlines()[-1] in {"Nothing was sent.", "Nothing was sent, and nothing would be."}
    stopped = bulk.command("replies", "stop", "plan.json")
    assert (stopped.code, stopped.out) == (Exit.OK, "All of it is done; there is nothing to stop.\n")
    assert not json.loads(bulk.command("replies", "list", "--json").out)[0]["stopped_at"]


PLAN = ["replies", "plan", "--campaign", "bad", "--type", "note"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--body", "x"], "whom to answer"),
        (["--body", "x", "--ids", "a.txt", "--csv", "a.csv"], "whom to answer"),
        (["--ids", "ids.txt", "--body", "x", "--template", "t"], "exclude each other"),
        (["--ids", "nowhere.txt", "--body", "x"], "nowhere.txt"),
        (["--ids", "ids.txt", "--template", "nowhere.txt"], "nowhere.txt"),
        (["--ids", "ids.txt"], "nothing to send"),
        (["--ids", "ids.txt", "--body", "Hi {{ name }}"], "what is not there"),
        (["--ids", "ids.txt", "--body", "{% set a = 1 %}"], "template cannot be used"),
        (["--ids", "ids.txt", "--body", "x", "--then", "open"], "--then cannot be"),
        (["--ids", "ids.txt", "--body", "x", "--then", "tag:404"], "no tag 404"),
        (["--ids", "ids.txt", "--body", "x", "--option", "Yes"], "quick_reply"),
        (["--csv", "ids.txt", "--body", "x"], "no column conversation_id"),
        (["--sql", "SELECT 1", "--body", "x"], "no published file"),
    ],
)
def test_what_cannot_be_planned_is_told(bulk: Bulk, given: list[str], said: str) -> None:
    """In three parts; nothing is planned."""
    (bulk.folder / "ids.txt").write_text("\n".join(bulk.ids[:2]), encoding="utf-8")
    told = bulk.command(*PLAN, "--admin", bulk.admin, *given)
    assert told.code in {Exit.USAGE, Exit.FAILED}, told.err
    assert said in told.err.splitlines()[0], told.err
    assert "Traceback" not in told.err
    assert told.out == ""
    assert not list(bulk.folder.rglob("plans/*"))


def test_all_wrong_rows_are_named_at_once(bulk: Bulk) -> None:
    """By their numbers; `last` and doubles among them."""
    rows = [bulk.ids[0], "last", bulk.ids[0], "2.26538E+14"]
    (bulk.folder / "bad.csv").write_text("\n".join(["conversation_id", *rows]), encoding="utf-8")
    told = bulk.command(*PLAN, "--admin", bulk.admin, "--csv", "bad.csv", "--body", "x")
    assert told.code == Exit.USAGE
    assert [line.partition(":")[0] for line in told.err.splitlines()[1:4]] == ["row 3", "row 4", "row 5"]


def test_who_answers_is_there(bulk: Bulk) -> None:
    """Else those who are there are named."""
    (bulk.folder / "ids.txt").write_text(bulk.ids[0], encoding="utf-8")
    told = bulk.command(*PLAN, "--admin", "404404", "--ids", "ids.txt", "--body", "x")
    assert (told.code, told.three_lines[0]) == (Exit.USAGE, "There is no admin 404404.")


def test_a_plan_that_is_there_is_not_overwritten(bulk: Bulk) -> None:
    """Neither by another plan nor where something else is there."""
    (bulk.folder / "plan.json").write_text("mine", encoding="utf-8")
    (bulk.folder / "ids.txt").write_text(bulk.ids[0], encoding="utf-8")
    given = ["--admin", bulk.admin, "--ids", "ids.txt", "--body", "x", "--out", "plan.json"]
    assert bulk.command(*PLAN, *given).code == Exit.USAGE
    assert (bulk.folder / "plan.json").read_text(encoding="utf-8") == "mine"
    assert json.loads(bulk.command("replies", "list", "--json").out) == []


def test_before_the_first_plan_there_is_no_ledger(bulk: Bulk) -> None:
    """And none is made by looking."""
    for verb in (["log"], ["status", "0123456789"], ["stop", "0123456789"], ["show", "0123456789"]):
        told = bulk.command("replies", *verb)
        assert told.code == Exit.USAGE
        assert "no ledger" in told.three_lines[0]
    assert not (bulk.folder / "data" / "replies").exists()


def test_no_ledger_is_begun_where_one_was_lost(bulk: Bulk) -> None:
    """By its lock, a plan or the log of replies; a person may say that another is to be begun."""
    sync(bulk.sandbox, bulk.folder / "data", "conversations")
    plan = bulk.planned(campaign="lost")
    assert (
        bulk.command("replies", "apply", plan["path"], "--confirm", "send 4", "--rate", "50").code == Exit.OK
    )
    held = bulk.folder / "data" / "replies"
    again = [*PLAN, "--admin", bulk.admin, "--ids", "ids.txt", "--body", "x"]
    for each in held.glob("ledger.db*"):
        each.unlink()
    asks = (again, [*again, "--dry-run"], ["replies", "list"], ["replies", "log"])
    for ask in (*asks, ["replies", "status", plan["path"]], ["replies", "apply", plan["path"]]):
        told = bulk.command(*ask)
        assert (told.code, "There was a ledger" in told.three_lines[0]) == (Exit.USAGE, True)
        assert "apply.lock" in told.three_lines[1]
        assert "4 replies" in told.three_lines[1]
    shutil.rmtree(held)
    assert "4 replies" in bulk.command(*again).err
    assert not held.exists()
    assert bulk.command(*again, "--new-ledger").code == Exit.OK
    assert bulk.command(*again).code == Exit.OK
    (held / "ledger.db").unlink()
    (bulk.folder / "data" / "intercom.duckdb").unlink()
    assert "a plan at" in bulk.command(*again).err


def test_whom_a_select_finds(bulk: Bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published file is asked, its reply log is brought up to date, and what was sent is joined."""
    sync(bulk.sandbox, bulk.folder / "data", "conversations")
    sql = "SELECT id AS conversation_id, state FROM conversations ORDER BY id LIMIT 3"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(sql.encode())))
    planned = bulk.planned("--sql", "-", "--body", "It was {{ state }}.", campaign="select")
    assert planned["replies"] == 3
    told = bulk.command("replies", "apply", planned["plan_id"][:8], "--confirm", "send 3", "--rate", "50")
    assert told.code == Exit.OK, told.err
    logged = "SELECT outcome, count(*) FROM pipeline.reply_log GROUP BY outcome"
    assert select(bulk.folder / "data", logged) == [("sent", 3)]
    again = json.loads(bulk.command("replies", "log", "--json").out)
    assert (again["rows"], again["not_made"]) == (3, {})
    written = bulk.command(*PLAN, "--admin", bulk.admin, "--body", "x", "--sql", "DELETE FROM conversations")
    assert written.code == Exit.USAGE
    assert select(bulk.folder / "data", "SELECT count(*) FROM conversations") == [(25,)]


def test_a_run_that_cannot_be_printed_is_not_hidden(bulk: Bulk) -> None:
    """Exit code 5 leads to the status; the ledger knows what was sent."""
    bulk.planned(campaign="unprinted", count=2)
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        told = subprocess.run(
            [COMMAND, "replies", "apply", "plan.json", "--confirm", "send 2", "--rate", "50"],
            env=environment(bulk.sandbox), cwd=bulk.folder, stdout=full, stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL, text=True, check=False,
        )  # fmt: skip
    assert told.returncode == Exit.UNCERTAIN, told.stderr
    assert "replies status" in told.stderr.splitlines()[-1]
    assert json.loads(bulk.command("replies", "status", "plan.json", "--json").out)["counts"]["sent"] == 2
