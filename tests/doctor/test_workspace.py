"""What Intercom's answers tell, and that no network can make it wait."""

import asyncio
import socket
import threading
import time

import pytest

from intercom_pipeline.cli.exits import Exit, exit_for
from intercom_pipeline.doctor import State, asking
from intercom_pipeline.intercom.client import connect
from intercom_pipeline.intercom.errors import NetworkUnreachable
from intercom_pipeline.sandbox import Fault, FaultKind, Options, Sandbox, Sizes, serve
from intercom_pipeline.sync.catalog import CATALOG
from tests.doctor.conftest import Examine
from tests.syncing import connection_to

READ_TICKETS = "permission: Read tickets"


def test_a_token_that_is_accepted_is_told_with_its_workspace(found: Examine, sandbox: Sandbox) -> None:
    """All is well, and every permission has its line."""
    told = found()
    assert sandbox.workspace.app()["id_code"] in told["workspace"].found
    assert [told[name].state for name in ("region", "clock", READ_TICKETS)] == [State.OK] * 3
    assert told["permission: Write conversations"].state is State.SKIPPED


def test_a_permission_tells_what_it_gives_now(found: Examine) -> None:
    """What only a later API version has is a remark: nothing is amiss."""
    finding = found()["permission: Read conversations"]
    assert finding.state is State.OK
    assert finding.found == "the token may read conversations, calls, call_transcripts"
    assert finding.remark == "deleted_conversations, macros: from API version 2.16 on; 2.14 is set"


def test_a_refused_token_fails(found: Examine, sandbox: Sandbox) -> None:
    """As the exit code of a refused token has it."""
    sandbox.conditions.token = None
    told = found()
    assert told["workspace"].state is State.FAILED
    assert told["workspace"].error
    assert exit_for(told["workspace"].error) is Exit.AUTHORISATION
    assert told["permissions"].state is State.SKIPPED


def test_a_missing_permission_that_a_sync_needs_fails(found: Examine, sandbox: Sandbox) -> None:
    """With the words of the Developer Hub; one that a sync can do without is warned of."""
    sandbox.conditions.missing_permissions = {"tickets", "news"}
    told = found()
    assert told[READ_TICKETS].state is State.FAILED
    assert "“Read tickets”" in told[READ_TICKETS].fix
    assert told["permission: Read and List news items and newsfeeds"].state is State.WARNING


def test_a_missing_permission_that_somebody_asked_for_fails(found: Examine, sandbox: Sandbox) -> None:
    """As its sync would."""
    sandbox.conditions.missing_permissions = {"calls"}
    name = "permission: Read conversations"
    assert found()[name].state is State.WARNING
    assert found(INTERCOM_ALSO_SYNC="call_transcripts")[name].state is State.FAILED


def test_a_workspace_in_another_region_is_warned_of(found: Examine) -> None:
    """Where a region is set; an address by itself says nothing of one."""
    sizes = Sizes(contacts=1, conversations=1)
    with serve(sizes=sizes, options=Options(token="other", region="EU")) as european:
        changes = {"INTERCOM_BASE_URL": european.url, "INTERCOM_ACCESS_TOKEN": "other"}
        assert found(**changes)["region"].state is State.OK
        finding = found(**changes, INTERCOM_REGION="us")["region"]
    assert finding.state is State.WARNING
    assert "INTERCOM_REGION=eu" in finding.fix


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_clock_that_goes_wrong_is_warned_of(found: Examine, sandbox: Sandbox, seconds: float) -> None:
    """By more than half a minute, to either side."""
    sandbox.workspace.clock.set(time.time() + seconds)
    finding = found()["clock"]
    assert finding.state is State.WARNING
    assert ("behind" if seconds > 0 else "ahead of") in finding.found


@pytest.mark.parametrize(
    ("date", "sent_at", "received_at", "off"),
    [(100, 100.2, 100.4, 0.0), (99, 100.2, 100.4, -0.2), (140, 100.0, 104.0, 36.0), (None, 1.0, 2.0, None)],
)
def test_the_clock_is_told_no_more_exactly_than_is_known(
    date: int | None, sent_at: float, received_at: float, off: float | None
) -> None:
    """A `Date` header holds whole seconds, and may have been written at any moment in between."""
    dated = asking.Dated(date=date, sent_at=sent_at, received_at=received_at)
    assert dated.seconds_off == (None if off is None else pytest.approx(off))


def test_a_network_that_leads_nowhere_fails(found: Examine) -> None:
    """The checks of this machine go on."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        told = found(INTERCOM_BASE_URL=f"http://127.0.0.1:{nobody.getsockname()[1]}")
    assert told["workspace"].state is State.FAILED
    assert "could not be reached" in told["workspace"].found
    assert told["disk"].state is State.OK


def test_a_server_that_keeps_silent_is_not_waited_for(found: Examine, sandbox: Sandbox) -> None:
    """Longer than all questions together may take."""
    sandbox.faults.add(Fault(kind=FaultKind.HANG, match="GET /me"))
    told = found(seconds=0.3)["workspace"]
    assert told.state is State.FAILED
    assert "in time" in told.found


def test_permissions_that_take_too_long_are_not_waited_for(sandbox: Sandbox) -> None:
    """Whose token it is was told before."""
    sandbox.faults.add(Fault(kind=FaultKind.HANG, match="GET /tags"))

    async def ask_too_late() -> object:
        async with connect(connection_to(sandbox)) as client:
            return await asking._permissions(client, CATALOG, asyncio.get_running_loop().time() + 0.3)

    assert asyncio.run(ask_too_late()) is None


def test_a_name_that_is_not_found_in_time_is_not_waited_for() -> None:
    """Whatever the system's resolver does meanwhile."""
    go_on = threading.Event()
    try:
        assert not asking.name_is_known("api.intercom.io", within=0.05, look_up=lambda *_: go_on.wait())
    finally:
        go_on.set()
    assert asking.name_is_known("localhost", within=60)


def test_looking_up_a_name_is_part_of_the_time(sandbox: Sandbox) -> None:
    """Also where it would come to an end by itself."""
    with pytest.raises(NetworkUnreachable, match="not found in time"):
        asking.ask(connection_to(sandbox), CATALOG, seconds=0.05, look_up=lambda *_: time.sleep(0.5))


def test_offline_asks_nothing(found: Examine, sandbox: Sandbox) -> None:
    """Not even whose token it is; nor without a token, and what is not asked is not said to be unanswered."""
    sandbox.requests.reset()
    for told, why in (
        (found(offline=True), "not asked: --offline"),
        (found(INTERCOM_ACCESS_TOKEN=None), "not asked: there is no token that can be used"),
    ):
        findings = [told[name] for name in ("workspace", "region", "clock", "permissions")]
        assert [(each.state, each.found) for each in findings] == [(State.SKIPPED, why)] * 4
    assert not list(sandbox.requests)
