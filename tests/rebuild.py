"""What a record leaves in its row, so that the two can be compared: the test that nothing is lost."""

from collections.abc import Mapping
from typing import Any

from intercom_pipeline.warehouse.records import record_of
from intercom_pipeline.warehouse.table import Kind, Table


def rebuilt(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The record a row stands for; null and missing values are the same."""
    return {key: value for key, value in record_of(table, row).items() if value is not None}


def expected(table: Table, record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as it was sent, without what is declared to say nothing, ids as text."""
    left_out = (table.ignored | table.detached) - {column.key for column in table.sent}
    ids = {column.key for column in table.sent if column.kind is Kind.ID}
    return {
        key: str(value) if key in ids and isinstance(value, int) and not isinstance(value, bool) else value
        for key, value in record.items()
        if key not in left_out and value is not None
    }
