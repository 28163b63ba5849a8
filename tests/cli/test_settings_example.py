"""`.env.example` lists every setting, with its default."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from intercom_pipeline.settings import Settings, load_settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"
LINES = re.findall(r"^(#?)(INTERCOM_\w+)=(.*)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_variable_is_listed() -> None:
    """The variables are those that the settings' descriptions name, in their order."""
    described = re.findall(r"`(INTERCOM_\w+)`:", Settings.__doc__ or "")
    assert [name for _, name, _ in LINES] == described
    assert len(described) == len(fields(Settings))


def test_the_values_shown_are_the_defaults() -> None:
    """Whoever takes all the lines gets what whoever takes none gets."""
    assert load_settings({name: value for _, name, value in LINES}, dotenv=Path("/nowhere")) == Settings()


def test_a_copy_of_it_changes_nothing(tmp_path: Path) -> None:
    """Only the token's line is no comment."""
    copy = tmp_path / ".env"
    copy.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_settings({}, dotenv=copy) == Settings()
    assert [name for hidden, name, _ in LINES if not hidden] == ["INTERCOM_ACCESS_TOKEN"]


@pytest.mark.parametrize(
    "line", [line for line in EXAMPLE.read_text(encoding="utf-8").split("\n\n")[1:] if line]
)
def test_every_variable_has_its_comment(line: str) -> None:
    """In words, above it."""
    *comments, variable = line.strip().splitlines()
    assert "INTERCOM_" in variable
    assert all(comment.startswith("# ") for comment in comments)
    assert comments
