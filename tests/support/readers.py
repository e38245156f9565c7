"""Reads Parquet with four programs that are not ours, into one form that can be compared."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import QueryBuilder

UTC = datetime.timezone.utc  # noqa: UP017 - the alias is younger than our oldest Python


@dataclass(frozen=True)
class Table:
    """Names, kinds of type (see `kind_of`) and rows of Python values."""

    names: list[str]
    kinds: list[str]
    rows: list[tuple[Any, ...]]

    def column(self, name: str) -> list[Any]:
        index = self.names.index(name)
        return [row[index] for row in self.rows]

    def kind(self, name: str) -> str:
        return self.kinds[self.names.index(name)]


def kind_of(kind: pa.DataType) -> str:
    """The type by what it can hold, not by how one program lays it out in memory."""
    tests: list[tuple[str, Callable[[pa.DataType], bool]]] = [
        ("bool", pa.types.is_boolean),
        ("string", lambda t: pa.types.is_string(t) or pa.types.is_large_string(t)),
        ("string", lambda t: t == pa.string_view()),
        ("binary", lambda t: pa.types.is_binary(t) or pa.types.is_large_binary(t)),
        ("binary", lambda t: pa.types.is_fixed_size_binary(t) or t == pa.binary_view()),
        ("date", pa.types.is_date),
        ("time", pa.types.is_time),
        ("null", pa.types.is_null),
        ("double", lambda t: t == pa.float64()),
        ("float", lambda t: pa.types.is_float32(t) or pa.types.is_float16(t)),
    ]
    for name, holds in tests:
        if holds(kind):
            return name
    if pa.types.is_timestamp(kind):
        return "timestamp" if kind.tz is None else "timestamp_utc"
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_dictionary(kind):
        return kind_of(kind.value_type)
    if pa.types.is_map(kind):
        return f"map<{kind_of(kind.key_type)},{kind_of(kind.item_type)}>"
    if pa.types.is_struct(kind):
        fields = (f"{kind.field(i).name}:{kind_of(kind.field(i).type)}" for i in range(len(kind)))
        return f"struct<{','.join(fields)}>"
    if hasattr(kind, "value_type"):
        return f"list<{kind_of(kind.value_type)}>"
    return str(kind)


def plain(value: Any) -> Any:
    """A value that compares equal whichever program read it."""
    if isinstance(value, datetime.datetime):
        return value if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return {plain(key): plain(item) for key, item in value}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def from_arrow(table: pa.Table) -> Table:
    columns = []
    for index, field in enumerate(table.schema):
        column = table.column(index)
        if str(field.type).startswith(("timestamp[ns", "time64[ns")):
            column = _without_nanoseconds(column)
        columns.append([plain(value) for value in column.to_pylist()])
    kinds = [kind_of(field.type) for field in table.schema]
    rows = list(zip(*columns, strict=True)) if columns else []
    return Table(list(table.schema.names), kinds, rows)


def _without_nanoseconds(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Python's times end at microseconds: where that is not enough, compare the counts."""
    counts = column.cast(pa.int64())
    if any(count is not None and count % 1000 for count in counts.to_pylist()):
        return counts
    if pa.types.is_time(column.type):
        return column.cast(pa.time64("us"))
    return column.cast(pa.timestamp("us", column.type.tz))


def load_pyarrow(path: Path) -> pa.Table:
    # ParquetFile, because read_table would take partition columns from the names of directories.
    with pq.ParquetFile(path) as file:
        return file.read()


def load_duckdb(path: Path) -> pa.Table:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET arrow_lossless_conversion = false")
        return connection.read_parquet(str(path)).to_arrow_table()


def load_polars(path: Path) -> pa.Table:
    return polars.read_parquet(path).to_arrow()


def load_deltalake(path: Path) -> pa.Table:
    """By the Parquet reader inside delta-rs, asked for the file itself: a Delta table has no place
    for many types that the reader knows (see `reader_matrix.load_delta`)."""
    literal = str(path).replace("'", "''")
    query = QueryBuilder()
    # Large files would be read in parts at once, whose rows come in any order.
    query.execute("SET datafusion.execution.target_partitions = 1").read_all()
    query.execute(f"CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '{literal}'").read_all()
    return pa.table(query.execute("SELECT * FROM t").read_all())


LOADERS: dict[str, Callable[[Path], pa.Table]] = {
    "pyarrow": load_pyarrow,
    "duckdb": load_duckdb,
    "polars": load_polars,
    "deltalake": load_deltalake,
}


def _read(load: Callable[[Path], pa.Table], path: Path) -> Table:
    return from_arrow(load(path))


READERS: dict[str, Callable[[Path], Table]] = {
    name: partial(_read, load) for name, load in LOADERS.items()
}
read_pyarrow = READERS["pyarrow"]


def exact(value: Any) -> Decimal:
    """A number without rounding, so that 9007199254740993 differs from its double."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise TypeError(f"not a number: {value!r}")
    return Decimal(value)
