"""The picture of the everyday commands in the docs is what a terminal shows."""

import os
import re
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from intercom_pipeline.sandbox import serve
from tests.cli.running import environment, run_in_terminal

COLUMNS = 104
SHOWN = (
    ("contacts", "search", "role = user AND last_seen_at > 30d", "--limit", "5"),
    ("conversations", "list", "--where", "state = open", "--limit", "5"),
    ("conversations", "summarize", "--since", "90d", "--most", "3"),
    ("contacts", "search", "emial = ada@example.com"),
)


def test_the_everyday_commands_fill_a_picture(tmp_path: Path) -> None:
    """Each says something, no line is wider than the terminal; drawn where SCREENSHOTS names a folder."""
    shown = []
    with serve() as sandbox:
        for command in SHOWN:
            ended = run_in_terminal(*command, env=environment(sandbox), cwd=tmp_path, columns=COLUMNS)
            typed = " ".join(f"'{word}'" if " " in word else word for word in command)
            assert len(ended.out.splitlines()) >= 3
            assert max(map(len, ended.out.splitlines())) <= COLUMNS
            shown.append(f"$ intercom-pipeline {typed}\n{ended.out.rstrip()}\n")
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        (Path(folder) / "everyday.svg").write_text(drawn("\n".join(shown)), encoding="utf-8")


def drawn(text: str) -> str:
    """A terminal with a text in it, as SVG that loads nothing from elsewhere."""
    console = Console(record=True, width=COLUMNS, file=StringIO())
    console.print(Text(text), soft_wrap=True)
    picture = console.export_svg(title="intercom-pipeline", unique_id="everyday")
    return re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)


def test_the_picture_loads_nothing_from_elsewhere() -> None:
    """Whoever looks at the docs is seen by nobody."""
    picture = (Path(__file__).parents[2] / "docs" / "images" / "everyday.svg").read_text(encoding="utf-8")
    assert "contacts" in picture
    assert not re.findall(r"@import|@font-face|url\(.?http|href=", picture)
