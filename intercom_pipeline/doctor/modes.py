"""Who may read a file."""

import os
from collections.abc import Iterable
from pathlib import Path

_OTHERS = 0o077


def exposed(paths: Iterable[Path]) -> list[Path]:
    """Those that others than their owner may read or change; none where the system has no such modes."""
    if os.name != "posix":
        return []
    return [path for path in paths if not path.is_symlink() and path.stat().st_mode & _OTHERS]
