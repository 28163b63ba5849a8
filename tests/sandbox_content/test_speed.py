"""How fast content is made: reported with the test's result, not judged."""

from collections.abc import Callable
from time import perf_counter

import pytest

from intercom_pipeline.sandbox import content
from tests.sandbox_content.workspace import NOW, SEED, people

WORK: dict[str, tuple[int, Callable[[int], object]]] = {
    "contact": (1_000, lambda index: content.make_contact(SEED, index, NOW, people())),
    "conversation": (200, lambda index: content.make_conversation(SEED, index, NOW, people())),
    "conversation of 2,000 parts": (
        3,
        lambda index: content.make_conversation(SEED, index, NOW, people(), 2_000),
    ),
    "times of 20,000 contacts": (1, lambda index: content.contact_times(SEED + index, 20_000, NOW)),
}


@pytest.mark.parametrize("what", WORK)
def test_microseconds_each(what: str, record_property: Callable[[str, object], None]) -> None:
    """The time a record takes is kept in the report (`--junit-xml`)."""
    count, make = WORK[what]
    begun = perf_counter()
    made = [make(index) for index in range(count)]
    record_property("microseconds each", round((perf_counter() - begun) / count * 1e6))
    assert len(made) == count
