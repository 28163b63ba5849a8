"""What can go wrong with the ledger, named for the reaction.

LedgerError
├── LedgerUrlRefused     the address cannot be used: correct the setting
├── LedgerMissing        nothing was planned yet; reading makes no ledger
│   └── LedgerGone       there was one: put it back
├── LedgerUnwritable     disk full, read-only, no permission
├── LedgerUnreachable    the database does not answer, or refuses: see to it, then try again
├── NotALedger           the file or database holds something else, or is damaged
├── LedgerTooNew         made by a later release: update this one
├── LedgerBusy           another process applies a plan: wait, or stop it
├── LedgerLost           the right to send went away meanwhile: nothing more is sent
├── LedgerConflict       a step is not in the state that was assumed: look at it
└── PlanUnknown, PlanAmbiguous, PlanPurged    no plan can be had by that id
"""

from pathlib import Path

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.replies.ledger.values import Key, Outcome


class LedgerError(PipelineError):
    """The ledger cannot be used as asked."""


class LedgerUrlRefused(LedgerError):
    """INTERCOM_LEDGER_URL names no database that can be used here."""


class LedgerMissing(LedgerError):
    """There is no ledger yet."""


class LedgerGone(LedgerMissing):
    """There is no ledger any more: what it knows was sent would be sent again."""


class LedgerUnwritable(LedgerError):
    """The disk is full, or the folder or database cannot be written."""


class LedgerUnreachable(LedgerError):
    """The database does not answer, or lets nobody in."""


class NotALedger(LedgerError):
    """What is there is no ledger, or a damaged one."""


class LedgerTooNew(LedgerError):
    """A later release of this project made the ledger."""


class LedgerBusy(LedgerError):
    """Another process applies a plan.

    Attributes:
        holder: The other process's id, where it is known.
    """

    def __init__(self, what: str, *, why: str = "", fix: str = "", holder: int | None = None) -> None:
        super().__init__(what, why=why, fix=fix)
        self.holder = holder


class LedgerLost(LedgerError):
    """This process is not the one that may send any more."""


class LedgerConflict(LedgerError):
    """A step is not in the state that was assumed."""


class PlanUnknown(LedgerError):
    """The ledger knows no such plan."""


class PlanAmbiguous(LedgerError):
    """Several plans' ids begin like that."""


class PlanPurged(LedgerError):
    """A person in the plan was purged: what it would send is not known any more."""


def unwritable(place: Path, reason: str) -> LedgerUnwritable:
    """The error for a file or folder that cannot be written."""
    return LedgerUnwritable(
        f"{place} cannot be written: {reason}.",
        why="Every reply is noted in the ledger before it is sent, so without it nothing is.",
        fix="Free some space or change the permissions, then try again.",
    )


def closed(name: str) -> LedgerLost:
    """The error for whoever uses a ledger after it was closed."""
    return LedgerLost(
        f"The ledger, {name}, was closed.",
        why="What used it was told to end.",
        fix="Nothing was sent that it does not know. Apply the plan again: it goes on where it was.",
    )


def silent(name: str) -> LedgerUnreachable:
    """The error for a server that did not answer a moment ago."""
    return LedgerUnreachable(
        f"The ledger, {name}, cannot be used: no answer came in time.",
        why="Every reply is noted there before it is sent, so without it nothing is.",
        fix="See to the server, then try again.",
    )


def conflict(key: Key, outcome: Outcome, why: str) -> LedgerConflict:
    """The error for a step that cannot become what it was said to."""
    return LedgerConflict(
        f"The {key.step} to conversation {key.conversation_id} cannot be noted as {outcome}: {why}.",
        why="Another process, or a person, has changed it meanwhile.",
        fix="Look at it with intercom-pipeline replies status.",
    )
