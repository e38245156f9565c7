"""Reads a whole Parquet file into a program's own memory, import included.

read_parquet.py duckdb|polars|pyarrow INPUT OUTPUT     "-": nothing is written

With an OUTPUT, what was read is written as the program's own Parquet, with SNAPPY. Two threads;
those of Polars by $POLARS_MAX_THREADS.
"""

from __future__ import annotations

import sys


def by_duckdb(source: str, target: str) -> None:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute("CREATE TABLE t AS SELECT * FROM read_parquet($1)", [source])
    if target != "-":
        connection.execute(f"COPY t TO '{target}' (FORMAT parquet, COMPRESSION snappy)")


def by_polars(source: str, target: str) -> None:
    import polars

    rows = polars.read_parquet(source)
    if target != "-":
        rows.write_parquet(target, compression="snappy")


def by_pyarrow(source: str, target: str) -> None:
    import pyarrow
    import pyarrow.parquet

    pyarrow.set_cpu_count(2)
    pyarrow.set_io_thread_count(2)
    rows = pyarrow.parquet.read_table(source)
    if target != "-":
        pyarrow.parquet.write_table(rows, target, compression="snappy")


def main() -> None:
    engine, source, target = sys.argv[1:]
    {"duckdb": by_duckdb, "polars": by_polars, "pyarrow": by_pyarrow}[engine](source, target)


main()
