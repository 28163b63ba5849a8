"""What `doctor` prints: a line a check as soon as it is made, what to do, and how many are how."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.text import Text

from intercom_pipeline.cli.exits import Exit, exit_for
from intercom_pipeline.cli.output import counted, joined, print_json, results
from intercom_pipeline.doctor import Check, State
from intercom_pipeline.steering import one_line

_STYLES = {State.OK: "green", State.WARNING: "yellow", State.FAILED: "bold red", State.SKIPPED: "dim"}
_NAME_WIDTH = 20


def print_for_people(checks: Iterable[Check]) -> Exit:
    """A line a check, then the counts; gives the exit code."""
    made = []
    for check in checks:
        made.append(check)
        _print(check)
    counts = _counts(made)
    said = joined(f"{count} {state}" for state, count in counts.items() if count)
    results().print(f"\n{counted(len(made), 'check')}: {said}", highlight=False)
    return exit_code(made)


def _print(check: Check) -> None:
    finding = check.finding
    # A permission has a longer name than there is room for: its words begin what was found.
    name, _, words = check.name.partition(": ")
    found = f"{words}: {finding.found}" if words else finding.found
    state = (f"{finding.state:<8}", _STYLES[finding.state])
    line = Text.assemble(state, f"{name:<{_NAME_WIDTH}} ", one_line(found))
    results().print(line, soft_wrap=True)
    if finding.remark:
        results().print(Text(f"{'':8}{one_line(finding.remark)}", style="dim"), soft_wrap=True)
    if finding.fix:
        results().print(Text(f"{'':8}{one_line(finding.fix)}", style="cyan"), soft_wrap=True)


def print_as_json(checks: Iterable[Check]) -> Exit:
    """One object: the exit code, the counts and the checks; gives the exit code."""
    made = list(checks)
    code = exit_code(made)
    listed = [
        {
            "name": name,
            "state": finding.state,
            "found": finding.found,
            "fix": finding.fix,
            "remark": finding.remark,
        }
        for name, finding in ((check.name, check.finding) for check in made)
    ]
    print_json({"exit_code": int(code), "counts": _counts(made), "checks": listed})
    return code


def exit_code(checks: Sequence[Check]) -> Exit:
    """0 where no check failed; that of a refused token or a missing permission where one is so."""
    failed = [check.finding for check in checks if check.finding.state is State.FAILED]
    if not failed:
        return Exit.OK
    codes = {exit_for(finding.error) for finding in failed if finding.error}
    return Exit.AUTHORISATION if Exit.AUTHORISATION in codes else Exit.FAILED


def _counts(checks: Sequence[Check]) -> dict[str, int]:
    counted_by = Counter(check.finding.state for check in checks)
    return {state.value: counted_by[state] for state in State}
