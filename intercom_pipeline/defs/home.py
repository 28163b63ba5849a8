"""The folder in which Dagster keeps runs and schedules (`DAGSTER_HOME`).

Does not import dagster, which takes seconds, so that whoever starts Dagster in a process of its own need not.
"""

from pathlib import Path

_INSTANCE = """\
# Nothing about you is sent to anyone, and nobody asks for your e-mail address.
telemetry:
  enabled: false
nux:
  enabled: false
"""


def prepare_home(home: Path) -> Path:
    """Make the folder, for this user alone, with a `dagster.yaml`; one that is there stays as it is."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    instance = home / "dagster.yaml"
    if not instance.exists():
        instance.write_text(_INSTANCE, encoding="utf-8")
    return home
