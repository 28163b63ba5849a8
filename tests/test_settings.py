"""Settings that cannot be used are refused, by name and before anything starts."""

from pathlib import Path

import pytest

from intercom_pipeline.settings import SettingRefused, load_settings


@pytest.mark.parametrize("value", ["-1", "1e99", "nan", "soon"])
def test_a_lookback_out_of_range_is_refused(tmp_path: Path, value: str) -> None:
    """The message names the variable."""
    with pytest.raises(SettingRefused, match="INTERCOM_LOOKBACK_MINUTES"):
        load_settings({"INTERCOM_LOOKBACK_MINUTES": value}, tmp_path / ".env")


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
