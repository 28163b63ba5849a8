"""Many random sequences of changes, faults, runs and kills, each of which must end in equal tables.

    uv run python -m benchmarks.state_machine 5000 --seed 1 --minutes 600

Sequences come in batches, each with a seed of its own (`--first` goes on from a batch), and each batch
prints what it did; a failure is shrunk, printed and counted, and the next batch begins. Several of these,
with seeds of their own, can run beside each other.
"""

import argparse
import sys
import time
import traceback
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.state_machine.machine import KillingMachine

BATCH = 10
"""Beyond ten sequences Hypothesis would vary those it has run already rather than draw new ones."""
_SEEDS = 100_000


@dataclass(slots=True)
class Tally:
    """What was done so far.

    Attributes:
        sequences: Sequences that ended.
        steps: Changes, runs and checks in them.
        failures: Batches in which a sequence failed.
    """

    sequences: int = 0
    steps: int = 0
    failures: int = 0


def main() -> int:
    """Exit code 1 where a sequence failed."""
    asked = _arguments().parse_args()
    tally, begun, batch = Tally(), time.monotonic(), asked.first
    counting = _counting(tally)
    while tally.sequences < asked.sequences and time.monotonic() - begun < 60 * asked.minutes:
        _run(counting, tally, asked.seed * _SEEDS + batch, asked.steps)
        minutes = (time.monotonic() - begun) / 60
        print(f"batch {batch}: {tally}, {minutes:.1f} minutes", flush=True)
        batch += 1
    return int(tally.failures > 0)


def _run(machine: type[KillingMachine], tally: Tally, number: int, steps: int) -> None:
    few = settings(
        max_examples=BATCH,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    try:
        run_state_machine_as_test(seed(number)(machine), settings=few)
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        tally.failures += 1
        traceback.print_exc()


def _counting(tally: Tally) -> type[KillingMachine]:
    class Counting(KillingMachine):
        def teardown(self) -> None:
            tally.sequences += 1
            tally.steps += self.steps
            super().teardown()

    return Counting


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sequences", type=int, nargs="?", default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the batch to begin with")
    parser.add_argument("--steps", type=int, default=12, help="the most steps of a sequence")
    parser.add_argument("--minutes", type=float, default=600.0, help="no batch begins after so many")
    return parser


if __name__ == "__main__":
    sys.exit(main())
