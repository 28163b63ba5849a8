"""Who is let in, and how often."""

import pytest

from intercom_pipeline.sandbox import Sizes
from tests.sandbox.conftest import NOON, Asker, Start

TINY = Sizes(contacts=5, conversations=2, articles=1, companies=1, long_conversations=0)


def test_a_window_lets_a_sixth_of_the_minute_through(start: Start) -> None:
    """Sixty a minute are ten in ten seconds; the eleventh answers 429, and the next window begins anew."""
    asker = start(TINY, limit_per_minute=60)
    answers = [asker.ask("GET", "/me") for _ in range(11)]
    assert [each.status_code for each in answers] == [200] * 10 + [429]
    assert [each.headers["X-RateLimit-Remaining"] for each in answers] == [
        str(left) for left in (*range(9, -1, -1), 0)
    ]
    assert {each.headers["X-RateLimit-Limit"] for each in answers} == {"10"}
    assert {each.headers["X-RateLimit-Reset"] for each in answers} == {str(int(NOON) + 10)}
    assert answers[-1].json()["errors"][0]["code"] == "rate_limit_exceeded"
    asker.sandbox.workspace.clock.set(NOON + 9.9)
    assert asker.ask("GET", "/me").status_code == 429
    asker.sandbox.workspace.clock.set(NOON + 10)
    assert asker.ask("GET", "/me").status_code == 200


def test_other_apps_use_the_allowance_too(start: Start) -> None:
    """What others take evenly is missing from what remains, and so is what they take at once."""
    asker = start(TINY, limit_per_minute=600)
    asker.sandbox.limit.others_per_second = 5
    asker.sandbox.workspace.clock.set(NOON + 4)
    assert asker.ask("GET", "/me").headers["X-RateLimit-Remaining"] == "79"
    asker.sandbox.limit.consume(70)
    assert asker.ask("GET", "/me").headers["X-RateLimit-Remaining"] == "8"
    asker.sandbox.limit.consume(70)
    assert asker.ask("GET", "/me").status_code == 429


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic sandbox-token", "sandbox-token"])
def test_a_wrong_token_gets_nothing_not_even_the_limits(start: Start, authorization: str) -> None:
    """401 carries no rate-limit headers and costs no allowance."""
    asker = start(TINY)
    response = asker.ask("GET", "/contacts", headers={"Authorization": authorization})
    assert response.status_code == 401
    assert response.json()["errors"] == [{"code": "unauthorized", "message": "Access Token Invalid"}]
    assert not [name for name in response.headers if name.startswith("x-ratelimit")]
    left = asker.ask("GET", "/me").headers
    assert int(left["X-RateLimit-Remaining"]) == int(left["X-RateLimit-Limit"]) - 1


def test_a_token_can_be_revoked_and_lose_a_permission(start: Start) -> None:
    """A lost permission answers 403 for its family alone; a revoked token 401 for all."""
    asker = start(TINY)
    asker.sandbox.conditions.missing_permissions = {"conversations"}
    refused = asker.ask("POST", "/conversations/search", json={})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "token_unauthorized")
    assert asker.ask("GET", "/contacts").status_code == 200
    asker.sandbox.conditions.token = None
    assert asker.ask("GET", "/contacts").status_code == 401


def test_an_unknown_version_is_refused_and_none_means_the_pinned_one(start: Start) -> None:
    """`Intercom-Version` is echoed; unknown ones answer 400; what a version lacks answers 400 too."""
    asker = start(TINY, pinned_version="2.12")
    unknown = asker.ask("GET", "/me", version="9.9")
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (400, "intercom_version_invalid")
    headers = {"Authorization": f"Bearer {asker.sandbox.token}"}
    assert asker.http.get("/me", headers=headers).headers["Intercom-Version"] == "2.12"
    one = asker.sandbox.workspace.records("conversations")[0]["id"]
    assert asker.ask("DELETE", f"/conversations/{one}", version="2.12").status_code == 400
    assert asker.ask("DELETE", f"/conversations/{one}", version="2.13").status_code == 200


def test_the_date_header_is_the_workspaces_clock(start: Start) -> None:
    """The clock drives the `Date` header, exactly once an answer."""
    asker = start(TINY)
    assert asker.ask("GET", "/me").headers.get_list("Date") == ["Sun, 15 Jun 2025 15:06:40 GMT"]


def test_requests_are_counted_by_endpoint_and_status(asker: Asker) -> None:
    """The log knows endpoints, paths, statuses and bodies, until it is reset."""
    one = asker.sandbox.workspace.records("conversations")[0]["id"]
    asker.ask("GET", f"/conversations/{one}?display_as=plaintext")
    asker.ask("GET", "/conversations/1")
    asker.ask("GET", "/nowhere")
    asker.search("contacts", {"field": "role", "operator": "=", "value": "user"})
    log = asker.sandbox.requests
    assert log.count("GET /conversations/{id}") == 2
    assert log.count("GET /conversations/{id}", status=404) == 1
    assert log.count() == len(log) == 4
    assert log.paths() == [
        f"GET /conversations/{one}",
        "GET /conversations/1",
        "GET /nowhere",
        "POST /contacts/search",
    ]
    first, *_, last = log
    assert (first.query, first.status, first.headers["intercom-version"]) == (
        "display_as=plaintext",
        200,
        "2.14",
    )
    assert b'"role"' in last.body
    log.reset()
    assert (len(log), log.paths(), log.peak_concurrency) == (0, [], 0)
