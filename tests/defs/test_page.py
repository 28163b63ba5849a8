"""The page itself, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from intercom_pipeline.sandbox import Sandbox
from tests.browser import headless_tab
from tests.defs.dagster_page import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[Tab]:
    with headless_tab(tmp_path / "profile", width=1500, height=1000) as opened:
        yield opened


def sees(tab: Tab, text: str) -> None:
    # The page holds some texts twice, once to measure their width.
    expect(tab.get_by_text(text).first).to_be_visible()


def test_everything_is_materialised_from_the_page(tab: Tab, page: tuple[Page, Sandbox]) -> None:
    """The assets are shown, one press materialises them all, and contacts shows its rows and columns."""
    served, _ = page
    tab.goto(f"{served.url}/assets", wait_until="domcontentloaded")
    sees(tab, "intercom / activity_logs")  # the first of a list that shows more as one scrolls
    sees(tab, "intercom / articles")

    tab.goto(f"{served.url}/asset-groups", wait_until="domcontentloaded")
    tab.get_by_role("button", name="Materialize all").click()
    tab.get_by_text("View", exact=True).click()
    sees(tab, "RUN_SUCCESS")

    tab.goto(f"{served.url}/assets/intercom/contacts", wait_until="domcontentloaded")
    sees(tab, "intercom.main.contacts")
    sees(tab, "The contact's e-mail address; NULL if unknown.")
    tab.goto(f"{served.url}/assets/intercom/contacts?view=events", wait_until="domcontentloaded")
    expect(tab.get_by_role("row").filter(has_text="dagster/row_count").first).to_contain_text("400")
    tab.get_by_text("Show Markdown").first.click()
    expect(tab.get_by_role("row").filter(has_text="email_domain").first).to_contain_text("***")
