"""Intercom gives the 500 newest parts of a conversation: what is stored stays, what is missing is counted."""

from pathlib import Path
from typing import NamedTuple

import pytest

from intercom_pipeline.sandbox import Options, Request, Sandbox, Sizes, serve
from tests.syncing import select, sync

ONE = Sizes(
    contacts=3, conversations=1, articles=0, tickets=0, calls=0, activity_logs=0, long_conversations=0
)
FAST = Options(limit_per_minute=6_000_000)


class Kept(NamedTuple):
    """What the warehouse says about a conversation: the parts stored, and the two columns about the rest."""

    parts: int
    truncated: bool
    missing: int


def kept(folder: Path, conversation_id: str) -> Kept:
    [row] = select(
        folder,
        "SELECT (SELECT count(*) FROM conversation_parts p WHERE p.conversation_id = c.id "
        "AND p._deleted_at IS NULL), _parts_truncated, _parts_missing "
        f"FROM conversations c WHERE id = '{conversation_id}' AND _deleted_at IS NULL",
    )
    return Kept(*row)


def stored_parts(folder: Path, conversation_id: str) -> set[str]:
    sql = f"SELECT id FROM conversation_parts WHERE conversation_id = '{conversation_id}'"
    return {part for (part,) in select(folder, sql)}


def true_parts(sandbox: Sandbox, conversation_id: str) -> list[str]:
    """Every part there is, oldest first."""
    record = sandbox.workspace.collections["conversations"].get(conversation_id)
    return [str(part["id"]) for part in record["conversation_parts"]["conversation_parts"]]


def conversation_of(sandbox: Sandbox, parts: int) -> str:
    """The id of a new conversation with so many parts."""
    conversation_id = str(sandbox.workspace.create_conversation()["id"])
    sandbox.workspace.add_parts(conversation_id, parts)
    return conversation_id


def arriving(sandbox: Sandbox, asked: str, conversation_id: str, parts: int) -> None:
    """Let parts arrive once, just after a request (its method and path) is answered."""

    def arrive(request: Request) -> None:
        if f"{request.method} {request.path}" == asked:
            sandbox.after_each_request.clear()
            sandbox.workspace.add_parts(conversation_id, parts)

    sandbox.after_each_request.append(arrive)


def test_a_first_sync_counts_the_parts_it_was_not_given(tmp_path: Path) -> None:
    """None up to 500; of 501 one is missing, of 2,000 there are 1,500."""
    with serve(sizes=ONE, options=FAST, seed=31) as sandbox:
        sizes = {conversation_of(sandbox, parts): parts for parts in (0, 1, 499, 500, 501, 2_000)}
        sync(sandbox, tmp_path, "conversations")
        for conversation_id, parts in sizes.items():
            missing = max(parts - 500, 0)
            assert kept(tmp_path, conversation_id) == (parts - missing, missing > 0, missing)
            assert stored_parts(tmp_path, conversation_id) == set(true_parts(sandbox, conversation_id)[-500:])


def test_parts_once_stored_stay_when_a_conversation_grows(tmp_path: Path) -> None:
    """From 499 parts over 501 to 1,200: what the API gives no more is kept, what it never gave is counted."""
    with serve(sizes=ONE, options=FAST, seed=32) as sandbox:
        grown = conversation_of(sandbox, 0)
        for arrived, afterwards in (
            (499, (499, False, 0)),
            (2, (501, True, 0)),
            (699, (1_001, True, 199)),
            (1, (1_002, True, 199)),
        ):
            sandbox.workspace.add_parts(grown, arrived)
            sync(sandbox, tmp_path, "conversations")
            assert kept(tmp_path, grown) == afterwards
        sync(sandbox, tmp_path, "conversations", full_refresh=True)
        assert kept(tmp_path, grown) == afterwards
        true = true_parts(sandbox, grown)
        assert stored_parts(tmp_path, grown) == set(true[:501] + true[700:])


@pytest.mark.parametrize("asked", ["POST /conversations/search", "GET /conversations/{id}"])
def test_parts_that_arrive_while_a_conversation_is_read_arrive_in_the_tables(
    tmp_path: Path, asked: str
) -> None:
    """Between the search and the detail, or after the detail: all are there after the next sync."""
    with serve(sizes=ONE, options=FAST, seed=33) as sandbox:
        read = conversation_of(sandbox, 450)
        arriving(sandbox, asked.replace("{id}", read), read, 100)
        sync(sandbox, tmp_path, "conversations")
        first = (
            Kept(500, truncated=True, missing=50)
            if "search" in asked
            else Kept(550, truncated=True, missing=0)
        )
        assert kept(tmp_path, read) == first
        sandbox.workspace.reply(read)
        sync(sandbox, tmp_path, "conversations")
        assert len(true_parts(sandbox, read)) == 551
        assert kept(tmp_path, read) == (551 - first.missing, True, first.missing)


def test_a_deleted_conversation_comes_back_with_the_parts_that_only_the_warehouse_has(tmp_path: Path) -> None:
    """Flagged with it and there again with it, also those that Intercom gives no more."""
    with serve(sizes=ONE, options=FAST, seed=34) as sandbox:
        for _ in range(9):
            conversation_of(sandbox, 0)  # or else one in ten would be too many to be flagged
        lost = conversation_of(sandbox, 400)
        sync(sandbox, tmp_path, "conversations")
        sandbox.workspace.add_parts(lost, 800)
        sync(sandbox, tmp_path, "conversations")
        before = kept(tmp_path, lost)
        assert before == (900, True, 300)
        sandbox.workspace.delete_conversation(lost)
        sync(sandbox, tmp_path, "conversations", sweep=True)
        flagged = "SELECT count(*) FROM conversation_parts WHERE _deleted_reason = 'deleted'"
        assert select(tmp_path, flagged) == [(900,)]
        sandbox.workspace.restore_conversation(lost)
        sync(sandbox, tmp_path, "conversations", sweep=True)
        assert kept(tmp_path, lost) == before
