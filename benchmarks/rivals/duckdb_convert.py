"""DuckDB as a user would script it: CSV to Parquet in one COPY, whole process, import included.

duckdb_convert.py INPUT OUTPUT '{"threads": 2, "preserve_order": true, "read": {...}}'
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
    query = f"SELECT * FROM read_csv({literal(source)}{options})"
    if settings.get("describe"):
        print(connection.sql(f"DESCRIBE {query}").fetchall())
        return
    connection.execute(f"COPY ({query}) TO {literal(target)} (FORMAT parquet, COMPRESSION snappy)")


main()
