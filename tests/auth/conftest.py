"""A small sandbox whose consent screen and tokens a file's tests share."""

from collections.abc import Iterator

import pytest

from intercom_pipeline.sandbox import Sandbox, Sizes, serve

TINY = Sizes(contacts=3, conversations=1, articles=1, companies=1, long_conversations=0)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=TINY, seed=4) as served:
        yield served
