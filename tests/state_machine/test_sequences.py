"""Whatever happens, in whatever order, ends in tables that equal the workspace."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.state_machine.machine import Machine


def test_any_sequence_ends_in_tables_that_equal_the_workspace() -> None:
    """Changes, faults, stops, version switches, syncs and sweeps: a few sequences, the same each time."""
    few = settings(
        max_examples=5,
        stateful_step_count=7,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=few)
