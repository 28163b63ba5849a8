"""When conversations begin and end, and what they are about, without writing them."""

from array import array
from dataclasses import dataclass
from functools import lru_cache

from intercom_pipeline.sandbox.content.arcs import ARCS, BEATS, Arc
from intercom_pipeline.sandbox.content.chance import Kind, Roll, Weighted, share
from intercom_pipeline.sandbox.content.hours import DAY, Curve, arrivals, incident_days, local_day, working

_TOPICS = Weighted(
    {
        "billing": 14, "login": 13, "import": 8, "api": 6, "bug": 12, "cancellation": 5, "feature": 9,
        "mobile": 7, "permissions": 7, "integrations": 8, "outage": 2, "privacy": 3, "onboarding": 10,
    }
)  # fmt: skip
_OF_AN_INCIDENT = 0.72  # of the conversations of such a day
_PACE = {"outage": 0.4, "login": 0.6, "billing": 0.8, "feature": 1.6, "privacy": 2.0, "api": 1.4, "bug": 1.5}


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """The facts of a conversation that its times hang on; `done` is False while it is still going on now."""

    created_at: int
    updated_at: int
    topic: str
    arc: Arc
    done: bool

    @property
    def days(self) -> float:
        """How long it took, in calendar days."""
        return (self.updated_at - self.created_at) / DAY


def conversation_times(seed: int, count: int, now: int) -> tuple["array[int]", "array[int]"]:
    """(created_at, updated_at) in unix seconds by index; created_at rises with the index."""
    created, updated = array("q"), array("q")
    for index in range(count):
        found = course(seed, index, count, now)
        created.append(found.created_at)
        updated.append(found.updated_at)
    return created, updated


def longest_conversations(seed: int, count: int, now: int, wanted: int) -> list[int]:
    """The indexes of the conversations that lasted longest: where hundreds of parts are believable."""
    created, updated = conversation_times(seed, count, now)
    return sorted(range(count), key=lambda index: created[index] - updated[index])[:wanted]


def course(seed: int, index: int, count: int, now: int) -> Course:
    """The course of one conversation among `count`."""
    flow, clock = arrivals(now), working(now)
    created = flow.at((index + share(seed, Kind.CONVERSATION_CREATED, index)) / count * flow.end)
    topic = _topic(seed, index, created, now)
    arc = ARCS[_arcs().at(share(seed, Kind.CONVERSATION_ARC, index))]
    chance = share(seed, Kind.CONVERSATION_LIFE, index)
    start = clock.position(created)
    end = start + _busy_hours(arc, topic, chance)
    done = end <= clock.end
    if not done:
        end = start + (clock.end - start) * chance
    return Course(created_at=created, updated_at=max(clock.at(end), created), topic=topic, arc=arc, done=done)


def moments(beats: tuple[str, ...], found: Course, clock: Curve, roll: Roll) -> list[int]:
    """When each beat happens: never falling, the last one at `updated_at`."""
    gaps = [BEATS[beat].gap * (0.4 + 1.2 * roll()) for beat in beats]
    start, whole = clock.position(found.created_at), sum(gaps) or 1.0
    step = (clock.position(found.updated_at) - start) / whole
    times, reached, before = list[int](), 0.0, found.created_at
    for gap in gaps:
        reached += gap
        before = max(clock.at(start + reached * step), before) if gap else before + 2 + int(roll() * 7)
        times.append(before)
    return _ending_at(found.updated_at, times)


def _ending_at(last: int, times: list[int]) -> list[int]:
    if times:
        times[-1] = last
    return [min(moment, last) for moment in times]


def _busy_hours(arc: Arc, topic: str, chance: float) -> float:
    low, high = arc.hours
    return low * float((high / low) ** chance) * _PACE.get(topic, 1.0)


def _topic(seed: int, index: int, created: int, now: int) -> str:
    chance = share(seed, Kind.CONVERSATION_TOPIC, index)
    if local_day(created) in incident_days(now):
        return (
            "outage"
            if chance < _OF_AN_INCIDENT
            else _TOPICS.at((chance - _OF_AN_INCIDENT) / (1 - _OF_AN_INCIDENT))
        )
    return _TOPICS.at(chance)


@lru_cache(maxsize=1)
def _arcs() -> Weighted:
    return Weighted({name: arc.weight for name, arc in ARCS.items()})
