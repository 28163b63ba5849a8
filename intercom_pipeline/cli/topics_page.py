"""What customers ask about, for `conversations summarize`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from rich.text import Text

from intercom_pipeline.analytics.openings import Opening, openings_of
from intercom_pipeline.analytics.threads import moment_of_seconds
from intercom_pipeline.analytics.topics import Summary, Topic, summarize
from intercom_pipeline.api.places import origin_of
from intercom_pipeline.api.stored import Stored
from intercom_pipeline.cli.moments import bounds
from intercom_pipeline.cli.output import columns, counted, moment, print_json, remarks, show
from intercom_pipeline.steering import one_line
from intercom_pipeline.sync.tables.conversations import CONVERSATIONS_TABLE
from intercom_pipeline.warehouse.people.policies import Action

if TYPE_CHECKING:
    from intercom_pipeline.api import Intercom

_WIDEST = 100
_SPANS = (30, 90, 365, 1_000)
"""Days to look back where fewer show nothing."""
_NO_WORDS_LEFT = frozenset({Action.DROP, Action.HASH, Action.MASK})


def first_second(since: str) -> int:
    """The second (unix) that a person means.

    Raises:
        UsageRefused: It is no moment, or lies in the future.
    """
    found = bounds(since, None)
    return found.since or 0 if found else 0


def summary_of(workspace: "Intercom | Stored", first: int, *, most: int, limit: int) -> tuple[Summary, bool]:
    """The topics of the conversations begun since, and whether there are more than were looked at."""
    # One before, as ">" is "or equal" in some versions and in others not; the times are looked at here.
    found = workspace.search_conversations(f"created_at > {max(first - 1, 0)}")
    since = (each for each in found if int(each.get("created_at") or 0) >= first)
    looked_at = summarize(openings_of(islice(since, limit)), most=most)
    return looked_at, next(since, None) is not None


def advice(workspace: "Intercom | Stored", summary: Summary, first: int) -> str:
    """Why there is nothing to show, and where there is more; empty where there are topics to look at."""
    if isinstance(workspace, Stored):
        policy = workspace.hidden.policy(origin_of("source.body", CONVERSATIONS_TABLE))
        if policy in _NO_WORDS_LEFT:
            return f"a privacy policy hides what customers wrote ({policy}); Intercom itself knows it"
    if summary.topics:
        return ""
    last = next(iter(workspace.list_conversations(limit=1)), None)
    begun = moment_of_seconds(last.get("created_at")) if last else None
    if begun is None:
        return "there are no conversations at all"
    wanted = max((datetime.now(UTC) - min(begun, datetime.fromtimestamp(first, UTC))).days + 1, 1)
    longer = next((each for each in _SPANS if each > wanted), None)
    where = f"; look further back with --since {longer}d" if longer else ""
    return f"the one that changed last began {moment(begun)}{where}"


def print_as_json(summary: Summary) -> None:
    """One object, with the topics as a list."""
    print_json(summary)


def print_for_people(summary: Summary, first: int, *, cut: bool, advised: str = "") -> None:
    """A table of topics with examples, and what it leaves out."""
    if summary.topics:
        table = columns("messages", "share", "topic", "for example", right=("messages", "share"),
                        wrapped=("topic", "for example"))  # fmt: skip
        for topic in summary.topics:
            table.add_row(
                str(topic.count), f"{topic.share:.0%}", Text(one_line(topic.label)), _examples(topic)
            )
        show(table)
    left_out = [*_left_out(summary, first, cut=cut), *([advised] if advised else [])]
    remarks().print("; ".join(left_out), style="dim")


def _examples(topic: Topic) -> Text:
    lines = [f"{each.conversation_id}  {one_line(_first_words(each), _WIDEST)}" for each in topic.examples]
    return Text("\n".join(lines), no_wrap=True, overflow="ellipsis")


def _first_words(opening: Opening) -> str:
    return " ".join(f"{opening.subject} {opening.text}".split())


def _left_out(summary: Summary, first: int, *, cut: bool) -> "Iterator[str]":
    begun = moment(datetime.fromtimestamp(first, UTC))
    yield f"{counted(summary.messages, 'conversation')} that customers began since {begun} (UTC)"
    if summary.in_smaller_topics:
        yield f"{summary.in_smaller_topics} in smaller topics (see --most)"
    if summary.alone:
        yield f"{summary.alone} unlike any other"
    if summary.without_words:
        yield f"{summary.without_words} without words"
    if cut:
        yield "there are more conversations (see --limit)"
