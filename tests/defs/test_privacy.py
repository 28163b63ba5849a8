"""What Dagster keeps of a run holds nothing about people, and no token."""

import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

from intercom_pipeline.sandbox import Sandbox
from tests.defs.running import FirstRun, Runner


def kept(home: Path) -> bytes:
    """Every byte under Dagster's home; snapshots, which it compresses, in the clear."""
    return b"".join([*(file.read_bytes() for file in home.rglob("*") if file.is_file()), *snapshots(home)])


def snapshots(home: Path) -> Iterator[bytes]:
    runs = sqlite3.connect(home / "history" / "runs.db")
    try:
        yield from (zlib.decompress(body) for (body,) in runs.execute("SELECT snapshot_body FROM snapshots"))
    finally:
        runs.close()


def test_dagster_keeps_neither_people_nor_the_token(first_run: FirstRun, sandbox: Sandbox) -> None:
    """No e-mail address, no name, no message and no token is in any event, log, snapshot or preview."""
    bytes_kept = kept(first_run.runner.home)
    tag = sandbox.workspace.records("tags", version="2.14")[0]["name"]
    assert tag.encode() in bytes_kept  # what is not about people is there to be seen
    for secret in [sandbox.token, *people(sandbox)]:
        assert secret.encode() not in bytes_kept


def test_a_failed_run_keeps_them_no_more(runner: Runner, sandbox: Sandbox) -> None:
    """An error names the stream, not the person."""
    sandbox.conditions.missing_permissions = {"contacts", "conversations"}
    try:
        assert not runner.run().success
    finally:
        sandbox.conditions.missing_permissions = set()
    bytes_kept = kept(runner.home)
    assert b"may not read contacts" in bytes_kept
    for secret in [sandbox.token, *people(sandbox)]:
        assert secret.encode() not in bytes_kept


def people(sandbox: Sandbox) -> Iterator[str]:
    for contact in sandbox.workspace.records("contacts", version="2.14"):
        yield from (value for value in (contact["email"], contact["name"], contact["phone"]) if value)
    for conversation in sandbox.workspace.records("conversations", version="2.14"):
        yield conversation["source"]["body"]
    for admin in sandbox.workspace.records("admins", version="2.14"):
        yield admin["email"]
