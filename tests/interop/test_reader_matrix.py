"""Files of every shape and option are read alike by pyarrow, DuckDB, Polars and delta-rs.

Spark's reader, parquet-java, is asked in tests/nightly/test_spark_reads_parquet.py.
"""

from __future__ import annotations

import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import parquet_surgery, reader_matrix, readers
from support.program import convert
from support.reader_matrix import EVERYDAY_CASES, LIMITS, SHAPES, Case


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("case", EVERYDAY_CASES, ids=str)
def test_a_file_is_read_alike_by_all(tmp_path: Path, case: Case, shape: str) -> None:
    found = {}
    files: dict[tuple[str, ...], Path] = {}
    for name, load in readers.LOADERS.items():
        written = reader_matrix.taken(SHAPES[shape](), name)
        columns = tuple(written.column_names)
        if columns not in files:
            directory = tmp_path / name
            directory.mkdir()
            files[columns] = reader_matrix.write(directory, shape, case, name)
        found[name] = reader_matrix.differing(load(files[columns]), written, name)

    assert found == {name: [] for name in readers.LOADERS}


@pytest.mark.parametrize("case", EVERYDAY_CASES, ids=str)
def test_a_file_of_many_pages_is_what_the_case_says(tmp_path: Path, case: Case) -> None:
    target = reader_matrix.write(tmp_path, "flat_pages", case)

    group = pq.read_metadata(target).row_group(0)
    encodings = reader_matrix.ENCODINGS[case.compatibility]
    chunks = {chunk["path_in_schema"]: chunk for chunk in group.to_dict()["columns"]}
    for name, encoding in encodings.items():
        assert encoding in chunks[name]["encodings"], name
    codec = {"none": "UNCOMPRESSED"}.get(case.codec, case.codec.split(":")[0].upper())
    # Where the codec does not make a chunk smaller, it is left out.
    assert codec in {chunk["compression"] for chunk in chunks.values()}
    for name, entry, pages in parquet_surgery.chunks(target.read_bytes()):
        assert (4 in entry and 6 in entry) == case.has_index, name
        data_pages = [page for page in pages if page[1][1] in (0, 3)]
        assert len(data_pages) >= 3, name
        assert all((4 in page) == case.has_checksums for page in pages), name


def test_any_two_options_meet_in_the_everyday_cases() -> None:
    def pairs(cases: list[Case]) -> set[tuple[int, object, int, object]]:
        found = set()
        for case in cases:
            words = (case.codec, case.compatibility, case.has_index, case.has_checksums)
            for i, first in enumerate(words):
                found |= {(i, first, j, second) for j, second in enumerate(words) if i < j}
        return found

    assert pairs(EVERYDAY_CASES) == pairs(reader_matrix.EVERY_CASE)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "rare_decimals"])
@pytest.mark.parametrize("case", EVERYDAY_CASES[::5], ids=str)
def test_a_file_becomes_a_delta_table_as_it_is(tmp_path: Path, case: Case, shape: str) -> None:
    reader_matrix.write(tmp_path, shape, case, reader="delta")

    found = reader_matrix.load_delta(tmp_path)

    written = reader_matrix.taken(SHAPES[shape](), "delta")
    assert reader_matrix.differing(found, written, "delta") == []


def refused() -> list[tuple[str, str]]:
    return [
        (reader, column)
        for reader, limits in LIMITS.items()
        for column, limit in limits.items()
        if limit.refuses and reader in (*readers.LOADERS, "delta")
    ]


@pytest.mark.parametrize(("reader", "column"), refused())
def test_what_a_reader_is_said_to_refuse_it_does_refuse(
    tmp_path: Path, reader: str, column: str
) -> None:
    source, directory = tmp_path / "in.parquet", tmp_path / "table"
    directory.mkdir()
    pq.write_table(reader_matrix.column(column), source)
    convert(source, directory / "out.parquet")

    with pytest.raises(Exception, match=LIMITS[reader][column].refuses):
        if reader == "delta":
            reader_matrix.load_delta(directory)
        else:
            readers.LOADERS[reader](directory / "out.parquet")


def test_a_uuid_is_one_to_those_who_have_them(tmp_path: Path) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    ids = [uuid.UUID(int=row * 2**97 + row) if row % 5 else None for row in range(50)]
    storage = pa.array([each and each.bytes for each in ids], pa.binary(16))
    pq.write_table(pa.table({"id": pa.ExtensionArray.from_storage(pa.uuid(), storage)}), source)

    convert(source, target)

    assert readers.load_pyarrow(target).column("id").to_pylist() == ids
    assert readers.READERS["duckdb"](target).column("id") == [each and str(each) for each in ids]
    for load in (readers.load_polars, readers.load_deltalake):
        assert load(target).column("id").to_pylist() == storage.to_pylist()
