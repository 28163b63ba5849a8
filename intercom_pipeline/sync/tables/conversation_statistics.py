"""Intercom's own times and counts of a conversation, read out of its `statistics`.

Fields as in Intercom's API description of `conversation_statistics`, versions 2.11 to 2.16.
"""

from intercom_pipeline.sync.tables.columns import identifier, inside, integer, time, unix_time, whole_number
from intercom_pipeline.warehouse.table import Column


def _count(name: str, description: str) -> Column:
    return integer(name, description, expression=whole_number("statistics", name))


def _seconds(name: str, description: str) -> Column:
    return integer(
        name, f"{description}, in seconds; NULL if not yet.", expression=whole_number("statistics", name)
    )


def _moment(name: str, description: str) -> Column:
    return time(name, f"{description} (UTC); NULL if never.", expression=unix_time("statistics", name))


STATISTICS: tuple[Column, ...] = (
    _count("count_conversation_parts", "How many parts the conversation has, stored here or not."),
    _count("count_assignments", "How often it was assigned after the customer's first reply."),
    _count("count_reopens", "How often it was reopened after the customer's first reply."),
    _seconds("time_to_assignment", "Time until the last assignment before the first teammate's reply"),
    _seconds(
        "time_to_admin_reply", "Time until the first teammate's reply, without time outside office hours"
    ),
    _seconds("time_to_first_close", "Time until the first close, without time outside office hours"),
    _seconds("time_to_last_close", "Time until the last close, without time outside office hours"),
    _seconds("median_time_to_reply", "Median time of teammates' replies, without time outside office hours"),
    _seconds("handling_time", "Time from assignment to close"),
    _seconds("adjusted_handling_time", "Time from assignment to close, without idle time"),
    _moment("first_contact_reply_at", "When the customer first wrote a part"),
    _moment("first_assignment_at", "When it was first assigned after the customer's first reply"),
    _moment("first_admin_reply_at", "When a teammate first replied after the customer's first reply"),
    _moment("first_close_at", "When it was first closed after the customer's first reply"),
    _moment("last_assignment_at", "When it was last assigned"),
    _moment("last_assignment_admin_reply_at", "When a teammate first replied since the last assignment"),
    _moment("last_contact_reply_at", "When the customer last wrote a part"),
    _moment("last_admin_reply_at", "When a teammate last wrote a part"),
    _moment("last_close_at", "When it was last closed"),
    identifier(
        "last_closed_by_id",
        "The id of the admin who last closed it; NULL if nobody did.",
        expression=inside("statistics", "last_closed_by_id"),
    ),
)
"""The columns, durations in seconds."""
