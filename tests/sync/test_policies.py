"""What the policies hide is in no file; what was stored under others is written anew."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from intercom_pipeline.sync.privacy import PolicyRefused, policies
from intercom_pipeline.sync.results import SyncResult
from intercom_pipeline.warehouse.errors import PrivacyLoosened
from intercom_pipeline.warehouse.people.policies import Policies
from intercom_pipeline.warehouse.people.privacy_key import Key
from tests.canaries import found_in
from tests.syncing import published, select, sync

SMALL = Sizes(
    contacts=25,
    conversations=10,
    tickets=5,
    articles=2,
    companies=5,
    calls=5,
    activity_logs=8,
    long_conversations=0,
)
STREAMS = (
    *("contacts", "contact_notes", "companies", "conversations", "calls", "tickets"),
    *("admins", "activity_logs", "emails"),
)
OPEN, PSEUDONYMOUS, MINIMAL = (policies(preset, []) for preset in ("open", "pseudonymous", "minimal"))
CHOSEN = policies(
    "open",
    [
        "contacts.email=mask",
        "contacts.last_seen_at=drop",
        "contacts.custom_attributes.secret=hash",
        "conversations.source.body=truncate:10",
        "conversation_parts.body=drop",
    ],
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=SMALL, options=Options(limit_per_minute=6_000_000), seed=5) as served:
        served.workspace.update_contact(
            served.workspace.records("contacts")[0]["id"],
            name="Zoë Canaryname",
            email="Zoe@Canary.example",
            phone="+353 1 555 0199",
            custom_attributes={"secret": "canary-attribute"},
        )
        yield served


def run(sandbox: Sandbox, folder: Path, privacy: Policies, **how: Any) -> dict[str, SyncResult]:
    history = ("contacts", "conversations")
    results = sync(sandbox, folder, *STREAMS, privacy=privacy, version="2.16", history=history, **how)
    assert not [str(result.error) for result in results.values() if result.error]
    return results


@pytest.fixture(scope="module")
def opened(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which everything was kept; to be copied."""
    folder = tmp_path_factory.mktemp("opened") / "data"
    run(sandbox, folder, OPEN)
    return folder


@pytest.fixture(scope="module")
def pseudonymous(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which nobody is named; for reading only."""
    folder = tmp_path_factory.mktemp("pseudonymous")
    run(sandbox, folder, PSEUDONYMOUS)
    return folder


@pytest.fixture(scope="module")
def minimal(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which nothing is that anybody wrote; to be copied."""
    folder = tmp_path_factory.mktemp("minimal") / "data"
    run(sandbox, folder, MINIMAL)
    return folder


def naming(sandbox: Sandbox) -> set[str]:
    """Everything that names a person, but for the names, which bodies may hold."""
    contacts, admins = sandbox.workspace.records("contacts"), sandbox.workspace.records("admins")
    reached = [each[key] for each in contacts for key in ("email", "phone")]
    return {value for value in [*reached, *(each["email"] for each in admins)] if value} | {"Zoë Canaryname"}


def written(sandbox: Sandbox) -> set[str]:
    """What people wrote, and their names."""
    people = [*sandbox.workspace.records("contacts"), *sandbox.workspace.records("admins")]
    names = {each["name"] for each in people if each["name"]}
    bodies = {each["source"]["body"] for each in sandbox.workspace.records("conversations")}
    return names | bodies | {"canary-attribute"}


def rows(folder: Path) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every table, but for when it was stored."""
    with published(folder) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'")
        names = [name for (name,) in found.fetchall()]
        stored = {
            name: "_valid_from, _valid_to" if name.endswith("_history") else "_synced_at" for name in names
        }
        return {
            name: set(connection.execute(f"SELECT * EXCLUDE ({when}) FROM main.{name}").fetchall())
            for name, when in stored.items()
        }


def test_pseudonymous_stores_nothing_that_names_a_person(
    sandbox: Sandbox, opened: Path, pseudonymous: Path
) -> None:
    """No byte of any file holds an address or a number; the canaries are found where everything is kept."""
    names = naming(sandbox)
    assert found_in(opened, names)["intercom.duckdb"] == names
    assert found_in(pseudonymous, names) == {}


def test_minimal_stores_nothing_that_people_wrote_either(
    sandbox: Sandbox, opened: Path, minimal: Path
) -> None:
    """Bodies, names and attributes are in no byte of any file."""
    assert {"canary-attribute", "Zoë Canaryname"} <= found_in(opened, written(sandbox))["intercom.duckdb"]
    assert found_in(minimal, naming(sandbox) | written(sandbox)) == {}


def test_the_same_person_joins_across_tables(opened: Path, pseudonymous: Path) -> None:
    """Whoever was the same person by an e-mail address is so by its hash."""
    joined = (
        "SELECT count(*) FROM conversation_parts p "
        "JOIN contacts c ON lower(trim(p.author_email)) = lower(trim(c.email))"
    )
    assert select(pseudonymous, joined) == select(opened, joined) != [(0,)]


def test_the_key_alone_gives_the_hashes(pseudonymous: Path) -> None:
    """It is for its owner alone, and in no file that is published."""
    key = Key((pseudonymous / "privacy.key").read_bytes())
    digest = key.digest("zoe@canary.example")
    assert select(pseudonymous, f"SELECT count(*) FROM contacts WHERE email = '{digest}'") == [(1,)]
    assert stat.S_IMODE((pseudonymous / "privacy.key").stat().st_mode) == 0o600
    for file in pseudonymous.glob("*.duckdb"):
        assert key.secret not in file.read_bytes()
        assert key.secret.hex().encode() not in file.read_bytes()


def test_where_everything_is_kept_there_is_no_key(opened: Path) -> None:
    """It is made when it is needed."""
    assert not (opened / "privacy.key").exists()


@pytest.mark.parametrize("preset", ["pseudonymous", "minimal"])
def test_what_was_stored_is_as_if_it_had_always_been_stored_so(
    request: pytest.FixtureRequest, sandbox: Sandbox, opened: Path, tmp_path: Path, preset: str
) -> None:
    """Row by row, former versions and copies from before an update too; no old value is in any byte."""
    changed, anew = tmp_path / "changed", request.getfixturevalue(preset)
    shutil.copytree(opened, changed)
    shutil.copy(anew / "privacy.key", changed)
    shutil.copy(changed / "warehouse.duckdb", changed / "warehouse.before-0.1.0.duckdb")
    shutil.copy(changed / "warehouse.duckdb", changed / "warehouse.before-0.0.9.duckdb.new")
    run(sandbox, changed, policies(preset, []))
    assert rows(changed) == rows(anew)
    assert found_in(changed, naming(sandbox)) == {}
    assert {stat.S_IMODE(file.stat().st_mode) for file in changed.iterdir() if file.is_file()} == {0o600}
    assert not list((changed / "scratch").iterdir())


def test_single_columns_change_alike(sandbox: Sandbox, opened: Path, tmp_path: Path) -> None:
    """What was stored, and what comes in."""
    changed, anew = tmp_path / "changed", tmp_path / "anew"
    shutil.copytree(opened, changed)
    run(sandbox, changed, CHOSEN)
    anew.mkdir()
    shutil.copy(changed / "privacy.key", anew)
    run(sandbox, anew, CHOSEN)
    assert rows(changed) == rows(anew)
    assert found_in(changed, {"Zoe@Canary.example", "canary-attribute"}) == {}


def test_comments_and_views_outlast_it(sandbox: Sandbox, opened: Path, tmp_path: Path) -> None:
    """The fresh file has all that the old one had."""
    changed = tmp_path / "changed"
    shutil.copytree(opened, changed)
    told = (
        "SELECT table_name, NULL AS column_name, comment FROM duckdb_tables() UNION ALL "
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal UNION ALL "
        "SELECT view_name, NULL, comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
    )
    before = select(changed, told)
    sync(
        sandbox,
        changed,
        "emails",
        privacy=PSEUDONYMOUS,
        version="2.16",
        history=("contacts", "conversations"),
    )
    assert select(changed, told) == before


def test_what_a_policy_hid_is_asked_for_again(
    sandbox: Sandbox, opened: Path, minimal: Path, tmp_path: Path
) -> None:
    """Where less is hidden than before, all records are read anew; not for a setting that was forgotten."""
    folder = tmp_path / "data"
    shutil.copytree(minimal, folder)
    stored = {path.name: path.read_bytes() for path in folder.glob("*.duckdb")}
    for forgotten in (OPEN, PSEUDONYMOUS):
        with pytest.raises(PrivacyLoosened, match="--full-refresh"):
            run(sandbox, folder, forgotten)
    assert {path.name: path.read_bytes() for path in folder.glob("*.duckdb")} == stored
    sync(sandbox, folder, "emails", privacy=OPEN, version="2.16", full_refresh=True)
    run(sandbox, folder, OPEN)
    assert rows(folder)["contacts"] == rows(opened)["contacts"]
    assert rows(folder)["conversation_parts"] == rows(opened)["conversation_parts"]


def test_a_lost_key_changes_all_hashes(sandbox: Sandbox, minimal: Path, tmp_path: Path) -> None:
    """A new one is made, and every record is read anew, so that hashes join again."""
    folder = tmp_path / "data"
    shutil.copytree(minimal, folder)
    (folder / "privacy.key").unlink()
    run(sandbox, folder, MINIMAL)
    key = Key((folder / "privacy.key").read_bytes())
    emails = {each["email"] for each in sandbox.workspace.records("contacts") if each["email"]}
    hashed = select(folder, "SELECT email FROM contacts WHERE email <> ''")
    assert {digest for (digest,) in hashed} == {key.digest(email) for email in emails}


def test_nothing_is_written_anew_under_the_same_policies(
    sandbox: Sandbox, minimal: Path, tmp_path: Path
) -> None:
    """A full refresh finds every row as it is, and the file stays the same one."""
    folder = tmp_path / "data"
    shutil.copytree(minimal, folder)
    file = (folder / "warehouse.duckdb").stat().st_ino
    results = run(sandbox, folder, MINIMAL, full_refresh=True)
    assert (folder / "warehouse.duckdb").stat().st_ino == file
    assert {(each.total.inserted, each.total.updated) for each in results.values()} == {(0, 0)}


def test_a_sweep_obeys_the_policies(sandbox: Sandbox, minimal: Path, tmp_path: Path) -> None:
    """Whatever a run does, its records pass the same way."""
    folder = tmp_path / "data"
    shutil.copytree(minimal, folder)
    workspace = sandbox.workspace
    workspace.update_contact(workspace.records("contacts")[1]["id"], name="Second Canaryname")
    workspace.clock.advance(3600)
    [swept] = sync(sandbox, folder, "contacts", privacy=MINIMAL, version="2.16", sweep=True).values()
    assert swept.total.updated == 1
    assert found_in(folder, {"Second Canaryname"}) == {}


def test_a_policy_that_could_not_hold_everywhere_is_refused() -> None:
    """Attributes of conversations are rows of a table, too: one of them alone would be stored there."""
    with pytest.raises(PolicyRefused, match=r"name conversation_attributes\.value"):
        policies("open", ["conversations.custom_attributes.vat=drop"])
