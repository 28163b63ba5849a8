"""The ledger and the plan that a verb is about."""

import getpass
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from intercom_pipeline.replies.ledger.errors import LedgerMissing
from intercom_pipeline.replies.ledger.opening import open_ledger
from intercom_pipeline.replies.ledger.traces import check_none_was
from intercom_pipeline.replies.plan import SHOWN_DIGITS
from intercom_pipeline.replies.plan_file import read
from intercom_pipeline.replies.sending.pace import Pace

if TYPE_CHECKING:
    from intercom_pipeline.replies.ledger.ledger import Ledger
    from intercom_pipeline.replies.plan import Plan
    from intercom_pipeline.settings import Settings

_ID = re.compile(r"[0-9a-f]+")


@contextmanager
def ledger_of(settings: "Settings") -> "Iterator[Ledger]":
    """The ledger that the settings name, open; only who plans may begin one.

    Raises:
        LedgerGone: There was one.
        LedgerError: It is missing, or cannot be opened.
    """
    url, folder = settings.ledger_place()
    try:
        opened = open_ledger(url, folder, create=False)
    except LedgerMissing:
        check_none_was(folder, settings.folder())
        raise
    with opened as ledger:
        yield ledger


def plan_named(name: str, ledger: "Ledger") -> "Plan":
    """The plan that a file or the first digits of an id name.

    Raises:
        PlanFileRefused: There is no such file, or it is no plan as it was written.
        LedgerError: The ledger knows no plan, or several, whose ids begin so.
    """
    digits = _id_in(name)
    return ledger.plan(digits) if digits else read(Path(name.strip()))


def plan_to_look_at(settings: "Settings", name: str) -> "Plan":
    """The same for reading alone: a file needs no ledger.

    Raises:
        PlanFileRefused: There is no such file, or it is no plan as it was written.
        LedgerError: There is no ledger, or it knows no plan, or several, whose ids begin so.
    """
    if not _id_in(name):
        return read(Path(name.strip()))
    with ledger_of(settings) as ledger:
        return plan_named(name, ledger)


def _id_in(name: str) -> str | None:
    """The digits of an id, also where they are too few; None for the name of a file."""
    digits = name.strip().lower()
    if not _ID.fullmatch(digits) or (len(digits) < SHOWN_DIGITS and Path(name.strip()).exists()):
        return None
    return digits


def pace_of(settings: "Settings", rate: float) -> Pace:
    """How quickly and how much is sent, by a verb's option and the settings."""
    return Pace(per_second=rate, most_per_run=settings.replies_per_run, most_per_day=settings.replies_per_day)


def who() -> str:
    """Who runs the command, and where: what the ledger notes beside what was sent."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        user = "somebody"
    return f"{user}@{socket.gethostname()}"


def plan_id_named(name: str, ledger: "Ledger") -> str:
    """The whole id of the plan that a file or the first digits of an id name, also of one that was purged.

    Raises:
        PlanFileRefused: There is no such file, or it is no plan as it was written.
        LedgerError: The ledger knows no such plan, or several.
    """
    return ledger.entry(_id_in(name) or read(Path(name.strip())).plan_id).plan_id
