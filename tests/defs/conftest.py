"""A small sandbox, a Dagster instance of its own for each test, and runs of the real assets between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from intercom_pipeline.defs.home import prepare_home
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from tests.defs.dagster_page import Page, dagster_dev
from tests.defs.running import FirstRun, Runner

TOKEN = "canary-token-7f3a91"


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    sizes = Sizes(
        contacts=60,
        conversations=20,
        articles=6,
        companies=10,
        tickets=10,
        calls=5,
        activity_logs=15,
        long_conversations=0,
    )
    # The rate limit has tests of its own; here it would only be waited for.
    with serve(sizes=sizes, options=Options(token=TOKEN, limit_per_minute=600_000), seed=11) as running:
        yield running


@contextmanager
def pointed_at(sandbox: Sandbox, folder: Path) -> Iterator[Runner]:
    """The environment as a user sets it, and an instance, both in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERCOM_ACCESS_TOKEN", sandbox.token)
        patch.setenv("INTERCOM_BASE_URL", sandbox.url)
        patch.setenv("INTERCOM_DATA_DIR", str(folder / "data"))
        patch.chdir(folder)  # no `.env` file lies there
        with dg.DagsterInstance.local_temp(str(prepare_home(folder / "home"))) as instance:
            yield Runner(instance=instance, folder=folder)


@pytest.fixture
def runner(sandbox: Sandbox, tmp_path: Path) -> Iterator[Runner]:
    with pointed_at(sandbox, tmp_path) as ready:
        yield ready


@pytest.fixture(scope="session")
def first_run(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """One run of everything, for all tests that only look at what it left."""
    with pointed_at(sandbox, tmp_path_factory.mktemp("first")) as ready:
        return FirstRun(runner=ready, result=ready.run())


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, Sandbox]]:
    """Dagster's page on a sandbox of its own; starting it takes long, so there is one for all tests."""
    sizes = Sizes(contacts=400, conversations=100, articles=10)
    with (
        serve(sizes=sizes, seed=12) as running,
        dagster_dev(running, tmp_path_factory.mktemp("page")) as served,
    ):
        yield served, running
