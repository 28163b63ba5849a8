"""What is typed, pasted or piped while something else may happen too."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import IO

_PIECE = 65536


async def lines(stream: IO[str]) -> AsyncIterator[str]:
    """The lines of a terminal, a pipe or a file as they come, until it ends.

    No thread waits for them: one that does cannot be stopped, and the process would not end.
    """
    rest = b""
    async for piece in _pieces(stream.fileno()):
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace")
    if rest:
        yield rest.decode(errors="replace")


async def _pieces(descriptor: int) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_reader(descriptor, ready.set)
    except PermissionError:  # a file, or /dev/null: it never keeps anybody waiting
        ready.set()
    try:
        while True:
            await ready.wait()
            piece = os.read(descriptor, _PIECE)
            if not piece:
                return
            yield piece
            _expect_more(loop, descriptor, ready)
    finally:
        with suppress(OSError, ValueError):
            loop.remove_reader(descriptor)


def _expect_more(loop: asyncio.AbstractEventLoop, descriptor: int, ready: asyncio.Event) -> None:
    """Wait again, unless it is a file: the reader, added anew, tells whether there is more."""
    with suppress(PermissionError):
        ready.clear()
        loop.add_reader(descriptor, ready.set)
        return
    ready.set()
