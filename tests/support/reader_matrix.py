"""The files that every reader is asked for, and what single readers are known to do otherwise.

A *case* is a combination of the writer's options, a *shape* a table. What a reader cannot take
stands in LIMITS with its reason, and the tests fail when that is no longer so.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, QueryBuilder, convert_to_deltalake

from support import arrow_samples, readers
from support.program import convert

# Lower levels where the default is slow: a reader cannot tell them apart.
CODECS = ["snappy", "zstd", "gzip:1", "lz4", "brotli:1", "none"]
PAGE_ROWS = 16 * 1024


@dataclass(frozen=True)
class Case:
    codec: str
    compatibility: str
    has_index: bool
    has_checksums: bool

    def options(self) -> list[str]:
        return [
            *("--compression", self.codec, "--compatibility", self.compatibility),
            "--page-index" if self.has_index else "--no-page-index",
            "--page-checksums" if self.has_checksums else "--no-page-checksums",
        ]

    def __str__(self) -> str:
        index = "index" if self.has_index else "no_index"
        checksums = "checksums" if self.has_checksums else "no_checksums"
        return f"{self.codec.split(':')[0]}-{self.compatibility}-{index}-{checksums}"


EVERY_CASE = [
    Case(codec, compatibility, has_index, has_checksums)
    for codec in CODECS
    for compatibility in ("modern", "plain")
    for has_index, has_checksums in itertools.product([True, False], repeat=2)
]
# Twelve of the 48, in which any two options meet in all of their values.
EVERYDAY_CASES = [
    Case(codec, compatibility, (i + j) % 2 == 0, (i // 2 + j) % 2 == 0)
    for i, codec in enumerate(CODECS)
    for j, compatibility in enumerate(["modern", "plain"])
]


def _some(values: list[Any], every: int) -> list[Any]:
    """The values, each `every`th of them a null."""
    return [None if row % every == every - 1 else value for row, value in enumerate(values)]


@cache
def flat_pages() -> pa.Table:
    """A column for each encoding, in three pages of rows at least; free texts in many more."""
    pick, rows = random.Random(7), range(2 * PAGE_ROWS + 101)
    wide = [Decimal((row % 2, tuple(map(int, str(pick.getrandbits(90)))), -5)) for row in rows]
    texts = [f"{pick.getrandbits(64):x} was seen, {'é' * pick.randrange(60)}" for _ in rows]
    columns: dict[str, Any] = {
        "counted": pa.array(_some([row * 3 for row in rows], 9)),
        "any_number": pa.array([pick.getrandbits(64) - 2**63 for _ in rows], pa.int64()),
        "small": pa.array(_some([pick.randrange(-99, 99) for _ in rows], 5), pa.int16()),
        "real": pa.array(_some([pick.random() for _ in rows], 7)),
        "flag": pa.array(_some([pick.random() < 0.1 for _ in rows], 11)),
        "few": pa.array(_some([f"state {pick.randrange(40)}" for _ in rows], 13)),
        "few_numbers": pa.array([pick.choice([0.5, 1e300, -3.25]) for _ in rows]),
        "shared_beginnings": pa.array(_some([f"customer-{row:09}" for row in rows], 8)),
        "free": pa.array(_some(texts, 10)),
        "bytes": pa.array([pick.randbytes(pick.randrange(20)) for _ in rows]),
        "sixteen": pa.array(_some([pick.randbytes(16) for _ in rows], 6), pa.binary(16)),
        "amount": pa.array([Decimal(pick.getrandbits(30)) / 100 for _ in rows]),
        "wide": pa.array(wide, pa.decimal128(38, 5)),
        "moment": pa.array([row * 999_983 for row in rows], pa.int64()).cast(pa.timestamp("us")),
        "day": pa.array(_some([row * 37 % 9999 for row in rows], 4), pa.int32()).cast(pa.date32()),
    }
    return pa.table(columns)


# The encodings of the values of flat_pages; what is missing here is free.
ENCODINGS = {
    "modern": {
        "counted": "DELTA_BINARY_PACKED",
        "any_number": "PLAIN",
        "real": "PLAIN",
        "few": "RLE_DICTIONARY",
        "few_numbers": "RLE_DICTIONARY",
        "shared_beginnings": "DELTA_BYTE_ARRAY",
        "free": "DELTA_LENGTH_BYTE_ARRAY",
        "sixteen": "PLAIN",
        "moment": "DELTA_BINARY_PACKED",
    },
    "plain": {
        "counted": "PLAIN",
        "any_number": "PLAIN",
        "few": "RLE_DICTIONARY",
        "shared_beginnings": "PLAIN",
        "free": "PLAIN",
    },
}


@cache
def nested_pages() -> pa.Table:
    """Lists, structs and maps in each other, empty and null at each level, over many pages."""
    pick, rows = random.Random(8), range(6_000)

    def maybe(value: Any) -> Any:
        return None if pick.random() < 0.1 else value

    def numbers() -> Any:
        return maybe([maybe(pick.getrandbits(63)) for _ in range(pick.randrange(8))])

    def words() -> Any:
        return maybe([maybe("w" * pick.randrange(40)) for _ in range(pick.randrange(4))])

    def pair() -> Any:
        return maybe({"x": maybe(pick.getrandbits(60)), "words": words()})

    kinds = {
        "pair": pa.struct([("x", pa.int64()), ("words", pa.list_(pa.string()))]),
        "text_list": pa.list_(pa.string()),
    }
    columns: dict[str, Any] = {
        "numbers": pa.array([numbers() for _ in rows], pa.list_(pa.int64())),
        "words": pa.array([words() for _ in rows], kinds["text_list"]),
        "lists": pa.array(
            [maybe([numbers() for _ in range(pick.randrange(3))]) for _ in rows],
            pa.list_(pa.list_(pa.int64())),
        ),
        "pair": pa.array([pair() for _ in rows], kinds["pair"]),
        "pairs": pa.array(
            [maybe([pair() for _ in range(pick.randrange(4))]) for _ in rows],
            pa.list_(kinds["pair"]),
        ),
        "map_of_lists": pa.array(
            [maybe([(f"k{i}", words()) for i in range(pick.randrange(4))]) for _ in rows],
            pa.map_(pa.string(), kinds["text_list"]),
        ),
        "map_of_pairs": pa.array(
            [maybe([(i, pair()) for i in range(pick.randrange(3))]) for _ in rows],
            pa.map_(pa.int32(), kinds["pair"]),
        ),
        "money": pa.array(
            [maybe([Decimal(pick.getrandbits(80))] * pick.randrange(3)) for _ in rows],
            pa.list_(pa.decimal128(30, 0)),
        ),
        "days": pa.array([maybe([row, None]) for row in rows], pa.list_(pa.int32())).cast(
            pa.list_(pa.date32())
        ),
        "moments": pa.array([maybe([maybe(row * 977)]) for row in rows], pa.list_(pa.int64())).cast(
            pa.list_(pa.timestamp("us", "UTC"))
        ),
    }
    return pa.table(columns)


@cache
def every_type() -> pa.Table:
    return arrow_samples.grown_table(300, "some")


def no_rows() -> pa.Table:
    return every_type().slice(0, 0)


@cache
def nothing_but_nulls() -> pa.Table:
    return arrow_samples.grown_table(1100, "all")


@cache
def rare_decimals() -> pa.Table:
    """Decimals as Arrow holds them in 32, 64 and 256 bits."""

    def numbers(kind: Any) -> pa.Array:
        top = "9" * (kind.precision - kind.scale) + "." + "9" * kind.scale
        return pa.array([top, None, f"-{top}", "0.5"] * 20).cast(kind)

    kinds = [pa.decimal32(9, 2), pa.decimal64(18, 3), pa.decimal256(39, 2), pa.decimal256(76, 10)]
    return pa.table({f"decimal_of_{kind.precision}": numbers(kind) for kind in kinds})


SHAPES: dict[str, Callable[[], pa.Table]] = {
    "every_type": every_type,
    "no_rows": no_rows,
    "nothing_but_nulls": nothing_but_nulls,
    "flat_pages": flat_pages,
    "nested_pages": nested_pages,
    "rare_decimals": rare_decimals,
}


def column(name: str) -> pa.Table:
    """The column of that name alone, of whichever shape has it."""
    made = next(made for made in (make() for make in SHAPES.values()) if name in made.column_names)
    return made.select([name])


@dataclass(frozen=True)
class Limit:
    """What a reader makes of a column that it does not give back as it was written: another type
    (`reads_as`), to which the values are cast, or an error in which `refuses` is found."""

    reason: str
    reads_as: Any = None
    refuses: str = ""


_LONG_DECIMALS = ("decimal_of_39", "decimal_of_76")
_NO_DELTA_TYPE = "Delta Lake has no such type"
_DELTA_UNSIGNED = "Delta Lake has no unsigned integers; delta-rs takes them for signed ones"
_DELTA_MICROS = "Delta Lake's timestamps are microseconds"

_SIGNED = "Spark's integers are signed"
_ILLEGAL = "PARQUET_TYPE_ILLEGAL"
_SPARK: dict[str, Limit] = {
    "uint8": Limit(_SIGNED, pa.int16()),
    "uint16": Limit(_SIGNED, pa.int32()),
    "uint32": Limit(_SIGNED, pa.int64()),
    "uint64": Limit(_SIGNED, pa.decimal128(20, 0)),
    "float16": Limit("Spark has no such type", refuses=_ILLEGAL),
    "time32_s": Limit("Spark's times of day are microseconds", refuses=_ILLEGAL),
    "time32_ms": Limit("Spark's times of day are microseconds", refuses=_ILLEGAL),
    "time64_us": Limit("Spark 4.1 has times of day switched off", refuses="UNSUPPORTED_TIME_TYPE"),
    "time64_ns": Limit("Spark's times of day are microseconds", refuses=_ILLEGAL),
    "timestamp_ns": Limit("Spark's timestamps are microseconds", refuses=_ILLEGAL),
    "instant_ns": Limit("Spark's timestamps are microseconds", refuses=_ILLEGAL),
    "duration": Limit("Parquet has no durations; Spark does not heed Arrow's", pa.int64()),
    "null": Limit("Spark takes it for the integers as which it is stored", pa.int32()),
    **{
        name: Limit("Spark's decimals end at 38 digits", refuses="DECIMAL_PRECISION")
        for name in _LONG_DECIMALS
    },
}

# By reader and column. "delta" is a Delta table over our file, "deltalake" the file by itself.
LIMITS: dict[str, dict[str, Limit]] = {
    "pyarrow": {},
    "duckdb": {
        "duration": Limit("Parquet has no durations; DuckDB does not heed Arrow's", pa.int64()),
        **{
            name: Limit("DuckDB's decimals end at 38 digits, longer ones are doubles", pa.float64())
            for name in _LONG_DECIMALS
        },
    },
    "polars": {
        name: Limit("Polars' decimals end at 38 digits", refuses="precision must be between")
        for name in _LONG_DECIMALS
    },
    "deltalake": {},
    "delta": {
        **{
            name: Limit(_DELTA_UNSIGNED, refuses="Can't cast value")
            for name in ("uint8", "uint16", "uint32", "uint64")
        },
        **{
            name: Limit(_NO_DELTA_TYPE, refuses="Invalid data type for Delta Lake")
            for name in (
                *("float16", "duration", "instant_zone"),
                *("time32_s", "time32_ms", "time64_us", "time64_ns"),
            )
        },
        **{
            name: Limit(
                "delta-rs maps Arrow's types, decimal128 alone", refuses="Invalid data type"
            )
            for name in ("decimal_of_9", "decimal_of_18", *_LONG_DECIMALS)
        },
        "timestamp_ns": Limit(_DELTA_MICROS, pa.timestamp("us")),
        "instant_ns": Limit(_DELTA_MICROS, pa.timestamp("us", "UTC")),
    },
    "spark": _SPARK,
    "parquet-java": _SPARK,
}

# By reader and codec, as pyarrow spells it.
_NO_BROTLI = Limit("Spark comes without a Brotli codec", refuses="Brotli")
CODEC_LIMITS: dict[str, dict[str, Limit]] = {
    "spark": {"BROTLI": _NO_BROTLI},
    "parquet-java": {"BROTLI": _NO_BROTLI},
}


def codecs(path: Path) -> set[str]:
    """Those that the file's column chunks are packed with."""
    metadata = pq.read_metadata(path)
    groups = (metadata.row_group(group) for group in range(metadata.num_row_groups))
    return {
        group.column(index).compression for group in groups for index in range(group.num_columns)
    }


def write(directory: Path, shape: str, case: Case, reader: str = "") -> Path:
    """Our file of that shape, without the columns that the reader refuses."""
    source, target = directory / "source.parquet", directory / f"{shape}-{case}.parquet"
    pq.write_table(taken(SHAPES[shape](), reader), source)
    convert(source, target, *case.options())
    source.unlink()
    return target


def taken(table: pa.Table, reader: str) -> pa.Table:
    """The columns that the reader does not refuse."""
    limits = LIMITS.get(reader, {})
    return table.drop_columns(
        [name for name in table.column_names if name in limits and limits[name].refuses]
    )


def differing(found: pa.Table, written: pa.Table, reader: str) -> list[str]:
    """The columns that the reader did not give back as its limits say; empty when all is well."""
    if found.column_names != written.column_names:
        return [f"names: {found.column_names}"]
    if found.num_rows != written.num_rows:
        return [f"rows: {found.num_rows}"]
    wrong = []
    for name in written.column_names:
        expected = written.column(name)
        limit = LIMITS[reader].get(name)
        if limit is not None:
            expected = expected.cast(limit.reads_as, safe=False)
            if _is_near(found.column(name), expected):
                continue
        if readers.kind_of(found.column(name).type) != readers.kind_of(expected.type):
            wrong.append(f"{name}: {found.column(name).type}")
        elif not _same_values(found.column(name), expected):
            wrong.append(name)
    return wrong


def _same_values(found: pa.ChunkedArray, expected: pa.ChunkedArray) -> bool:
    if pa.types.is_floating(expected.type):
        return _bits(found.cast(expected.type)) == _bits(expected)
    try:
        # Arrow 26 crashes when it casts a list of nothing but nulls to one of fixed size.
        is_cast = not pa.types.is_fixed_size_list(expected.type)
        if is_cast and found.cast(expected.type).equals(expected):
            return True
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass  # other layouts of nested values: compared as Python has them
    return _rows(found) == _rows(expected)


def _is_near(found: pa.ChunkedArray, expected: pa.ChunkedArray) -> bool:
    """Whether these are the same doubles but for how a decimal was rounded."""
    if not found.type == expected.type == pa.float64():
        return False
    pairs = zip(found.to_pylist(), expected.to_pylist(), strict=True)
    return all(a == b or (a and b and math.isclose(a, b, rel_tol=1e-15)) for a, b in pairs)


def _bits(column: pa.ChunkedArray) -> list[int | None]:
    """So that zeros of both signs differ and NaN equals itself."""
    bits: list[int | None] = column.combine_chunks().view(f"int{column.type.bit_width}").to_pylist()
    return bits


def _rows(column: pa.ChunkedArray) -> list[tuple[Any, ...]]:
    return readers.from_arrow(pa.table({"column": column})).rows


def load_delta(directory: Path) -> pa.Table:
    """What a Delta table holds to which the Parquet files in the directory are made, by the reader
    in delta-rs; DeltaTable.to_pyarrow_table would ask pyarrow's."""
    convert_to_deltalake(str(directory))
    query = QueryBuilder().register("t", DeltaTable(str(directory)))
    return pa.table(query.execute("SELECT * FROM t").read_all())
