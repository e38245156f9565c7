"""Our Parquet, over types, nulls, sizes, codecs and row groups, against what its source held."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow.parquet as pq
import pytest
from support import arrow_samples, readers
from support.program import convert, run

CODECS = ["snappy", "zstd", "gzip:1", "lz4", "brotli:1", "none"]
PAGE_ROWS = 16 * 1024

# What other programs hold in another form than Arrow; how they read the same column of a file by
# pyarrow is asked for in test_parquet_readers.
NOT_ALIKE = {"date64", "time64_ns", "duration"}


CASES = list(
    itertools.product([1, 8, 9, PAGE_ROWS, PAGE_ROWS + 1], ["none", "some", "all", "blocks"])
)


@pytest.mark.parametrize(("rows", "nulls"), CASES)
def test_every_type_survives_any_size_and_share_of_nulls(
    tmp_path: Path, rows: int, nulls: str
) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(arrow_samples.grown_table(rows, nulls), source)
    case = CASES.index((rows, nulls))
    compatibility = ["modern", "plain"][case % 2]

    convert(
        source,
        target,
        *("--compression", CODECS[case % len(CODECS)]),
        *("--compatibility", compatibility, "--row-group-rows", "10000"),
    )

    written = pq.read_table(source)
    read = pq.read_table(target, page_checksum_verification=True)
    for name in written.column_names:
        expected = readers.from_arrow(written.select([name])).rows
        assert readers.from_arrow(read.select([name])).rows == expected, name
        if name in NOT_ALIKE:
            continue
        for other in ("duckdb", "polars"):
            assert read_column(other, target, name) == read_column(other, source, name), (
                name,
                other,
            )


def read_column(reader: str, path: Path, name: str) -> list[Any]:
    if reader == "polars":
        return readers.from_arrow(polars.read_parquet(path, columns=[name]).to_arrow()).rows
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET arrow_lossless_conversion = false")
        relation = connection.read_parquet(str(path)).project(f'"{name}"')
        return readers.from_arrow(relation.to_arrow_table()).rows


def write_orders(path: Path, rows: int) -> None:
    """Columns whose dictionaries fill up, are given up, and start anew in each row group."""
    pick = random.Random(3)
    with path.open("w", encoding="utf-8") as file:
        file.write("id,status,city,email,amount,note\n")
        for row in range(rows):
            city = f"city {pick.randrange(50) if row < rows // 2 else row}"
            status = pick.choice(["new", "paid", "shipped", ""])
            note = "" if row % 11 == 0 else f"note {pick.randrange(10**6)} {'x' * (row % 90)}"
            amount = f"{pick.randrange(10**6) / 100:.2f}"
            file.write(f"{row},{status},{city},u{row % 9973}@example.com,{amount},{note}\n")


def checksum(path: Path) -> tuple[Any, ...]:
    """An order-free hash over all rows and columns; it changes when any value does."""
    query = (
        "SELECT count(*), sum(hash(COLUMNS(*)) % 1000000007) FROM "
        f"(SELECT id::BIGINT id, status, city, email, amount::DOUBLE amount, note FROM '{path}')"
    )
    (row,) = duckdb.sql(query).fetchall()
    return tuple(row)


def test_no_row_of_many_row_groups_goes_wrong(tmp_path: Path) -> None:
    source, target = tmp_path / "orders.csv", tmp_path / "orders.parquet"
    write_orders(source, 150_000)

    convert(source, target, "--row-group-rows", "9000", "--threads", "3")

    assert pq.read_metadata(target).num_row_groups > 10
    assert checksum(target) == checksum(source)


def test_threads_do_not_change_a_byte(tmp_path: Path) -> None:
    source = tmp_path / "orders.csv"
    write_orders(source, 100_000)
    files = []
    for threads in ("1", "2", "5"):
        target = tmp_path / f"{threads}.parquet"
        convert(source, target, "--threads", threads, "--memory", "512MiB")
        files.append(target.read_bytes())

    assert files[0] == files[1] == files[2]


@pytest.mark.parametrize(
    "condition", ["id BETWEEN 40000 AND 40010", "city > 'city 9'", "amount < 1.5", "note IS NULL"]
)
def test_bounds_never_hide_a_row_from_a_filter(tmp_path: Path, condition: str) -> None:
    source, target = tmp_path / "orders.csv", tmp_path / "orders.parquet"
    write_orders(source, 60_000)
    convert(source, target, "--row-group-rows", "10000")

    query = f"SELECT count(*) FROM (SELECT * FROM '{target}'{{}}) WHERE {condition}"
    filtered = duckdb.sql(query.format("")).fetchall()
    with duckdb.connect() as connection:
        table = pq.read_table(target)  # read whole: nothing can be skipped
        connection.register("whole", table)
        everything = connection.sql(f"SELECT count(*) FROM whole WHERE {condition}").fetchall()
    assert filtered == everything
    lazily = polars.scan_parquet(target).sql(f"SELECT count(*) FROM self WHERE {condition}")
    assert lazily.collect().item() == everything[0][0]


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    source, target = tmp_path / "orders.csv", tmp_path / "orders.parquet"
    write_orders(source, 20_000)
    convert(source, target)
    content = bytearray(target.read_bytes())
    content[len(content) // 3] ^= 1
    target.write_bytes(bytes(content))

    outcome = run("convert", target, "-o", tmp_path / "again.csv")

    assert outcome.exit_code == 3
    assert outcome.error_code == "parquet.corrupt"
    with pytest.raises(OSError, match="CRC"):
        pq.read_table(target, page_checksum_verification=True)
