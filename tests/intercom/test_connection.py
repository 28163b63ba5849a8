"""Which hosts, versions and limits a connection takes."""

import pickle
from typing import Any

import pytest

from intercom_pipeline.intercom import versions
from intercom_pipeline.intercom.connection import HOSTS, Connection, Secret
from intercom_pipeline.intercom.errors import Failure, RateLimited

TOKEN = Secret("canary-token-0123456789")


@pytest.mark.parametrize(
    "url",
    [
        *HOSTS.values(),
        "https://api.intercom.io/",
        "http://127.0.0.1:8080",
        "http://localhost",
        "http://[::1]:1",
    ],
)
def test_intercom_s_hosts_and_this_machine_are_let_through(url: str) -> None:
    """The three API hosts over TLS, and a sandbox on a loopback address."""
    assert Connection(token=TOKEN, base_url=url).base_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.intercom.io",
        "https://api.intercom.io.evil.example",
        "https://api.intercom.io@evil.example",
        "https://api.intercom.io:8443",
        "https://evil.example",
        "https://127.0.0.1",
        "http://127.0.0.1@evil.example",
        "http://127.0.0.1:80@evil.example",
        "http://127.0.0.1.evil.example",
        "http://localhost:1/path",
        "http://localhost:1?x",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "file:///etc/passwd",
        "",
    ],
)
def test_no_other_host_is_ever_called(url: str) -> None:
    """A token goes nowhere else."""
    with pytest.raises(ValueError, match="base URL"):
        Connection(token=TOKEN, base_url=url)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", "2.10"),
        ("version", ""),
        ("rate_share", 0),
        ("rate_share", 1.01),
        ("rate_share", float("nan")),
        ("timeout_seconds", 0),
        ("max_in_flight", 0),
        ("max_response_bytes", -1),
    ],
)
def test_settings_out_of_range_are_refused(name: str, value: Any) -> None:
    """Each with a message that says the range."""
    with pytest.raises(ValueError, match=r"version|rate share|above 0"):
        Connection(**{"token": TOKEN, name: value})


def test_a_secret_does_not_show_itself() -> None:
    """Only `reveal` gives it away."""
    connection = Connection(token=TOKEN)
    assert "canary" not in f"{TOKEN} {TOKEN!r} {connection} {connection!r}"
    assert TOKEN.reveal() == "canary-token-0123456789"
    assert Secret("canary-token-0123456789") == TOKEN
    assert len({Secret("canary-token-0123456789"), TOKEN}) == 1


@pytest.mark.parametrize("value", ["", "two words", "line\nbreak", "tab\t", "é"])
def test_a_token_that_cannot_be_one_is_refused_without_showing_it(value: str) -> None:
    """A pasted token with a line break would otherwise end in the middle of a header."""
    with pytest.raises(ValueError, match="one word of printable ASCII") as caught:
        Secret(value)
    assert not value or value not in str(caught.value)


@pytest.mark.parametrize(
    ("version", "days"), [("2.11", True), ("2.14", True), ("2.16", True), ("2.17", False), ("app", True)]
)
def test_contact_dates_are_days_up_to_2_16(version: str, *, days: bool) -> None:
    """From 2.17 they are exact; an unknown version counts as the careful case."""
    assert versions.contact_dates_are_days(version) is days


def test_errors_survive_being_sent_between_processes() -> None:
    """Dagster and pytest-xdist pickle them."""
    error = RateLimited(Failure(method="GET", path="/me", status=429))
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 (made a moment ago)
    assert (type(copy), copy.failure, str(copy)) == (RateLimited, error.failure, str(error))
