"""What holds for every test: no stored token of whoever runs them, and no campaign unless asked for.

Campaigns run for minutes: `uv run pytest -m campaign`.
"""

import os
import signal
import sys
import tempfile

import pytest

# Read by processes that tests start, too.
_CONFIGURATION = tempfile.TemporaryDirectory(prefix="intercom-pipeline-tests-")
os.environ["XDG_CONFIG_HOME"] = _CONFIGURATION.name
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

if sys.dont_write_bytecode:
    # Else each of the many processes that tests start compiles all it imports, Dagster too, for itself.
    _BYTECODE = tempfile.TemporaryDirectory(prefix="intercom-pipeline-tests-", ignore_cleanup_errors=True)
    os.environ["PYTHONPYCACHEPREFIX"] = _BYTECODE.name
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts so what runs in its background, and what tests start and interrupt would ignore it, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Hand out the files in their order: those with a single long test would come last (`-n auto`)."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip campaigns unless they are asked for by name."""
    if "campaign" in str(config.getoption("-m")):
        return
    skip = pytest.mark.skip(reason="a long campaign: run it with -m campaign")
    for item in items:
        if item.get_closest_marker("campaign"):
            item.add_marker(skip)
