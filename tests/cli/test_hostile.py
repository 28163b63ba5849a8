"""Nothing that somebody wrote steers the terminal, is read as markup, or passes for a line of its own."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.cli.main import run
from intercom_pipeline.sandbox import Sandbox
from tests.cli.conftest import CANARY
from tests.cli.running import Ended, environment, run_in_terminal
from tests.hostile import BRACKETS, EVIL, FORGED, hostile

SYNCED = ("admins", "articles", "companies", "contacts", "conversations", "data_attributes", "tags", "teams")


@dataclass(frozen=True, kw_only=True, slots=True)
class Deceiving:
    """A workspace that deceives, and what was synced of it."""

    url: str
    folder: Path
    ids: dict[str, str]

    @property
    def settings(self) -> dict[str, str]:
        return {
            "INTERCOM_BASE_URL": self.url,
            "INTERCOM_ACCESS_TOKEN": CANARY,
            "INTERCOM_DATA_DIR": str(self.folder),
        }


@pytest.fixture(scope="module")
def deceiving(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deceiving]:
    folder = tmp_path_factory.mktemp("deceived")
    kinds = ("contacts", "conversations", "admins")
    ids = {kind: str(sandbox.workspace.records(kind)[0]["id"]) for kind in kinds}
    with hostile(sandbox) as url, pytest.MonkeyPatch.context() as monkeypatch:
        made = Deceiving(url=url, folder=folder, ids=ids)
        for name, value in made.settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(folder)
        assert run(["sync", *SYNCED]) == Exit.OK
        yield made


Told = Callable[..., Ended]


@pytest.fixture
def tell(deceiving: Deceiving, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """The command, in front of that workspace."""
    monkeypatch.chdir(deceiving.folder)
    for name, value in deceiving.settings.items():
        monkeypatch.setenv(name, value)

    def run_here(*arguments: str) -> Ended:
        capsys.readouterr()
        code = run([each.format(**deceiving.ids) for each in arguments])
        said = capsys.readouterr()
        return Ended(code=code, out=said.out, err=said.err)

    return run_here


def assert_harmless(text: str) -> None:
    """No sign that steers, and no line that somebody else wrote the beginning of."""
    found = {each for each in text if each != "\n" and unicodedata.category(each) in {"Cc", "Cf", "Zl", "Cs"}}
    assert not found, (found, text)
    assert not re.search(rf"^{FORGED}", text, re.MULTILINE), text


FOR_PEOPLE = [
    "auth status",
    "doctor",
    "contacts list",
    "contacts list --from warehouse",
    "contacts search role=user",
    "contacts get {contacts}",
    "contacts get {contacts} --from warehouse",
    "contacts get {contacts} --profile",
    "contacts get {contacts} --profile --from warehouse",
    "conversations list",
    "conversations get {conversations}",
    "conversations get {conversations} --from warehouse",
    "conversations summarize --since 2000-01-01",
    "articles list",
    "admins list",
]


@pytest.mark.parametrize("arguments", FOR_PEOPLE)
def test_what_is_printed_is_harmless_and_whole(tell: Told, arguments: str) -> None:
    """The brackets stand there as they were written."""
    told = tell(*arguments.split())
    assert told.code in {Exit.OK, Exit.FAILED}, told.err
    assert_harmless(told.out + told.err)
    assert "[/x]" in told.out or "…" in told.out


@pytest.mark.parametrize("arguments", ["status", "tables", "tables contacts", "tables contacts_custom"])
def test_what_is_told_of_the_file_is_harmless(tell: Told, arguments: str) -> None:
    """The names of fields that nobody knew, of tables and of columns."""
    told = tell(*arguments.split())
    assert told.code == Exit.OK, told.err
    assert_harmless(told.out + told.err)
    assert ("[/x]" in told.out) == (arguments in {"status", "tables contacts_custom"})


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("SELECT name FROM contacts LIMIT 1", "[/x] [bold]"),
        ("PIVOT (FROM contacts LIMIT 1) ON name USING count(*)", BRACKETS),
        ("SELECT name::INTEGER FROM contacts", BRACKETS),
        ("SELECT error('" + EVIL.replace("'", "''") + "')", BRACKETS),
    ],
    ids=["values", "names of columns", "an error", "an error of its own"],
)
def test_an_answer_of_the_database_is_harmless(tell: Told, sql: str, shown: str) -> None:
    """Its values, the names that a PIVOT makes of values, and an error that quotes one."""
    told = tell("query", sql)
    assert_harmless(told.out + told.err)
    assert shown in told.out + told.err


@pytest.mark.parametrize("arguments", ["contacts get nobody", "conversations get 0", "sync nothing_of_mine"])
def test_an_error_is_harmless(tell: Told, arguments: str) -> None:
    """Of Intercom's: its code, its message, the field, the request's id."""
    told = tell(*arguments.split())
    assert told.code != Exit.OK
    assert_harmless(told.out + told.err)


def test_an_admin_is_named_harmlessly_where_a_reply_is_refused(tell: Told) -> None:
    """Who the admins are stands in the error."""
    told = tell("conversations", "reply", "{conversations}", "--type=note", "--admin=0", "--body=x", "--yes")
    assert told.code == Exit.USAGE
    assert_harmless(told.err)
    assert BRACKETS in told.err


def test_a_plan_of_replies_is_harmless(tell: Told, deceiving: Deceiving) -> None:
    """Whom it is to, as whom and where, and what a query gave it to say."""
    sql = f"SELECT id AS conversation_id, '{BRACKETS}' AS said FROM conversations"
    plan = ["replies", "plan", "--campaign", "x", "--type", "comment", "--admin", deceiving.ids["admins"]]
    told = tell(*plan, "--sql", sql, "--body", "{{{{ said }}}}", "--dry-run")
    assert told.code == Exit.OK, told.err
    assert_harmless(told.out + told.err)
    assert re.search(r"^Workspace .*\[/x\]", told.out, re.MULTILINE)
    assert re.search(r"^Conversation \S+ with .*\[/x\]", told.out, re.MULTILINE)
    assert f"    {BRACKETS}" in told.out


def test_json_holds_all_of_it_in_escapes(tell: Told) -> None:
    """What JSON may hold as it is, a terminal may act on."""
    for arguments in (["contacts", "list", "--json"], ["query", "FROM contacts", "--json"]):
        told = tell(*arguments)
        assert "\\u009b2J" in told.out
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", told.out)


def test_a_terminal_is_not_steered(deceiving: Deceiving, tmp_path: Path) -> None:
    """Neither by the preview of a reply nor by CSV; the colours are the command's own."""
    env = environment(None, **deceiving.settings)
    reply = ["conversations", "reply", deceiving.ids["conversations"], "--type", "note"]
    reply += ["--admin", deceiving.ids["admins"], "--body", EVIL]
    shown = run_in_terminal(*reply, env=env, cwd=tmp_path, columns=200, typed=b"n\n").out
    assert "Nothing was sent." in shown
    assert BRACKETS in shown
    assert_harmless(shown)
    rows = run_in_terminal(
        "query", "SELECT name FROM contacts", "--csv", env=env, cwd=tmp_path, columns=200
    ).out
    assert "[/x]" in rows
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", rows)
