"""A token and an e-mail address that can be told from any other: where are they, after everything was done?

The token may be in its store alone, the address in the data alone and in what was asked to show it. Both are
looked for in all that was printed and in the bytes of every file.
"""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from intercom_pipeline.cli.main import run
from intercom_pipeline.definitions import defs
from intercom_pipeline.sandbox import CutAt, Fault, FaultKind, Options, Sandbox, Sizes, serve
from intercom_pipeline.sync.catalog import stream_named
from tests.defs.conftest import pointed_at
from tests.defs.test_privacy import kept
from tests.syncing import select

TOKEN = "canary-token-that-is-in-its-store-alone"
SECRET = "canary-secret-of-the-app"
EMAIL = "canary@nowhere-else.example"
SIZES = Sizes(
    contacts=12,
    conversations=8,
    articles=3,
    companies=4,
    tickets=4,
    calls=2,
    activity_logs=5,
    long_conversations=0,
)
SLOW = {FaultKind.HANG, FaultKind.DRIP, FaultKind.APPLIED_HANG, FaultKind.OVERSIZE}
"""They wait for a deadline, or send many megabytes: `tests/intercom/test_faults.py` has them."""

SMALL = ("tags", "teams", "segments", "admins", "articles", "collections", "help_centers", "ticket_types")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    options = Options(token=TOKEN, client_secret=SECRET, limit_per_minute=600_000)
    with serve(sizes=SIZES, options=options, seed=21) as served:
        contact = served.workspace.records("contacts")[0]["id"]
        served.workspace.update_contact(contact, email=EMAIL)
        yield served


@pytest.fixture
def folder(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose workspace is connected; what is printed meanwhile is looked at in the end."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERCOM_CONFIG_DIR", str(tmp_path / "configuration"))
    monkeypatch.setenv("INTERCOM_BASE_URL", sandbox.url)
    monkeypatch.setenv("INTERCOM_CLIENT_SECRET", SECRET)
    return tmp_path


def log_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, token: str = TOKEN) -> int:
    given = tmp_path / "given"
    given.write_text(f"{token}\n")
    with given.open() as stdin, monkeypatch.context() as patch:
        patch.setattr("sys.stdin", stdin)
        code = run(["auth", "login", "--with-token", "--debug"])
    given.unlink()
    return code


def files_with(secret: str, folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and secret.encode() in path.read_bytes()
    )


def test_a_token_is_in_its_store_alone(
    folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a login, a refused one, a sync, every fault and every way to look, with tracebacks shown."""
    assert log_in(monkeypatch, folder) == 0
    assert log_in(monkeypatch, folder, token="canary-token-that-is-refused") == 4
    assert run(["sync", "contacts", "conversations", "--debug"]) == 0
    looks = (
        ["auth", "status"],
        ["config", "show"],
        ["doctor", "--offline"],
        ["status"],
        ["sweep", "contacts"],
    )
    for look in looks:
        run([*look, "--debug"])
        run([*look, "--json", "--debug"])
    for kind, stream in zip(sorted(set(FaultKind) - SLOW), cycle(SMALL), strict=False):
        place = CutAt.HEADERS if kind is FaultKind.CLOSED else None
        sandbox.faults.add(Fault(kind=kind, match=f"GET {stream_named(stream).path}", times=1, cut_at=place))
    assert run(["sync", *SMALL, "--debug"]) != 0
    sandbox.faults.clear()
    said = capsys.readouterr()
    for secret in (TOKEN, SECRET, "canary-token-that-is-refused", EMAIL):
        assert secret not in said.out + said.err
    assert files_with(TOKEN, folder) == ["configuration/profiles/default.json"]
    assert files_with(SECRET, folder) == []


def test_an_address_is_in_the_data_alone(folder: Path, sandbox: Sandbox) -> None:
    """Not in what Dagster keeps of a sync, a sweep and a search; and the data has it, so that it is found."""
    with pointed_at(sandbox, folder) as runner:
        assert runner.run("contacts", "tags").success
        for job, config in (
            ("sweep_job", {"streams": ["contacts"]}),
            ("search_contacts_job", {"where": "created_at > 0"}),
        ):
            op = job.removesuffix("_job")
            result = defs.resolve_job_def(job).execute_in_process(
                instance=runner.instance, run_config={"ops": {op: {"config": config}}}
            )
            assert result.success
        assert select(runner.data, f"SELECT count(*) FROM contacts WHERE email = '{EMAIL}'") == [(1,)]
        for secret in (TOKEN, EMAIL):
            assert secret.encode() not in kept(runner.home)
    assert {Path(name).suffix for name in files_with(EMAIL, folder)} <= {".duckdb"}
