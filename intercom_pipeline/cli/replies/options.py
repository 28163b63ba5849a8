"""Options of the verbs `replies …`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

RATE = 2.0
"""Replies a second, unless another rate is asked for; `Pace.per_second`."""


class Type(StrEnum):
    """Who sees a reply; `MessageType` in `replies`, which would be slow to import for the help alone."""

    COMMENT = "comment"
    NOTE = "note"
    QUICK_REPLY = "quick_reply"


Plan = Annotated[
    str, typer.Argument(metavar="PLAN", help="The plan's file, or the first digits of its id, at least 8.")
]
Confirm = Annotated[
    str | None,
    typer.Option(metavar="WORDS", help="What would be typed at the prompt, such as: 'send 150'."),
]
Rate = Annotated[
    float, typer.Option("--rate", min=0.01, max=50, metavar="N", help="Replies a second at most.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")]
Campaign = Annotated[
    str, typer.Option(metavar="NAME", help="What it is for; a campaign answers a conversation once.")
]
OfType = Annotated[
    Type,
    typer.Option("--type", help="A comment or quick_reply goes to the customer, a note to teammates."),
]
Admin = Annotated[str, typer.Option("--admin", metavar="ID", help="Who answers: see admins list.")]
Csv = Annotated[
    str | None, typer.Option(metavar="FILE", help="Whom to answer, as CSV in UTF-8; - reads stdin.")
]
Sql = Annotated[
    str | None,
    typer.Option(metavar="SELECT", help="The same, asked of the published file; - reads stdin."),
]
Ids = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="The same, a conversation's id a line; - reads stdin."),
]
Template = Annotated[Path | None, typer.Option(metavar="FILE", help="What to say, with {{ columns }} in it.")]
Body = Annotated[str | None, typer.Option(metavar="TEXT", help="The same; without either, the column body.")]
Attach = Annotated[
    list[str] | None,
    typer.Option(metavar="URL", help="The address of an image to show; up to 10 times."),
]
Option = Annotated[
    list[str] | None, typer.Option(metavar="TEXT", help="What a quick_reply offers; up to 10 times.")
]
Then = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ACTION",
        help="Afterwards, one of: close, snooze:3d, snooze:MOMENT, assign:ID, assign:team:ID or tag:ID.",
    ),
]
NewLedger = Annotated[
    bool, typer.Option("--new-ledger", help="Begin another ledger although there was one: see the docs.")
]
Sent = Annotated[
    list[str] | None,
    typer.Option(metavar="ID", help="You looked, and this conversation has the held reply. Several times."),
]
NotSent = Annotated[
    list[str] | None,
    typer.Option(metavar="ID", help="You looked, and it has not: this plan leaves it. Several times."),
]
Out = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Where to write the plan.  [default: the data folder]")
]
