"""What all tests in Python share. The long ones live in tests/nightly and run when named."""

from __future__ import annotations

from pathlib import Path

import pytest

NIGHTLY = Path(__file__).resolve().parent / "nightly"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves tests/nightly out unless the command line names it."""
    if collection_path != NIGHTLY:
        return None
    asked = (Path(argument.split("::")[0]).resolve() for argument in config.args)
    return None if any(path == NIGHTLY or NIGHTLY in path.parents for path in asked) else True


def pytest_report_header(config: pytest.Config) -> list[str]:
    from support import program, shared_data

    lines = [f"program: {program.located()}"]
    lines.append(f"shared data: {shared_data.directory() or 'absent, its tests are deselected'}")
    return lines
