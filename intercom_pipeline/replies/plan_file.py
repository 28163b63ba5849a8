"""A plan as a file that people can read, and nobody can change unnoticed.

    {"format": "intercom-pipeline replies", "version": 1, "plan_id": "3f9a…", "plan": {…}}

It holds names and what is said to them: it is for this user alone.
"""

import json
import os
import re
import tempfile
import unicodedata
from pathlib import Path
from typing import Any, Final

import msgspec

from intercom_pipeline.replies.errors import PlanFileRefused, PlanFileUnwritable
from intercom_pipeline.replies.plan import Plan, short_id
from intercom_pipeline.warehouse.files import DataFolder, private_files

FORMAT: Final = "intercom-pipeline replies"
VERSION: Final = 1
MOST_BYTES: Final = 64 * 2**20
"""How large a file is read: the largest plan, with its indents."""
_LONGEST_NAME = 40


class _File(msgspec.Struct, kw_only=True):
    """What is in a file; the plan is looked at once the rest is known to be right."""

    format: str
    version: int
    plan_id: str
    plan: msgspec.Raw


def default_path(folder: DataFolder, plan: Plan) -> Path:
    """Where a plan is written unless another place is named."""
    return folder.path / "replies" / "plans" / f"{_slug(plan.campaign)}-{short_id(plan.plan_id)}.json"


def write(plan: Plan, path: Path) -> None:
    """Write a plan, for this user alone and all at once; the same plan may be there already.

    Raises:
        PlanFileRefused: Something else is there.
        PlanFileUnwritable: It cannot be written.
    """
    try:
        with private_files():
            path.parent.mkdir(parents=True, exist_ok=True)
        is_new = _put(_indented(plan), path)
    except OSError as error:
        raise PlanFileUnwritable(
            f"The plan cannot be written to {path}.",
            why=f"{error.strerror or type(error).__name__}.",
            fix="Free some space, change the folder's permissions, or name another file.",
        ) from error
    if not is_new:
        _check_same(plan, path)


def read(path: Path) -> Plan:
    """The plan that a file holds.

    Raises:
        PlanFileRefused: There is none, it is no plan, it was changed, or it is of a newer release.
    """
    content = _content(path)
    try:
        found = msgspec.json.decode(content, type=_File)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise _no_plan(path) from None
    if found.format != FORMAT:
        raise _no_plan(path)
    if found.version != VERSION:
        raise PlanFileRefused(
            f"{path} was written by another release.",
            why=f"Its version is {found.version}; this release reads {VERSION}.",
            fix="Use the release that made the plan, or make it anew.",
        )
    return _checked(found, content, path)


def _checked(found: _File, content: bytes, path: Path) -> Plan:
    """The plan in a file, if the file says what would be written for it and nothing else."""
    try:
        plan = msgspec.json.decode(found.plan, type=Plan)
        if _said(content) == _said(_indented(plan)):
            return plan
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass  # as different as can be
    raise PlanFileRefused(
        f"{path} was changed after it was written.",
        why="What it holds is not what its plan_id stands for, and a plan never changes.",
        fix="Nothing was sent. Make a new plan: intercom-pipeline replies plan",
    )


def _said(content: bytes) -> Any:
    """What JSON says, however it is laid out. Raises ValueError where it says something twice."""
    return json.loads(content.decode(), object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of a name that is there twice, one program reads the first and another the last: a person may have
    # read the one that is not sent.
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a name is there twice")
    return fields


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PlanFileRefused(
            f"There is no plan to be read at {path}.",
            why=f"{error.strerror or type(error).__name__}.",
            fix="Name the plan's file or the first digits of its id: intercom-pipeline replies list",
        ) from error
    if len(content) > MOST_BYTES:
        raise PlanFileRefused(
            f"{path} is too large for a plan.",
            why=f"It has more than {MOST_BYTES // 2**20} MiB.",
            fix="Name a plan's file: intercom-pipeline replies list",
        )
    return content


def _indented(plan: Plan) -> bytes:
    # In the order of its attributes, which reads better than that of its content.
    told = msgspec.Raw(msgspec.json.encode(plan))
    file = _File(format=FORMAT, version=VERSION, plan_id=plan.plan_id, plan=told)
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"


def _put(content: bytes, path: Path) -> bool:
    """Write a file, whole or not at all; False where one is there already, which stays."""
    descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=".plan-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return _take_place(Path(fresh), path)
    finally:
        Path(fresh).unlink(missing_ok=True)


def _take_place(fresh: Path, path: Path) -> bool:
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        return False
    except OSError:
        # Not every file system has links; renaming would replace what is there.
        if path.exists():
            return False
        fresh.replace(path)
    return True


def _check_same(plan: Plan, path: Path) -> None:
    try:
        is_same = read(path).plan_id == plan.plan_id
    except PlanFileRefused:
        is_same = False
    if not is_same:
        raise PlanFileRefused(
            f"There is a file at {path} already.",
            why="It holds something else, perhaps another plan, and is not overwritten.",
            fix="Name another file, or remove that one first.",
        )


def _no_plan(path: Path) -> PlanFileRefused:
    return PlanFileRefused(
        f"{path} is no plan of replies.",
        why=f"It is not JSON whose format is {FORMAT!r}.",
        fix="Name the file that intercom-pipeline replies plan wrote.",
    )


def _slug(campaign: str) -> str:
    """What of a campaign's name may be in the name of a file on any system."""
    plain = unicodedata.normalize("NFKD", campaign).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower())[:_LONGEST_NAME].strip("-") or "plan"
