"""The models that analysts read: views in schema `analytics`, each a file in the folder `models`."""

from functools import cache
from importlib.resources import files
from typing import Final

from intercom_pipeline.warehouse.models import Model

NAMES: Final = ("campaign_replies", "campaign_results")
"""Those that others read come first."""


@cache
def models() -> tuple[Model, ...]:
    """All models, in the order in which they can be made."""
    return tuple(Model(name=name, sql=_sql(name)) for name in NAMES)


def _sql(name: str) -> str:
    return (files("intercom_pipeline.analytics") / "models" / f"{name}.sql").read_text(encoding="utf-8")
