"""How the server starts, speaks and ends: on stdio, and by HTTP to this machine alone."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.sandbox import Sandbox
from tests.cli.running import COMMAND, environment, run_process
from tests.mcp_server.assistant import connected

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


@contextmanager
def started(workspace: Sandbox, folder: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [COMMAND, "mcp", "--data-dir", str(folder), *options],
        env=environment(workspace),
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


@pytest.fixture(scope="module")
def address(workspace: Sandbox, synced: Path) -> Iterator[str]:
    """A server's address, until it is interrupted."""
    with started(workspace, synced, "--http", "--port", "0") as process:
        assert process.stdout
        told = process.stdout.readline()
        yield re.findall(r"http://127\.0\.0\.1:\d+/mcp", told)[0]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == Exit.INTERRUPTED
    assert "Traceback" not in out + err


def test_stdout_holds_the_protocol_alone(workspace: Sandbox, synced: Path) -> None:
    """A line an answer, and nothing else; the server ends when its stdin does."""
    with started(workspace, synced) as process:
        call = {"name": "get_contact", "arguments": {"contact_id": "nobody"}}
        messages = [
            HELLO,
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
        ]
        assert process.stdin
        assert process.stdout
        for message in messages:
            process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        out, err = process.communicate(timeout=60)
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[1]["result"]["isError"] is True
    assert (out, err, process.returncode) == ("", "", 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once(workspace: Sandbox, synced: Path, number: signal.Signals) -> None:
    """Even while its stdin is open."""
    with started(workspace, synced) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(HELLO) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.send_signal(number)
        assert process.wait(timeout=30) in {Exit.TERMINATED, Exit.INTERRUPTED}


def test_the_tools_are_served_by_http(address: str) -> None:
    """The same ones."""
    with connected(address) as assistant:
        assert len(assistant.tools()) == 8
        assert len(assistant.call("list_conversations", limit=3)["records"]) == 3
        assert assistant.call("query_warehouse", sql="SELECT count(*) FROM contacts")["rows"] == [[200]]
        assert "contacts" in assistant.read("intercom://tables")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "{here}"}, 200),
        ({"Host": "rebound.example"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Origin": "https://rebound.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_a_web_page_does_not_reach_it(address: str, headers: dict[str, str], status: int) -> None:
    """A request that is for another host, or comes from a page elsewhere, is refused."""
    here = address.removesuffix("/mcp")
    sent = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"} | {
        name: value.format(here=here) for name, value in headers.items()
    }
    answer = httpx.post(address, content=json.dumps(HELLO), headers=sent)
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers


def test_a_port_that_is_taken_is_told(workspace: Sandbox, synced: Path, address: str) -> None:
    """With the way out."""
    port = address.removesuffix("/mcp").rpartition(":")[2]
    ended = run_process(
        "mcp", "--http", "--port", port, "--data-dir", str(synced), env=environment(workspace), cwd=synced
    )
    assert ended.code == Exit.USAGE
    assert ended.out == ""
    assert f"port {port}" in ended.three_lines[0]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--allow-apply"], "--allow-apply alone has nothing to apply."),
        (["--port", "8977"], "--port is for --http."),
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, options: list[str], what: str) -> None:
    """Before anything starts."""
    ended = run_process("mcp", *options, env=environment(), cwd=tmp_path)
    assert (ended.code, ended.out) == (Exit.USAGE, "")
    assert ended.three_lines[0] == what


def test_without_a_token_it_does_not_start(tmp_path: Path) -> None:
    """And says on stderr what to do."""
    ended = run_process("mcp", env=environment(), cwd=tmp_path)
    assert (ended.code, ended.out) == (Exit.AUTHORISATION, "")
    assert ended.three_lines[0] == "There is no access token."


def test_without_the_extra_it_says_how_to_install_it(tmp_path: Path) -> None:
    """The SDK is no dependency of everybody."""
    without = "import sys; sys.modules['mcp'] = None; from intercom_pipeline.cli.main import run; "
    ended = subprocess.run(
        [sys.executable, "-c", without + "sys.exit(run(['mcp']))"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment(),
    )
    assert (ended.returncode, ended.stdout) == (Exit.USAGE, "")
    assert "uv sync --extra mcp" in ended.stderr
    assert "pip install 'intercom-pipeline[mcp]'" in ended.stderr
