"""Messages grouped by what they are about.

A topic is gathered around a term. A term is as good for that as there are messages with it, and as these
messages are alike: many write "project", but each about something else; who writes
"invoice" is after much the same. So the best term takes its messages, the best of the others takes of those
that are left, and so on. Then each message goes to the topic that it is most like. The same messages give the
same topics, whatever their order.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Final

Vector = Mapping[str, float]
"""The weights of a message's terms: its length is 1, or 0 where it has none that tell it from others."""

FEWEST: Final = 2
"""Messages that make a topic."""
_LIKENESS: Final = 1.25
"""How much likeness counts beside number (1: as much): less makes fewer, broader topics, but mixes them."""
_ALIKE: Final = 0.15
"""The cosine from which a message belongs to a topic."""
_ROUNDS: Final = 2
"""How often each message goes anew to the topic that it is most like."""


def vectors_of(messages: Sequence[Sequence[str]]) -> list[Vector]:
    """The weights of each message's terms (tf-idf): the rarer, the more; in one message alone, nothing."""
    holders = Counter(term for terms in messages for term in set(terms))
    weights = {
        # One more than there are: where all messages are the same, that counts, too.
        term: math.log((len(messages) + 1) / count)
        for term, count in holders.items()
        if count >= FEWEST
    }
    return [_vector(terms, weights) for terms in messages]


def _vector(terms: Sequence[str], weights: Mapping[str, float]) -> Vector:
    counted = Counter(term for term in terms if term in weights)
    return _of_length_1({term: (1 + math.log(count)) * weights[term] for term, count in counted.items()})


def grouped(vectors: Sequence[Vector]) -> list[list[int]]:
    """The positions of the messages of each topic, rising; a message that is like no other is in none."""
    topics = list(_gathered(vectors))
    for _ in range(_ROUNDS):
        topics = _each_to_its_like(vectors, topics)
    return [members for members in topics if len(members) >= FEWEST]


def _gathered(vectors: Sequence[Vector]) -> Iterator[list[int]]:
    """The messages of one term after another, the best term of those that are left first."""
    holders: dict[str, list[int]] = defaultdict(list)
    for at, vector in enumerate(vectors):
        for term in vector:
            holders[term].append(at)
    likeness = {term: _likeness([vectors[at] for at in held]) for term, held in holders.items()}
    left = {term: len(held) for term, held in holders.items()}
    waiting = [(-left[term] * likeness[term], term) for term in left if likeness[term] > 0]
    heapify(waiting)
    free = set(range(len(vectors)))
    while waiting:
        promised, term = heappop(waiting)
        worth = -left[term] * likeness[term]
        if left[term] < FEWEST:
            continue
        if worth > promised:  # Others have taken some of its messages meanwhile.
            heappush(waiting, (worth, term))
            continue
        members = [at for at in holders[term] if at in free]
        free.difference_update(members)
        for at in members:
            for other in vectors[at]:
                left[other] -= 1
        yield members


def _likeness(vectors: Sequence[Vector]) -> float:
    """How alike messages are, from 0 to 1: by the mean of the products of any two of them."""
    if len(vectors) < FEWEST:
        return 0.0
    pairs = len(vectors) * (len(vectors) - 1)
    products = sum(weight**2 for weight in summed(vectors).values()) - len(vectors)
    return float(max(products / pairs, 0.0) ** _LIKENESS)


def _each_to_its_like(vectors: Sequence[Vector], topics: Sequence[Sequence[int]]) -> list[list[int]]:
    middles: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for topic, members in enumerate(topics):
        for term, weight in _of_length_1(summed(vectors[at] for at in members)).items():
            middles[term].append((topic, weight))
    anew: list[list[int]] = [[] for _ in topics]
    for at, vector in enumerate(vectors):
        likeness: dict[int, float] = defaultdict(float)
        for term, weight in vector.items():
            for topic, other in middles[term]:
                likeness[topic] += weight * other
        best = max(likeness, key=lambda topic: (likeness[topic], -topic), default=None)
        if best is not None and likeness[best] >= _ALIKE:
            anew[best].append(at)
    return anew


def summed(vectors: Iterable[Vector]) -> dict[str, float]:
    """The sum of vectors."""
    total: dict[str, float] = defaultdict(float)
    for vector in vectors:
        for term, weight in vector.items():
            total[term] += weight
    return total


def _of_length_1(vector: Mapping[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight**2 for weight in vector.values()))
    return {term: weight / length for term, weight in vector.items()} if length else {}
