"""The ledger in PostgreSQL, for several machines."""

from functools import partial
from typing import Any, Final

from sqlalchemy import URL, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from intercom_pipeline.replies.ledger.errors import LedgerUrlRefused
from intercom_pipeline.steering import one_line

_SCHEMES: Final = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
_PATIENCE: Final = {
    # Seconds, but the last one: milliseconds. A server that is cut off is noticed before a night has gone by.
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""libpq's settings, where the address has none of its own."""
_SETTINGS: Final = (
    # A commit is on the disk before it counts, whatever the server does by default.
    "SET synchronous_commit = on",
    "SET lock_timeout = '15s'",
    "SET client_encoding = 'UTF8'",
)
_ANSWER_SECONDS: Final = 30.0
"""More than the server waits for a lock."""
_EXAMPLE: Final = "postgresql://user:password@host/database"


def parsed(address: str) -> URL:
    """The address of a PostgreSQL database.

    Raises:
        LedgerUrlRefused: It is none.
    """
    try:
        url = make_url(address.strip())
    except (ArgumentError, ValueError):
        raise _refused("It is not written as a database's address is.") from None
    if url.drivername not in _SCHEMES:
        raise _refused("It names another kind of database than PostgreSQL; without it, SQLite is used.")
    if "@" in (url.host or ""):
        raise _refused("There are two @ in it: one in a password is written %40.")
    return url.set(drivername="postgresql+psycopg")


def name_of(url: URL) -> str:
    """What it is called to people: without the user, the password and the parameters."""
    where = url.host or url.query.get("host") or "this machine"
    port = f":{url.port}" if url.port else ""
    return one_line(f"PostgreSQL at {where}{port}/{url.database or ''}")


def engine(url: URL, *, answer_seconds: float = _ANSWER_SECONDS) -> Engine:
    """How to connect to it.

    Args:
        url: The address.
        answer_seconds: How long an answer is waited for before the connection is given up.

    Raises:
        LedgerUrlRefused: Its driver is not installed.
    """
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    try:
        made = create_engine(
            url,
            poolclass=NullPool,
            isolation_level="READ COMMITTED",
            connect_args=patience,
            hide_parameters=True,  # An error never shows what was to be stored.
        )
    except ImportError:
        raise LedgerUrlRefused(
            "A ledger in PostgreSQL needs a driver that is not installed.",
            why="psycopg comes with the extra named postgres.",
            fix="pip install 'intercom-pipeline[postgres]', or unset INTERCOM_LEDGER_URL.",
        ) from None
    event.listen(made, "do_connect", partial(_connected, answer_seconds))
    event.listen(made, "connect", _settle)
    return made


def _connected(seconds: float, _dialect: Any, _record: Any, arguments: Any, parameters: Any) -> Any:
    from intercom_pipeline.replies.ledger.patience import Patient  # noqa: PLC0415 - its driver is an extra

    connection = Patient.connect(*arguments, **parameters)
    connection.seconds = seconds
    return connection


def _settle(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        for setting in _SETTINGS:
            cursor.execute(setting)
    connection.commit()


def _refused(why: str) -> LedgerUrlRefused:
    return LedgerUrlRefused(
        "INTERCOM_LEDGER_URL cannot be used.", why=why, fix=f"Write it as {_EXAMPLE}, or unset it."
    )
