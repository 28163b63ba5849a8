"""What is found about the token and about who can read it."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intercom_pipeline.auth.profiles import Obtained, Profile, ProfileStore
from intercom_pipeline.doctor import State
from intercom_pipeline.intercom.connection import Secret
from intercom_pipeline.sandbox import Sandbox
from intercom_pipeline.settings import TokenMissing
from intercom_pipeline.warehouse.files import DataFolder
from tests.doctor.conftest import Examine


def store(folder: Path, sandbox: Sandbox, *, workspace: str = "abc") -> Path:
    """Store the sandbox's token as the default profile; gives its file."""
    profiles = ProfileStore(folder / "config")
    profile = Profile(
        name="default",
        token=Secret(sandbox.token),
        region="us",
        base_url=sandbox.url,
        workspace_id=workspace,
        obtained=Obtained.TOKEN,
        saved_at=datetime.now(UTC),
    )
    profiles.save(profile)
    return profiles.path("default")


def test_no_token_fails_and_intercom_is_not_asked(found: Examine, sandbox: Sandbox) -> None:
    """What does not need one is looked at all the same."""
    sandbox.requests.reset()
    told = found(INTERCOM_ACCESS_TOKEN=None)
    assert told["token"].state is State.FAILED
    assert isinstance(told["token"].error, TokenMissing)
    assert told["workspace"].state is State.SKIPPED
    assert told["disk"].state is State.OK
    assert not list(sandbox.requests)


def test_where_the_token_comes_from_is_told(found: Examine, tmp_path: Path, sandbox: Sandbox) -> None:
    """The environment, `.env`, or a profile."""
    assert "environment" in found(offline=True)["token"].found
    (tmp_path / ".env").write_text(f"INTERCOM_ACCESS_TOKEN={sandbox.token}\n")
    assert "(.env)" in found(offline=True, INTERCOM_ACCESS_TOKEN=None)["token"].found
    (tmp_path / ".env").unlink()
    store(tmp_path, sandbox)
    told = found(INTERCOM_ACCESS_TOKEN=None)
    assert "profile default (file)" in told["token"].found
    assert told["workspace"].state is State.OK


def test_a_stored_token_tells_its_workspace_without_a_network(
    found: Examine, tmp_path: Path, sandbox: Sandbox, synced: DataFolder
) -> None:
    """So that another workspace's database is found offline too."""
    assert synced.warehouse.exists()
    store(tmp_path, sandbox, workspace="another")
    told = found(offline=True, INTERCOM_ACCESS_TOKEN=None)
    assert told["database's workspace"].state is State.FAILED


@pytest.mark.parametrize(("name", "mode"), [("profiles/default.json", 0o644), (".", 0o775)])
def test_a_stored_token_that_others_can_read_or_replace_is_not_used(
    found: Examine, tmp_path: Path, sandbox: Sandbox, name: str, mode: int
) -> None:
    """It fails where it is the one in force, and is warned of in any case; the fix that is told mends it."""
    store(tmp_path, sandbox)
    (tmp_path / "config").chmod(0o755)  # the names in it are no secret
    assert found(offline=True)["stored tokens"].state is State.OK
    (tmp_path / "config" / name).chmod(mode)
    told = found(offline=True, INTERCOM_ACCESS_TOKEN=None)
    assert (told["token"].state, told["stored tokens"].state) == (State.FAILED, State.WARNING)
    assert found(offline=True)["token"].state is State.OK
    subprocess.run(told["stored tokens"].fix.partition(",")[0], shell=True, check=True)  # noqa: S602 - as a person runs it
    told = found(offline=True, INTERCOM_ACCESS_TOKEN=None)
    assert (told["token"].state, told["stored tokens"].state) == (State.OK, State.OK)


def test_a_settings_file_that_others_can_read_is_warned_of(found: Examine, tmp_path: Path) -> None:
    """Where it holds a secret."""
    file = tmp_path / ".env"
    file.write_text("INTERCOM_REGION=us\n")
    file.chmod(0o644)
    assert found(offline=True)[".env"].state is State.OK
    file.write_text("INTERCOM_CLIENT_SECRET=very-secret\n")
    told = found(offline=True)[".env"]
    assert told.state is State.WARNING
    assert "very-secret" not in repr(told)
    file.chmod(0o600)
    assert found(offline=True)[".env"].state is State.OK


def test_a_region_that_there_is_not_fails(found: Examine) -> None:
    """Before Intercom is asked."""
    told = found(offline=True, INTERCOM_REGION="mars")["settings"]
    assert told.state is State.FAILED
    assert told.found == "INTERCOM_REGION cannot be 'mars'. It is one of us, eu, au."
