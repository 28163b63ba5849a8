"""Run contenders as processes of their own against a sandbox in another, and measure each from outside."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

_KIB = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One process from start to end.

    Attributes:
        seconds: Wall time.
        cpu_seconds: Processor time of the process.
        peak_mb: Largest resident memory, in millions of bytes.
        output: What it printed.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    output: str


def measured(*command: str, **environment: str) -> Measured:
    """Run a command to its end.

    Raises:
        SystemExit: It failed.
    """
    began = time.monotonic()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed with {process.returncode}\n{output}")
    return Measured(
        seconds=time.monotonic() - began,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss * _KIB / 1e6,
        output=output,
    )


@dataclass(frozen=True, slots=True)
class Served:
    """A sandbox in a process of its own.

    Attributes:
        url: Its address.
        token: The token it lets in.
        process: The process.
    """

    url: str
    token: str
    process: "subprocess.Popen[str]"

    @property
    def environment(self) -> dict[str, str]:
        """What a sync needs to reach it."""
        return {"INTERCOM_BASE_URL": self.url, "INTERCOM_ACCESS_TOKEN": self.token}

    @property
    def cpu_seconds(self) -> float:
        """Processor time it has used so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:  # noqa: PTH123 - no path
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def control(self, method: str, name: str, body: Any = None) -> Any:
        """Look into the sandbox, or change it (see intercom_pipeline/sandbox/control.py)."""
        answer = httpx.request(method, f"{self.url}/_sandbox/{name}", json=body, timeout=120)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def requests(self) -> int:
        """How many requests it has answered since the counters were reset."""
        return int(self.control("GET", "counters")["requests"])


@contextmanager
def sandbox(**options: object) -> Iterator[Served]:
    """Serve a sandbox, every record made before the first request."""
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "intercom_pipeline.sandbox", "--warm", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - asked for above
            ready = json.loads(process.stdout.readline())
            yield Served(ready["url"], ready["token"], process)
        finally:
            process.terminate()


def row(*cells: object) -> None:
    """Print a row of a Markdown table."""
    print("| " + " | ".join(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |")
