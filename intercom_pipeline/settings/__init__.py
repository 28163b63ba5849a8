"""Every setting, read once from options, environment and the project's `.env` into one frozen value."""

from intercom_pipeline.settings.errors import SettingRefused, TokenMissing
from intercom_pipeline.settings.settings import Access, Settings, load_settings
from intercom_pipeline.settings.sources import Origin, Sourced, misspelt, sources, without_settings

__all__ = [
    "Access",
    "Origin",
    "SettingRefused",
    "Settings",
    "Sourced",
    "TokenMissing",
    "load_settings",
    "misspelt",
    "sources",
    "without_settings",
]
