"""Opening a person's browser without showing anybody else where."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from intercom_pipeline.settings import without_settings

_OPEN = """
import signal, sys, webbrowser
signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the login
webbrowser.open(sys.argv[1])
"""
_PRIVATE_FILE = 0o600


@contextmanager
def opened(url: str) -> Iterator[None]:
    """Open a browser at a page that leads on to an address, and remove the page when the block ends.

    Every user of the machine can read the arguments of a process; the page is for this user alone. The
    browser's process is told none of this project's variables, so no secret.
    """
    with TemporaryDirectory(prefix="intercom-pipeline-") as folder:  # 0700
        page = Path(folder) / "login.html"
        page.touch(mode=_PRIVATE_FILE)
        page.write_text(_leading_to(url), encoding="utf-8")
        # Nobody waits for it: some browsers end only when they are closed.
        threading.Thread(target=_open, args=(page.as_uri(),), daemon=True).start()
        yield


def _open(address: str) -> None:
    # In a process of its own, as webbrowser gives browsers the environment of the process it is in.
    subprocess.run([sys.executable, "-I", "-c", _OPEN, address], env=without_settings(), check=False)  # noqa: S603 - our own interpreter


def _leading_to(url: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="refresh" content="0; url={escape(url)}"><title>Connecting</title>'
        f'<p><a href="{escape(url)}">Go on to the consent page.</a></p></html>\n'
    )
