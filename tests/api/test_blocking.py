"""What `Intercom` does between the threads and processes of a program that is not asynchronous."""

import asyncio
import gc
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from intercom_pipeline import Intercom, connection_for
from intercom_pipeline.api import NotOpen
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve

SIZES = Sizes(contacts=3, conversations=1, articles=1, long_conversations=0)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(sizes=SIZES, options=Options(limit_per_minute=600_000)) as served:
        yield served


def opening(sandbox: Sandbox) -> Intercom:
    return Intercom(connection_for(sandbox.token, base_url=sandbox.url))


FORKING = """
import os, signal, sys
from intercom_pipeline import Intercom, connection_for
from intercom_pipeline.api import NotOpen

connection = connection_for(sys.argv[1], base_url=sys.argv[2])
with Intercom(connection) as intercom:
    contacts = intercom.list_contacts()
    first = next(contacts)
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        for act in (lambda: intercom.get_contact(first["id"]), lambda: next(contacts)):
            try:
                act()
            except NotOpen as error:
                print(error.what, flush=True)
        with Intercom(connection) as another:
            print(another.get_contact(first["id"])["id"] == first["id"], flush=True)
    else:
        _, status = os.waitpid(child, 0)
        print(status, len(list(contacts)), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the system cannot fork")
def test_a_forked_process_is_told_and_ends(sandbox: Sandbox) -> None:
    """The connections stayed behind: nothing waits for them, another workspace may be opened."""
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKING, sandbox.token, sandbox.url],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    not_open = "The workspace is not open in this process."
    assert told.stdout.splitlines() == [not_open, not_open, "True", "0 2"]
    assert told.stderr == ""


def test_a_list_may_be_collected_in_any_thread(sandbox: Sandbox) -> None:
    """Also in the one that would close it, where nobody can wait for that."""
    with opening(sandbox) as intercom:
        contacts = intercom.list_contacts()
        next(contacts)
        circle: list[Any] = [contacts]
        circle.append(circle)
        del contacts, circle
        assert intercom._place
        intercom._place.portal.call(gc.collect)
        assert len(list(intercom.list_contacts())) == SIZES.contacts


def test_it_works_where_a_loop_runs(sandbox: Sandbox) -> None:
    """As in a notebook."""

    async def cell() -> int:
        with opening(sandbox) as intercom:
            return len(list(intercom.list_contacts()))

    assert asyncio.run(cell()) == SIZES.contacts


def test_several_are_open_at_once(sandbox: Sandbox) -> None:
    """Each for itself, their lists read in turn."""
    with opening(sandbox) as one, opening(sandbox) as other:
        pairs = list(zip(one.list_contacts(), other.list_contacts(), strict=True))
    assert len(pairs) == SIZES.contacts
    assert all(first == second for first, second in pairs)


def test_an_error_ends_the_block(sandbox: Sandbox) -> None:
    """It is raised on, and the connections are closed."""
    intercom = opening(sandbox)
    with pytest.raises(NotImplementedError), intercom:
        raise NotImplementedError
    with pytest.raises(NotOpen):
        intercom.get_contact("1")


def test_a_list_ends_with_its_block(sandbox: Sandbox) -> None:
    """Begun or not, it is told so, and does not look as if it had no more; not in a later block either."""
    intercom = opening(sandbox)
    with intercom:
        begun, not_begun = intercom.list_contacts(), intercom.list_contacts()
        next(begun)
    with pytest.raises(NotOpen):
        next(not_begun)
    with intercom, pytest.raises(NotOpen):
        next(begun)


def test_what_cannot_be_opened_is_told_where_it_is_opened() -> None:
    """In the thread that asks."""
    with pytest.raises(NotOpen), Intercom(_Unusable()):  # type: ignore[arg-type]
        pass


class _Unusable:
    def __getattr__(self, name: str) -> Any:
        raise NotOpen(name)
