"""A workspace that bulk replies change, and a folder of its own to plan them in."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.sandbox import Sandbox
from tests.cli.running import Ended

ROUTE = "POST /conversations/{id}/reply"
WORDS = "The outage is over."


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulk:
    """The command in front of such a workspace.

    Attributes:
        command: The command, in an empty folder.
        sandbox: The workspace.
        folder: The folder.
        ids: Conversations, of which no two tests use the same campaign.
        admin: Who answers.
    """

    command: Callable[..., Ended]
    sandbox: Sandbox
    folder: Path
    ids: list[str]
    admin: str

    def planned(self, *more: str, count: int = 4, campaign: str = "outage") -> dict[str, Any]:
        """Plan notes to the first conversations, written to plan.json; what `--json` tells."""
        (self.folder / "ids.txt").write_text("\n".join(self.ids[:count]), encoding="utf-8")
        options = ["--campaign", campaign, "--type", "note", "--admin", self.admin, "--out", "plan.json"]
        body = (
            []
            if "--csv" in more or "--sql" in more
            else ["--ids", "ids.txt", "--body", f"{WORDS} {campaign}."]
        )
        told = self.command("replies", "plan", *options, *body, *more, "--json")
        assert told.code == Exit.OK, told.err
        found: dict[str, Any] = json.loads(told.out)
        return found

    def sent(self) -> Counter[str]:
        """How often each conversation was sent a reply, since the requests were last forgotten."""
        return Counter(each.path.split("/")[2] for each in self.sandbox.requests if each.endpoint == ROUTE)

    def has(self, words: str) -> Counter[str]:
        """How often each conversation holds these words, of those that do."""
        conversations = self.sandbox.workspace.records("conversations")
        return Counter(each["id"] for each in conversations for said in _said(each) if words in said)


def _said(conversation: dict[str, Any]) -> list[str]:
    return [part["body"] or "" for part in conversation["conversation_parts"]["conversation_parts"]]
