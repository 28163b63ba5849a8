"""Dependencies point one way, and only the outer ring knows Dagster."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "intercom_pipeline"
MAY_IMPORT = {
    "steering": set(),
    "errors": {"steering"},
    "threaded": set(),
    "settings": {"errors", "intercom", "sync", "warehouse", "auth"},
    "sandbox": set(),
    "intercom": {"errors", "steering"},
    "warehouse": {"errors"},
    "sync": {"errors", "threaded", "intercom", "warehouse"},
    "auth": {"errors", "intercom"},
    "replies": {"errors", "steering", "threaded", "intercom", "auth", "warehouse"},
    "api": {"errors", "settings", "intercom", "sync", "warehouse", "replies"},
    "analytics": {"errors", "intercom", "warehouse", "api", "replies"},
    "doctor": {"errors", "settings", "intercom", "sync", "warehouse", "auth"},
    "mcp": {"errors", "steering", "settings", "intercom", "warehouse", "api", "replies", "analytics"},
    "defs": {"errors", "settings", "intercom", "sync", "warehouse", "api", "replies", "analytics"},
    "definitions": {"defs"},
    "cli": {
        "errors",
        "steering",
        "settings",
        "intercom",
        "sync",
        "warehouse",
        "auth",
        "replies",
        "api",
        "analytics",
        "doctor",
        "mcp",
        "sandbox",
        "defs",
    },
}
"""Which siblings each part of the package may import. `sandbox` imports nothing of what it is to test."""

MODULES = sorted(
    path.relative_to(PACKAGE)
    for path in PACKAGE.rglob("*.py")
    if path.parent != PACKAGE or path.stem in MAY_IMPORT
)


def imported(module: Path) -> set[str]:
    """The dotted names a module imports, wherever in it."""
    names = set[str]()
    for node in ast.walk(ast.parse((PACKAGE / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports relatively"
            names.add(node.module or "")
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def part(module: Path) -> str:
    return module.parts[0].removesuffix(".py")


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_imports_only_what_it_may(module: Path) -> None:
    """Only defs and definitions import Dagster; the rest follows the table above."""
    names = imported(module)
    siblings = {name.split(".")[1] for name in names if name.startswith("intercom_pipeline.")}
    assert siblings - {part(module)} <= MAY_IMPORT[part(module)]
    if part(module) not in {"defs", "definitions"}:
        assert not [name for name in names if name.split(".")[0].startswith("dagster")]


def test_every_part_of_the_package_has_its_rule() -> None:
    """A new folder or module at the top needs a line in the table."""
    parts = {part(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py")} - {"__init__"}
    assert parts == MAY_IMPORT.keys()
