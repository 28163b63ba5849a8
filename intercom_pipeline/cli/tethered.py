"""Programs that run beside the command and end with it, however it ends: even killed, it leaves none behind.

The program runs in a session of its own, so that a Ctrl-C reaches it once, from here. Its standard input is a
pipe from the command; when that closes, because the command let go or is no more, it interrupts itself.
"""

import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TypeAlias

Output: TypeAlias = IO[bytes] | int | None

_PATIENCE_SECONDS = 5.0


@contextmanager
def tethered(
    module: str, arguments: Sequence[str], *, environment: Mapping[str, str], stdout: Output, stderr: Output
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a module as a program while the block runs; it is asked to end then, and killed if it will not."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter; the modules and arguments are made here
        [sys.executable, "-m", __name__, module, *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            _let_go(process)


def _let_go(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _interrupt_when_let_go() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGINT)


def main() -> None:
    """Run the module that the arguments name, until it ends or is let go."""
    sys.argv = sys.argv[1:]
    threading.Thread(target=_interrupt_when_let_go, daemon=True).start()
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
