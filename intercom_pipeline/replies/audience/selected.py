"""Who is answered, from a SELECT on the published file."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from intercom_pipeline.replies.audience.columns import variables
from intercom_pipeline.replies.audience.conversations import ID, named_once
from intercom_pipeline.replies.audience.faults import AudienceRefused, Fault
from intercom_pipeline.replies.audience.recipient import Recipient
from intercom_pipeline.replies.plan import MOST_REPLIES
from intercom_pipeline.warehouse.apart import ask_apart
from intercom_pipeline.warehouse.excerpts import Bounds, Excerpt
from intercom_pipeline.warehouse.files import DataFolder

_DOUBLED: Final = (
    "Where a join doubles rows: SELECT DISTINCT, or GROUP BY the conversation's id with an aggregate such as "
    "any_value(name) for each other column."
)
_BOUNDS: Final = Bounds(rows=MOST_REPLIES + 1, seconds=60.0, answer_bytes=32_000_000, cell_characters=100_000)


def from_select(folder: DataFolder, sql: str) -> list[Recipient]:
    """The recipients that one statement gives, which can do nothing but read; `row 1` is its first row.

    Numbers, true and false, lists and JSON stay what they are; dates and moments are text in ISO 8601 (UTC).

    Raises:
        AudienceRefused: It gives no `conversation_id`, no rows, too many, or rows that are wrong.
        QueryFailed: It is not one statement that reads, DuckDB refuses it, or it takes too long or too much.
        WarehouseMissing: Nothing was published yet.
    """
    excerpt = ask_apart(folder, sql, _BOUNDS)
    names = variables(excerpt.names)
    _check_whole(excerpt)
    kinds = excerpt.types
    found = (_recipient(at, names, kinds, row) for at, row in enumerate(excerpt.rows, 1))
    return named_once(found, doubled=_DOUBLED)


def _check_whole(excerpt: Excerpt) -> None:
    """See that nothing was left out; too many rows are counted elsewhere.

    Raises:
        AudienceRefused: Something was.
    """
    if excerpt.cut or (excerpt.more and len(excerpt.rows) <= MOST_REPLIES):
        raise AudienceRefused(
            "The answer of the query is too large.",
            why=f"A value may have {_BOUNDS.cell_characters:,} characters, "
            f"and all of them together {_BOUNDS.answer_bytes // 1_000_000} MB.",
            fix="Select the columns that the template needs, by name.",
        )


def _recipient(at: int, names: Sequence[str], kinds: Sequence[str], row: Sequence[Any]) -> Recipient | Fault:
    called = f"row {at}"
    values = {name: _value(value, kind) for name, kind, value in zip(names, kinds, row, strict=True) if name}
    given = values[ID]
    if given is not None and (not isinstance(given, str | int) or isinstance(given, bool)):
        return Fault(row=called, says=f"the {ID} is no text; select it as {ID}::VARCHAR from where it is one")
    values[ID] = "" if given is None else str(given).strip()
    return Recipient(row=called, conversation_id=values[ID], values=values)


def _value(value: Any, kind: str) -> Any:
    """A value as a template takes it: JSON has no decimals, so they come as text."""
    return (
        Decimal(value)
        if isinstance(value, str) and kind.startswith("DECIMAL(") and "[" not in kind
        else value
    )
