"""What we write is read alike by four other programs; what others write is read by us."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import arrow_samples, readers, samples, shared_data
from support.demands import assert_survived
from support.program import convert, run

COLUMNS = arrow_samples.every_type()


def test_a_time_of_day_has_no_zone(tmp_path: Path) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(pa.table({"clock": COLUMNS["time64_us"]}), source)

    convert(source, target)

    (described,) = duckdb.sql(f"DESCRIBE FROM '{target}'").fetchall()
    assert described[1] == "TIME"


def same_values(ours: readers.Table, theirs: readers.Table) -> bool:
    return ours.names == theirs.names and ours.rows == theirs.rows


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_of_every_type_survives_parquet_to_parquet(tmp_path: Path, name: str) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    table = pa.table({"id": pa.array([1, 2, 3, 4]), name: COLUMNS[name]})
    pq.write_table(table, source)

    convert(source, target)

    written, read = pq.read_table(source), pq.read_table(target)
    if name == "dictionary":  # how Arrow holds values in memory; Parquet decides that by itself
        written = written.cast(read.schema)
    assert read.schema.equals(written.schema), f"{read.schema}\n{written.schema}"
    assert readers.from_arrow(read).rows == readers.from_arrow(written).rows


@pytest.mark.parametrize("reader", ["duckdb", "polars", "deltalake"])
@pytest.mark.parametrize("name", COLUMNS)
def test_others_read_our_parquet_as_they_read_pyarrows(
    tmp_path: Path, name: str, reader: str
) -> None:
    if (name, reader) == ("date64", "polars"):
        pytest.skip("Polars makes a timestamp of the Arrow type that pyarrow notes beside the date")
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(pa.table({name: COLUMNS[name]}), source)
    convert(source, target)

    theirs, ours = readers.READERS[reader](source), readers.READERS[reader](target)

    assert ours.kinds == theirs.kinds
    assert same_values(ours, theirs)


@pytest.mark.parametrize("codec", ["snappy", "zstd", "zstd:9", "gzip", "lz4", "brotli", "none"])
def test_every_codec_is_read_by_all(tmp_path: Path, codec: str) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 5000)
    target = tmp_path / "out.parquet"

    convert(source, target, "--compression", codec)

    used = pq.read_metadata(target).row_group(0).column(4).compression
    expected = {"none": "UNCOMPRESSED"}.get(codec, codec.split(":")[0].upper())
    assert used == expected
    tables = [read(target) for read in readers.READERS.values()]
    assert len(tables[0].rows) == 5000
    assert all(table == tables[0] for table in tables)


def test_every_encoding_of_texts_is_read_by_all(tmp_path: Path) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    count = 60_000
    days = random.Random(5)
    table = pa.table(
        {
            "sorted": [f"key-{i:09}" if i % 7 else None for i in range(count)],
            "few": [f"state {i % 5}" for i in range(count)],
            "days": [f"{days.randrange(6000)} days" if i % 11 else None for i in range(count)],
            "free": [f"{i * 2654435761 % 2**32:x} was seen" for i in range(count)],
        }
    )
    pq.write_table(table, source)

    convert(source, target)

    chunks = pq.read_metadata(target).row_group(0)
    encodings = {chunks.column(i).path_in_schema: chunks.column(i).encodings for i in range(4)}
    assert "DELTA_BYTE_ARRAY" in encodings["sorted"]
    assert "RLE_DICTIONARY" in encodings["few"]
    assert "RLE_DICTIONARY" in encodings["days"]
    assert "DELTA_LENGTH_BYTE_ARRAY" in encodings["free"]
    expected = readers.from_arrow(table).rows
    for name, read in readers.READERS.items():
        assert read(target).rows == expected, name


def test_row_groups_hold_the_rows_asked_for(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 25_000)
    target = tmp_path / "out.parquet"

    convert(source, target, "--row-group-rows", "10000")

    metadata = pq.read_metadata(target)
    counts = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    assert counts == [10_000, 10_000, 5_000]
    tables = [read(target) for read in readers.READERS.values()]
    assert [row[0] for row in tables[0].rows] == list(range(1, 25_001))
    assert all(table == tables[0] for table in tables)


def test_types_of_a_csv_are_the_same_to_all(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text(
        "flag,whole,big,real,day,moment,instant,clock,text\n"
        "true,-5,9223372036854775808,0.5,2024-02-29,2024-01-01 10:00:00,"
        "2024-01-01T10:00:00Z,10:00:00,a\n"
        ",,,,,,,,\n"
        "false,7,-1,-1.25,1969-12-31,1969-12-31 23:59:59.5,"
        '2024-01-01T10:00:00+02:00,23:59:59,"a ""b"", c"\n',
        "utf-8",
    )
    target = tmp_path / "out.parquet"

    convert(source, target)

    tables = {name: read(target) for name, read in readers.READERS.items()}
    first = tables["pyarrow"]
    assert first.kinds == [
        *("bool", "int64", "decimal(19,0)", "double", "date"),
        *("timestamp", "timestamp_utc", "time", "string"),
    ]
    assert first.rows[1] == (None,) * 9
    for table in tables.values():
        assert table == first


def test_statistics_are_true_and_let_others_skip(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 30_000)
    target = tmp_path / "out.parquet"
    convert(source, target, "--row-group-rows", "10000")

    table = pq.read_table(target)
    metadata = pq.read_metadata(target)
    for group in range(metadata.num_row_groups):
        part = table.slice(group * 10_000, 10_000)
        for index, name in enumerate(table.column_names):
            statistics = metadata.row_group(group).column(index).statistics
            values = part.column(name).to_pylist()
            assert statistics is not None, name
            assert statistics.null_count == values.count(None)
            if statistics.has_min_max:
                assert statistics.min <= min(values), name
                assert statistics.max >= max(values), name


def test_columns_are_projected_in_the_asked_order(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 100)
    whole, part = tmp_path / "whole.parquet", tmp_path / "part.parquet"
    convert(source, whole)

    convert(whole, part, "--columns", "day,id")

    table = readers.read_pyarrow(part)
    assert table.names == ["day", "id"]
    assert table.column("id") == list(range(1, 101))


def test_parquet_to_csv_and_back_keeps_every_value(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 3000)
    first, text, second = tmp_path / "1.parquet", tmp_path / "2.csv", tmp_path / "3.parquet"

    convert(source, first)
    convert(first, text)
    convert(text, second)

    assert readers.read_pyarrow(first) == readers.read_pyarrow(second)


def collection_of_parquet() -> list[Path]:
    directory = shared_data.directory()
    if directory is None:
        return []
    base = directory / "parquet"
    folders = [base / "apache_parquet-testing" / "data", base / "duckdb_duckdb"]
    return sorted(path for folder in folders for path in folder.rglob("*.parquet"))


@pytest.mark.shared_data
def test_files_of_other_writers_are_read_as_pyarrow_reads_them(tmp_path: Path) -> None:
    compared, refused = 0, []
    for source in collection_of_parquet():
        target = tmp_path / "out.parquet"
        outcome = run("convert", source, "-o", target, timeout_s=60)
        assert_survived(outcome)
        if outcome.exit_code != 0:
            refused.append((source.name, outcome.error_code))
            continue
        try:
            theirs = pq.ParquetFile(source).read()
        except (OSError, pa.ArrowException):
            theirs = None  # pyarrow cannot judge it
        if theirs is not None:
            ours = pq.ParquetFile(target).read()
            assert ours.num_rows == theirs.num_rows, source.name
            assert repr(readers.from_arrow(ours).rows) == repr(readers.from_arrow(theirs).rows), (
                source.name
            )
            compared += 1
        target.unlink()
    print(f"{compared} compared, refused: {refused}")
    assert compared >= 60
