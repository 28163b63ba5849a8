"""Run the command as people and programs do, and keep what it said."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from intercom_pipeline.sandbox import Sandbox

COMMAND = str(Path(sys.executable).with_name("intercom-pipeline"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A run of the command that has ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def three_lines(self) -> list[str]:
        """The error: what happened, why and what to do, whatever was told of the progress before."""
        assert "Traceback" not in self.err
        lines = self.err.splitlines()[-3:]
        assert len(lines) == 3
        assert all(lines), lines
        return lines


def environment(sandbox: Sandbox | None = None, **changes: str | Path) -> dict[str, str]:
    """The environment without the settings of whoever runs the tests, aimed at a sandbox."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("INTERCOM_")}
    aimed = {"INTERCOM_BASE_URL": sandbox.url, "INTERCOM_ACCESS_TOKEN": sandbox.token} if sandbox else {}
    return clean | aimed | {key: str(value) for key, value in changes.items()}


def start(*arguments: str, env: Mapping[str, str], cwd: Path) -> "subprocess.Popen[str]":
    """Start the command in a process of its own."""
    return subprocess.Popen(
        [COMMAND, *arguments],
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: "subprocess.Popen[str]", *, seconds: float = 120) -> Ended:
    """Wait for the end of a process."""
    out, err = process.communicate(timeout=seconds)
    return Ended(code=process.returncode, out=out, err=err)


def run_process(*arguments: str, env: Mapping[str, str], cwd: Path) -> Ended:
    """Run the command in a process of its own."""
    with start(*arguments, env=env, cwd=cwd) as process:
        return ended(process)


def run_in_terminal(
    *arguments: str, env: Mapping[str, str], cwd: Path, rows: int = 24, columns: int = 80, typed: bytes = b""
) -> Ended:
    """Run the command in a terminal of that size; `out` is all that it wrote, without colours.

    What is `typed` waits for it there.
    """
    reader, writer = pty.openpty()
    os.write(reader, typed)
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    sized = {key: value for key, value in env.items() if key not in {"COLUMNS", "LINES"}} | {"TERM": "xterm"}
    process = subprocess.Popen(
        [COMMAND, *arguments], env=sized, cwd=cwd, stdin=writer, stdout=writer, stderr=writer
    )
    os.close(writer)
    shown = b""
    while piece := _read(reader):
        shown += piece
    os.close(reader)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\r\n", "\n")
    return Ended(code=process.wait(), out=plain, err="")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the other end is closed
        return b""
