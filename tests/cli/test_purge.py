"""`purge` asks before it acts, tells whom by ids alone, and whatever kills it, the next command goes on."""

import json
import os
import pty
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.plan_file import default_path, write
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.warehouse.files import DataFolder, only_sync
from intercom_pipeline.warehouse.reply_log import store
from tests.analytics.test_campaigns import entry
from tests.canaries import found_in
from tests.cli.conftest import Command
from tests.cli.running import COMMAND, Ended, environment, run_process, start
from tests.replies.ledger.known import a_plan, a_reply
from tests.syncing import select

Record = dict[str, Any]


@pytest.fixture
def folder(synced: Path, tmp_path: Path) -> Path:
    """A data folder of one's own."""
    return shutil.copytree(synced, tmp_path / "data")


@pytest.fixture
def contact(sandbox: Sandbox) -> Record:
    """A contact with an address, who wrote something."""
    return writer_in(sandbox)


def writer_in(sandbox: Sandbox) -> Record:
    conversations = sandbox.workspace.records("conversations")
    writers = {each["id"] for one in conversations for each in one["contacts"]["contacts"]}
    contacts = sandbox.workspace.records("contacts")
    return next(each for each in contacts if each["email"] and each["name"] and each["id"] in writers)


def planned(folder: Path, contact: Record) -> Path:
    """Plan replies to a contact, about one, and to somebody else; gives the plan's file."""
    who = {"to": contact["name"], "contact_ids": (contact["id"],)}
    replies = (
        a_reply("1", body=f"Dear {contact['name']}, we wrote to {contact['email']}.", **who),
        a_reply("2", body=f"{contact['name'].upper()} told us."),
        a_reply("3"),
    )
    with open_ledger(None, folder / "replies") as ledger:
        plan = a_plan(ledger, *replies)
    path = default_path(DataFolder(folder), plan)
    write(plan, path)
    return path


def telling(contact: Record) -> set[str]:
    """What tells of a contact."""
    return {contact["id"], contact["email"], contact["name"], contact["name"].upper()}


def answered(answer: str, *arguments: str, env: dict[str, str], cwd: Path) -> Ended:
    """Run the command in a terminal at which somebody types a line."""
    reader, writer = pty.openpty()
    os.write(reader, f"{answer}\n".encode())
    process = subprocess.run(
        [COMMAND, *arguments], env=env, cwd=cwd, stdin=writer, capture_output=True, text=True, check=False
    )
    os.close(writer)
    os.close(reader)
    return Ended(code=process.returncode, out=process.stdout, err=process.stderr)


def test_it_tells_as_json_what_went(command: Command, folder: Path, contact: Record) -> None:
    """Ids and counts; no address or name is printed, nor left in any file."""
    told = command("purge", "--contact", contact["id"], "--yes", "--json", "--data-dir", str(folder))
    assert told.code == Exit.OK
    result = json.loads(told.out)
    assert (result["dry_run"], result["contacts"], result["copies"]) == (False, [contact["id"]], 0)
    assert result["tables"]["contacts"] == {"gone": 1, "changed": 0}
    assert contact["email"] not in told.out + told.err
    assert contact["name"] not in told.out + told.err
    assert found_in(folder, {contact["email"]}) == {}


def test_a_dry_run_asks_nothing_and_changes_nothing(command: Command, folder: Path, contact: Record) -> None:
    """It tells rows by table."""
    before = (folder / "intercom.duckdb").read_bytes()
    told = command("purge", "--contact", contact["id"], "--dry-run", "--data-dir", str(folder))
    assert told.code == Exit.OK
    assert "would be purged" in told.out
    assert "conversation_parts" in told.out
    assert (folder / "intercom.duckdb").read_bytes() == before


def test_addresses_come_from_stdin(
    command: Command, folder: Path, contact: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One a line: the arguments of a process can be read by others."""
    monkeypatch.setattr("sys.stdin", StringIO(f"{contact['email']}\n\n"))
    told = command("purge", "--email", "--yes", "--json", "--data-dir", str(folder))
    assert contact["id"] in json.loads(told.out)["contacts"]
    assert contact["email"] not in told.out + told.err


def test_who_says_no_purges_nobody(sandbox: Sandbox, folder: Path, contact: Record, tmp_path: Path) -> None:
    """Whoever says yes does."""
    purge = ("purge", "--contact", contact["id"], "--data-dir", str(folder))
    refused = answered("n", *purge, env=environment(sandbox), cwd=tmp_path)
    assert refused.code == Exit.FAILED
    assert "Nothing was purged." in refused.err
    assert f"1 contact ({contact['id']}) will be purged for good." in refused.err
    assert found_in(folder, {contact["email"]})
    assert answered("y", *purge, env=environment(sandbox), cwd=tmp_path).code == Exit.OK
    assert found_in(folder, {contact["email"]}) == {}


def test_planned_replies_go_with_them(command: Command, folder: Path, contact: Record) -> None:
    """No byte of the ledger or of a plan's file is about them; a dry run tells how many, and changes none."""
    path, there = planned(folder, contact), ("--data-dir", str(folder))
    would = command("purge", "--contact", contact["id"], "--dry-run", *there)
    assert f"1 contact ({contact['id']}) and 2 planned replies would be purged." in would.out
    assert telling(contact) <= found_in(folder / "replies", telling(contact))[path.name]
    told = command("purge", "--contact", contact["id"], "--yes", "--json", *there)
    assert json.loads(told.out)["planned_replies"] == 2
    assert found_in(folder / "replies", telling(contact)) == found_in(folder, {contact["email"]}) == {}
    assert (folder / "replies" / "ledger.db").exists()


def test_reasons_in_the_reply_log_go_with_them(command: Command, folder: Path, contact: Record) -> None:
    """Those with their name; also of a ledger that is lost, and of one that tells it again later."""
    there, named = ("--json", "--data-dir", str(folder)), {contact["name"]}
    for ledger_id in ("lost", "kept"):
        log_naming(folder, contact, ledger_id)
    assert found_in(folder, named)["intercom.duckdb"] == named
    would = json.loads(command("purge", "--contact", contact["id"], "--dry-run", *there).out)
    gone = json.loads(command("purge", "--contact", contact["id"], "--yes", *there).out)
    assert would["tables"]["reply_log"] == gone["tables"]["reply_log"] == {"gone": 0, "changed": 2}
    assert found_in(folder, named) == {}
    log_naming(folder, contact, "kept")
    assert found_in(folder, named) == {}
    reasons = select(folder, "SELECT ledger_id, reason FROM pipeline.reply_log ORDER BY ALL")
    assert reasons == [("kept", "Closed."), ("kept", None), ("lost", "Closed."), ("lost", None)]


def log_naming(folder: Path, contact: Record, ledger_id: str) -> None:
    """Store a log of two replies that failed, one for a reason that names a contact."""
    [(workspace,)] = select(folder, "SELECT value FROM pipeline.about WHERE key = 'workspace_id'")
    facts = {"ledger_id": ledger_id, "workspace_id": workspace, "outcome": "failed"}
    store(
        DataFolder(folder),
        ledger_id,
        (
            replace(entry(str(number), datetime.now(UTC)), reason=reason, **facts)
            for number, reason in enumerate(["Closed.", f"Intercom says: {contact['name']} is blocked."])
        ),
    )


def test_a_purge_that_ended_between_replies_and_tables_is_gone_on_with(
    command: Command, folder: Path, contact: Record
) -> None:
    """Also where it had not come to the files, or another process had ended amid writing one."""
    path = planned(folder, contact)
    written = path.read_bytes()
    with open_ledger(None, folder / "replies") as ledger:
        ledger.forget([contact["id"]], [contact["name"]])
    path.write_bytes(written)
    path.with_name(".plan-half").write_bytes(written[: written.index(contact["email"].encode()) + 60])
    assert command("purge", "--contact", contact["id"], "--yes", "--data-dir", str(folder)).code == Exit.OK
    assert found_in(folder / "replies", telling(contact)) == found_in(folder, {contact["email"]}) == {}


def test_no_ledger_is_made_to_purge_from(command: Command, folder: Path, contact: Record) -> None:
    """A plan's file that outlasted its ledger goes all the same."""
    there = ("--data-dir", str(folder))
    command("purge", "--contact", contact["id"], "--dry-run", *there)
    assert not (folder / "replies").exists()
    path = planned(folder, contact)
    for file in (folder / "replies").glob("*.db*"):
        file.unlink()
    assert command("purge", "--contact", contact["id"], "--yes", *there).code == Exit.OK
    assert not path.exists()
    assert not list((folder / "replies").glob("*.db*"))


def test_who_was_planned_but_never_synced_is_purged_from_plans(command: Command, tmp_path: Path) -> None:
    """By the id or the address that is given; once nothing is left, nobody is found."""
    stranger = {"id": "5f" + "0" * 22, "email": "zoe@nowhere.example", "name": "Zoe Stranger"}
    planned(tmp_path / "data", stranger)
    purge = ("purge", "--contact", stranger["id"], "--yes", "--data-dir", str(tmp_path / "data"))
    told = command(*purge)
    assert told.code == Exit.OK
    assert f"1 contact ({stranger['id']}) and 1 planned reply purged.\n" in told.out
    assert command(*purge).code == Exit.FAILED


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((), "Nobody is named."),
        (("--contact", "x"), "Nobody can confirm the purge."),
        (("--contact", "x", "--yes"), "Nothing is stored of whom you named."),
        (("--email", "--yes"), "That is no e-mail address."),
    ],
)
def test_what_cannot_be_is_refused(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], what: str
) -> None:
    """Before anything is changed, as wrong usage."""
    monkeypatch.setattr("sys.stdin", StringIO("not an address\n"))
    told = command("purge", *arguments, "--data-dir", str(folder))
    assert (told.code, told.three_lines[0]) == (Exit.USAGE, what)


def test_it_does_not_disturb_a_sync(command: Command, folder: Path, contact: Record) -> None:
    """While one runs, it ends at once with exit code 75."""
    with only_sync(DataFolder(folder)):
        told = command("purge", "--contact", contact["id"], "--yes", "--data-dir", str(folder))
    assert told.code == Exit.BUSY


def writing_anew(folder: Path) -> Callable[[], bool]:
    """Whether a file is being written anew."""
    return (folder / "scratch" / "fresh.duckdb").exists


def database_replaced(folder: Path) -> Callable[[], bool]:
    """Whether the database was replaced, so that the published file is what is left."""
    before = (folder / "warehouse.duckdb").stat().st_ino
    return lambda: (folder / "warehouse.duckdb").stat().st_ino != before


@pytest.mark.parametrize(
    ("moment", "next_command"), [(writing_anew, "sync tags"), (database_replaced, "purge --yes --contact {}")]
)
def test_whatever_kills_it_the_next_command_goes_on(
    sandbox: Sandbox, folder: Path, moment: Callable[[Path], Callable[[], bool]], next_command: str
) -> None:
    """Killed on the spot, a sync or another purge brings it to its end; planned replies are gone by then."""
    gone, env = writer_in(sandbox), environment(sandbox, INTERCOM_DATA_DIR=folder)
    planned(folder, gone)
    reached = moment(folder)
    with start("purge", "--contact", gone["id"], "--yes", env=env, cwd=folder) as process:
        while not reached() and process.poll() is None:
            time.sleep(0.001)
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert run_process(*next_command.format(gone["id"]).split(), env=env, cwd=folder).code == Exit.OK
    assert found_in(folder, {gone["email"]}) == {}
