"""The command itself: its verbs, its help, and how whatever goes wrong is told."""

import errno
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from intercom_pipeline.cli import (
    articles,
    auth,
    config,
    contacts,
    conversations,
    demo,
    dev,
    doctor,
    mcp,
    purge,
    reading,
    sandbox,
    streams,
    sweep,
    sync,
)
from intercom_pipeline.cli.exits import Exit, Stopped, exit_for
from intercom_pipeline.cli.options import verbatim
from intercom_pipeline.cli.replies import commands as replies
from intercom_pipeline.errors import PipelineError

_NAME = "intercom-pipeline"
_NOT_WRITTEN = {errno.ENOSPC, errno.EIO, errno.EBADF}


def main() -> NoReturn:
    """Run the command with the process's arguments, and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; what goes wrong is printed, not raised."""
    try:
        code = _run(arguments)
        if sys.stdout:
            sys.stdout.flush()
    except BrokenPipeError:
        # What is still to be written goes nowhere, instead of failing once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.UNREAD
    return code


def _run(arguments: Sequence[str]) -> int:
    """As `run`, but for output that nobody reads.

    Raises:
        BrokenPipeError: Whoever read it stopped reading.
    """
    # Understood wherever it stands, because people add it to the end of what has just failed.
    debug = "--debug" in arguments
    try:
        application()([each for each in arguments if each != "--debug"], prog_name=_NAME)
    except SystemExit as left:
        if isinstance(left.__context__, BrokenPipeError):  # of which typer and rich make an exit with 1
            raise left.__context__ from None
        if left.code == Exit.INTERRUPTED:  # typer's, of a verb that holds nothing and so minds no signal
            _tell(Stopped(Exit.INTERRUPTED), debug=False)
        return left.code if isinstance(left.code, int) else Exit.FAILED
    except Exception as error:  # noqa: BLE001 - the last resort: told, with the traceback on request
        _tell(error, debug=debug)
        return exit_for(error)
    return Exit.OK


class _Verbs(TyperGroup):
    """The verbs, with typer's errors in plain words."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb that is named.

        Raises:
            BadParameter: An option has a value that it does not take.
        """
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise


class _Verb(TyperCommand):
    """A verb whose usage names its arguments as its help does."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words after the verb's name; what has to be given stands without typer's braces."""
        return [piece.removeprefix("{").removesuffix("}") for piece in super().collect_usage_pieces(ctx)]


def application() -> typer.Typer:
    """The command and its verbs."""
    made = typer.Typer(
        cls=_Verbs,
        no_args_is_help=True,
        # The boxes of rich would double the time that help takes.
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog=verbatim("Exit codes:", *(f"{code.value:3}  {code.meaning}" for code in Exit)),
    )
    made.callback()(_root)
    work = (demo, streams, sync, sweep, reading, sandbox, dev, auth, config, doctor, mcp, purge)
    everyday = (contacts, conversations, articles, replies)
    for verbs in (*work, *everyday):
        verbs.add_to(made)
    _have_plain_usage(made)
    return made


def _have_plain_usage(app: typer.Typer) -> None:
    for verb in app.registered_commands:
        verb.cls = _Verb
    for group in app.registered_groups:
        if group.typer_instance:
            _have_plain_usage(group.typer_instance)


def _print_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if asked:
        from importlib.metadata import version  # noqa: PLC0415 - late

        sys.stdout.write(f"{_NAME} {version(_NAME)}\n")
        raise typer.Exit


def _root(
    *,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show an error's traceback; it may stand anywhere.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Your Intercom workspace in DuckDB.

    Settings come from the environment and the file .env; .env.example explains each.
    """
    # `run` has looked for the one, `_print_version` has acted on the other.
    del debug, version


def _tell(error: Exception, *, debug: bool) -> None:
    """Print an error in three lines, after its traceback where that is asked for."""
    from intercom_pipeline.cli.output import print_error  # noqa: PLC0415 - late
    from intercom_pipeline.intercom.where_text import WhereRefused  # noqa: PLC0415 - late

    if debug:
        import traceback  # noqa: PLC0415 - late

        traceback.print_exception(error)
    if isinstance(error, WhereRefused):
        print_error(error.as_typed)
    else:
        print_error(error if isinstance(error, PipelineError) else _unexpected(error))


def _unexpected(error: Exception) -> PipelineError:
    if isinstance(error, UnicodeEncodeError) and error.encoding != "utf-8":
        return PipelineError(
            f"The output cannot be written in {error.encoding}.",
            why="It holds signs that this encoding does not have.",
            fix="Set PYTHONIOENCODING=utf-8, then run the same command again.",
        )
    if isinstance(error, OSError) and error.errno in _NOT_WRITTEN and error.filename is None:
        return PipelineError(
            f"It could not be written: {error.strerror}.",
            why="What takes the output, or the disk, is full or gone.",
            fix="Free some space or write elsewhere, then run the same command again.",
        )
    return PipelineError(
        f"Something unexpected happened: {type(error).__name__}: {error}",
        why="This is a fault of intercom-pipeline.",
        fix="Run the same command again with --debug and report what it prints.",
    )
