"""Exit codes: what each means, and which error ends in which. The one place that decides."""

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Self

from intercom_pipeline.errors import PipelineError

if TYPE_CHECKING:
    from intercom_pipeline.sync.results import SyncResult


class Exit(IntEnum):
    """What the command's exit code says; each member's `meaning` is printed and documented."""

    meaning: str

    OK = 0, "all done"
    FAILED = 1, "failed; what was stored before is untouched"
    USAGE = 2, "wrong arguments, settings or input; nothing was started"
    PARTIAL = 3, "a part is not done: a stream failed, or replies were not sent"
    AUTHORISATION = 4, "no token, a refused token or a missing permission"
    UNCERTAIN = 5, "a reply may have been sent: look before you send it again"
    BUSY = 75, "another process syncs, sends or holds the database; try later"
    INTERRUPTED = 130, "stopped with Ctrl-C; the next run resumes"
    UNREAD = 141, "whoever read the output stopped reading, as head does"
    TERMINATED = 143, "stopped by a SIGTERM; the next run resumes"

    def __new__(cls, code: int, meaning: str) -> Self:
        """A member is its number."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


class UsageRefused(PipelineError):
    """An argument names something that is not there."""


class NotPrinted(PipelineError):
    """A reply was sent, and what became of it could not be printed."""


class Stopped(PipelineError):
    """A person or the system stopped the command.

    Attributes:
        code: The exit code that says who.
    """

    def __init__(self, code: Exit, *, why: str = "", fix: str = "") -> None:
        super().__init__("Stopped.", why=why, fix=fix)
        self.code = code


def exit_for(error: BaseException) -> Exit:
    """The exit code that an error ends in."""
    from intercom_pipeline.replies.ledger.errors import LedgerBusy  # noqa: PLC0415 - late
    from intercom_pipeline.replies.reply import ReplyUncertain  # noqa: PLC0415 - late
    from intercom_pipeline.warehouse.errors import WarehouseBusy  # noqa: PLC0415 - late

    if isinstance(error, Stopped):
        return error.code
    if isinstance(error, (*_usage(), *_usage_of_replies())):
        return Exit.USAGE
    if isinstance(error, _authorisation()):
        return Exit.AUTHORISATION
    if isinstance(error, (ReplyUncertain, NotPrinted)):
        return Exit.UNCERTAIN
    return Exit.BUSY if isinstance(error, (WarehouseBusy, LedgerBusy)) else Exit.FAILED


def _usage() -> tuple[type[PipelineError], ...]:
    """What is wrong with the arguments or the settings, so that nothing was started."""
    from intercom_pipeline.auth.answers import RedirectRefused  # noqa: PLC0415 - late
    from intercom_pipeline.auth.listener import PortTaken  # noqa: PLC0415 - late
    from intercom_pipeline.auth.profiles import ProfileRefused  # noqa: PLC0415 - late
    from intercom_pipeline.intercom.errors import QueryRefused  # noqa: PLC0415 - late
    from intercom_pipeline.intercom.ids import IdRefused  # noqa: PLC0415 - late
    from intercom_pipeline.intercom.where import WhereRefused  # noqa: PLC0415 - late
    from intercom_pipeline.replies.reply import ReplyRefused  # noqa: PLC0415 - late
    from intercom_pipeline.settings import SettingRefused  # noqa: PLC0415 - late
    from intercom_pipeline.sync.access import LaterVersionNeeded  # noqa: PLC0415 - late
    from intercom_pipeline.sync.catalog import UnknownStream  # noqa: PLC0415 - late
    from intercom_pipeline.sync.choice import NothingNamed  # noqa: PLC0415 - late
    from intercom_pipeline.sync.reading import CannotBeBounded, NothingToSweep  # noqa: PLC0415 - late
    from intercom_pipeline.warehouse.errors import NotSearchable, PrivacyLoosened  # noqa: PLC0415 - late
    from intercom_pipeline.warehouse.people.purge import NobodyFound  # noqa: PLC0415 - late

    return (
        UsageRefused,
        SettingRefused,
        ProfileRefused,
        PortTaken,
        RedirectRefused,
        WhereRefused,
        QueryRefused,
        IdRefused,
        ReplyRefused,
        NotSearchable,
        PrivacyLoosened,
        UnknownStream,
        NothingNamed,
        LaterVersionNeeded,
        CannotBeBounded,
        NothingToSweep,
        NobodyFound,
    )


def _usage_of_replies() -> tuple[type[PipelineError], ...]:
    """What is wrong with what bulk replies were asked for, so that nothing was planned or sent."""
    from intercom_pipeline.replies.errors import InputRefused, PlanRefused  # noqa: PLC0415 - late
    from intercom_pipeline.replies.ledger import errors as ledger  # noqa: PLC0415 - late
    from intercom_pipeline.replies.sending.pace import PaceRefused  # noqa: PLC0415 - late

    return (
        InputRefused,
        PlanRefused,
        PaceRefused,
        ledger.LedgerUrlRefused,
        ledger.LedgerMissing,
        ledger.PlanUnknown,
        ledger.PlanAmbiguous,
        ledger.PlanPurged,
    )


def _authorisation() -> tuple[type[PipelineError], ...]:
    """No token, one that is refused, or one that may not do this."""
    from intercom_pipeline.auth.login import TokenRefused  # noqa: PLC0415 - late
    from intercom_pipeline.intercom.errors import AuthenticationFailed, PermissionMissing  # noqa: PLC0415 - late
    from intercom_pipeline.intercom.oauth import CodeRefused, ConsentDenied  # noqa: PLC0415 - late
    from intercom_pipeline.settings import TokenMissing  # noqa: PLC0415 - late
    from intercom_pipeline.sync.access import NotPermitted  # noqa: PLC0415 - late

    return (
        TokenMissing,
        TokenRefused,
        ConsentDenied,
        CodeRefused,
        AuthenticationFailed,
        PermissionMissing,
        NotPermitted,
    )


def exit_for_results(results: Sequence["SyncResult"]) -> Exit:
    """The exit code of a run that ended: partial only where at least one stream is complete."""
    from intercom_pipeline.sync.results import Outcome  # noqa: PLC0415 - late

    wrong = [each for each in results if each.outcome not in {Outcome.COMPLETE, Outcome.SKIPPED}]
    if not wrong:
        return Exit.OK
    if any(each.outcome is Outcome.COMPLETE for each in results):
        return Exit.PARTIAL
    codes = {Exit.FAILED if each.error is None else exit_for(each.error) for each in wrong}
    return codes.pop() if len(codes) == 1 else Exit.FAILED
