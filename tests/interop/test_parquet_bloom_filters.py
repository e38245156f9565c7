"""Bloom filters in our files: other programs skip by them what lacks a value, and nothing else."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import QueryBuilder
from support import filtered, parquet_surgery, readers
from support.filtered import MAKE, ROW_GROUPS, ROWS, numbers, table
from support.program import convert, run

# What DuckDB makes use of; the other types it reads without asking the filter.
PROBED = [name for name in MAKE if not name.startswith("decimal")]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filtered.write(tmp_path_factory.mktemp("filters"), list(MAKE))


def row_groups_of(name: str) -> list[set[Any]]:
    values = table().column(name).to_pylist()
    step = ROWS // ROW_GROUPS
    return [set(values[begin : begin + step]) for begin in range(0, ROWS, step)]


def excluded(path: Path, name: str, value: Any) -> list[bool]:
    """By row group, whether DuckDB takes the filter to rule the value out."""
    query = "SELECT bloom_filter_excludes FROM parquet_bloom_probe(?, ?, ?) ORDER BY row_group_id"
    return [row[0] for row in duckdb.execute(query, [str(path), name, value]).fetchall()]


def filter_bytes(path: Path) -> dict[tuple[int, str], bytes]:
    """The bits of each filter of a file, by row group and column."""
    content = path.read_bytes()
    names = pq.ParquetFile(path).metadata.num_columns
    found = {}
    for index, (name, entry, _) in enumerate(parquet_surgery.chunks(content)):
        facts = entry[3][1]
        if 14 not in facts:
            continue
        reader = parquet_surgery.Reader(content, facts[14][1])
        size = reader.struct()[1][1]
        found[index // names, name] = content[reader.position : reader.position + size]
        assert reader.position + size == facts[14][1] + facts[15][1]
    return found


@pytest.mark.parametrize("name", PROBED)
def test_duckdb_excludes_what_a_row_group_lacks(target: Path, name: str) -> None:
    groups = row_groups_of(name)
    lacking = ruled_out = 0
    for value in sorted(set.union(*groups))[::20]:
        answers = excluded(target, name, value)
        for answer, group in zip(answers, groups, strict=True):
            assert not (answer and value in group), value
            lacking += value not in group
            ruled_out += answer
    for n in range(1, 3_000, 50):
        answers = excluded(target, name, MAKE[name][1](n))
        lacking += ROW_GROUPS
        ruled_out += sum(answers)

    assert lacking > 200
    assert ruled_out > lacking * 0.98


@pytest.mark.parametrize("name", MAKE)
def test_duckdb_finds_every_value(target: Path, name: str) -> None:
    make = MAKE[name][1]
    query = f"SELECT count(*) FROM '{target}' WHERE \"{name}\" = ?"
    with duckdb.connect() as connection:
        for n, count in sorted(Counter(numbers()).items())[::10]:
            assert connection.execute(query, [make(n)]).fetchall() == [(count,)], make(n)
        for n in range(1, 3_000, 100):
            assert connection.execute(query, [make(n)]).fetchall() == [(0,)], make(n)


@pytest.mark.parametrize("name", [name for name in MAKE if not name.startswith("time")])
def test_datafusion_finds_every_value(target: Path, name: str) -> None:
    query = QueryBuilder()
    query.execute(f"CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '{target}'").read_all()
    counts = sorted(Counter(numbers()).items())[::25] + [(n, 0) for n in range(1, 3_000, 300)]
    parts = [
        f"SELECT {n} AS n, count(*) AS rows FROM t WHERE {filtered.condition(name, n)}"
        for n, _ in counts
    ]
    found = pa.table(query.execute(" UNION ALL ".join(parts)).read_all())
    rows = zip(found.column("n").to_pylist(), found.column("rows").to_pylist(), strict=True)
    assert sorted(rows) == sorted(counts)


def test_filters_hold_what_pyarrows_hold(target: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "pyarrow.parquet"
    options = {"ndv": ROWS // ROW_GROUPS, "fpp": 0.001}
    pq.write_table(
        table(),
        theirs,
        row_group_size=ROWS // ROW_GROUPS,
        store_decimal_as_integer=True,
        bloom_filter_options={name: options for name in MAKE},
    )

    ours, expected = filter_bytes(target), filter_bytes(theirs)

    assert len(ours) == ROW_GROUPS * len(MAKE)
    for place, bits in expected.items():
        assert folded(bits, len(ours[place])) == ours[place], place


def folded(bits: bytes, size: int) -> bytes:
    """A filter of a smaller size: each two blocks side by side become one."""
    while len(bits) > size:
        blocks = [bits[at : at + 32] for at in range(0, len(bits), 32)]
        pairs = zip(blocks[::2], blocks[1::2], strict=True)
        bits = b"".join(bytes(a | b for a, b in zip(*pair, strict=True)) for pair in pairs)
    return bits


def test_everyone_reads_a_file_with_filters(target: Path) -> None:
    expected = readers.from_arrow(table()).rows
    for name, read in readers.READERS.items():
        assert read(target).rows == expected, name


def test_values_in_lists_and_structs_have_filters(tmp_path: Path) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    rows = pa.table(
        {
            "tags": pa.array([[f"tag {row}", None, f"x{row % 3}"] for row in range(900)]),
            "buyer": pa.array([{"id": row * 3, "is_new": True} for row in range(900)]),
        }
    )
    pq.write_table(rows, source)

    convert(source, target, "--bloom-filters", "tags.list.element", "--bloom-filters", "buyer.id")

    sizes = {name: len(bits) for (_, name), bits in filter_bytes(target).items()}
    assert sizes == {"tags.list.element": 2048, "buyer.id": 2048}
    assert readers.from_arrow(pq.read_table(target)).rows == readers.from_arrow(rows).rows
    (found,) = duckdb.sql(f"SELECT count(*) FROM '{target}' WHERE buyer.id = 30").fetchall()
    assert found == (1,)


def test_zeros_and_nan_are_found_in_either_form(tmp_path: Path) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(pa.table({"x": [-0.0, -math.nan, 2.0]}), source)

    convert(source, target, "--bloom-filters", "x")

    for asked in (0.0, -0.0, math.nan):
        assert excluded(target, "x", asked) == [False]
    # Not NaN, which DuckDB takes to lie outside of any bounds.
    for asked in (0.0, -0.0):
        query = f"SELECT count(*) FROM '{target}' WHERE x = ?"
        assert duckdb.execute(query, [asked]).fetchall() == [(1,)]
    assert excluded(target, "x", 1.0) == [True]


def test_columns_of_csv_have_filters_by_their_new_names(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.parquet"
    source.write_text("Order Id,name\n" + "".join(f"{n * 5},n{n}\n" for n in range(5_000)))

    convert(source, target, "--rename", "snake", "--bloom-filters", "order_id")

    assert [name for _, name in filter_bytes(target)] == ["order_id"]
    assert excluded(target, "order_id", 25) == [False]
    assert excluded(target, "order_id", 26) == [True]


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("idd", "input.no_such_column", "did you mean 'id'?"),
        ("paid", "usage.bad_option", "there is no bloom filter of bool values"),
    ],
)
def test_a_column_without_a_filter_is_an_error(
    tmp_path: Path, name: str, code: str, words: str
) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.parquet"
    source.write_text("id,paid\n1,true\n2,false\n")

    outcome = run("convert", source, "-o", target, "--bloom-filters", name)

    assert outcome.exit_code != 0
    assert outcome.error_code == code
    assert words in outcome.stderr
    assert not target.exists()


def test_without_the_option_there_is_none(tmp_path: Path) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(table().select(["int32", "text"]), source)

    convert(source, target, "--bloom-filter-fpp", "0.5")

    assert filter_bytes(target) == {}
