"""How large a workspace may be asked for."""

import subprocess
import sys

import pytest

from intercom_pipeline.cli.options import MOST_MADE
from intercom_pipeline.sandbox import Sizes
from intercom_pipeline.sandbox.options import MOST_OF_A_KIND

_COMMAND_LINE = "from intercom_pipeline.cli.main import main; main()"


@pytest.mark.parametrize("count", [-1, MOST_OF_A_KIND + 1, 99_999_999_999])
def test_a_count_that_cannot_be_made_is_refused(count: int) -> None:
    """Fewer than none and more than two million of a kind are refused by name."""
    with pytest.raises(ValueError, match="contacts must be between 0 and 2,000,000"):
        Sizes(contacts=count)


@pytest.mark.parametrize(
    "command", [["-m", "intercom_pipeline.sandbox"], ["-c", _COMMAND_LINE, "sandbox"]], ids=["module", "verb"]
)
def test_both_command_lines_refuse_it_at_once(command: list[str]) -> None:
    """99,999,999,999 contacts end the command with code 2 and a message that names them."""
    told = subprocess.run(
        [sys.executable, *command, "--contacts", "99999999999"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 2
    assert "contacts" in told.stderr
    assert "2,000,000" in told.stderr or "2000000" in told.stderr


def test_the_command_line_takes_as_many_as_the_sandbox() -> None:
    """Its limit, written down again, is the sandbox's own."""
    assert MOST_MADE == MOST_OF_A_KIND
