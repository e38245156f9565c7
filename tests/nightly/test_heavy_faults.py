"""The demands of tests/cli at full size and in full number; minutes, so not in every run."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import samples
from support.heavy import (
    assert_kills_leave_nothing,
    assert_never_closed_quote_is_survived,
    assert_too_large_field_is_survived,
    flip_every_byte,
)
from support.program import MIB, convert

BUDGET = 256 * MIB


def test_a_never_closed_quote_in_500_mb(tmp_path: Path) -> None:
    assert_never_closed_quote_is_survived(tmp_path, 500 * 10**6, BUDGET)


def test_a_field_of_300_mb(tmp_path: Path) -> None:
    assert_too_large_field_is_survived(tmp_path, 300 * 10**6, BUDGET)


def test_a_field_of_300_mb_is_kept_when_the_limit_allows(tmp_path: Path) -> None:
    field = b"0123456789abcde\n" * (300 * 10**6 // 16)
    source = tmp_path / "in.csv"
    source.write_bytes(b'id,text\n1,"' + field + b'"\n2,y\n')

    convert(source, tmp_path / "out.parquet", "--field-max", "400MB", "--memory", "4GiB")

    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column("text").to_pylist() == [field.decode(), "y"]


@pytest.mark.parametrize("part", range(4))
def test_kill_9_two_hundred_times(tmp_path: Path, part: int) -> None:
    assert_kills_leave_nothing(tmp_path, rounds=50, size=100 * MIB)


def test_four_gigabytes_in_128_mib(tmp_path: Path) -> None:
    source, count = samples.write_large_csv(tmp_path / "in.csv", 4 * 10**9)

    outcome = convert(source, tmp_path / "out.parquet", "--memory", "128MiB")

    assert outcome.peak_rss_bytes <= 128 * MIB
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == count


def test_every_byte_of_a_parquet_file_altered(tmp_path: Path) -> None:
    table = pa.table({"id": range(50), "word": [f"w{i % 7}" for i in range(50)]})
    pq.write_table(table, tmp_path / "sound.parquet")
    content = (tmp_path / "sound.parquet").read_bytes()
    (tmp_path / "sound.parquet").unlink()

    flip_every_byte(tmp_path, content, range(len(content)), BUDGET)
