"""Campaigns run for minutes: only when asked for by name, `uv run pytest -m campaign`."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip them otherwise."""
    if "campaign" in str(config.getoption("-m")):
        return
    skip = pytest.mark.skip(reason="a long campaign: run it with -m campaign")
    for item in items:
        if item.get_closest_marker("campaign"):
            item.add_marker(skip)
