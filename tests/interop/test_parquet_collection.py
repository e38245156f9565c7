"""Parquet files of many writers: each is read, copied and found equal to its copy, by us and by
pyarrow, or refused for the reason stated here."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support import readers, shared_data
from support.demands import assert_refused
from support.program import convert, run

ENCRYPTED = (5, "unsupported.encrypted")
CORRUPT = (3, "parquet.corrupt")
REFUSED = {
    # Malformed on purpose.
    "apache_parquet-testing/bad_data/ARROW-GH-41317.parquet": CORRUPT,
    "apache_parquet-testing/bad_data/ARROW-GH-47662.parquet": CORRUPT,
    "apache_parquet-testing/bad_data/ARROW-RS-GH-6229-LEVELS.parquet": CORRUPT,
    "apache_parquet-testing/data/rle-dict-uncompressed-corrupt-checksum.parquet": CORRUPT,
    "duckdb_duckdb/broken/broken_bigint.parquet": CORRUPT,
    "duckdb_duckdb/broken/broken_int.parquet": CORRUPT,
    "duckdb_duckdb/broken/broken_timestamp.parquet": CORRUPT,
    "duckdb_duckdb/broken/broken_tinyint.parquet": CORRUPT,
    "duckdb_duckdb/broken/broken_uinteger.parquet": CORRUPT,
    "duckdb_duckdb/broken/broken_utinyint.parquet": CORRUPT,
    "duckdb_duckdb/broken/fuzzer4362.parquet": (3, "parquet.not_parquet"),
    "duckdb_duckdb/broken/internal_6129.parquet": CORRUPT,
    # A map whose keys may be null, which the format forbids and Arrow's reader with it.
    "apache_parquet-testing/data/incorrect_map_schema.parquet": CORRUPT,
    "duckdb_duckdb/encryption/arrow_uniform_encryption_ten_row_groups.parquet": ENCRYPTED,
    "duckdb_duckdb/plaintext_footer_crypto_metadata.parquet": ENCRYPTED,
    # One page of 1 GiB.
    "apache_parquet-testing/data/large_string_map.brotli.parquet": (8, "limit.memory"),
    # Decimals of 77 digits, one more than Arrow has.
    "duckdb_duckdb/bigdecimal.parquet": (5, "parquet.unsupported"),
    # A group without columns in it.
    "duckdb_duckdb/empty-group/empty_group_test.parquet": (5, "parquet.unsupported"),
}
# In the folder of bad files because it crashed a reader, but nothing is wrong with it: a dictionary
# of one value, indexed with zero bits, in a run of 2,649 groups of eight that hold the 21,186 rows.
SOUND = "apache_parquet-testing/bad_data/ARROW-GH-43605.parquet"
# A UUID that no Arrow schema tells of comes as its sixteen bytes.
UUID_AS_BYTES = {"apache_parquet-testing/shredded_variant/case-037.parquet"}


def collection() -> list[str]:
    directory = shared_data.directory()
    if directory is None:
        return []
    root = directory / "parquet"
    files = [*root.rglob("*.parquet"), *root.rglob("*.parquet.encrypted")]
    return sorted(str(path.relative_to(root)) for path in files)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", collection())
def test_a_file_of_another_writer_is_copied_whole_or_refused(tmp_path: Path, name: str) -> None:
    directory = shared_data.directory()
    assert directory is not None
    source, target = directory / "parquet" / name, tmp_path / "out.parquet"
    expected = ENCRYPTED if name.endswith(".encrypted") else REFUSED.get(name)
    if expected is not None:
        exit_code, code = expected
        for words in (["preview"], ["convert", "-o", str(target)]):
            outcome = run(*words, source, "--from", "parquet")
            assert_refused(outcome, exit_code, code)
            assert source.name in outcome.where
        assert not target.exists()
        assert run("info", source, "--from", "parquet").exit_code in (0, exit_code)
        return

    assert run("info", source).exit_code == 0
    assert run("preview", source).exit_code == 0
    convert(source, target)
    compared = run("compare", source, target)

    assert compared.exit_code == 0, compared
    # The dataset reader of read_table takes no names that repeat.
    written, read = pq.ParquetFile(source).read(), pq.ParquetFile(target).read()
    assert read.column_names == written.column_names
    # Python has no nanoseconds, and NaN equals nothing.
    if not read.equals(written) and name not in UUID_AS_BYTES:
        assert readers.from_arrow(read).rows == readers.from_arrow(written).rows


@pytest.mark.shared_data
def test_indexes_of_no_bits_all_stand_for_the_only_value(tmp_path: Path) -> None:
    directory = shared_data.directory()
    assert directory is not None
    target = tmp_path / "out.csv"
    convert(directory / "parquet" / SOUND, target)
    assert target.read_text() == "min_fl\n" + "0\n" * 21186
