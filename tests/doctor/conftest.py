"""A small workspace, a folder it was synced into, and the checks by their names."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from intercom_pipeline.doctor import Finding, examine
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from intercom_pipeline.warehouse.files import DataFolder
from tests.syncing import sync

TOKEN = "canary-token-that-must-never-be-seen"

Examine = Callable[..., Mapping[str, Finding]]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    options = Options(token=TOKEN, limit_per_minute=600_000)
    with serve(sizes=Sizes(contacts=5, conversations=3), options=options) as served:
        yield served


@pytest.fixture(autouse=True)
def as_it_was(sandbox: Sandbox) -> Iterator[None]:
    """What a test changes about the sandbox ends with it."""
    yield
    sandbox.faults.clear()
    sandbox.conditions.missing_permissions = set()
    sandbox.conditions.token = sandbox.token
    sandbox.workspace.clock.run()


@pytest.fixture(scope="session")
def synced_once(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("once") / "data"
    sync(sandbox, folder, "admins", "tags")
    return folder


@pytest.fixture
def synced(synced_once: Path, tmp_path: Path) -> DataFolder:
    """A folder of the test's own, as a sync of two streams leaves it."""
    shutil.copytree(synced_once, tmp_path / "data")
    (tmp_path / "data").chmod(0o700)
    return DataFolder(tmp_path / "data")


@pytest.fixture
def found(sandbox: Sandbox, tmp_path: Path) -> Examine:
    """Every check by its name; variables may be changed, `None` leaves one out; no token is ever told."""

    def look(*, offline: bool = False, seconds: float = 60, **changes: str | None) -> Mapping[str, Finding]:
        given = {
            "INTERCOM_ACCESS_TOKEN": sandbox.token,
            "INTERCOM_BASE_URL": sandbox.url,
            "INTERCOM_DATA_DIR": str(tmp_path / "data"),
            "INTERCOM_CONFIG_DIR": str(tmp_path / "config"),
            **changes,
        }
        environment = {name: value for name, value in given.items() if value is not None}
        dotenv = tmp_path / ".env"
        checks = examine({}, offline=offline, environment=environment, dotenv=dotenv, seconds=seconds)
        told = {check.name: check.finding for check in checks}
        assert TOKEN not in repr(told)
        return told

    return look
