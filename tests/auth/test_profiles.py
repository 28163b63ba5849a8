"""Stored tokens: for one user alone, replaced in one step, never sent elsewhere."""

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from intercom_pipeline.auth.keyrings import KeyringUnavailable
from intercom_pipeline.auth.profiles import (
    Keeper,
    Obtained,
    Profile,
    ProfileExposed,
    ProfileRefused,
    ProfileStore,
    ProfileUnreadable,
)
from intercom_pipeline.cli.auth_options import Store
from intercom_pipeline.cli.obtaining import keep
from intercom_pipeline.defs.resources import IntercomResource
from intercom_pipeline.intercom.connection import HOSTS, Secret
from intercom_pipeline.settings import SettingRefused, TokenMissing, load_settings

CANARY = "canary-token-that-must-never-be-seen"
PROFILE = Profile(
    name="default",
    token=Secret(CANARY),
    region="eu",
    workspace_id="abc123",
    workspace_name="Ada's",
    timezone="Europe/Berlin",
    admin_id="1",
    admin_name="Ada",
    obtained=Obtained.OAUTH,
    saved_at=datetime(2026, 3, 1, tzinfo=UTC),
)


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(tmp_path / "configuration")


def settings(store: ProfileStore, **more: str) -> dict[str, str]:
    return {"INTERCOM_CONFIG_DIR": str(store.folder), **more}


def test_a_profile_comes_back_as_it_was_stored(store: ProfileStore) -> None:
    """Every field, and its name among the names."""
    store.save(PROFILE)
    store.save(replace(PROFILE, name="other", region="au"))
    assert store.load("default") == PROFILE
    assert store.names() == ["default", "other"]


def test_only_their_owner_can_read_stored_tokens(store: ProfileStore) -> None:
    """A file is 0600 in folders of 0700, whatever the umask; a folder that was there stays as it was."""
    before = os.umask(0)
    try:
        store.save(PROFILE)
    finally:
        os.umask(before)
    path = store.path("default")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(each.stat().st_mode) for each in (path.parent, store.folder)} == {0o700}
    store.folder.chmod(0o755)
    store.save(PROFILE)
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o755
    assert store.load("default") == PROFILE


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(store: ProfileStore, mode: int) -> None:
    """With the command that mends it, and without the token."""
    store.save(PROFILE)
    store.path("default").chmod(mode)
    with pytest.raises(ProfileExposed, match="chmod 600") as told:
        store.load("default")
    assert CANARY not in str(told.value)


@pytest.mark.parametrize(
    ("name", "mode", "fix"),
    [(".", 0o770, "chmod go-w"), (".", 0o1777, "chmod go-w"), ("profiles", 0o770, "chmod 700")],
)
def test_a_folder_that_others_can_change_is_refused(
    store: ProfileStore, name: str, mode: int, fix: str
) -> None:
    """They could put a token of their own in place of it: nothing is read, stored or mended there."""
    store.save(PROFILE)
    folder = store.folder / name
    folder.chmod(mode)
    with pytest.raises(ProfileExposed, match=fix):
        store.load("default")
    with pytest.raises(ProfileExposed, match=fix):
        store.save(PROFILE)
    assert stat.S_IMODE(folder.stat().st_mode) == mode
    assert store.delete("default")


@pytest.mark.parametrize("linked", ["profiles", "profiles/default.json"])
def test_a_link_is_refused(store: ProfileStore, tmp_path: Path, linked: str) -> None:
    """What it leads to is not read, changed or taken for removed."""
    store.save(PROFILE)
    there = store.folder / linked
    elsewhere = there.rename(tmp_path / "elsewhere")
    mode = elsewhere.stat().st_mode
    there.symlink_to(elsewhere)
    with pytest.raises(ProfileExposed, match="is a link"):
        store.load("default")
    with pytest.raises(ProfileExposed, match="is a link"):
        store.save(replace(PROFILE, token=Secret("another")))
    assert elsewhere.stat().st_mode == mode
    if elsewhere.is_file():
        with pytest.raises(ProfileExposed, match="is a link"):
            store.delete("default")
        assert CANARY in elsewhere.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to another user")
@pytest.mark.parametrize("given", [".", "profiles", "profiles/default.json"])
def test_what_belongs_to_another_user_is_refused(store: ProfileStore, given: str) -> None:
    """Whatever its permissions are: its owner can change them."""
    store.save(PROFILE)
    os.chown(store.folder / given, 12345, 12345)
    with pytest.raises(ProfileExposed, match="belongs to another user"):
        store.load("default")


@pytest.mark.parametrize("changed", [{"region": "mars"}, {"base_url": "https://evil.example"}])
def test_a_token_for_an_unknown_place_is_no_token(store: ProfileStore, changed: dict[str, str]) -> None:
    """No command gets one whose host is none of Intercom's."""
    store.save(PROFILE)
    path = store.path("default")
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    with pytest.raises(ProfileUnreadable, match="auth login"):
        store.load("default")


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"token": "x"}'])
def test_a_damaged_file_is_told(store: ProfileStore, content: bytes) -> None:
    """By its name and with the way out."""
    store.save(PROFILE)
    store.path("default").write_bytes(content)
    with pytest.raises(ProfileUnreadable, match="auth login"):
        store.load("default")


def test_what_cannot_be_written_leaves_the_old_token(store: ProfileStore) -> None:
    """A file in the place of the folder is told, not a traceback."""
    store.folder.write_text("in the way")
    with pytest.raises(ProfileUnreadable, match="INTERCOM_CONFIG_DIR"):
        store.save(PROFILE)


def test_nothing_is_left_beside_a_replaced_token(store: ProfileStore) -> None:
    """Storing again replaces the file; removing it leaves nothing."""
    store.save(PROFILE)
    store.save(replace(PROFILE, token=Secret("another")))
    assert [path.name for path in store.path("default").parent.iterdir()] == ["default.json"]
    assert CANARY not in store.path("default").read_text()
    assert store.delete("default")
    assert not store.delete("default")
    assert store.load("default") is None


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 65, "a b"])
def test_a_name_that_leads_elsewhere_is_refused(store: ProfileStore, name: str) -> None:
    """Names become file names."""
    with pytest.raises(ProfileRefused):
        store.load(name)


def test_a_profile_shows_no_token() -> None:
    """Not in its representation, either."""
    assert CANARY not in repr(PROFILE)


def test_the_variable_goes_before_the_stored_token(store: ProfileStore) -> None:
    """And then nothing of the profile counts."""
    store.save(PROFILE)
    by_variable = load_settings(settings(store, INTERCOM_ACCESS_TOKEN="given")).access()
    assert (by_variable.token.reveal(), by_variable.region, by_variable.profile) == ("given", "us", None)


def test_a_profile_that_an_option_names_goes_before_the_variable(store: ProfileStore) -> None:
    """Whoever names a workspace gets that one."""
    store.save(replace(PROFILE, name="other"))
    given = settings(store, INTERCOM_ACCESS_TOKEN="given")
    named = load_settings(given, options={"INTERCOM_PROFILE": "other"}).access()
    assert named.token.reveal() == CANARY


def test_a_stored_token_brings_its_region(store: ProfileStore) -> None:
    """So a workspace in the EU needs no setting."""
    store.save(PROFILE)
    connection = load_settings(settings(store)).connection()
    assert (connection.token.reveal(), connection.base_url) == (CANARY, HOSTS["eu"])


@pytest.mark.parametrize(
    "elsewhere", [{"INTERCOM_REGION": "us"}, {"INTERCOM_BASE_URL": "http://127.0.0.1:9"}]
)
def test_a_stored_token_is_sent_nowhere_else(store: ProfileStore, elsewhere: dict[str, str]) -> None:
    """A setting that names another host is refused."""
    store.save(PROFILE)
    with pytest.raises(SettingRefused, match="sent nowhere else"):
        load_settings(settings(store, **elsewhere)).connection()


def test_without_any_token_the_ways_to_one_are_told(store: ProfileStore) -> None:
    """The profile is named where it is not the default one."""
    with pytest.raises(TokenMissing, match="auth login"):
        load_settings(settings(store)).connection()
    with pytest.raises(TokenMissing, match="profile other"):
        load_settings(settings(store, INTERCOM_PROFILE="other")).connection()


def test_each_profile_has_a_data_folder_of_its_own() -> None:
    """Unless one is named, so that two workspaces never meet in one database."""
    assert load_settings({}).data_dir == Path("data")
    assert load_settings({"INTERCOM_PROFILE": "eu"}).data_dir == Path("data/profiles/eu")
    assert load_settings({"INTERCOM_PROFILE": "eu", "INTERCOM_DATA_DIR": "x"}).data_dir == Path("x")
    assert load_settings({}, options={"INTERCOM_PROFILE": "eu"}).data_dir == Path("data/profiles/eu")


def test_dagster_reads_the_stored_token_when_it_connects(
    store: ProfileStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not when the code location is loaded: a token that was rotated counts from the next run on."""
    monkeypatch.chdir(tmp_path)
    for name, value in settings(store).items():
        monkeypatch.setenv(name, value)
    resource = IntercomResource(profile="default")
    store.save(PROFILE)
    assert resource.connection().token.reveal() == CANARY
    store.save(replace(PROFILE, token=Secret("rotated")))
    assert resource.connection().token.reveal() == "rotated"


class Ring(KeyringBackend):
    """A keyring in memory, which can be locked, and fail as the system below it does."""

    priority = 9

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library is not typed
        self.kept: dict[tuple[str, str], str] = {}
        self.fails: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.fails:
            raise self.fails
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.fails:
            raise self.fails
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.fails:
            raise self.fails
        if (service, username) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, username]


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_a_keyring_keeps_the_token_out_of_the_file(store: ProfileStore, ring: Ring) -> None:
    """The file has the facts, the keyring the token; removing the profile removes both."""
    kept = replace(PROFILE, kept_in=Keeper.KEYRING)
    store.save(kept)
    assert CANARY not in store.path("default").read_text()
    assert store.load("default") == kept
    store.delete("default")
    assert not ring.kept


@pytest.mark.parametrize("why", [KeyringLocked(), RuntimeError("the bus is gone"), PasswordDeleteError()])
def test_a_keyring_that_fails_is_told(store: ProfileStore, ring: Ring, why: Exception) -> None:
    """Whatever it raises: with the ways out, and without a token that it keeps being called removed."""
    kept = replace(PROFILE, kept_in=Keeper.KEYRING)
    store.save(kept)
    ring.fails = why
    with pytest.raises(KeyringUnavailable, match="--store file"):
        store.load("default")
    with pytest.raises(KeyringUnavailable, match="--store file"):
        store.save(replace(kept, token=Secret("another")))
    with pytest.raises(KeyringUnavailable, match="Developer Hub"):
        store.delete("default")
    ring.fails = None
    assert store.load("default") == kept


def test_a_token_that_a_failing_keyring_keeps_can_move_to_a_file(
    store: ProfileStore, ring: Ring, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is stored there, and it is told that the old one is still in the keyring."""
    keep(store, PROFILE, Store.KEYRING)
    ring.fails = KeyringLocked()
    fresh = replace(PROFILE, token=Secret("another"))
    assert keep(store, fresh, Store.AUTO) == fresh
    assert store.load("default") == fresh
    assert "may still hold the one before" in capsys.readouterr().err


def test_a_token_that_moves_to_a_file_leaves_the_keyring(store: ProfileStore, ring: Ring) -> None:
    """No old copy stays behind."""
    store.save(replace(PROFILE, kept_in=Keeper.KEYRING))
    store.save(PROFILE)
    assert not ring.kept
    assert store.load("default") == PROFILE


def test_a_system_without_a_keyring_is_told(store: ProfileStore) -> None:
    """Storing there fails, and nothing is stored."""
    with pytest.raises(KeyringUnavailable):
        store.save(replace(PROFILE, kept_in=Keeper.KEYRING))
    assert store.names() == []
