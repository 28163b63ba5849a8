"""Settings that cannot be used are refused, by name and before anything starts."""

from dataclasses import fields
from pathlib import Path

import pytest

from intercom_pipeline.api.client import connection_for
from intercom_pipeline.settings import SettingRefused, Settings, load_settings, sources


@pytest.mark.parametrize("value", ["-1", "1e99", "nan", "soon"])
def test_a_lookback_out_of_range_is_refused(tmp_path: Path, value: str) -> None:
    """The message names the variable."""
    with pytest.raises(SettingRefused, match="INTERCOM_LOOKBACK_MINUTES"):
        load_settings({"INTERCOM_LOOKBACK_MINUTES": value}, tmp_path / ".env")


@pytest.mark.parametrize("setting", ["region", "api_version", "rate_share"])
def test_a_refused_value_is_told_where_it_was_given(tmp_path: Path, setting: str) -> None:
    """As an option, in the environment or in the file: nobody looks for it in the wrong place."""
    variable, dotenv = f"INTERCOM_{setting.upper()}", tmp_path / ".env"

    def refused(environment: dict[str, str], option: str | None = None) -> list[str]:
        with pytest.raises(SettingRefused) as caught:
            load_settings(environment, dotenv, {variable: option})
        return str(caught.value).splitlines()

    what, _, where = refused({variable: "in reach"}, "x")
    assert what == f"The option --{setting.replace('_', '-')} cannot be 'x'."
    assert where.startswith("Correct the option")
    what, _, where = refused({variable: "x"})
    assert (what, "the environment" in where) == (f"{variable} cannot be 'x'.", True)
    dotenv.write_text(f"{variable}=x\n", encoding="utf-8")
    what, _, where = refused({})
    assert (what, "the file .env;" in where) == (f"{variable} cannot be 'x'.", True)


def test_a_settings_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """The message names the file."""
    (tmp_path / ".env").write_bytes(b"INTERCOM_ACCESS_TOKEN=\xff\xfe\n")
    with pytest.raises(SettingRefused, match=r"\.env"):
        load_settings({}, tmp_path / ".env")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """And the file over the defaults; an empty variable counts as not set."""
    (tmp_path / ".env").write_text("INTERCOM_REGION=eu\nINTERCOM_DATA_DIR=there\n", encoding="utf-8")
    settings = load_settings({"INTERCOM_REGION": "au", "INTERCOM_DATA_DIR": ""}, tmp_path / ".env")
    assert (settings.region, settings.data_dir, settings.api_version) == ("au", Path("there"), "2.14")


@pytest.mark.parametrize("given", ["", " "])
@pytest.mark.parametrize("setting", [each.name for each in fields(Settings)])
def test_a_blank_option_is_refused(setting: str, given: str) -> None:
    """It is not taken for one that is left out: a variable of the shell was not set."""
    with pytest.raises(SettingRefused, match=f"INTERCOM_{setting.upper()} is blank"):
        load_settings({"INTERCOM_ACCESS_TOKEN": "x"}, options={f"INTERCOM_{setting.upper()}": given})


@pytest.mark.parametrize("argument", ["token", "profile", "region", "base_url", "version"])
def test_a_blank_argument_is_refused(argument: str) -> None:
    """From Python as from the command: only None is absent."""
    with pytest.raises(SettingRefused, match="is blank"):
        connection_for(**{"token": "x", argument: ""})


@pytest.mark.parametrize("name", ["../../x", "/etc", ".hidden", "a b"])
def test_a_name_that_no_profile_can_have_is_refused(name: str) -> None:
    """With a token in the environment, too: the data folder is called by it."""
    with pytest.raises(SettingRefused, match="cannot be called"):
        load_settings({"INTERCOM_ACCESS_TOKEN": "x", "INTERCOM_PROFILE": name})


@pytest.mark.parametrize("name", ["dagster", "demo", "sandbox", "scratch"])
def test_no_profile_shares_a_folder_with_something_else(name: str) -> None:
    """Others' data is in `data` beside Dagster's runs, the demo and the default profile's own files."""
    assert load_settings({"INTERCOM_PROFILE": name}).data_dir == Path("data/profiles") / name


def test_a_source_shows_no_value() -> None:
    """It may be a token."""
    assert "canary" not in repr(sources({"INTERCOM_ACCESS_TOKEN": "canary"}))


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "nan", "inf", "1e9", "many"])
@pytest.mark.parametrize("setting", ["replies_per_run", "replies_per_day"])
def test_a_number_of_replies_that_is_none_is_refused(tmp_path: Path, setting: str, value: str) -> None:
    """Nobody sends without a bound by a slip of the pen."""
    with pytest.raises(SettingRefused, match=f"INTERCOM_{setting.upper()}"):
        load_settings({f"INTERCOM_{setting.upper()}": value}, tmp_path / ".env")


def test_the_ledgers_address_is_not_shown(tmp_path: Path) -> None:
    """There is a password in it."""
    settings = load_settings(
        {"INTERCOM_LEDGER_URL": "postgresql://ada:zyxwvut@db/replies", "INTERCOM_DATA_DIR": str(tmp_path)},
        tmp_path / ".env",
    )
    url, folder = settings.ledger_place()
    assert (url is not None and "zyxwvut" in url, folder) == (True, tmp_path / "replies")
    assert "zyxwvut" not in repr(settings)
