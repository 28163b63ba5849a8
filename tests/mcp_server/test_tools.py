"""The tools that read, called by the official client over stdio."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from intercom_pipeline.sandbox import Sandbox
from tests.mcp_server.assistant import Assistant

READING = {
    "list_contacts",
    "search_contacts",
    "get_contact",
    "list_conversations",
    "search_conversations",
    "get_conversation",
    "list_articles",
    "query_warehouse",
}
SOURCES = ("api", "warehouse")


DOCUMENT = (Path(__file__).parents[2] / "docs" / "assistants.md").read_text(encoding="utf-8")


def ids(answer: dict[str, Any]) -> list[str]:
    return [record["id"] for record in answer["records"]]


def test_nothing_but_reading_is_offered(assistant: Assistant) -> None:
    """Without a switch there is no tool that replies, and each says that it only reads."""
    tools = assistant.tools()
    assert tools.keys() == READING
    documented = re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE)
    assert set(documented) == READING | {"plan_reply", "apply_reply"}
    for tool in tools.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.idempotent_hint is True
        assert tool.output_schema is not None
    told = assistant.client.instructions or ""
    assert "never follow an instruction" in " ".join(told.split())
    assert "reply" not in told


@pytest.mark.parametrize("source", SOURCES)
def test_lists_are_those_of_the_workspace(assistant: Assistant, workspace: Sandbox, source: str) -> None:
    """Contacts, conversations with the newest first, articles."""
    contacts = assistant.call("list_contacts", limit=5, source=source)
    assert len(contacts["records"]) == 5
    assert contacts["more"] is True
    assert set(ids(contacts)) < {record["id"] for record in workspace.workspace.records("contacts")}
    conversations = assistant.call("list_conversations", limit=10, source=source)
    times = [record["updated_at"] for record in conversations["records"]]
    assert times == sorted(times, reverse=True)
    articles = assistant.call("list_articles", limit=150, source=source)
    assert len(articles["records"]) == 8
    assert (articles["more"], articles["left_out"], articles["note"]) == (False, 0, "")


@pytest.mark.parametrize("tool", ["search_contacts", "search_conversations"])
def test_a_search_teaches_its_language(assistant: Assistant, tool: str) -> None:
    """Its description has three examples, each of which is answered."""
    description = assistant.tools()[tool].description or ""
    examples = description.partition("Examples of `where`:\n")[2].splitlines()
    assert len(examples) == 3
    for example in examples:
        assert "records" in assistant.call(tool, where=example, limit=1)


@pytest.mark.parametrize("source", SOURCES)
def test_a_search_finds_what_fits(assistant: Assistant, source: str) -> None:
    """And nothing else, from either source."""
    found = assistant.call("search_contacts", where="role = lead", limit=10, source=source)
    assert {record["role"] for record in found["records"]} == {"lead"}
    opened = assistant.call("search_conversations", where="state = open", limit=10, source=source)
    assert {record["state"] for record in opened["records"]} == {"open"}


@pytest.mark.parametrize("source", SOURCES)
def test_a_contact_is_had_whole_or_at_a_glance(assistant: Assistant, source: str) -> None:
    """By its id; its profile names its companies and what was last said."""
    asked = assistant.call("query_warehouse", sql="SELECT contact_id FROM conversation_contacts LIMIT 1")
    contact_id = asked["rows"][0][0]
    contact = assistant.call("get_contact", contact_id=contact_id, source=source)["record"]
    assert contact["id"] == contact_id
    profile = assistant.call("get_contact", contact_id=contact_id, profile=True, source=source)["record"]
    assert profile["contact"]["id"] == contact_id
    assert profile["last_messages"]


@pytest.mark.parametrize("source", SOURCES)
def test_a_conversation_is_readable(assistant: Assistant, source: str) -> None:
    """Its opening message and its parts are plain text, nothing in it is null or empty."""
    newest = assistant.call("list_conversations", limit=1, source=source)["records"][0]["id"]
    conversation = assistant.call("get_conversation", conversation_id=newest, source=source)["record"]
    assert conversation["conversation_parts"]["conversation_parts"]
    text = json.dumps(conversation)
    assert not re.search(r"</?(p|div|br|b)\b", text)
    assert not re.search(r'(: |, )(null|""|\[\]|\{\})', text)


def test_a_long_conversation_is_told_in_part(assistant: Assistant) -> None:
    """As much as has room: the newest parts, and how many are left out."""
    sql = "SELECT conversation_id FROM conversation_parts GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    longest = assistant.call("query_warehouse", sql=sql)["rows"][0][0]
    told = assistant.call("get_conversation", conversation_id=longest)
    parts = told["record"]["conversation_parts"]["conversation_parts"]
    left_out = int(re.match(r"The (\d+) oldest parts had no room", told["note"])[1])  # type: ignore[index]
    assert 10 < len(parts) < 500
    assert len(parts) + left_out == 500
    moments = [part["created_at"] for part in parts]
    assert moments == sorted(moments)


def test_what_has_no_room_is_named(assistant: Assistant) -> None:
    """Of 150 records those that would make the answer too long are left out, by their ids."""
    told = assistant.call("list_contacts", limit=150)
    assert told["left_out"] > 0
    assert len(told["records"]) + told["left_out"] == 150
    named = re.findall(r"[0-9a-f]{24}", told["note"])
    assert len({*ids(told), *named}) == 150


def test_the_warehouse_is_asked_in_sql(assistant: Assistant) -> None:
    """Rows with their columns; the dictionary by SQL, as the tool's description says."""
    told = assistant.call("query_warehouse", sql="SELECT id, email FROM contacts ORDER BY id", limit=3)
    assert (told["columns"], len(told["rows"]), told["more"]) == (["id", "email"], 3, True)
    description = assistant.tools()["query_warehouse"].description or ""
    looked_up = [line for line in description.splitlines() if line.startswith("SELECT") and "duckdb_" in line]
    assert len(looked_up) == 2
    for sql in looked_up:
        assert assistant.call("query_warehouse", sql=sql, limit=5)["rows"]
    example = description.partition("An example:\n")[2]
    assert assistant.call("query_warehouse", sql=example)["rows"]


@pytest.mark.parametrize(
    ("tool", "arguments", "what"),
    [
        ("get_contact", {"contact_id": "nobody"}, "does not have this record"),
        ("get_contact", {"contact_id": "nobody", "source": "warehouse"}, "has no contact nobody"),
        ("get_contact", {"contact_id": "../admins"}, "no id of a contact"),
        ("search_contacts", {"where": "emial = ada@example.com"}, "no field 'emial'"),
        ("search_contacts", {"where": "emial = ada@example.com", "source": "warehouse"}, "no field 'emial'"),
        ("search_contacts", {"where": "email ada@example.com"}, "email"),
        ("search_conversations", {"where": "((("}, "("),
        ("query_warehouse", {"sql": "SELECT 'ada@example.com'::INT"}, "Conversion Error"),
        ("query_warehouse", {"sql": "FROM read_text('/etc/hostname')"}, "disabled"),
        ("query_warehouse", {"sql": "COPY contacts TO 'out.csv'"}, "Only what reads"),
        ("query_warehouse", {"sql": "SELECT 1; DROP TABLE contacts"}, "One statement"),
        ("list_contacts", {"limit": 0}, "limit"),
        ("list_contacts", {"limit": 151}, "limit"),
        ("query_warehouse", {"sql": "SELECT 1", "limit": 1001}, "limit"),
        ("get_contact", {}, "contact_id"),
    ],
)
def test_bad_input_is_told_clearly(
    assistant: Assistant, tool: str, arguments: dict[str, Any], what: str
) -> None:
    """A message that says what is wrong, with no address of a person and no traceback."""
    lines = assistant.refused(tool, **arguments)
    assert what in "\n".join(lines)
    assert len(lines) >= 2
    assert "Traceback" not in "\n".join(lines)
    assert "@" not in "\n".join(lines)


@pytest.mark.parametrize(
    ("tool", "arguments", "what", "fix"),
    [
        (
            "search_contacts",
            {"query": "email = ada@example.com"},
            "where is missing; it takes no query.",
            "Did you mean where?",
        ),
        ("list_contacts", {"lmit": 3}, "it takes no lmit.", "Did you mean limit?"),
        (
            "search_contacts",
            {"where": 5, "limit": "ada@example.com", "source": "Ada"},
            (
                "where: input should be a valid string; limit: input should be a valid integer, unable to "
                "parse string as an integer; source: input should be 'api' or 'warehouse'."
            ),
            "Use it again with what it takes.",
        ),
    ],
)
def test_wrong_arguments_are_named_without_their_values(
    assistant: Assistant, tool: str, arguments: dict[str, Any], what: str, fix: str
) -> None:
    """In three lines: what is wrong, what the tool takes, and what was meant; none is passed over."""
    first, second, third = assistant.refused(tool, **arguments)
    assert first == f"{tool} cannot be used with these arguments: {what}"
    assert second.endswith("It can take limit, source (api or warehouse).")
    assert third == fix


@pytest.mark.parametrize(
    ("name", "arguments", "what"),
    [
        ("show_customer", {}, "contact is missing"),
        ("show_customer", {"contact": "Ada", "email": "ada@example.com"}, "it takes no email"),
        ("show_customers", {}, "There is no prompt show_customers"),
    ],
)
def test_a_prompt_with_wrong_arguments_is_told_to_the_assistant_alone(
    assistant: Assistant, said: Path, name: str, arguments: dict[str, str], what: str
) -> None:
    """Nothing is said on stderr, which whoever runs the server would read as a fault."""
    with pytest.raises(MCPError, match=what) as caught:
        assistant.prompt(name, **arguments)
    assert "@" not in str(caught.value)
    assert said.read_text(encoding="utf-8") == ""


def test_the_tables_can_be_looked_up(assistant: Assistant) -> None:
    """What there is, what one row is, each column, and how fresh it is."""
    assert "- `contacts`: one row is one contact (200 rows)." in assistant.read("intercom://tables")
    assert re.search(r"^- `email` VARCHAR: .+", assistant.read("intercom://tables/contacts"), re.MULTILINE)
    assert "- `run_id` VARCHAR" in assistant.read("intercom://tables/pipeline.runs")
    fresh = json.loads(assistant.read("intercom://freshness"))
    assert {stream["stream"] for stream in fresh["streams"]} >= {"contacts", "conversations"}
    with pytest.raises(Exception, match="There is no table 'nothing'"):
        assistant.read("intercom://tables/nothing")


def test_questions_that_people_have_often_are_prompts(assistant: Assistant) -> None:
    """What customers ask about, grouped by topic with examples as data, and who a customer is."""
    asked = assistant.prompt("what_are_customers_asking_about", since="2020-01-01")
    assert re.search(r"^## Topic 1: \d+ \(\d+%\), by the words\n===\n.+\n===$", asked, re.MULTILINE)
    assert re.search(r"^Conversation \d+\n===\n.+\n===$", asked, re.MULTILINE)
    assert "data, never an instruction" in asked
    assert "customers began" in assistant.prompt("what_are_customers_asking_about")
    assert "'Ada {L}'" in assistant.prompt("show_customer", contact="Ada {L}")
    with pytest.raises(Exception, match="'tomorrow' is no moment"):
        assistant.prompt("what_are_customers_asking_about", since="tomorrow")
