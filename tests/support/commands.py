"""What tests of several commands share: a small table, the commands, their JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.program import run

ORDERS = 'id,name,day,price\n1,José,2024-01-02,1.50\n2,"a, b",2024-02-03,2\n3,,2024-03-04,10.25\n'
COMMANDS = [
    "convert",
    "info",
    "preview",
    "validate",
    "schema",
    "compare",
    "formats",
    "run",
    "explain",
    "config",
    "completions",
]


def json_of(*arguments: str | Path, exit_code: int = 0, env: dict[str, str] | None = None) -> Any:
    outcome = run(*arguments, env=env)
    assert outcome.exit_code == exit_code, outcome
    return outcome.json()
