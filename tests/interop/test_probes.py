"""Twelve small CSV files that other programs read wrongly, fail on, or leave half-written.

Each must come out whole with default settings: names, types, every value, the order of the rows,
and the file must say the same to DuckDB, Polars and pyarrow.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support import program, readers

LATE_ROW = 300_001


@dataclass(frozen=True)
class Probe:
    """A file, and all of what must come out of it. A number that a double gives back as written
    becomes one; what it cannot hold becomes a decimal."""

    content: bytes
    names: list[str]
    kinds: list[str]
    rows: list[tuple[Any, ...]]
    options: list[str] = field(default_factory=list)


def late_value(value: str) -> bytes:
    """Ints in every row of two columns, but for one value in row LATE_ROW of the second."""
    lines = [f"{i},{i % 1000}" for i in range(1, LATE_ROW + 100)]
    lines[LATE_ROW - 1] = f"{LATE_ROW},{value}"
    return ("id,amount\n" + "\n".join(lines) + "\n").encode()


def late_rows(convert: Any, value: Any) -> list[tuple[Any, ...]]:
    rows = [(i, convert(i % 1000)) for i in range(1, LATE_ROW + 100)]
    rows[LATE_ROW - 1] = (LATE_ROW, value)
    return rows


PEOPLE = [("José Álvarez", "Köln", 30), ("Zoë Müller", "Århus", 41), ("Ana Peña", "Orléans", 7)]
PEOPLE_TEXT = "name,city,age\n" + "".join(f"{n},{c},{a}\n" for n, c, a in PEOPLE)


def probes() -> Iterator[tuple[str, Probe]]:
    yield (
        "a fraction in row 300,001 of an int column",
        Probe(
            late_value("1.5"),
            ["id", "amount"],
            ["int64", "double"],
            late_rows(float, 1.5),
        ),
    )
    yield (
        "n/a in row 300,001 of an int column",
        Probe(late_value("n/a"), ["id", "amount"], ["int64", "string"], late_rows(str, "n/a")),
    )
    yield (
        "2^53 + 1 beside 2^63",
        Probe(
            b"id,big\n1,9007199254740993\n2,9223372036854775808\n3,1\n",
            ["id", "big"],
            ["int64", "decimal(19,0)"],
            [(1, Decimal(9007199254740993)), (2, Decimal(2**63)), (3, Decimal(1))],
        ),
    )
    yield (
        "postcodes with leading zeros",
        Probe(
            b"zip,count\n00123,1\n90210,2\n02134,3\n",
            ["zip", "count"],
            ["string", "int64"],
            [("00123", 1), ("90210", 2), ("02134", 3)],
        ),
    )
    yield (
        "rows of 3, 4, 2 and 3 fields",
        Probe(
            b"a,b,c\n1,2,3\n4,5,6,7\n8,9\n10,11,12\n",
            ["a", "b", "c", "_extra"],
            ["int64", "int64", "int64", "string"],
            [(1, 2, 3, None), (4, 5, 6, "7"), (8, 9, None, None), (10, 11, 12, None)],
        ),
    )
    yield (
        "Latin-1",
        Probe(
            PEOPLE_TEXT.encode("latin-1"),
            ["name", "city", "age"],
            ["string", "string", "int64"],
            PEOPLE,
        ),
    )
    yield (
        "UTF-16 with its mark",
        Probe(
            b"\xff\xfe" + PEOPLE_TEXT.encode("utf-16-le"),
            ["name", "city", "age"],
            ["string", "string", "int64"],
            PEOPLE,
        ),
    )
    yield (
        "semicolons, 1.234,56 and 31.12.2024",
        Probe(
            b"id;amount;day\n1;1.234,56;31.12.2024\n2;12,50;01.02.2024\n3;-1.000.000,01;28.02.2023\n",
            ["id", "amount", "day"],
            ["int64", "double", "date"],
            [
                (1, 1234.56, datetime.date(2024, 12, 31)),
                (2, 12.5, datetime.date(2024, 2, 1)),
                (3, -1000000.01, datetime.date(2023, 2, 28)),
            ],
        ),
    )
    yield (
        "a title line above the header",
        Probe(
            b"Quarterly report of the northern office\n"
            b"id,name,amount\n1,anna,10\n2,ben,20\n3,carla,30\n",
            ["id", "name", "amount"],
            ["int64", "string", "int64"],
            [(1, "anna", 10), (2, "ben", 20), (3, "carla", 30)],
        ),
    )
    yield (
        "duplicate names",
        Probe(
            b"id,value,value,note\n1,10,20,x\n2,30,40,y\n",
            ["id", "value", "value_2", "note"],
            ["int64", "int64", "int64", "string"],
            [(1, 10, 20, "x"), (2, 30, 40, "y")],
        ),
    )
    yield (
        'an empty text written "" beside a missing one',
        Probe(
            b'id,text\n1,""\n2,\n3,x\n',
            ["id", "text"],
            ["int64", "string"],
            [(1, ""), (2, None), (3, "x")],
        ),
    )
    yield (
        "2^53 + 1.5",
        Probe(
            b"id,value\n1,9007199254740993.5\n2,0.25\n",
            ["id", "value"],
            ["int64", "decimal(18,2)"],
            [(1, Decimal("9007199254740993.50")), (2, Decimal("0.25"))],
        ),
    )


PROBES = dict(probes())


@pytest.fixture(scope="module", params=PROBES, ids=str)
def converted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Probe, Path]:
    probe = PROBES[request.param]
    directory = tmp_path_factory.mktemp("probe")
    source = directory / "probe.csv"
    source.write_bytes(probe.content)
    target = directory / "probe.parquet"
    program.convert(source, target, *probe.options)
    assert program.entries(directory) == {"probe.csv", "probe.parquet"}
    return probe, target


def test_there_are_twelve_probes() -> None:
    assert len(PROBES) == 12


@pytest.mark.parametrize("reader", readers.READERS)
def test_a_probe_comes_out_whole(converted: tuple[Probe, Path], reader: str) -> None:
    probe, target = converted

    table = readers.READERS[reader](target)

    assert table.names == probe.names
    assert table.kinds == probe.kinds
    assert table.rows == probe.rows
