"""What a check finds, and how one that itself fails is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.diagnosis import without_people

T = TypeVar("T")


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    """It works, and should not stay so."""
    FAILED = "failed"
    """A sync, or what the check is about, cannot work so."""
    SKIPPED = "skipped"
    """It was not looked at, or nobody can know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        state: How it ended.
        found: What was found, in a few words.
        fix: What to do about it; empty where nothing needs doing.
        remark: What there is to know besides.
        error: The error that says the same, where there is one.
    """

    state: State
    found: str
    fix: str = ""
    remark: str = ""
    error: PipelineError | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was looked at, and what was found."""

    name: str
    finding: Finding


def ok(found: str, remark: str = "") -> Finding:
    """All is well."""
    return Finding(state=State.OK, found=found, remark=remark)


def warning(found: str, fix: str) -> Finding:
    """It works, and should not stay so."""
    return Finding(state=State.WARNING, found=found, fix=fix)


def failed(found: str, fix: str) -> Finding:
    """It cannot work so."""
    return Finding(state=State.FAILED, found=found, fix=fix)


def skipped(why: str) -> Finding:
    """It was not looked at."""
    return Finding(state=State.SKIPPED, found=why)


def failed_by(error: PipelineError) -> Finding:
    """It cannot work, as an error says."""
    found = " ".join(part for part in (error.what, error.why) if part)
    return Finding(state=State.FAILED, found=found, fix=error.fix, error=error)


def attempt(act: Callable[[], T]) -> T | Finding:
    """What an act gives; where it fails, a finding that says so, and other checks go on."""
    try:
        return act()
    except PipelineError as error:
        return failed_by(error)
    except Exception as error:  # noqa: BLE001 - one check that cannot be made must not hide the others
        said = without_people(f"{type(error).__name__}: {error}")
        return failed(f"it could not be looked at: {said}", "If this looks like a fault of ours, report it.")


def checked(name: str, look: Callable[[], Finding]) -> Check:
    """A check by its name, with what it found."""
    return Check(name=name, finding=attempt(look))
