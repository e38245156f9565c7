"""Parquet files that are cut off, altered or lie about themselves."""

from __future__ import annotations

import struct
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import shared_data
from support.demands import assert_nothing_left, assert_refused, assert_survived
from support.heavy import flip_every_byte
from support.program import MIB, run

BUDGET = 256 * MIB


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small sound file of two row groups, with dictionaries, nulls and nesting."""
    count = 2000
    table = pa.table(
        {
            "id": pa.array(range(count), pa.int64()),
            "word": pa.array([f"word {i % 7}" if i % 5 else None for i in range(count)]),
            "items": pa.array([[i, i + 1] if i % 3 else [] for i in range(count)]),
        }
    )
    path = tmp_path_factory.mktemp("sound") / "sound.parquet"
    pq.write_table(table, path, row_group_size=1000)
    return path.read_bytes()


def footer_start(content: bytes) -> int:
    (length,) = struct.unpack("<I", content[-8:-4])
    return len(content) - 8 - int(length)


def convert_bytes(tmp_path: Path, content: bytes, *options: str) -> None:
    """Converts a file of these bytes, which must be refused for its data."""
    source = tmp_path / "in.parquet"
    source.write_bytes(content)
    target = tmp_path / "out.parquet"
    outcome = run("convert", source, "-o", target, "--memory", str(BUDGET), *options)
    assert_refused(outcome, 3, "parquet.")
    assert outcome.peak_rss_bytes <= BUDGET
    assert_nothing_left(tmp_path, {"in.parquet"})


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_refused(tmp_path: Path, sound: bytes, share: float) -> None:
    convert_bytes(tmp_path, sound[: int(len(sound) * share)])


@pytest.mark.parametrize("kept", [4, 5, 7, 8, 11, 12])
def test_a_file_of_a_few_bytes_is_refused(tmp_path: Path, sound: bytes, kept: int) -> None:
    convert_bytes(tmp_path, sound[:kept], "--from", "parquet")


def test_a_file_without_its_beginning_is_refused(tmp_path: Path, sound: bytes) -> None:
    convert_bytes(tmp_path, sound[len(sound) // 3 :], "--from", "parquet")


@pytest.mark.parametrize("length", [0, 1, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_lying_footer_length_is_refused(tmp_path: Path, sound: bytes, length: int) -> None:
    convert_bytes(tmp_path, sound[:-8] + struct.pack("<I", length) + b"PAR1")


def test_a_footer_longer_than_the_file_is_refused(tmp_path: Path, sound: bytes) -> None:
    convert_bytes(tmp_path, sound[:-8] + struct.pack("<I", len(sound)) + b"PAR1")


def test_pages_that_are_not_there_are_refused(tmp_path: Path, sound: bytes) -> None:
    """The footer is sound, but its offsets point to zeros."""
    start = footer_start(sound)
    convert_bytes(tmp_path, sound[:4] + bytes(start - 4) + sound[start:])


def test_pages_behind_the_end_are_refused(tmp_path: Path, sound: bytes) -> None:
    """The footer is sound, but its offsets point behind the file."""
    start = footer_start(sound)
    convert_bytes(tmp_path, sound[:4] + sound[start:])


def varint(value: int) -> bytes:
    """A number as Thrift's compact protocol writes it (zigzag, then seven bits a byte)."""
    value <<= 1
    digits = []
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes([*digits, value])


@pytest.mark.parametrize("claimed", [999, 1001, 3000, 2**40, 2**62])
def test_a_lying_row_count_is_refused(tmp_path: Path, sound: bytes, claimed: int) -> None:
    """Each row group holds 1000 rows; the footer claims another number for the columns' values."""
    start = footer_start(sound)
    footer = sound[start:-8].replace(varint(1000), varint(claimed))
    assert footer != sound[start:-8]
    convert_bytes(tmp_path, sound[:start] + footer + struct.pack("<I", len(footer)) + b"PAR1")


def test_altered_bytes_of_the_footer_are_survived(tmp_path: Path, sound: bytes) -> None:
    flip_every_byte(tmp_path, sound, range(footer_start(sound), len(sound), 29), BUDGET)


def test_altered_bytes_of_the_pages_are_survived(tmp_path: Path, sound: bytes) -> None:
    flip_every_byte(tmp_path, sound, range(4, footer_start(sound), 211), BUDGET)


def bad_files() -> list[Path]:
    directory = shared_data.directory()
    if directory is None:
        return []
    parquet = directory / "parquet"
    malformed = sorted((parquet / "apache_parquet-testing" / "bad_data").iterdir())
    fuzzed = sorted((parquet / "apache_arrow-testing").rglob("*fuzz*/*"))
    return [path for path in [*malformed, *fuzzed] if path.is_file()]


@pytest.mark.shared_data
def test_files_of_fuzzers_and_bug_reports_are_survived(tmp_path: Path) -> None:
    assert bad_files()
    for source in bad_files():
        target = tmp_path / "out.parquet"
        outcome = run(
            *("convert", source, "--from", "parquet", "-o", target, "--memory", str(BUDGET)),
            timeout_s=60,
        )
        assert_survived(outcome)
        assert outcome.peak_rss_bytes <= BUDGET, source.name
        if outcome.exit_code != 0:
            assert_nothing_left(tmp_path, set())
        elif target.exists():
            target.unlink()
