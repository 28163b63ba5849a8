"""Where the warehouse is, as the settings say it."""

from pathlib import Path

import pytest

from intercom_pipeline.api import NotStored, Stored, stored
from intercom_pipeline.settings import SettingRefused
from intercom_pipeline.warehouse.errors import WarehouseMissing
from intercom_pipeline.warehouse.files import DataFolder


def test_the_data_folder_comes_from_the_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment, as for the command; what it gives and raises is named beside it."""
    monkeypatch.setenv("INTERCOM_DATA_DIR", str(folder))
    with stored() as warehouse:
        assert isinstance(warehouse, Stored)
        assert next(warehouse.list_contacts())["id"]
        with pytest.raises(NotStored):
            warehouse.get_contact("nobody")


def test_each_profile_has_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that the profile's syncs fill."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERCOM_PROFILE", "shop")
    with pytest.raises(WarehouseMissing, match=r"profiles.shop"), stored():
        pass


def test_what_is_given_needs_no_setting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a version is opened whatever the settings are; alone it asks them for the version."""
    monkeypatch.setenv("INTERCOM_API_VERSION", "newest")
    with stored(DataFolder(folder), version="2.14") as warehouse:
        assert next(warehouse.list_contacts())["id"]
    with pytest.raises(SettingRefused), stored(DataFolder(folder)):
        pass
