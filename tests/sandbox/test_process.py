"""The sandbox as a process of its own, seen into and changed through `/_sandbox/…`."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest


@pytest.fixture(scope="module")
def control() -> Iterator[httpx.Client]:
    """A sandbox process, and a client that carries its token."""
    command = [sys.executable, "-m", "intercom_pipeline.sandbox", "--contacts", "40", "--conversations", "5"]
    more = [
        "--articles",
        "2",
        "--long-conversations",
        "0",
        "--seed",
        "7",
        "--now",
        "1750000000",
        "--timezone",
        "UTC",
    ]
    with subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready: dict[str, str] = json.loads(process.stdout.readline())
        assert ready.keys() == {"url", "token", "client_id", "client_secret"}
        headers = {"Authorization": f"Bearer {ready['token']}"}
        with httpx.Client(base_url=ready["url"], headers=headers, timeout=10, trust_env=False) as client:
            yield client
        process.terminate()


def _done(control: httpx.Client, method: str, path: str, body: Any = None) -> Any:
    response = control.request(method, f"/_sandbox/{path}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


def test_a_process_serves_what_the_command_line_asks_for(control: httpx.Client) -> None:
    """Sizes, time zone and clock are those of the options."""
    assert control.get("/me").json()["app"]["timezone"] == "UTC"
    assert control.get("/contacts").json()["total_count"] == 40
    assert control.get("/me").headers["Date"] == "Sun, 15 Jun 2025 15:06:40 GMT"


def test_its_counters_can_be_read_and_reset(control: httpx.Client) -> None:
    """Requests are counted by endpoint and status; the control endpoints themselves are not."""
    _done(control, "DELETE", "counters")
    control.get("/tags")
    control.get("/contacts/nobody")
    assert _done(control, "GET", "counters") == {
        "requests": 2,
        "peak_concurrency": 1,
        "endpoints": {"GET /tags": {"200": 1}, "GET /contacts/{id}": {"404": 1}},
    }


def test_faults_can_be_put_in_force_and_lifted(control: httpx.Client) -> None:
    """One fault or a list of them, until they are cleared."""
    _done(control, "POST", "faults", {"kind": "500-json", "match": "GET /tags"})
    _done(control, "POST", "faults", [{"kind": "404", "match": "GET /teams", "times": 1}])
    assert [control.get(path).status_code for path in ("/tags", "/teams", "/teams")] == [500, 404, 200]
    _done(control, "DELETE", "faults")
    assert control.get("/tags").status_code == 200


def test_conditions_can_be_changed(control: httpx.Client) -> None:
    """Permissions, and what other apps take of the allowance."""
    _done(control, "POST", "conditions", {"missing_permissions": ["tags"], "latency_ms": 1})
    assert control.get("/tags").status_code == 403
    _done(control, "POST", "conditions", {"missing_permissions": [], "latency_ms": 0})
    before = int(control.get("/tags").headers["X-RateLimit-Remaining"])
    _done(control, "POST", "consume", {"count": 10})
    assert int(control.get("/tags").headers["X-RateLimit-Remaining"]) == before - 11


def test_the_workspace_can_be_changed_and_read(control: httpx.Client) -> None:
    """A method by name with JSON arguments; the records as they truly are; the clock."""
    assert _done(control, "POST", "clock", {"advance": 60}) == {"now": 1750000060.0}
    made = _done(control, "POST", "mutate", {"do": "create_contact", "with": {"name": "Ada"}})
    assert made["created_at"] == 1750000060
    assert control.get(f"/contacts/{made['id']}").json()["name"] == "Ada"
    held = _done(control, "GET", "records/contacts?version=2.14")
    assert held[-1] == control.get(f"/contacts/{made['id']}").json()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("mutate", {"do": "records"}),
        ("mutate", {"do": "reply", "with": {"shoe": 1}}),
        ("conditions", {"weather": "fine"}),
        ("faults", {"kind": "flood"}),
        ("clock", {"now": None}),
    ],
)
def test_what_cannot_be_done_is_told(control: httpx.Client, path: str, body: Any) -> None:
    """Unknown methods, arguments, conditions, kinds and clock acts answer 400."""
    assert control.post(f"/_sandbox/{path}", json=body).status_code == 400
