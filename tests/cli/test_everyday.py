"""The everyday verbs: tables for people, Intercom's own records for programs, from both sources."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.cli.one_record import print_record
from intercom_pipeline.cli.record_list import encoded, print_array
from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sandbox import Sandbox, serve
from intercom_pipeline.sync.privacy import policies
from tests.cli.conftest import CANARY, SMALL, Command
from tests.cli.running import COMMAND, Ended, ended, environment, run_in_terminal, start
from tests.syncing import sync

LISTS = ("contacts", "conversations", "articles", "admins")


@pytest.fixture
def ask(command: Command, synced: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, in front of a data folder that was synced."""
    monkeypatch.setenv("INTERCOM_DATA_DIR", str(synced))
    return command


def record(sandbox: Sandbox, kind: str, at: int = 0) -> dict[str, Any]:
    return dict(sandbox.workspace.records(kind, version="2.14")[at])


def sent(sandbox: Sandbox, noun: str) -> list[Any]:
    """The records of a list as Intercom sends them."""
    headers = {"Authorization": f"Bearer {sandbox.token}", "Intercom-Version": "2.14"}
    answer = httpx.get(f"{sandbox.url}/{noun}?per_page=150", headers=headers).json()
    return list(answer.get(noun) or answer["data"])


@pytest.mark.parametrize("noun", LISTS)
def test_json_is_an_array_of_records_as_intercom_sent_them(ask: Command, sandbox: Sandbox, noun: str) -> None:
    """All of them; --jsonl has the same, one a line."""
    told = ask(noun, "list", "--json")
    assert (told.code, told.err) == (Exit.OK, "")
    assert json.loads(told.out) == sent(sandbox, noun)
    assert [json.loads(line) for line in ask(noun, "list", "--jsonl").out.splitlines()] == sent(sandbox, noun)


@pytest.mark.parametrize("noun", LISTS)
def test_the_warehouse_answers_alike(ask: Command, sandbox: Sandbox, noun: str) -> None:
    """The same records in the same order, without a request, with a remark on their age."""
    asked = [each["id"] for each in json.loads(ask(noun, "list", "--json").out)]
    sandbox.requests.reset()
    stored = [str(each["id"]) for each in json.loads(ask(noun, "list", "--json", "--from", "warehouse").out)]
    assert stored == asked
    assert len(sandbox.requests) == 0
    assert "from the file published" in ask(noun, "list", "--from", "warehouse").err


def test_a_table_shows_twenty_and_says_when_there_are_more(ask: Command, sandbox: Sandbox) -> None:
    """In one request; as many as are asked for where a limit is given."""
    sandbox.requests.reset()
    told = ask("contacts", "list")
    assert len(told.out.splitlines()) == 1 + 20
    assert told.err == "20 contacts, and more (see --limit)\n"
    assert len(sandbox.requests) == 1
    assert len(ask("contacts", "list", "--limit", "3").out.splitlines()) == 1 + 3
    assert ask("contacts", "list", "--limit", "60").err == "60 contacts\n"
    none = ask("contacts", "list", "--limit", "0")
    assert (none.out, none.err) == ("", "0 contacts\n")
    assert json.loads(ask("contacts", "list", "--limit", "3", "--json").out)[2]["id"]
    assert ask("contacts", "list", "--limit", "0", "--json").out == "[]\n"


def test_a_table_of_conversations_names_people(ask: Command, sandbox: Sandbox) -> None:
    """The customer and the assignee, newest first."""
    told = ask("conversations", "list", "--limit", "25")
    assigned = [each for each in sandbox.workspace.records("conversations") if each["admin_assignee_id"]]
    names = {each["id"]: each["name"] for each in sandbox.workspace.records("admins")}
    lines = {line.split()[0]: line for line in told.out.splitlines()[1:]}
    for each in assigned:
        assert lines[each["id"]].endswith(names[str(each["admin_assignee_id"])])
    times = [line.split()[1] for line in told.out.splitlines()[1:]]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("noun", LISTS)
def test_a_table_fits_the_terminal_and_cuts_no_id(sandbox: Sandbox, tmp_path: Path, noun: str) -> None:
    """Texts are cut, then columns left out with a remark."""
    told = run_in_terminal(noun, "list", env=environment(sandbox), cwd=tmp_path)
    lines = told.out.splitlines()
    assert max(map(len, lines)) <= 80
    ids = {each["id"] for each in sandbox.workspace.records(noun)}
    assert all(line.split()[0] in ids for line in lines[1:-1] if not line.startswith(("20 ", "(see")))


def test_what_customers_wrote_cannot_steer_the_terminal(
    ask: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in a table, nor in a profile, nor in a thread."""
    with serve(sizes=SMALL, seed=6) as living:
        monkeypatch.setenv("INTERCOM_BASE_URL", living.url)
        monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", living.token)
        evil = "\x1b[2JA\u202eda [bold]\x07\nnext"
        contact = living.workspace.create_contact(email="ada@example.com", name=evil)
        conversation = living.workspace.create_conversation(contact_id=contact["id"], body=f"<p>{evil}</p>")
        found = ask("contacts", "search", "email = ada@example.com")
        assert "[2JA da [bold] next" in found.out
        for told in (
            found,
            ask("contacts", "get", contact["id"]),
            ask("contacts", "get", contact["id"], "--profile"),
            ask("conversations", "list", "--limit", "1"),
            ask("conversations", "get", conversation["id"]),
        ):
            assert told.code == Exit.OK, told.err
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", told.out)


def test_a_search_takes_its_query_either_way(ask: Command, sandbox: Sandbox) -> None:
    """As an argument or as --where; the warehouse finds the same."""
    wanted = record(sandbox, "contacts", 7)
    query = f"id = {wanted['id']} AND role = {wanted['role']}"
    for arguments in ([query], ["--where", query], [query, "--from", "warehouse"]):
        assert [each["id"] for each in json.loads(ask("contacts", "search", *arguments, "--json").out)] == [
            wanted["id"]
        ]
    assert ask("contacts", "search").code == Exit.USAGE
    assert ask("contacts", "search", query, "--where", query).code == Exit.USAGE
    assert ask("contacts", "search", "id = nobody").err == "0 contacts\n"


def test_help_has_examples_of_the_subject(ask: Command) -> None:
    """A query for contacts where contacts are searched, for conversations where those are listed."""
    assert "state = open" not in ask("contacts", "search", "--help").out
    assert "state = open" in ask("conversations", "list", "--help").out


def test_conversations_are_listed_by_a_query(ask: Command, sandbox: Sandbox) -> None:
    """Those that it finds."""
    open_ones = {each["id"] for each in sandbox.workspace.records("conversations") if each["open"]}
    for source in ("api", "warehouse"):
        told = ask("conversations", "list", "--where", "open = true", "--json", "--from", source)
        assert {each["id"] for each in json.loads(told.out)} == open_ones


def test_conversations_of_nobody_are_found(ask: Command, sandbox: Sandbox) -> None:
    """Intercom sends 0 for it, the query says null; a table leaves the assignee blank from both sources."""
    nobodys = {
        each["id"] for each in sandbox.workspace.records("conversations") if not each["admin_assignee_id"]
    }
    for source in ("api", "warehouse"):
        asked = ["conversations", "list", "--from", source, "--where", "admin_assignee_id = null"]
        assert {each["id"] for each in json.loads(ask(*asked, "--json").out)} == nobodys
        assert not [line for line in ask(*asked).out.splitlines() if line.endswith(" 0")]


def test_the_warehouse_names_a_customer_whom_an_admin_wrote_to(ask: Command, sandbox: Sandbox) -> None:
    """Intercom gives the id alone there, and the name with the parts that the customer wrote."""
    conversation = next(
        each
        for each in sandbox.workspace.records("conversations")
        if each["source"]["author"]["type"] == "admin"
    )
    customer = conversation["contacts"]["contacts"][0]["id"]
    name = next(each["name"] for each in sandbox.workspace.records("contacts") if each["id"] == customer)
    asked = ["conversations", "list", "--where", f"id = {conversation['id']}"]
    sandbox.requests.reset()
    assert f"  {name}  " in ask(*asked, "--from", "warehouse").out
    assert len(sandbox.requests) == 0
    assert f"  {customer}  " in ask(*asked).out


def test_of_a_hash_the_first_digits_are_shown(ask: Command, sandbox: Sandbox, tmp_path: Path) -> None:
    """In tables: who wants the whole one finds it in the JSON; a search takes the value itself."""
    sync(sandbox, tmp_path / "hiding", "contacts", "admins", privacy=policies("pseudonymous", []))
    contact = next(each for each in sandbox.workspace.records("contacts") if each["email"])
    asked = ["contacts", "search", f"email = {contact['email']}", "--from", "warehouse"]
    there = ["--data-dir", str(tmp_path / "hiding")]
    digest = json.loads(ask(*asked, *there, "--json").out)[0]["email"]
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert f"  {digest[:12]}…  " in ask(*asked, *there).out
    assert digest not in ask(*asked, *there).out
    refused = ask("contacts", "search", "email ~ ada", "--from", "warehouse", *there)
    assert refused.code == Exit.USAGE
    assert "'email' is stored hashed" in refused.three_lines[1]


def test_one_contact(ask: Command, sandbox: Sandbox) -> None:
    """What a person wants of it, or the record itself."""
    contact = record(sandbox, "contacts")
    told = ask("contacts", "get", contact["id"])
    fields = dict(line.split(maxsplit=1) for line in told.out.splitlines()[1:])
    assert fields["id"] == contact["id"]
    assert "phone" not in fields or contact["phone"]
    assert not {"type", "workspace_id"} & fields.keys()
    assert not re.search(r"/contacts/|total_count|has_hard_bounced|\{", told.out)
    assert fields["created_at"] == time.strftime("%Y-%m-%d %H:%M", time.gmtime(contact["created_at"]))
    listed = next(key for key, each in contact.items() if isinstance(each, dict) and each.get("total_count"))
    assert fields[listed].startswith(f"{contact[listed]['total_count']} ({contact[listed]['data'][0]['id']}")
    assert json.loads(ask("contacts", "get", contact["id"], "--json").out) == contact
    stored = json.loads(ask("contacts", "get", contact["id"], "--json", "--from", "warehouse").out)
    assert stored["email"] == contact["email"]


def test_an_attribute_that_seems_a_date_is_shown_as_one_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Only the workspace knows what the number is, so it stays."""
    attributes = {"Renewal date": 1_826_804_807, "seats": 1_826_804_807, "plan_at": 5, "vip": False}
    print_record({"id": "1", "custom_attributes": attributes, "has_hard_bounced": False}, as_json=False)
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split(".")[-1].split("  ")[-1].strip() for line in lines] == [
        "1",
        "1826804807 (2027-11-21)",
        "1826804807",
        "5",
        "false",
    ]


def test_a_conversation_reads_as_a_thread(ask: Command, sandbox: Sandbox) -> None:
    """Who said what, oldest first, without HTML; from the warehouse alike."""
    conversation = record(sandbox, "conversations")
    told = ask("conversations", "get", conversation["id"])
    written = [
        part["author"]["name"]
        for part in conversation["conversation_parts"]["conversation_parts"]
        if part["body"]
    ]
    heads = re.findall(r"^\d{4}-\d\d-\d\d \d\d:\d\d, (.*) \(\w+\)", told.out, re.MULTILINE)
    assert heads[0] == conversation["source"]["author"]["name"]
    assert set(written) <= set(heads)
    assert "<p>" not in told.out
    assert ask("conversations", "get", conversation["id"], "--from", "warehouse").out == told.out
    assert (
        json.loads(ask("conversations", "get", conversation["id"], "--json").out)["id"] == conversation["id"]
    )


def test_the_workspace_is_named_by_either_option(ask: Command) -> None:
    """A profile that is not stored is told; where --profile means the customer, --workspace names it."""
    for arguments in (
        ["contacts", "list", "--workspace", "nowhere"],
        ["contacts", "list", "--profile", "nowhere"],
        ["contacts", "get", "x", "--workspace", "nowhere"],
        ["conversations", "get", "1", "--profile", "nowhere"],
    ):
        told = ask(*arguments)
        assert told.code == Exit.AUTHORISATION
        assert "the profile nowhere has no stored token" in told.three_lines[1]
    told = ask("contacts", "get", "x", "--profile", "nowhere")
    assert told.code == Exit.USAGE
    assert "--workspace nowhere" in told.three_lines[2]
    assert ask("contacts", "get", "x", "y").code == Exit.USAGE


def test_the_version_asked_in_can_be_chosen(ask: Command, sandbox: Sandbox) -> None:
    """For one command."""
    sandbox.requests.reset()
    ask("articles", "list", "--api-version", "2.11")
    assert {each.headers["intercom-version"] for each in sandbox.requests} == {"2.11"}
    assert ask("articles", "list", "--api-version", "1.0").code == Exit.USAGE


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["contacts", "get", "nobody"], Exit.FAILED, "does not have this record"),
        (["contacts", "get", "nobody", "--profile"], Exit.FAILED, "does not have this record"),
        (["contacts", "get", "nobody", "--from", "warehouse"], Exit.FAILED, "has no contact nobody"),
        (["contacts", "get", "nobody", "--profile", "--from", "warehouse"], Exit.FAILED, "no contact nobody"),
        (["contacts", "get", "../me"], Exit.USAGE, "is no id of a contact"),
        (["conversations", "get", "a b"], Exit.USAGE, "is no id of a conversation"),
        (["contacts", "search", "id = 1 AND (id = 2 OR (id = 3 AND (id = 4)))"], Exit.USAGE, "nest"),
        (["contacts", "search", "updated_at >= 2026-01-01"], Exit.USAGE, "was not sent"),
        (["contacts", "list", "--json", "--jsonl"], Exit.USAGE, "exclude each other"),
        (["conversations", "summarize", "--since", "tomorrow"], Exit.USAGE, "--since cannot be 'tomorrow'"),
        (["conversations", "summarize", "--since", "2999-01-01"], Exit.USAGE, "lies in the future"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_told_in_three_lines(ask: Command, arguments: list[str], code: Exit, said: str) -> None:
    """With the exit code that the documentation gives, and nothing on stdout."""
    told = ask(*arguments)
    assert (told.code, told.out) == (code, "")
    assert said in told.three_lines[0] or said in told.err


def test_a_query_that_cannot_be_read_is_shown_where_it_is_wrong(ask: Command, sandbox: Sandbox) -> None:
    """With a caret under the place, and nothing asked."""
    sandbox.requests.reset()
    told = ask("conversations", "list", "--where", "state = open AND emial = ada@example.com")
    said, text, caret, fix = told.err.splitlines()
    assert told.code == Exit.USAGE
    assert "emial" in said
    assert text.index("emial") == caret.index("^")
    assert text.endswith("ada@example.com")
    assert fix
    assert len(sandbox.requests) == 0


def test_a_missing_permission(ask: Command, sandbox: Sandbox) -> None:
    """Exit code 4, and the permission's name; a table that only lacks names is shown all the same."""
    sandbox.conditions.missing_permissions.add("contacts")
    try:
        told = ask("contacts", "list")
        assert told.code == Exit.AUTHORISATION
        assert told.three_lines[2].startswith("Tick “Read and list users and companies” on the app")
    finally:
        sandbox.conditions.missing_permissions.clear()
    sandbox.conditions.missing_permissions.add("admins")
    try:
        assert ask("conversations", "list").code == Exit.OK
    finally:
        sandbox.conditions.missing_permissions.clear()


def test_no_network(ask: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told after a few tries; stdout stays empty, with --json too."""
    monkeypatch.setenv("INTERCOM_BASE_URL", "http://127.0.0.1:9")
    with stamina.set_testing(True, attempts=2):  # tries again without waits
        told = ask("contacts", "list", "--json")
    assert (told.code, told.out) == (Exit.FAILED, "")
    assert "could not be reached" in told.three_lines[0]


def test_half_a_character_is_written_as_an_escape() -> None:
    """JSON in UTF-8 cannot hold it."""
    assert json.loads(encoded({"name": "a\ud800"})) == {"name": "a\ud800"}


def test_an_array_that_is_cut_ends_its_line(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """So that the error gets one of its own; where nothing was printed, nothing is."""

    def cut(*records: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield from records
        raise PipelineError("The rest did not come.")

    for records, printed in (([{"id": "1"}], b'[\n{"id":"1"}\n'), ([], b"")):
        with pytest.raises(PipelineError):
            print_array(cut(*records))
        assert capsysbinary.readouterr().out == printed


@pytest.fixture
def busy(sandbox: Sandbox) -> Iterator[Sandbox]:
    """A workspace that answers the second page of a list only in a minute."""
    yield sandbox
    sandbox.conditions.latency_ms = 0


def until_asked(sandbox: Sandbox) -> None:
    deadline = time.monotonic() + 60
    while not list(sandbox.requests):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("verb", "told_after"),
    [("contacts list --json", ["Nothing was changed."]), ("auth status", []), ("doctor", [])],
)
def test_ctrl_c_ends_a_verb_at_once(busy: Sandbox, tmp_path: Path, verb: str, told_after: list[str]) -> None:
    """Also while a request is under way."""
    busy.conditions.latency_ms = 60_000
    busy.requests.reset()
    with start(*verb.split(), env=environment(busy), cwd=tmp_path) as process:
        until_asked(busy)
        process.send_signal(signal.SIGINT)
        told = ended(process, seconds=20)
    assert told.code == Exit.INTERRUPTED
    assert told.err.splitlines() == ["Stopped.", *told_after]


def test_whoever_reads_may_stop(sandbox: Sandbox, tmp_path: Path) -> None:
    """`| head -1` ends the command without a word."""
    done = subprocess.run(  # noqa: S602 - a shell, as a person's
        f"{COMMAND} contacts list --jsonl | head -1",
        shell=True,
        env=environment(sandbox),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["type"] == "contact"
    assert done.stderr == ""


@pytest.mark.parametrize(
    "arguments",
    ["contacts list --jsonl", "contacts list", "query --csv", "admins list --json", "contacts get"],
)
def test_output_that_nobody_reads_ends_as_documented(
    sandbox: Sandbox, synced: Path, tmp_path: Path, arguments: str
) -> None:
    """As a shell's own programs end, and without a word; it need not fill any buffer first."""
    more = {"query": ["SELECT 1"], "contacts get": [record(sandbox, "contacts")["id"]]}
    last = next((each for name, each in more.items() if arguments.startswith(name)), [])
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as unread:
        told = subprocess.run(
            [COMMAND, *arguments.split(), *last],
            env=environment(sandbox, INTERCOM_DATA_DIR=synced, PYTHONUNBUFFERED=""),
            cwd=tmp_path,
            stdout=unread,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (told.returncode, told.stderr.replace("20 contacts, and more (see --limit)\n", "")) == (141, "")


def summarized(told: Ended) -> Any:
    assert told.code == Exit.OK, told.err
    return json.loads(told.out)


def test_what_customers_ask_about(ask: Command, sandbox: Sandbox) -> None:
    """Since a moment, alike from both sources; for people a table with examples."""
    begun = sorted(each["created_at"] for each in sandbox.workspace.records("conversations"))
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begun[3]))
    from_intercom = summarized(ask("conversations", "summarize", "--since", since, "--json"))
    customers = [
        each
        for each in sandbox.workspace.records("conversations")
        if each["source"]["author"]["type"] in {"user", "lead"} and each["created_at"] >= begun[3]
    ]
    assert from_intercom["messages"] == len(customers)
    asked = ["conversations", "summarize", "--since", since, "--from", "warehouse"]
    assert summarized(ask(*asked, "--json")) == from_intercom
    told = ask(*asked, "--most", "1")
    topic = from_intercom["topics"][0]
    assert topic["label"] in told.out
    assert all(each["conversation_id"] in told.out for each in topic["examples"])
    assert f"{len(customers)} conversations that customers began" in told.err
    assert "more conversations" in ask(*asked, "--limit", "5").err


def test_where_nothing_was_asked_lately_it_says_when(ask: Command, sandbox: Sandbox) -> None:
    """And how to look further back."""
    last = max(sandbox.workspace.records("conversations"), key=lambda each: each["updated_at"])
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for source in ("api", "warehouse"):
        told = ask("conversations", "summarize", "--since", now, "--from", source)
        assert (told.code, told.out) == (Exit.OK, "")
        begun = time.strftime("%Y-%m-%d %H:%M", time.gmtime(last["created_at"]))
        assert f"the one that changed last began {begun}; look further back with --since " in told.err


def test_topics_of_what_a_policy_hides_are_told_as_such(
    ask: Command, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Instead of conversations without words."""
    sync(sandbox, tmp_path / "hiding", "conversations", privacy=policies("minimal", []))
    told = ask(
        *("conversations", "summarize", "--since", "1000d", "--from", "warehouse"),
        *("--data-dir", str(tmp_path / "hiding")),
    )
    assert told.code == Exit.OK
    assert "a privacy policy hides what customers wrote (drop)" in told.err


def test_a_canary_is_in_no_answer(ask: Command) -> None:
    """Not even where the traceback is asked for."""
    told = ask("contacts", "get", "nobody", "--debug")
    assert CANARY not in told.out + told.err
