"""Models: views in schema `analytics`, each a SELECT of its own in a file of its own.

A model shows the tables as they are, so a sync need not know of it. One whose tables or columns are not there
is not made, and none of that name stays: a view that cannot be read would be in everybody's way.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from intercom_pipeline.warehouse.ddl import identifier
from intercom_pipeline.warehouse.transaction import transaction

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A view that a file describes.

    Attributes:
        name: Its name in schema `analytics`.
        sql: The statements that make it, with its comments.
    """

    name: str
    sql: str


def make(connection: duckdb.DuckDBPyConnection, models: Iterable[Model]) -> dict[str, str]:
    """Make models, or make them anew, those first that others read.

    Args:
        connection: The open warehouse, in no transaction.
        models: The models.

    Returns:
        Why each model that could not be made could not.
    """
    connection.execute("CREATE SCHEMA IF NOT EXISTS analytics")
    refused: dict[str, str] = {}
    for model in models:
        try:
            with transaction(connection):
                connection.execute(model.sql)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            # It names tables and columns alone: a view is made without a look at any row.
            refused[model.name] = str(error).splitlines()[0]
            connection.execute(f"DROP VIEW IF EXISTS analytics.{identifier(model.name)}")
            _LOG.warning("The model %s is not made: %s", model.name, refused[model.name])
    return refused
