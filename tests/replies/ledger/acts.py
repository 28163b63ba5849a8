"""What processes do that the tests start."""

import os
import signal
from collections.abc import Callable
from typing import Any

from intercom_pipeline.replies.ledger.errors import LedgerError
from tests.replies.ledger.known import Place, a_plan, a_reply, an_intent

CONVERSATIONS = [str(number) for number in range(50)]


def run(act: Callable[..., Any], barrier: Any, answers: Any, number: int, *arguments: Any) -> None:
    barrier.wait(60)
    try:
        answers.put(act(number, *arguments))
    except LedgerError as error:
        answers.put(error.what)


def ledger_id_of(_number: int, place: Place) -> str:
    with place.open() as ledger:
        return ledger.ledger_id


def claimed(number: int, place: Place) -> list[str]:
    run_id = f"run {number}"
    with place.open() as ledger:
        plan = a_plan(ledger, *map(a_reply, CONVERSATIONS))
        return [each for each in CONVERSATIONS if ledger.intend(an_intent(plan, each, run_id))]


def intend_and_die(place: Place) -> None:
    with place.open() as ledger, ledger.only_apply("plan"):
        plan = a_plan(ledger)
        assert ledger.intend(an_intent(plan, "1", run_id="gone"))
        os.kill(os.getpid(), signal.SIGKILL)
