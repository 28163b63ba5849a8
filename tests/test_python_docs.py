"""Every example of docs/python.md runs as it stands."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from intercom_pipeline.api import Intercom
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from tests.syncing import sync

DOCUMENT = (Path(__file__).parent.parent / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sizes = Sizes(contacts=20, conversations=60, articles=3, long_conversations=0)
    with serve(sizes=sizes, options=Options(limit_per_minute=600_000), seed=9) as served:
        yield served


def test_every_example_runs(sandbox: Sandbox, tmp_path: Path) -> None:
    """One after another in a folder with nothing but the settings and a warehouse."""
    sync(sandbox, tmp_path / "data", "contacts", "conversations")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INTERCOM_")}
    settings = {"INTERCOM_BASE_URL": sandbox.url, "INTERCOM_ACCESS_TOKEN": sandbox.token}
    assert len(EXAMPLES) >= 8
    code = "\n".join(f"print('---')\n{example}" for example in EXAMPLES)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env=kept | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    printed = ran.stdout.split("---\n")[1:]
    assert len(printed) == len(EXAMPLES)
    assert all(text.strip() for text in printed), printed
    assert sandbox.requests.count("POST /conversations/{id}/reply", status=200) == 1


def test_every_operation_is_in_the_table() -> None:
    """And no other."""
    told = set(re.findall(r"^\| `(\w+)\(", DOCUMENT, re.MULTILINE))
    assert told == {name for name in vars(Intercom) if not name.startswith("_")}
