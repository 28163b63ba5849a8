"""What customers are asking about: their opening messages grouped by topic, without a network or a model."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from intercom_pipeline.analytics.grouping import FEWEST, Vector, grouped, summed, vectors_of
from intercom_pipeline.analytics.openings import Opening
from intercom_pipeline.analytics.words import Term, terms_of

_MOST_TERMS: Final = 200
"""Terms of one message that count: its first ones."""
_IN_LABEL: Final = 3
_SHARE_FOR_LABEL: Final = 0.3
"""The share of a topic's messages that have a word of its label."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """Messages about much the same.

    Attributes:
        label: A few words that they share, the most telling first.
        count: How many messages.
        share: Of all messages that have words, from 0 to 1.
        examples: Those that are most like the others.
    """

    label: str
    count: int
    share: float
    examples: tuple[Opening, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What many messages are about.

    Attributes:
        messages: How many there are.
        without_words: How many of them have no words to go by, such as a picture alone.
        topics: The largest topics, the largest first.
        in_smaller_topics: How many messages are in topics that are not among these.
        alone: How many are like no other.
    """

    messages: int
    without_words: int
    topics: tuple[Topic, ...]
    in_smaller_topics: int
    alone: int


def summarize(openings: Iterable[Opening], *, most: int = 10, examples: int = 3) -> Summary:
    """Group messages by topic: the `most` largest topics, with so many examples each."""
    # By id, so that a tie is decided alike whatever the order.
    messages = sorted(openings, key=lambda each: each.conversation_id)
    said = [_terms(each) for each in messages]
    vectors = vectors_of([[term.stem for term in terms] for terms in said])
    groups = sorted(grouped(vectors), key=lambda members: (-len(members), members))
    with_words = sum(1 for terms in said if terms)
    topics = [
        Topic(
            label=_label(members, said, vectors),
            count=len(members),
            share=len(members) / with_words,
            examples=tuple(messages[at] for at in _typical(members, vectors)[:examples]),
        )
        for members in groups[:most]
    ]
    return Summary(
        messages=len(messages),
        without_words=len(messages) - with_words,
        topics=tuple(topics),
        in_smaller_topics=sum(len(members) for members in groups[most:]),
        alone=with_words - sum(len(members) for members in groups),
    )


def _terms(opening: Opening) -> list[Term]:
    return list(islice(terms_of(f"{opening.subject}\n{opening.text}"), _MOST_TERMS))


def _label(members: Sequence[int], said: Sequence[Sequence[Term]], vectors: Sequence[Vector]) -> str:
    """The words that weigh most in a topic, as they are mostly written, in the order of their weight."""
    shared = Counter(stem for at in members for stem in {term.stem for term in said[at]})
    weights = summed(vectors[at] for at in members)
    enough = max(FEWEST, _SHARE_FOR_LABEL * len(members))
    telling = [stem for stem, count in shared.items() if count >= enough and stem in weights]
    # Messages that are all the same have no weights between them; then what comes first says it.
    stems = sorted(telling, key=lambda stem: (-weights[stem], stem)) or list(shared)
    return ", ".join(_written(stem, members, said) for stem in stems[:_IN_LABEL])


def _written(stem: str, members: Sequence[int], said: Sequence[Sequence[Term]]) -> str:
    forms = Counter(term.written for at in members for term in said[at] if term.stem == stem)
    return min(forms, key=lambda form: (-forms[form], form))


def _typical(members: Sequence[int], vectors: Sequence[Vector]) -> list[int]:
    """A topic's messages, those most like the others first."""
    middle = summed(vectors[at] for at in members)
    likeness = {at: sum(weight * middle[stem] for stem, weight in vectors[at].items()) for at in members}
    return sorted(members, key=lambda at: (-likeness[at], at))
