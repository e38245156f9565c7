"""DuckDB as a user would script it: one COPY, whole process, import included.

duckdb_convert.py INPUT OUTPUT '{"threads": 2, "preserve_order": true, "read": {...},
                                 "compression": "zstd"}'

CSV to Parquet, or Parquet to CSV, as the names end.
"""

from __future__ import annotations

import json
import sys

import duckdb


def literal(value: object) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).lower() if isinstance(value, bool) else str(value)


def main() -> None:
    source, target, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    connection = duckdb.connect()
    connection.execute(f"SET threads = {settings.get('threads', 2)}")
    if not settings.get("preserve_order", True):
        connection.execute("SET preserve_insertion_order = false")
    options = "".join(f", {k} = {literal(v)}" for k, v in settings.get("read", {}).items())
    function = "read_parquet" if source.endswith(".parquet") else "read_csv"
    query = f"SELECT * FROM {function}({literal(source)}{options})"
    if settings.get("describe"):
        print(connection.sql(f"DESCRIBE {query}").fetchall())
        return
    form = f"FORMAT parquet, COMPRESSION {settings.get('compression', 'snappy')}"
    if target.endswith(".csv"):
        form = "FORMAT csv, HEADER"
    connection.execute(f"COPY ({query}) TO {literal(target)} ({form})")


main()
