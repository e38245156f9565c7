"""Is the result right? Compares a contestant's Parquet or CSV with the data as DuckDB reads them.

The reference is the CSV with every column as text, then cast to a stated type. Rows and columns are
compared by order-free sums of hashes, so a missing, doubled or altered value shows, and so does a
value that moved to another row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb


@dataclass(frozen=True)
class Fingerprint:
    """Rows, per column how many values and the sum of their hashes, and the sum over whole rows."""

    rows: int
    columns: dict[str, tuple[int, str]]
    whole_rows: str


@dataclass(frozen=True)
class Verdict:
    """`problems` is empty when the result is right."""

    problems: list[str]
    types: dict[str, str]
    keeps_order: bool | None

    @property
    def is_right(self) -> bool:
        return not self.problems


def _connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '6GB'; SET TimeZone = 'UTC'")
    return connection


def _type_of(types: Mapping[str, str], column: str) -> str:
    return types.get(column, types.get("*", "VARCHAR"))


def _fingerprint(
    connection: duckdb.DuckDBPyConnection, names: list[str], types: Mapping[str, str]
) -> Fingerprint:
    """Of the view `t`."""
    casts = [f'TRY_CAST("{name}" AS {_type_of(types, name)})' for name in names]
    sums = [f"count({cast}), sum(hash({cast}))::VARCHAR" for cast in casts]
    whole = f"sum(hash({', '.join(casts)}))::VARCHAR"
    row = connection.execute(f"SELECT count(*), {', '.join(sums)}, {whole} FROM t").fetchone()
    assert row is not None
    pairs = zip(row[1:-1:2], row[2:-1:2], strict=True)
    return Fingerprint(row[0], dict(zip(names, pairs, strict=True)), str(row[-1]))


def _names(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    described = connection.execute("DESCRIBE t").fetchall()
    return {row[0]: row[1] for row in described}


def _csv(files: str) -> str:
    """The query that reads CSV with every column as text."""
    return (
        f"SELECT * FROM read_csv('{files}', all_varchar = true, header = true, delim = ',',"
        " quote = '\"', escape = '\"')"
    )


def reference(source: Path, types: Mapping[str, str]) -> Fingerprint:
    """The fingerprint of a CSV file or a directory of them, kept beside the data."""
    digest = hashlib.sha256(json.dumps(types, sort_keys=True).encode()).hexdigest()[:8]
    kept = source.with_name(f"{source.name}.reference-{digest}-{duckdb.__version__}.json")
    if not kept.exists():
        with _connect() as connection:
            files = str(source / "*.csv") if source.is_dir() else str(source)
            connection.execute(f"CREATE VIEW t AS {_csv(files)}")
            found = _fingerprint(connection, list(_names(connection)), types)
        kept.write_text(
            json.dumps({"rows": found.rows, "columns": found.columns, "whole": found.whole_rows})
        )
    raw: dict[str, Any] = json.loads(kept.read_text())
    columns = {name: (pair[0], pair[1]) for name, pair in raw["columns"].items()}
    return Fingerprint(raw["rows"], columns, raw["whole"])


def judge(target: Path, expected: Fingerprint, types: Mapping[str, str]) -> Verdict:
    """Compares a contestant's Parquet, or its CSV, with the reference."""
    with _connect() as connection:
        files = str(target / "**/*.parquet") if target.is_dir() else str(target)
        is_csv = target.suffix == ".csv"
        query = _csv(files) if is_csv else f"SELECT * FROM read_parquet('{files}')"
        connection.execute(f"CREATE VIEW t AS {query}")
        found_types = _names(connection)
        problems = []
        if list(found_types) != list(expected.columns):
            problems.append(f"columns {list(found_types)[:8]} differ")
            return Verdict(problems, found_types, None)
        found = _fingerprint(connection, list(found_types), types)
        keeps_order = _keeps_order(connection) if "id" in found_types else None
    if found.rows != expected.rows:
        problems.append(f"{found.rows} rows, should be {expected.rows}")
    wrong = [name for name, pair in expected.columns.items() if found.columns[name] != pair]
    if wrong:
        problems.append(f"values differ in {', '.join(wrong[:12])}")
    elif found.whole_rows != expected.whole_rows:
        problems.append("values stand in wrong rows")
    return Verdict(problems, found_types, keeps_order)


def _keeps_order(connection: duckdb.DuckDBPyConnection) -> bool:
    """True when the ids, which number the rows of the input, are in order."""
    row = connection.execute(
        "SELECT bool_and(TRY_CAST(id AS BIGINT) = number)"
        " FROM (SELECT id, row_number() OVER () AS number FROM t)"
    ).fetchone()
    return bool(row and row[0])


def judge_stream(target: Path, expected_rows: int) -> Verdict:
    """For streams too long to read twice: the rows are as many as were sent, numbered from 1."""
    with _connect() as connection:
        connection.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet('{target}')")
        found_types = _names(connection)
        row = connection.execute(
            "SELECT count(*), sum(TRY_CAST(id AS HUGEINT)), min(TRY_CAST(id AS BIGINT)),"
            " max(TRY_CAST(id AS BIGINT)) FROM t"
        ).fetchone()
    wanted = (expected_rows, expected_rows * (expected_rows + 1) // 2, 1, expected_rows)
    problems = [] if row == wanted else [f"rows and ids {row}, should be {wanted}"]
    return Verdict(problems, found_types, None)
