"""Parquet files whose structure is sound and whose facts are lies: every one is refused with its
place, within the memory budget, and nothing is left behind."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.demands import assert_nothing_left, assert_refused
from support.parquet_surgery import (
    BINARY,
    I32,
    I64,
    LIST,
    STRUCT,
    TRUE,
    ParquetFile,
    Struct,
    encode,
    set_field,
)
from support.program import MIB, Outcome, run

BUDGET = 256 * MIB
ROWS = 1000


def sound(
    *, compression: str = "none", dictionary: bool = False, column: Any = None
) -> ParquetFile:
    """A file of one column, required unless given."""
    if column is None:
        values = [f"value {i % 9}" for i in range(ROWS)] if dictionary else range(ROWS)
        column = pa.array(values, pa.string() if dictionary else pa.int64())
    table = pa.table({"c": column}, pa.schema([pa.field("c", column.type, nullable=False)]))
    file = io.BytesIO()
    pq.write_table(
        table,
        file,
        compression=compression,
        use_dictionary=dictionary,
        write_statistics=False,
        store_schema=False,
    )
    return ParquetFile.parse(file.getvalue())


def refuse(
    tmp_path: Path,
    content: bytes,
    *,
    exit_codes: tuple[int, ...] = (3,),
    options: tuple[str, ...] = (),
) -> Outcome:
    source = tmp_path / "in.parquet"
    source.write_bytes(content)
    target = tmp_path / "out.parquet"
    outcome = run("convert", source, "-o", target, "--memory", str(BUDGET), *options)
    assert outcome.exit_code in exit_codes, outcome
    assert_refused(outcome, outcome.exit_code)
    assert "in.parquet" in outcome.where, outcome
    assert outcome.error_code.split(".")[0] in ("parquet", "limit", "unsupported"), outcome
    assert outcome.peak_rss_bytes <= BUDGET, outcome
    assert_nothing_left(tmp_path, {"in.parquet"})
    return outcome


def refuse_or_keep(tmp_path: Path, content: bytes, **demands: Any) -> None:
    """For lies about what a reader can do without: all rows come, or the file is refused."""
    source = tmp_path / "in.parquet"
    source.write_bytes(content)
    good = tmp_path / "good"
    good.mkdir(exist_ok=True)
    outcome = run("convert", source, "-o", good / "out.parquet", "--memory", str(BUDGET))
    if outcome.exit_code != 0:
        good.rmdir()
        refuse(tmp_path, content, **demands)
        return
    assert pq.read_table(good / "out.parquet").column("c").to_pylist() == list(range(ROWS))
    (good / "out.parquet").unlink()
    good.rmdir()


def test_the_surgery_itself_does_no_harm(tmp_path: Path) -> None:
    for file in (sound(), sound(compression="zstd", dictionary=True)):
        source = tmp_path / "in.parquet"
        source.write_bytes(file.assemble())
        outcome = run("preview", source, "--json")
        assert outcome.exit_code == 0, outcome
        assert pq.read_table(source).num_rows == ROWS


@pytest.mark.parametrize("dictionary", [False, True])
def test_a_file_cut_off_at_every_fiftieth_is_refused(tmp_path: Path, dictionary: bool) -> None:
    content = sound(dictionary=dictionary).assemble()
    for fiftieth in range(1, 50):
        kept = content[: len(content) * fiftieth // 50]
        refuse(tmp_path, kept, options=("--from", "parquet"))


HUGE = [-1, -(2**31), -(2**63), 2**31 - 1, 2**31, 2**40, 2**62, 2**63 - 1]

COLUMN_FIELDS = {
    "type": 1,
    "num_values": 5,
    "total_uncompressed_size": 6,
    "total_compressed_size": 7,
    "data_page_offset": 9,
}


@pytest.mark.parametrize("lie", HUGE)
@pytest.mark.parametrize("field", COLUMN_FIELDS)
def test_a_lying_column_chunk_is_refused(tmp_path: Path, field: str, lie: int) -> None:
    file = sound()
    content = file.assemble()  # the places are right before one of them is not
    set_field(file.column, COLUMN_FIELDS[field], lie)
    if field == "total_uncompressed_size" and lie >= 0:
        # Nobody needs it: pages say their own size.
        source = tmp_path / "in.parquet"
        source.write_bytes(file.assemble(keep_places=True))
        assert run("preview", source).exit_code == 0
        return
    lying = file.assemble(keep_places=True)
    assert lying != content
    refuse(tmp_path, lying)


@pytest.mark.parametrize("lie", [-1, 0, 1, 3, 999, 2**31, 2**62])
def test_a_lying_dictionary_offset_is_refused(tmp_path: Path, lie: int) -> None:
    file = sound(dictionary=True)
    file.assemble()
    file.column[11] = (I64, lie)
    if lie <= 0:
        # Taken for "no dictionary": the first data page then lacks it.
        refuse(tmp_path, file.assemble(keep_places=True), exit_codes=(3, 5))
    else:
        refuse(tmp_path, file.assemble(keep_places=True))


@pytest.mark.parametrize("lie", [-1, 0, 1001, 2**31, 2**40, 2**62])
def test_lying_row_counts_that_agree_with_each_other_are_refused(tmp_path: Path, lie: int) -> None:
    file = sound()
    file.rows_become(lie)
    refuse(tmp_path, file.assemble(), exit_codes=(3, 8))


@pytest.mark.parametrize("codec", [-1, 3, 8, 99, 2**31 - 1])
def test_an_unknown_codec_is_refused(tmp_path: Path, codec: int) -> None:
    file = sound()
    set_field(file.column, 4, codec)
    refuse(tmp_path, file.assemble(), exit_codes=(5,))


def group(name: bytes, children: int, repetition: int = 0) -> Struct:
    return {3: (I32, repetition), 4: (BINARY, name), 5: (I32, children)}


def nest(file: ParquetFile, depth: int, repetition: int) -> None:
    root, leaf = file.schema
    groups = [group(b"g", 1, repetition) for _ in range(depth)]
    set_field(file.footer, 2, (STRUCT, [root, *groups, leaf]))
    set_field(file.column, 3, (BINARY, [b"g"] * depth + [b"c"]))


@pytest.mark.parametrize("depth", [100, 101, 1000, 100_000])
@pytest.mark.parametrize("repetition", [0, 1, 2])
def test_a_schema_nested_too_deeply_is_refused(tmp_path: Path, depth: int, repetition: int) -> None:
    file = sound()
    nest(file, depth, repetition)
    refuse(tmp_path, file.assemble(), exit_codes=(3, 5))


def root_claims(children: int) -> Callable[[ParquetFile], None]:
    return lambda file: set_field(file.schema[0], 5, children)


def leaf_has(field: int, kind: int, value: int) -> Callable[[ParquetFile], None]:
    def change(file: ParquetFile) -> None:
        file.schema[1][field] = (kind, value)

    return change


SCHEMA_LIES: dict[str, Callable[[ParquetFile], None]] = {
    "no elements": lambda file: set_field(file.footer, 2, (STRUCT, [])),
    "a root alone": lambda file: set_field(file.footer, 2, (STRUCT, file.schema[:1])),
    "an element too many": lambda file: file.schema.append(group(b"x", 0)),
    "no children of the root": root_claims(0),
    "two children of the root": root_claims(2),
    "children without end": root_claims(2**31 - 1),
    "fewer than no children": root_claims(-1),
    "children of a leaf": leaf_has(5, I32, 1),
    "an unknown repetition": leaf_has(3, I32, 3),
    "a negative repetition": leaf_has(3, I32, -1),
    "an unknown type": leaf_has(1, I32, 8),
    "a negative type": leaf_has(1, I32, -1),
    "another type than the chunk": leaf_has(1, I32, 6),
    "fixed values of no bytes": leaf_has(1, I32, 7),
    "a repeated leaf": leaf_has(3, I32, 2),
    "no columns in the row group": lambda file: set_field(file.row_group, 1, (STRUCT, [])),
    "two columns in the row group": lambda file: file.row_group[1][1][1].append(
        file.row_group[1][1][1][0]
    ),
    "a chunk in another file": lambda file: file.row_group[1][1][1][0].update(
        {1: (BINARY, b"other.parquet")}
    ),
    "a chunk without metadata": lambda file: file.row_group[1][1][1][0].pop(3),
    "no row count": lambda file: file.footer.pop(3),  # type: ignore
    "a row group without a row count": lambda file: file.row_group.pop(3),  # type: ignore
    "a schema that is a number": lambda file: file.footer.update({2: (I32, 7)}),
    "row groups that are numbers": lambda file: file.footer.update({4: (LIST, (I32, [1]))}),
}


@pytest.mark.parametrize("lie", SCHEMA_LIES)
def test_a_lying_schema_is_refused(tmp_path: Path, lie: str) -> None:
    file = sound()
    file.assemble()
    SCHEMA_LIES[lie](file)
    refuse(tmp_path, file.assemble(keep_places=True), exit_codes=(3, 5))


@pytest.mark.parametrize("lie", [-1, 0, 1, 2**31 - 1, -(2**31)])
@pytest.mark.parametrize("field", [2, 3], ids=["uncompressed", "compressed"])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip"])
def test_a_lying_page_size_is_refused(
    tmp_path: Path, compression: str, field: int, lie: int
) -> None:
    file = sound(compression=compression)
    set_field(file.pages[0].header, field, lie)
    refuse_or_keep(tmp_path, file.assemble(), exit_codes=(3, 8))


@pytest.mark.parametrize("lie", [-1, 0, 1, 999, 1001, 2**31 - 1])
def test_a_lying_value_count_of_a_page_is_refused(tmp_path: Path, lie: int) -> None:
    for dictionary in (False, True):
        numbers = pa.array(range(ROWS), pa.int64())
        file = sound(dictionary=dictionary, column=numbers)
        set_field(file.pages[-1].header[5][1], 1, lie)
        refuse_or_keep(tmp_path, file.assemble(), exit_codes=(3, 8))


def in_small_pages(column: Any, version: str = "1.0") -> ParquetFile:
    """A file of one column in pages of a hundred rows."""
    file = io.BytesIO()
    pq.write_table(
        pa.table({"c": column}),
        file,
        compression="none",
        use_dictionary=False,
        write_statistics=False,
        store_schema=False,
        data_page_version=version,
        data_page_size=1,
        write_batch_size=100,
    )
    return ParquetFile.parse(file.getvalue())


LISTS = pa.array([[i, i + 1] if i % 3 else [] for i in range(ROWS)], pa.list_(pa.int64()))
COLUMNS = {
    "numbers": pa.array(range(ROWS), pa.int64()),
    "texts": pa.array([str(i) if i % 5 else None for i in range(ROWS)]),
    "lists": LISTS,
}


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("kind", COLUMNS)
def test_pages_that_the_footer_does_not_count_are_refused_with_their_place(
    tmp_path: Path, kind: str, version: str
) -> None:
    """Footer, row group and column chunk agree on the rows of all pages but the last."""
    file = in_small_pages(COLUMNS[kind], version)
    assert len(file.pages) >= 10
    file.assemble()
    last = file.pages[-1]
    whole = (ROWS, file.column[5][1])
    in_last = last.header[5 if version == "1.0" else 8][1][1][1]
    file.rows_become(ROWS - 100)
    set_field(file.column, 5, whole[1] - in_last)
    content = file.assemble()
    outcome = refuse(tmp_path, content)
    place = content.rindex(encode(STRUCT, last.header) + last.body)
    assert f"byte {place}" in outcome.where, outcome
    assert "column c" in outcome.where, outcome
    assert "row group 0" in outcome.stderr, outcome


@pytest.mark.parametrize("kind", COLUMNS)
def test_pages_that_are_missing_are_refused(tmp_path: Path, kind: str) -> None:
    file = in_small_pages(COLUMNS[kind])
    file.pages.pop()
    refuse(tmp_path, file.assemble())


def test_rows_of_lists_that_are_left_over_are_refused(tmp_path: Path) -> None:
    """Chunk and pages agree on the values, but fewer rows are claimed than they make."""
    for version in ("1.0", "2.0"):
        file = in_small_pages(LISTS, version)
        values = file.column[5][1]
        file.rows_become(ROWS - 1)
        set_field(file.column, 5, values)
        refuse(tmp_path, file.assemble())


def test_a_damaged_page_is_refused_with_its_place(tmp_path: Path) -> None:
    table = pa.table({"a": range(ROWS), "b": [float(i) for i in range(ROWS)]})
    source = tmp_path / "in.parquet"
    pq.write_table(
        *(table, source),
        compression="none",
        use_dictionary=False,
        write_page_checksum=True,
    )
    content = bytearray(source.read_bytes())
    chunk = pq.read_metadata(source).row_group(0).column(1)
    content[chunk.data_page_offset + chunk.total_compressed_size - 5] ^= 1
    outcome = refuse(tmp_path, bytes(content))
    assert outcome.error_code == "parquet.corrupt", outcome
    assert "CRC-32" in outcome.stderr, outcome
    assert "column b" in outcome.where, outcome
    assert f"byte {chunk.data_page_offset}" in outcome.where, outcome


@pytest.mark.parametrize("lie", [-1, 0, 1, 8, 2**31 - 1])
def test_a_lying_value_count_of_a_dictionary_is_refused(tmp_path: Path, lie: int) -> None:
    file = sound(dictionary=True)
    set_field(file.pages[0].header[7][1], 1, lie)
    refuse(tmp_path, file.assemble(), exit_codes=(3, 8))


@pytest.mark.parametrize("width", [33, 64, 255])
def test_dictionary_indexes_of_impossible_width_are_refused(tmp_path: Path, width: int) -> None:
    file = sound(dictionary=True)
    page = file.pages[1]
    page.body = bytes([width]) + page.body[1:]
    refuse(tmp_path, file.assemble())


def test_a_dictionary_index_out_of_range_is_refused(tmp_path: Path) -> None:
    file = sound(dictionary=True)
    page = file.pages[1]
    # One run of a thousand times the ninth of nine values; then of the tenth.
    for index in (8, 9, 15):
        page.body = bytes([4]) + b"\xd0\x0f" + bytes([index])
        for field in (2, 3):
            set_field(page.header, field, len(page.body))
        if index < 9:
            source = tmp_path / "in.parquet"
            source.write_bytes(file.assemble())
            assert run("preview", source).exit_code == 0
            continue
        refuse(tmp_path, file.assemble())


@pytest.mark.parametrize("encoding", [1, 3, 4, 6, 7, 8, 10, 99, -1])
def test_an_encoding_that_the_page_does_not_have_is_refused(tmp_path: Path, encoding: int) -> None:
    file = sound()
    set_field(file.pages[0].header[5][1], 2, encoding)
    refuse(tmp_path, file.assemble(), exit_codes=(3, 5))


@pytest.mark.parametrize("kind", [1, 2, 4, 99, -1])
def test_a_page_of_another_kind_is_refused(tmp_path: Path, kind: int) -> None:
    file = sound()
    file.assemble()
    set_field(file.pages[0].header, 1, kind)
    refuse(tmp_path, file.assemble(keep_places=True), exit_codes=(3, 5))


def bomb(codec: str, stored: int, claimed: int) -> bytes:
    """A page of `stored` zeros that says it has `claimed` bytes, in a chunk of as many values."""
    file = sound(compression=codec)
    page = file.pages[0]
    page.body = pa.Codec(codec).compress(bytes(stored), asbytes=True)
    set_field(page.header, 2, claimed)
    set_field(page.header, 3, len(page.body))
    set_field(page.header[5][1], 1, claimed // 8)
    set_field(file.column, 6, claimed)
    file.rows_become(claimed // 8)
    return file.assemble()


@pytest.mark.parametrize("codec", ["snappy", "zstd", "gzip", "brotli"])
def test_a_page_that_unpacks_to_more_than_the_memory_is_refused(tmp_path: Path, codec: str) -> None:
    refuse(tmp_path, bomb(codec, 300 * MIB, 300 * MIB), exit_codes=(8,))


@pytest.mark.parametrize("codec", ["snappy", "zstd", "gzip", "brotli"])
@pytest.mark.parametrize("claimed", [8, 8000, 64 * MIB])
def test_a_page_that_unpacks_to_more_than_it_says_is_refused(
    tmp_path: Path, codec: str, claimed: int
) -> None:
    refuse(tmp_path, bomb(codec, 100 * MIB, claimed))


def test_a_number_wider_than_its_column_is_declared_is_refused(tmp_path: Path) -> None:
    file = sound(column=pa.array([1, 300, -1], pa.int32()))
    file.schema[1][6] = (I32, 15)  # INT_8
    outcome = refuse(tmp_path, file.assemble())
    assert "row 2, column c" in outcome.where, outcome
    assert "holds 300" in outcome.stderr, outcome


def test_a_decimal_longer_than_its_column_is_declared_is_refused(tmp_path: Path) -> None:
    file = sound(column=pa.array([Decimal(5), Decimal(10**20)], pa.decimal128(38, 0)))
    file.schema[1][8] = (I32, 4)
    file.schema[1][10] = (STRUCT, {5: (STRUCT, {1: (I32, 0), 2: (I32, 4)})})
    outcome = refuse(tmp_path, file.assemble())
    assert outcome.error_code == "parquet.corrupt", outcome
    assert "row 2, column c" in outcome.where, outcome


def test_an_old_timestamp_of_a_far_year_is_refused_until_its_unit_reaches(tmp_path: Path) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.csv"
    values = [datetime(2020, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999), datetime(1, 1, 1)]
    pq.write_table(
        pa.table({"t": pa.array(values, pa.timestamp("us"))}),
        source,
        use_deprecated_int96_timestamps=True,
    )
    outcome = refuse(tmp_path, source.read_bytes())
    assert outcome.error_code == "parquet.int96_misfit", outcome
    assert "--int96-unit" in outcome.fix, outcome
    assert run("convert", source, "-o", target, "--int96-unit", "us").exit_code == 0
    lines = [line.rstrip("Z").replace("T", " ") for line in target.read_text().splitlines()[1:]]
    assert [datetime.fromisoformat(line) for line in lines] == values


def test_key_values_without_end_are_refused(tmp_path: Path) -> None:
    file = sound()
    pair: Struct = {1: (BINARY, b"key"), 2: (BINARY, b"v" * (20 * MIB))}
    file.footer[5] = (LIST, (STRUCT, [pair]))
    refuse(tmp_path, file.assemble(), exit_codes=(8,))


def test_fields_that_nobody_knows_are_passed_over(tmp_path: Path) -> None:
    """What later versions of the format may add does no harm."""
    file = sound()
    file.footer[90] = (STRUCT, {1: (LIST, (TRUE, [True, False])), 2: (I64, -5)})
    file.column[91] = (BINARY, b"later")
    source = tmp_path / "in.parquet"
    source.write_bytes(file.assemble())
    assert run("preview", source).exit_code == 0
