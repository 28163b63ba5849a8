"""`config show` tells every setting, where it comes from, and no secret."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from intercom_pipeline.auth.profiles import Obtained, Profile, ProfileStore
from intercom_pipeline.cli.exits import Exit
from intercom_pipeline.intercom.connection import Secret
from tests.cli.conftest import CANARY, Command

STORED = "canary-stored-token"


@pytest.fixture
def alone(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """The command without any setting but the folder for stored tokens."""
    monkeypatch.delenv("INTERCOM_BASE_URL")
    monkeypatch.delenv("INTERCOM_ACCESS_TOKEN")
    monkeypatch.setenv("INTERCOM_CONFIG_DIR", str(tmp_path / "config"))
    return command


def store(folder: Path, name: str, **facts: Any) -> ProfileStore:
    profiles = ProfileStore(folder / "config")
    given = {"region": "eu", "workspace_id": "abc", "obtained": Obtained.TOKEN} | facts
    profiles.save(Profile(name=name, token=Secret(STORED), saved_at=datetime.now(UTC), **given))
    return profiles


def shown(command: Command, *arguments: str) -> Mapping[str, Mapping[str, Any]]:
    """Each setting by its name, as `--json` has it."""
    told = command("config", "show", "--json", *arguments)
    assert told.code == Exit.OK
    assert STORED not in told.out + told.err
    return {each["variable"].removeprefix("INTERCOM_").lower(): each for each in json.loads(told.out)}


def value_and_origin(settings: Mapping[str, Mapping[str, Any]], name: str) -> tuple[Any, str]:
    return settings[name]["value"], settings[name]["origin"]


def test_each_value_is_told_with_its_origin(alone: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option, a variable of the environment, a line of `.env`, a default."""
    Path(".env").write_text("INTERCOM_HISTORY=contacts,tickets\nINTERCOM_REGION=us\n", encoding="utf-8")
    monkeypatch.setenv("INTERCOM_REGION", "au")
    settings = shown(alone, "--data-dir", "there")
    assert value_and_origin(settings, "data_dir") == ("there", "option")
    assert value_and_origin(settings, "region") == ("au", "environment")
    assert value_and_origin(settings, "history") == (["contacts", "tickets"], ".env")
    assert value_and_origin(settings, "rate_share") == (0.8, "default")
    assert value_and_origin(settings, "base_url") == ("https://api.au.intercom.io", "default")


def test_no_character_of_a_secret_is_shown(alone: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only whether there is one, and where it comes from."""
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", CANARY)
    url = "postgresql://ada:zyxwvut@db/replies"
    Path(".env").write_text(f"INTERCOM_CLIENT_SECRET=zyxwvut\nINTERCOM_LEDGER_URL={url}\n", encoding="utf-8")
    settings = shown(alone)
    for name, origin in (("access_token", "environment"), ("client_secret", ".env"), ("ledger_url", ".env")):
        assert value_and_origin(settings, name) == (None, origin)
        assert settings[name]["is_set"]
    told = alone("config", "show")
    assert "zyxwvut" not in told.out + told.err
    assert told.out.count("set, not shown") == 3


def test_what_a_profile_says_is_told_as_the_profiles(alone: Command, tmp_path: Path) -> None:
    """Its token, region, address and folder, unless a variable says otherwise."""
    store(tmp_path, "shop", base_url="http://127.0.0.1:1")
    settings = shown(alone, "--profile", "shop")
    assert value_and_origin(settings, "profile") == ("shop", "option")
    assert value_and_origin(settings, "region") == ("eu", "profile")
    assert value_and_origin(settings, "base_url") == ("http://127.0.0.1:1", "profile")
    assert value_and_origin(settings, "data_dir") == ("data/profiles/shop", "profile")
    assert value_and_origin(settings, "access_token") == (None, "profile")
    assert settings["access_token"]["is_set"]
    assert "profile shop" in alone("config", "show", "--profile", "shop").out


def test_a_profile_that_is_named_goes_before_the_environments_token(
    alone: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does when the token is used."""
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", CANARY)
    store(tmp_path, "shop")
    assert shown(alone)["access_token"]["origin"] == "environment"
    assert shown(alone, "--profile", "shop")["access_token"]["origin"] == "profile"


def test_a_stored_token_that_cannot_be_used_is_told(alone: Command, tmp_path: Path) -> None:
    """The other settings are shown all the same."""
    store(tmp_path, "default").path("default").chmod(0o644)
    told = alone("config", "show")
    assert told.code == Exit.OK
    assert "Other users of this machine" in told.err
    assert "INTERCOM_RATE_SHARE" in told.out


def test_a_misspelt_setting_is_told(alone: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the one that it is like."""
    monkeypatch.setenv("INTERCOM_REGOIN", "eu")
    assert "did you mean INTERCOM_REGION?" in alone("config", "show").err


def test_a_setting_that_cannot_be_used_is_told(alone: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by any other verb."""
    monkeypatch.setenv("INTERCOM_RATE_SHARE", "7")
    told = alone("config", "show")
    assert told.code == Exit.USAGE
    assert "INTERCOM_RATE_SHARE" in told.three_lines[0]


def test_a_value_cannot_steer_the_terminal(alone: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was set."""
    monkeypatch.setenv("INTERCOM_CLIENT_ID", "id\x1b]0;title\x07")
    assert "\x1b" not in alone("config", "show").out
