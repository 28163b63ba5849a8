"""How conversations go: the beats a conversation is made of, and the arcs they form."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """One thing that happens in a conversation, written down as one conversation part.

    `actor`: customer, agent, colleague, bot or fin. `turn`: the texts it takes its body from, "" for no body.
    `gap`: how long it lets wait, relative to the other beats; 0 means seconds. `state`: what it leaves the
    conversation in, "" for no change. `to`: whom it assigns to (agent, team, other_team).
    """

    actor: str
    part_type: str = "comment"
    turn: str = ""
    gap: float = 1.0
    state: str = ""
    to: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arc:
    """A course of events: its likelihood, the busy hours it takes (from, to), its beats, the ratings earned.

    `opener`: customer, agent (a teammate writes first) or campaign (an automated message does).
    """

    weight: float
    hours: tuple[float, float]
    beats: tuple[str, ...]
    ratings: str = "5554"
    opener: str = "customer"


BEATS: Mapping[str, Beat] = {
    "greet": Beat(actor="bot", turn="greeting", gap=0),
    "fin": Beat(actor="fin", turn="fin", gap=0),
    "menu": Beat(actor="bot", part_type="quick_reply", turn="menu", gap=0),
    "fin_thanks": Beat(actor="customer", turn="fin_thanks", gap=1.2),
    "human": Beat(actor="customer", turn="human", gap=0.3),
    "handover": Beat(actor="bot", turn="handover", gap=0),
    "to_team": Beat(actor="bot", part_type="assignment", gap=0, to="team"),
    "take": Beat(actor="agent", part_type="assignment", gap=1.0, to="agent"),
    "escalate": Beat(actor="agent", part_type="assignment", turn="escalate", gap=0.6, to="other_team"),
    "pass_on": Beat(actor="colleague", part_type="assignment", gap=0.8, to="agent"),
    "ask": Beat(actor="agent", turn="ask", gap=0.4, state="open"),
    "detail": Beat(actor="customer", turn="detail", gap=2.2, state="open"),
    "note": Beat(actor="agent", part_type="note", turn="note", gap=0.5),
    "note_reply": Beat(actor="colleague", part_type="note", turn="note_reply", gap=1.1),
    "answer": Beat(actor="agent", turn="answer", gap=0.9, state="open"),
    "fixed": Beat(actor="agent", turn="fixed", gap=0.9, state="open"),
    "more": Beat(actor="customer", turn="more", gap=1.5, state="open"),
    "hold": Beat(actor="agent", turn="hold", gap=0.7, state="open"),
    "chase": Beat(actor="customer", turn="chase", gap=5.0, state="open"),
    "thanks": Beat(actor="customer", turn="thanks", gap=1.8, state="open"),
    "sorry": Beat(actor="agent", turn="sorry", gap=0.8, state="open"),
    "attribute": Beat(actor="agent", part_type="conversation_attribute_updated_by_admin", gap=0.1),
    "snooze": Beat(actor="agent", part_type="snoozed", gap=0.2, state="snoozed"),
    "wake": Beat(actor="bot", part_type="timer_unsnooze", gap=7.0, state="open"),
    "reopen": Beat(actor="customer", part_type="open", turn="again", gap=9.0, state="open"),
    "close": Beat(actor="agent", part_type="close", gap=1.4, state="closed"),
    "farewell": Beat(actor="agent", part_type="close", turn="farewell", gap=1.0, state="closed"),
    "bot_close": Beat(actor="bot", part_type="close", gap=2.0, state="closed"),
    "rate_ask": Beat(actor="bot", turn="rate_ask", gap=0),
    "rate": Beat(actor="customer", part_type="conversation_rating_changed", gap=1.5),
    "remark": Beat(actor="customer", part_type="conversation_rating_remark_added", turn="remark", gap=0),
    "outbound_reply": Beat(actor="customer", turn="outbound_reply", gap=2.0, state="open"),
}

_TAKE = ("greet", "to_team", "take")
_FIN = ("greet", "fin")

ARCS: Mapping[str, Arc] = {
    "fin_solved": Arc(weight=13, hours=(0.05, 0.6), beats=(*_FIN, "fin_thanks", "bot_close")),
    "fin_rated": Arc(
        weight=5, hours=(0.1, 0.8), beats=(*_FIN, "menu", "fin_thanks", "bot_close", "rate_ask", "rate")
    ),
    "fin_quiet": Arc(weight=4, hours=(0.5, 5), beats=(*_FIN, "bot_close")),
    "quick": Arc(weight=14, hours=(0.3, 5), beats=(*_TAKE, "answer", "thanks", "farewell")),
    "asked": Arc(
        weight=16,
        hours=(1, 12),
        beats=(*_TAKE, "ask", "detail", "attribute", "answer", "thanks", "close", "rate_ask", "rate"),
        ratings="55544435",
    ),
    "asked_plain": Arc(
        weight=9, hours=(1, 14), beats=(*_TAKE, "ask", "detail", "answer", "thanks", "farewell")
    ),
    "escalated": Arc(
        weight=11,
        hours=(2, 16),
        beats=(
            *_FIN, "menu", "human", "handover", "to_team", "take", "ask", "detail", "note", "note_reply",
            "answer", "thanks", "farewell", "rate_ask", "rate", "remark",
        ),
        ratings="554443211",
    ),
    "long": Arc(
        weight=8,
        hours=(18, 90),
        beats=(
            *_TAKE, "ask", "detail", "note", "note_reply", "hold", "snooze", "wake", "chase", "escalate",
            "pass_on", "answer", "thanks", "close", "rate_ask", "rate", "remark",
        ),
        ratings="5433221",
    ),
    "reopened": Arc(
        weight=8,
        hours=(12, 60),
        beats=(
            *_TAKE, "answer", "thanks", "close", "reopen", "sorry", "note", "fixed", "thanks", "farewell",
            "rate_ask", "rate", "remark",
        ),
        ratings="54433221",
    ),
    "went_quiet": Arc(weight=4, hours=(12, 50), beats=(*_TAKE, "ask", "snooze", "wake", "farewell")),
    "unanswered": Arc(weight=1.5, hours=(2, 20), beats=("greet", "to_team", "chase")),
    "unresolved": Arc(weight=1.5, hours=(4, 40), beats=(*_TAKE, "ask", "detail", "note", "hold", "chase")),
    "parked": Arc(weight=1.0, hours=(2, 20), beats=(*_TAKE, "hold", "note", "snooze")),
    "checked_in": Arc(
        weight=3, hours=(3, 40), beats=("outbound_reply", "answer", "thanks", "close"), opener="agent"
    ),
    "campaign": Arc(
        weight=3, hours=(2, 60), beats=("outbound_reply", "to_team", "take", "answer", "thanks", "farewell"),
        opener="campaign",
    ),
    "campaign_unread": Arc(weight=1.5, hours=(0.2, 3), beats=("bot_close",), opener="campaign"),
}  # fmt: skip

_FILLING = ("chase", "hold", "note", "note_reply", "more", "fixed", "thanks", "attribute", "snooze", "wake")
_ENDINGS = frozenset({"close", "farewell", "bot_close", "rate_ask", "rate", "remark"})


def fit(beats: tuple[str, ...], parts: int) -> tuple[str, ...]:
    """Exactly `parts` beats: the last of them stay the arc's ending, the middle is filled up or left out."""
    start = len(beats)
    while start and beats[start - 1] in _ENDINGS:
        start -= 1
    middle, ending = beats[:start], beats[start:][:parts]
    room = parts - len(ending)
    if room <= len(middle):
        return (*middle[:room], *ending)
    rounds = (room - len(middle)) // len(_FILLING) + 1
    return (*middle, *(_FILLING * rounds)[: room - len(middle)], *ending)
