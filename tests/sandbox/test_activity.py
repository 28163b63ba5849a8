"""Activity logs: newest first, between two moments, page by page."""

from typing import Any

import httpx
import pytest

from tests.contract import VERSIONS, check_request, check_response, needs_descriptions
from tests.sandbox.conftest import NOON, Asker

PATH = "/admins/activity_logs"


@needs_descriptions
@pytest.mark.parametrize("version", VERSIONS)
def test_activity_logs_are_as_described(asker: Asker, version: str) -> None:
    """Every page is in the described shape; together they are all logs, newest first."""
    held = asker.sandbox.workspace.records("activity_logs", version=version)
    check_request(version, "GET", PATH, {"created_at_after": "0"}, None)
    pages = list(_pages(asker, f"{PATH}?created_at_after=0", version))
    for page in pages:
        check_response(version, "GET", PATH, 200, page)
    assert [len(page["activity_logs"]) for page in pages] == [20] * 6
    assert [log["id"] for page in pages for log in page["activity_logs"]] == [log["id"] for log in held[::-1]]


def _pages(asker: Asker, path: str, version: str = "2.14") -> Any:
    while path:
        page = asker.get(path, version=version)
        yield page
        url = httpx.URL(page["pages"]["next"] or "")
        path = url.raw_path.decode() if url.host else ""


def test_activity_logs_are_bounded_on_both_sides(asker: Asker) -> None:
    """Only what was logged after one moment and before another is shown, neither included, on every page."""
    held = asker.sandbox.workspace.records("activity_logs")
    after, before = held[30]["created_at"], held[90]["created_at"]
    asked = f"{PATH}?created_at_after={after}&created_at_before={before}"
    shown = {log["id"] for page in _pages(asker, asked) for log in page["activity_logs"]}
    assert shown == {log["id"] for log in held if after < log["created_at"] < before}
    assert len(shown) > 40
    missing = asker.ask("GET", PATH)
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (400, "created_at_after")
    assert asker.ask("GET", f"{PATH}?created_at_after=monday").status_code == 400


@needs_descriptions
def test_activity_logs_can_be_searched_by_type(asker: Asker) -> None:
    """2.16 lists the types and finds the logs of some, up to 250 a page."""
    kinds = asker.get("/admins/activity_log_event_types", version="2.16")
    check_response("2.16", "GET", "/admins/activity_log_event_types", 200, kinds)
    wanted = kinds["event_types"][:3]
    asked = {"created_at_after": 0, "event_types": wanted, "per_page": 250}
    check_request("2.16", "POST", f"{PATH}/search", {}, asked)
    found = asker.ask("POST", f"{PATH}/search", version="2.16", json=asked).json()
    check_response("2.16", "POST", f"{PATH}/search", 200, found)
    held = asker.sandbox.workspace.records("activity_logs")
    expected = [log["id"] for log in held[::-1] if log["activity_type"] in wanted]
    assert [log["id"] for log in found["activity_logs"]] == expected != []


@needs_descriptions
@pytest.mark.parametrize("version", VERSIONS)
def test_what_teammates_do_is_logged(asker: Asker, version: str) -> None:
    """Going away changes the teammate and adds a log, and any other activity can be logged."""
    workspace = asker.sandbox.workspace
    admin = workspace.records("admins")[2]
    workspace.clock.advance(60)
    workspace.set_away(admin["id"], away=False)
    workspace.log_activity("app_name_change", metadata={"before": "Trellis", "after": "Trellis & co"})
    page = asker.get(f"{PATH}?created_at_after={int(NOON)}", version=version)
    check_response(version, "GET", PATH, 200, page)
    away = next(log for log in page["activity_logs"] if log["activity_type"] == "admin_away_mode_change")
    assert (away["performed_by"]["id"], away["metadata"]["away_mode"]) == (admin["id"], False)
    assert len(page["activity_logs"]) == 2
    assert asker.get(f"/admins/{admin['id']}", version=version)["away_mode_enabled"] is False
