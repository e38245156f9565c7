"""Polars as a user would script it: a scan into a sink, whole process, import included.

polars_convert.py INPUT OUTPUT '{"read": {...}, "compression": "zstd"}'

CSV to Parquet, or Parquet to CSV, as the names end; threads by $POLARS_MAX_THREADS.
"""

from __future__ import annotations

import json
import sys

import polars


def main() -> None:
    source, target, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    if source.endswith(".parquet"):
        rows = polars.scan_parquet(source, **settings.get("read", {}))
    else:
        rows = polars.scan_csv(source, **{"try_parse_dates": True, **settings.get("read", {})})
    if target.endswith(".csv"):
        rows.sink_csv(target)
    else:
        rows.sink_parquet(target, compression=settings.get("compression", "snappy"))


main()
