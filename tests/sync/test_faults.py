"""Whatever goes wrong on the way, a sync ends complete, or says which stream failed and why."""

from pathlib import Path

import pytest

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.errors import InvalidRequest, Retryable
from intercom_pipeline.sandbox import Options, Sizes, serve
from intercom_pipeline.sandbox.faults import Fault, FaultKind
from intercom_pipeline.sync.access import NotPermitted
from intercom_pipeline.sync.results import Outcome
from tests.syncing import assert_equal_to_the_workspace, select, sync

FAST = Options(limit_per_minute=6_000_000)
FEW = Sizes(contacts=100, conversations=15, articles=6, long_conversations=0)
PAGE = 40
"""Records of a page, so that few contacts fill several."""
STRUCK = ("contacts", "conversations", "articles", "tags")
"""A stream of each kind that is struck: a search, a search with details, pages, a list that is read whole."""
PASSING = [
    kind
    for kind in FaultKind
    if kind.value.startswith(("429", "50", "200-", "reset", "cut", "hang"))
    and kind not in {FaultKind.OVERSIZE, FaultKind.LOOP, FaultKind.TOO_MANY_BARE}
]
"""Faults after which the same request may well succeed. (A 429 that tells nothing costs whole windows.)"""


@pytest.mark.parametrize("kind", PASSING)
def test_a_passing_fault_leaves_no_trace(tmp_path: Path, kind: FaultKind) -> None:
    """Struck on a search, on details and on a list, the sync is complete all the same."""
    with serve(sizes=FEW, options=FAST, seed=13) as sandbox:
        for match in ("POST /contacts/search", "GET /conversations/{id}", "GET /articles", "GET /tags"):
            sandbox.faults.add(Fault(kind=kind, match=match, times=2, every=1, wait_seconds=0.1))
        results = sync(sandbox, tmp_path, *STRUCK, timeout_seconds=1.0, per_page=PAGE)
        assert {result.outcome for result in results.values()} == {Outcome.COMPLETE}
        # After a whole answer nothing needs to be asked again, though the connection is closed.
        assert sum(result.cost.retries for result in results.values()) >= (kind is not FaultKind.CLOSING) * 4
        assert_equal_to_the_workspace(sandbox, tmp_path, *STRUCK)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.UNAUTHORIZED, NotPermitted),
        (FaultKind.FORBIDDEN, NotPermitted),
        (FaultKind.UNPROCESSABLE, InvalidRequest),
        (FaultKind.ERROR_503_HTML, Retryable),
        (FaultKind.TRUNCATED, Retryable),
        (FaultKind.RESET, Retryable),
        (FaultKind.DRIP, Retryable),
    ],
)
@pytest.mark.parametrize("match", ["POST /conversations/search", "GET /conversations/{id}"])
def test_a_lasting_fault_fails_its_stream_alone(
    tmp_path: Path, kind: FaultKind, error: type[PipelineError], match: str
) -> None:
    """The others are complete; the error says what to do; once it is mended the next sync is complete.

    One fault of them all is tried among all streams.
    """
    with serve(sizes=FEW, options=FAST, seed=14) as sandbox:
        sandbox.faults.add(Fault(kind=kind, match=match, after=1))
        names = () if kind is FaultKind.FORBIDDEN else STRUCK
        results = sync(sandbox, tmp_path, *names, timeout_seconds=0.3, per_page=PAGE)
        failed = results.pop("conversations")
        assert {result.outcome for result in results.values()} == {Outcome.COMPLETE}
        assert failed.outcome is Outcome.FAILED
        assert isinstance(failed.error, error)
        assert failed.error.what
        assert failed.error.fix
        assert sandbox.token not in f"{failed.error} {failed.error!r} {failed.error.what}{failed.error.why}"
        kept = select(tmp_path, "SELECT stream, result FROM pipeline.runs WHERE result <> 'complete'")
        assert kept == [("conversations", "failed")]
        sandbox.faults.clear()
        sync(sandbox, tmp_path, *names, per_page=PAGE)
        assert_equal_to_the_workspace(sandbox, tmp_path, *names)


def test_the_rate_limit_is_never_overrun(tmp_path: Path) -> None:
    """All streams share one allowance; where it is small the sync is slow, without one refusal."""
    sizes = Sizes(contacts=100, conversations=60, articles=5, long_conversations=0)
    with serve(sizes=sizes, options=Options(limit_per_minute=600), seed=15) as sandbox:
        results = sync(sandbox, tmp_path, rate_share=0.9)
        assert sandbox.requests.count(status=429) == 0
        assert {result.outcome for result in results.values()} == {Outcome.COMPLETE}
        assert sum(result.cost.waited_seconds for result in results.values()) > 0
        assert_equal_to_the_workspace(sandbox, tmp_path)
