"""What all tests in Python share. The long ones live in tests/nightly and run when named."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import program, shared_data

NIGHTLY = Path(__file__).resolve().parent / "nightly"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "shared_data: needs the collection of real files")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves tests/nightly out unless the command line names it."""
    if collection_path != NIGHTLY:
        return None
    asked = (Path(argument.split("::")[0]).resolve() for argument in config.args)
    return None if any(path == NIGHTLY or NIGHTLY in path.parents for path in asked) else True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the collection its tests are deselected, which pytest counts and prints."""
    if shared_data.directory() is not None:
        return
    absent = [item for item in items if item.get_closest_marker("shared_data")]
    config.hook.pytest_deselected(items=absent)
    items[:] = [item for item in items if item not in absent]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(f"program: {program.located()}")
    directory = shared_data.directory()
    absent = "absent, so its tests were deselected (set PYFORGE_SHARED_DATA)"
    terminalreporter.write_line(f"shared data: {directory or absent}")
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, text in getattr(report, "user_properties", []):
                if name == "corpus" and getattr(report, "when", "") == "call":
                    terminalreporter.write_line(text)
