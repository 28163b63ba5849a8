"""Companies come by a scroll that one reader at a time may have and that breaks easily: none is lost."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intercom_pipeline.intercom.errors import Retryable
from intercom_pipeline.sandbox import Fault, FaultKind, Options, Request, Sandbox, Sizes, serve
from intercom_pipeline.sync.results import Outcome, SyncResult
from intercom_pipeline.sync.scrolling import ScrollTaken
from tests.syncing import assert_equal_to_the_workspace, select, sync

SCROLL, LIST = "GET /companies/scroll", "POST /companies/list"
FEW = Sizes(contacts=3, conversations=0, articles=0, tickets=0, calls=0, activity_logs=0, companies=250)
MANY = 10_001
FAST = Options(limit_per_minute=6_000_000)
GONE = "SELECT id, _deleted_reason FROM companies WHERE _deleted_at IS NOT NULL"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=FEW, options=FAST, seed=41) as served:
        yield served


def synced(sandbox: Sandbox, folder: Path) -> SyncResult:
    return sync(sandbox, folder, "companies")["companies"]


def after(sandbox: Sandbox, endpoint: str, number: int, act: Callable[[], object]) -> None:
    """Let something happen once, when an endpoint has answered so many requests."""
    seen: list[Request] = []

    def acting(request: Request) -> None:
        if request.endpoint == endpoint:
            seen.append(request)
            if len(seen) == number:
                act()

    sandbox.after_each_request.append(acting)


def a_company(sandbox: Sandbox, place: int) -> str:
    """The id of the company at a place of the list."""
    at = sandbox.workspace.companies_by_last_request()[place]
    return str(sandbox.workspace.collections["companies"].ids[at])


def test_more_companies_than_the_list_gives_are_complete(tmp_path: Path) -> None:
    """10,001 of them, though another app has the scroll at first: the list would end one short."""
    sizes = Sizes(contacts=1, conversations=0, articles=0, tickets=0, calls=0, companies=MANY)
    with serve(sizes=sizes, options=FAST, seed=40) as sandbox:
        sandbox.workspace.hold_scroll()
        after(sandbox, SCROLL, 3, sandbox.workspace.release_scroll)
        assert synced(sandbox, tmp_path).outcome is Outcome.COMPLETE
        assert select(tmp_path, "SELECT count(*) FROM companies") == [(MANY,)]
        assert sandbox.requests.count(SCROLL, status=400) == 3
        assert sandbox.requests.count(LIST) == 3  # a glance at how many there are, each time
        sandbox.workspace.hold_scroll()
        failed = synced(sandbox, tmp_path)
        assert failed.outcome is Outcome.FAILED
        assert isinstance(failed.error, ScrollTaken)
        assert select(tmp_path, GONE) == []


@pytest.mark.parametrize("status", [400, 423])
def test_the_list_stands_in_while_another_app_scrolls(tmp_path: Path, status: int) -> None:
    """Up to 10,000 companies it gives them all, and tells which have vanished."""
    options = Options(limit_per_minute=6_000_000, scroll_taken_status=status)
    with serve(sizes=FEW, options=options, seed=41) as sandbox:
        synced(sandbox, tmp_path)
        deleted = a_company(sandbox, 100)
        sandbox.workspace.delete_company(deleted)
        sandbox.workspace.hold_scroll()
        assert synced(sandbox, tmp_path).outcome is Outcome.COMPLETE
        assert_equal_to_the_workspace(sandbox, tmp_path, "companies")
        assert select(tmp_path, GONE) == [(deleted, "vanished")]


@pytest.mark.parametrize("change", ["deleted", "used"])
def test_a_company_that_moved_out_of_sight_in_the_list_is_not_taken_for_gone(
    sandbox: Sandbox, tmp_path: Path, change: str
) -> None:
    """One deleted on a page read already moves others up, one that is used moves to the first page."""
    synced(sandbox, tmp_path)
    workspace, first, last = sandbox.workspace, a_company(sandbox, 0), a_company(sandbox, 240)
    now = workspace.clock.seconds()
    changes = {
        "deleted": lambda: workspace.delete_company(first),
        "used": lambda: workspace.update_company(last, last_request_at=now),
    }
    after(sandbox, LIST, 2, changes[change])
    workspace.hold_scroll()
    assert synced(sandbox, tmp_path).outcome is Outcome.COMPLETE
    assert select(tmp_path, GONE) == []  # one that was met a moment before it was deleted is told next time
    assert synced(sandbox, tmp_path).outcome is Outcome.COMPLETE
    assert_equal_to_the_workspace(sandbox, tmp_path, "companies")


def test_a_scroll_that_expires_is_begun_anew(sandbox: Sandbox, tmp_path: Path) -> None:
    """More than a minute passed between two pages."""
    after(sandbox, SCROLL, 2, lambda: sandbox.workspace.clock.advance(61))
    assert synced(sandbox, tmp_path).outcome is Outcome.COMPLETE
    assert sandbox.requests.count(SCROLL, status=404) == 1
    assert_equal_to_the_workspace(sandbox, tmp_path, "companies")


@pytest.mark.parametrize(
    ("kind", "good"),
    [
        (FaultKind.ERROR_500, 1),
        (FaultKind.TRUNCATED, 1),
        (FaultKind.CUT, 1),
        (FaultKind.APPLIED_RESET, 0),
        (FaultKind.APPLIED_RESET, 1),
    ],
)
def test_a_scroll_that_breaks_once_is_begun_anew(
    sandbox: Sandbox, tmp_path: Path, kind: FaultKind, good: int
) -> None:
    """At its first page or half-way, whether or not the request was carried out: all companies arrive."""
    sandbox.faults.add(Fault(kind=kind, match=SCROLL, after=good, times=1))
    assert synced(sandbox, tmp_path).outcome is Outcome.COMPLETE
    assert_equal_to_the_workspace(sandbox, tmp_path, "companies")


def test_a_scroll_that_always_breaks_fails_and_flags_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """What vanished meanwhile is flagged by the next sync that reads all."""
    synced(sandbox, tmp_path)
    deleted = a_company(sandbox, 3)
    sandbox.workspace.delete_company(deleted)
    sandbox.faults.add(Fault(kind=FaultKind.ERROR_500, match=SCROLL, after=2))
    failed = synced(sandbox, tmp_path)
    assert failed.outcome is Outcome.FAILED
    assert isinstance(failed.error, Retryable)
    assert select(tmp_path, GONE) == []
    sandbox.faults.clear()
    synced(sandbox, tmp_path)
    assert select(tmp_path, GONE) == [(deleted, "vanished")]
