"""Asking a person, or taking a line from a program: never from the command's arguments."""

import getpass
import sys
from typing import IO

from intercom_pipeline.cli.exits import UsageRefused

_LONGEST = 65536


def can_ask() -> bool:
    """Whether somebody sits at the terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask(question: str) -> str:
    """A line that somebody types.

    Raises:
        UsageRefused: Nothing was typed.
    """
    return _given(_asked(question), question)


def ask_for_line(question: str) -> str | None:
    """A line that somebody types and ends, blank or not; None where the input ends before it does."""
    typed = _asked(question)
    return typed.strip() if typed.endswith("\n") else None


def ask_hidden(question: str) -> str:
    """A secret that somebody types or pastes, without showing it.

    Raises:
        UsageRefused: Nothing was typed.
    """
    try:
        return _given(getpass.getpass(f"{question} (not shown): ", stream=sys.stderr), question)
    except EOFError:
        return _given("", question)


def piped(question: str, stream: IO[str] | None = None) -> str:
    """The first line that a program writes to stdin.

    Raises:
        UsageRefused: There is none.
    """
    readable = stream or sys.stdin
    # There is no stdin where whoever started the process closed it.
    return _given(readable.readline(_LONGEST) if readable else "", question)


def whole_stdin(question: str) -> str:
    """All that a program writes to stdin.

    Raises:
        UsageRefused: It is closed, or holds no text.
    """
    if sys.stdin is None:
        return _given("", question)
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise UsageRefused(
            "What stdin holds is no text.",
            why=f"What was asked for: {question}. {error.reason} at byte {error.start}.",
            fix="Write it in UTF-8.",
        ) from None


def _asked(question: str) -> str:
    sys.stderr.write(f"{question}: ")
    sys.stderr.flush()
    return sys.stdin.readline(_LONGEST)


def _given(text: str, question: str) -> str:
    if text.strip():
        return text.strip()
    raise UsageRefused(
        "Nothing was given.",
        why=f"What was asked for: {question}.",
        fix="Run it again and type it, or write it to the command's stdin where it takes it from there.",
    )
