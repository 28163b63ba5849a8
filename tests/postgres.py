"""A PostgreSQL server of our own: Debian's, started for the tests and thrown away with them."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import stamina

_LIKE_DEBIAN = "/usr/lib/postgresql"
_USER = "postgres" if os.name == "posix" and os.geteuid() == 0 else None
"""The server refuses to run as root."""
_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PG")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A server that is running; everybody is trusted but `guarded`, whose password is `zyxwvut`."""

    port: int

    def url(self, database: str, user: str = "ledger") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())


def _program(name: str) -> Path | None:
    versions = sorted(Path(_LIKE_DEBIAN).glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = versions[-1] if versions else shutil.which(name)
    return Path(found) if found else None


@contextmanager
def running_server() -> Iterator[Server]:
    """A server; where none is installed the tests are skipped, in CI they fail."""
    initdb, postgres = _program("initdb"), _program("postgres")
    if initdb is None or postgres is None:
        missing = "there is no PostgreSQL on this machine (apt-get install postgresql)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    with tempfile.TemporaryDirectory(prefix="ledger-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if _USER is not None:
            shutil.chown(folder, _USER)
        make: list[str | Path] = [
            initdb,
            "-A",
            "trust",
            "-U",
            "ledger",
            "-E",
            "UTF8",
            "--no-sync",
            "-D",
            folder / "data",
        ]
        made = subprocess.run(
            make, user=_USER, cwd=folder, env=_ENVIRONMENT, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr
        rules = folder / "data" / "pg_hba.conf"
        rules.write_text(f"host all guarded all scram-sha-256\n{rules.read_text()}")
        with _started(postgres, folder) as server:
            yield server


@contextmanager
def _started(postgres: Path, folder: Path) -> Iterator[Server]:
    port = _free_port()
    # What is thrown away need not reach the disk.
    careless = ("fsync=off", "full_page_writes=off", "listen_addresses=127.0.0.1", "max_connections=60")
    settings = [part for each in careless for part in ("-c", each)]
    command: list[str | Path] = [postgres, "-D", folder / "data", "-k", folder, "-p", str(port), *settings]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, user=_USER, cwd=folder, env=_ENVIRONMENT, stdout=log, stderr=log)
        try:
            server = Server(port=port)
            for attempt in stamina.retry_context(on=psycopg.OperationalError, attempts=100, wait_max=0.2):
                with attempt:
                    server.execute("SELECT 1")
            server.execute("CREATE ROLE guarded LOGIN PASSWORD 'zyxwvut'")
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # Without waiting for whoever is connected.
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
