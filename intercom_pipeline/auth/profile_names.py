"""What a profile may be called: names become names of files and folders."""

import re
from typing import Final

RULE: Final = "A name begins with a letter or digit; letters, digits, _, . and - follow, at most 63."
ANOTHER: Final = "Choose another with --profile or INTERCOM_PROFILE."
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def is_name(text: str) -> bool:
    """Whether a profile may be called so."""
    return _NAME.fullmatch(text) is not None
