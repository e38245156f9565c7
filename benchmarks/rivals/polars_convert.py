"""Polars as a user would script it: scan_csv to sink_parquet, whole process, import included.

polars_convert.py INPUT OUTPUT '{"read": {...}}'      threads by $POLARS_MAX_THREADS
"""

from __future__ import annotations

import json
import sys

import polars


def main() -> None:
    source, target, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    options = {"try_parse_dates": True, **settings.get("read", {})}
    polars.scan_csv(source, **options).sink_parquet(target, compression="snappy")


main()
