"""Runs the program as pyforge-cli 1.0.9 ran."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from support.program import Outcome, run


def run_old(*arguments: str | Path, cwd: Path) -> Outcome:
    return run(*arguments, cwd=cwd, env={"PYFORGE_PROFILE": "1.0"})


def read(path: Path) -> tuple[list[str], list[tuple[str | None, ...]]]:
    """Names and rows of a Parquet file, all of whose columns must be text."""
    table = pq.ParquetFile(path).read()
    assert {str(field.type) for field in table.schema} == {"string"}
    return table.column_names, list(
        zip(*(column.to_pylist() for column in table.columns), strict=True)
    )
