"""Tables of every Arrow type, with nulls and edge values, for what reads and writes Parquet."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa

UTC = datetime.timezone.utc  # noqa: UP017 - the alias is younger than our oldest Python
EARLY = datetime.datetime(1677, 9, 22, 0, 12, 44)
LATE = datetime.datetime(2261, 12, 31, 23, 59, 59, 999999)


def whole_numbers() -> Iterator[tuple[str, Any]]:
    for bits in (8, 16, 32, 64):
        low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
        yield f"int{bits}", pa.array([low, None, 0, high], getattr(pa, f"int{bits}")())
        top = 2**bits - 1
        yield f"uint{bits}", pa.array([0, None, 1, top], getattr(pa, f"uint{bits}")())


def real_numbers() -> Iterator[tuple[str, Any]]:
    edges = [float("inf"), None, float("nan"), -0.0]
    yield "float16", pa.array([1.5, None, float("inf"), -2.0], pa.float16())
    yield "float32", pa.array(edges, pa.float32())
    yield "float64", pa.array(edges, pa.float64())
    yield "double_small", pa.array([5e-324, None, 1.7976931348623157e308, 0.1])
    for precision, scale in [(1, 0), (9, 2), (18, 6), (38, 10)]:
        # Made of digits, because arithmetic rounds to 28 of them.
        top, bottom = (Decimal((sign, (9,) * precision, -scale)) for sign in (0, 1))
        unit = Decimal((0, (1,), -scale))
        kind = pa.decimal128(precision, scale)
        yield f"decimal_{precision}_{scale}", pa.array([top, None, bottom, unit], kind)


def texts() -> Iterator[tuple[str, Any]]:
    words = ["", None, "żółć 😀", "a\0b"]
    yield "string", pa.array(words, pa.string())
    yield "large_string", pa.array(words, pa.large_string())
    yield "string_view", pa.array(words, pa.string_view())
    yield "dictionary", pa.array(["x", None, "y", "x"]).dictionary_encode()
    content = [b"", None, b"\xff\x00", b"abc"]
    yield "binary", pa.array(content, pa.binary())
    yield "large_binary", pa.array(content, pa.large_binary())
    yield "binary_view", pa.array(content, pa.binary_view())
    yield "fixed_binary", pa.array([b"abc", None, b"\0\0\0", b"xyz"], pa.binary(3))


def times() -> Iterator[tuple[str, Any]]:
    days = [datetime.date(1, 1, 1), None, datetime.date(1969, 12, 31), datetime.date(9999, 12, 31)]
    yield "date32", pa.array(days, pa.date32())
    yield "date64", pa.array(days, pa.date64())
    clock = [datetime.time(0), None, datetime.time(23, 59, 59, 999000), datetime.time(12)]
    yield "time32_s", pa.array([0, None, 86399, 1], pa.int32()).cast(pa.time32("s"))
    yield "time32_ms", pa.array(clock, pa.time32("ms"))
    yield "time64_us", pa.array(clock, pa.time64("us"))
    yield "time64_ns", pa.array([0, None, 86399999999999, 1], pa.int64()).cast(pa.time64("ns"))
    for unit in ("s", "ms", "us", "ns"):
        moments = [EARLY, None, datetime.datetime(1970, 1, 1), LATE.replace(microsecond=0)]
        yield f"timestamp_{unit}", pa.array(moments, pa.timestamp(unit))
        yield f"instant_{unit}", pa.array(moments, pa.timestamp(unit, "UTC"))
    yield "instant_zone", pa.array([EARLY, None, LATE, LATE], pa.timestamp("us", "Europe/Lisbon"))
    yield "duration", pa.array([0, None, -1, 2**62], pa.int64()).cast(pa.duration("us"))


def nested() -> Iterator[tuple[str, Any]]:
    numbers = [[1, None, 3], None, [], [4]]
    yield "list", pa.array(numbers, pa.list_(pa.int64()))
    yield "large_list", pa.array(numbers, pa.large_list(pa.int64()))
    yield "fixed_list", pa.array([[1, 2], None, [None, 3], [4, 5]], pa.list_(pa.int32(), 2))
    yield "list_of_lists", pa.array([[[1], []], None, [None], [[2, 3], [4]]])
    pairs = [{"x": 1, "y": "a"}, None, {"x": None, "y": ""}, {"x": 2, "y": None}]
    yield "struct", pa.array(pairs, pa.struct([("x", pa.int64()), ("y", pa.string())]))
    deep: list[Any] = [{"a": {"b": [{"c": 1}, None]}}, None, {"a": None}, {"a": {"b": []}}]
    yield "deep", pa.array(deep)
    entries = [[("k", 1), ("l", None)], None, [], [("m", 2)]]
    yield "map", pa.array(entries, pa.map_(pa.string(), pa.int64()))


def others() -> Iterator[tuple[str, Any]]:
    yield "bool", pa.array([True, None, False, True])
    yield "null", pa.nulls(4)


def every_type() -> dict[str, Any]:
    """Columns by name: four values each, the second one null."""
    makers = (whole_numbers, real_numbers, texts, times, nested, others)
    return {name: column for maker in makers for name, column in maker()}


def grown_table(rows: int, nulls: str) -> pa.Table:
    """So many rows of every type; `nulls` is none, some, all, or blocks of a thousand."""
    return pa.table(
        {
            name: _grown(column, rows, nulls, seed)
            for seed, (name, column) in enumerate(every_type().items())
        }
    )


def _grown(column: Any, rows: int, nulls: str, seed: int) -> Any:
    """`rows` of the column's values; its second one is the null."""
    pick = random.Random(seed)
    full, holes = [0, 2, 3], [0, 1, 2, 3, 3]
    choices: dict[str, Callable[[int], int]] = {
        "none": lambda row: pick.choice(full),
        "all": lambda row: 1,
        "some": lambda row: pick.choice(holes),
        "blocks": lambda row: 1 if row // 1000 % 2 else pick.choice(full),
    }
    choose = choices[nulls]
    values = (
        column.to_pylist() if "ns" not in str(column.type) else column.cast("int64").to_pylist()
    )
    made = pa.array([values[choose(row)] for row in range(rows)], _values_type(column))
    return made.cast(column.type)


def _values_type(column: Any) -> Any:
    if pa.types.is_dictionary(column.type):
        return column.type.value_type
    return pa.int64() if "ns" in str(column.type) else column.type
