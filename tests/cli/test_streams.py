"""`streams` shows what can be synced, without an account."""

import json

import pytest

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.sync.catalog import CATALOG
from tests.cli.conftest import Command


def test_every_stream_is_listed_without_a_token_or_a_request(
    command: Command, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what one row of it is."""
    monkeypatch.delenv("INTERCOM_ACCESS_TOKEN")
    sandbox.requests.reset()
    told = command("streams")
    assert told.code == Exit.OK
    lines = told.out.splitlines()[1:]
    assert [line.split()[0] for line in lines[: len(CATALOG)]] == [stream.name for stream in CATALOG]
    assert all(stream.table.grain in line for stream, line in zip(CATALOG, lines, strict=False))
    assert all(stream.permission in told.out for stream in CATALOG)
    assert list(sandbox.requests) == []


def test_what_the_version_does_not_have_is_marked(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the first version that has it; with `app` the version is not known, so nothing is."""
    marked = {}
    for version in ("2.11", "2.17", "app"):
        monkeypatch.setenv("INTERCOM_API_VERSION", version)
        told = {each["stream"]: each for each in json.loads(command("streams", "--json").out)}
        marked[version] = {name for name, each in told.items() if not each["allowed"]}
    assert marked["2.11"] == {stream.name for stream in CATALOG if stream.minimum_version != "2.11"}
    assert marked["2.17"] == marked["app"] == set()
    monkeypatch.setenv("INTERCOM_API_VERSION", "2.11")
    assert "needs API 2.16" in command("streams").out


def test_every_stream_says_what_it_costs_and_needs(command: Command) -> None:
    """For programs too, with the tables it fills."""
    for each in json.loads(command("streams", "--json").out):
        assert each["cost"], each["stream"]
        assert each["permission"], each["stream"]
        assert each["by_default"] in {"yes", "where available", "on request"}
        assert each["tables"][0] == each["stream"]


def test_one_stream_is_shown_in_full(command: Command) -> None:
    """Everything there is to know of it, however narrow the terminal."""
    told = command("streams", "contacts")
    assert told.code == Exit.OK
    contacts = json.loads(command("streams", "contacts", "--json").out)
    assert contacts["since"] is None
    for fact in (contacts["grain"], contacts["permission"], contacts["cost"], *contacts["tables"]):
        assert fact in told.out
    assert command("streams", "contatcs").code == Exit.USAGE


def test_a_stream_on_request_of_a_later_version_says_both(command: Command) -> None:
    """A line ends where its text ends."""
    lines = {line.split()[0]: line for line in command("streams").out.splitlines() if line}
    assert "on request, needs API 2.16" in lines["custom_objects"]
    assert not [line for line in lines.values() if line != line.rstrip()]
