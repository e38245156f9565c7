"""A table whose columns get bloom filters, and conditions that ask for single values of it."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from support.program import convert

DAY = datetime.date(1950, 1, 1)
MOMENT = datetime.datetime(1999, 12, 31, 23, 59, 30)
ROWS = 3_000
ROW_GROUPS = 3

# The value of each number: even ones are written, odd ones are between them and nowhere.
MAKE: dict[str, tuple[pa.DataType, Callable[[int], Any]]] = {
    "int16": (pa.int16(), lambda n: n - 3_000),
    "uint16": (pa.uint16(), lambda n: n + 40_000),
    "int32": (pa.int32(), lambda n: n * 1_000 - 2**30),
    "uint32": (pa.uint32(), lambda n: n + 2**31),
    "int64": (pa.int64(), lambda n: n * 10**12 - 2**40),
    "uint64": (pa.uint64(), lambda n: n + 2**63),
    "float": (pa.float32(), lambda n: n / 4 + 100),
    "double": (pa.float64(), lambda n: (n + 1) / 7),
    "text": (pa.string(), lambda n: f"żółć {n:05}" + n % 5 * "-"),
    "bytes": (pa.binary(), lambda n: b"\xff\x00%05d" % n),
    "date": (pa.date32(), lambda n: DAY + datetime.timedelta(days=n)),
    "time": (pa.time64("us"), lambda n: datetime.time(n // 3600, n // 60 % 60, n % 60, n)),
    "timestamp": (pa.timestamp("us"), lambda n: MOMENT + datetime.timedelta(milliseconds=n)),
    "timestamp_ms": (pa.timestamp("ms"), lambda n: MOMENT + datetime.timedelta(seconds=n)),
    "decimal_int32": (pa.decimal128(9, 2), lambda n: Decimal(n - 2_000) / 100),
    "decimal_int64": (pa.decimal128(18, 4), lambda n: Decimal(n - 2_000) / 100),
    "decimal_fixed": (pa.decimal128(30, 4), lambda n: Decimal(n - 2_000) / 100),
}


def numbers() -> list[int]:
    """Rows in any order, so that bounds say nothing; each value is in one row group or two."""
    pick = random.Random(11)
    rows = [2 * pick.randrange(ROWS // 2) for _ in range(ROWS)]
    return rows


def table() -> pa.Table:
    return pa.table(
        {name: pa.array([make(n) for n in numbers()], kind) for name, (kind, make) in MAKE.items()}
    )


def write(directory: Path, columns: list[str]) -> Path:
    """Our file of these columns, each with a filter in each row group."""
    source, target = directory / "in.parquet", directory / "out.parquet"
    pq.write_table(table().select(columns), source)
    options = ["--bloom-filters", ",".join(columns), "--bloom-filter-fpp", "0.001"]
    convert(source, target, *options, "--row-group-rows", str(ROWS // ROW_GROUPS))
    assert pq.read_metadata(target).num_row_groups == ROW_GROUPS
    return target


def condition(name: str, number: int, timestamp: str = "TIMESTAMP") -> str:
    """SQL that asks for the number's value in a column."""
    kind, make = MAKE[name]
    value = make(number)
    if isinstance(value, bytes):
        return f"{name} = X'{value.hex()}'"
    if isinstance(value, int | float):
        return f"{name} = {value!r}"
    if isinstance(value, str):
        return f"{name} = '{value}'"
    sql_type = {datetime.date: "DATE", datetime.datetime: timestamp}.get(
        type(value), f"DECIMAL({getattr(kind, 'precision', 0)},{getattr(kind, 'scale', 0)})"
    )
    return f"{name} = CAST('{value}' AS {sql_type})"
