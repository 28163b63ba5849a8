"""A real browser without a screen: Debian's chromium, driven by playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000


@contextmanager
def headless_tab(profile: Path, *, width: int, height: int) -> Iterator[Page]:
    """A tab of a browser with a profile of its own; without chromium the test is skipped, in CI it fails."""
    chromium = shutil.which("chromium")
    if chromium is None:
        missing = "there is no chromium on this machine (apt-get install chromium)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium,
            args=ARGUMENTS,
            viewport={"width": width, "height": height},
        ) as browser,
    ):
        browser.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield browser.new_page()
