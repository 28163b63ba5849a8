"""What an increment costs depends on the changes, not on the workspace's size; see `benchmarks/cost.py`."""

from dataclasses import replace

from benchmarks.cost import CHANGED, ONE, costs, is_read_whole, times_as_large

FEW = replace(ONE, contacts=240, conversations=20, tickets=15, articles=6, companies=10, activity_logs=30)


def test_an_increment_costs_the_same_in_a_workspace_of_ten_times_the_size() -> None:
    """Stream by stream, but for those that are read whole; and no detail beyond those of the changes."""
    small, large = costs(times_as_large(FEW, 1)), costs(times_as_large(FEW, 10))
    by_changes = [name for name, result in large.items() if not is_read_whole(result.stream)]
    asked = {name: large[name].cost.requests for name in by_changes}
    assert asked == {name: small[name].cost.requests for name in by_changes}
    assert asked["contacts"] == asked["tickets"] == asked["activity_logs"] == 1
    assert asked["contact_notes"] == CHANGED["contacts"] // 2
    # A page, the changes, and the newest of before, which may have changed again in its last second.
    assert asked["conversations"] <= 1 + CHANGED["conversations"] + 1
    assert asked["articles"] <= 1 + CHANGED["articles"] + 1
