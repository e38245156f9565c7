"""Compressed inputs, packed by other programs' libraries, through the whole program."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from support import readers
from support.demands import assert_refused
from support.program import convert, run

TEXT = "id,name\n" + "".join(f"{i},name {i % 7}\n" for i in range(20_000))


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/", b"")
        archive.writestr("folder/orders.csv", data)
    return out.getvalue()


def by_arrow(codec: str) -> Callable[[bytes], bytes]:
    def pack(data: bytes) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, codec) as stream:
            stream.write(data)
        return bytes(sink.getvalue())

    return pack


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "csv.gz": gzip.compress,
    "csv.bz2": bz2.compress,
    "csv.xz": lzma.compress,
    "csv.zst": by_arrow("zstd"),
    "csv.lz4": by_arrow("lz4"),
    "zip": zipped,
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_compressed_file_gives_the_table_that_it_holds(suffix: str, tmp_path: Path) -> None:
    packed = tmp_path / f"orders.{suffix}"
    packed.write_bytes(PACKERS[suffix](TEXT.encode()))
    outcome = run("convert", packed, "-o", tmp_path / "out.parquet")

    assert outcome.exit_code == 0, outcome.stderr
    table = readers.read_pyarrow(tmp_path / "out.parquet")
    assert table.column("id") == list(range(20_000))
    assert table.column("name")[:2] == ["name 0", "name 1"]


def test_the_name_in_an_archive_settles_what_its_content_leaves_open(tmp_path: Path) -> None:
    for name, columns in (("data.tsv", ["a", "b,c,d"]), ("data.csv", ["a\tb", "c", "d"])):
        with zipfile.ZipFile(tmp_path / "orders.zip", "w") as archive:
            archive.writestr(name, "a\tb,c,d\n1\t2,3,4\n4\t5,6,7\n")
        convert(tmp_path / "orders.zip", tmp_path / "out.parquet", "--overwrite")

        assert readers.read_pyarrow(tmp_path / "out.parquet").names == columns


@pytest.mark.parametrize("suffix", [each for each in PACKERS if each != "zip"])
def test_parts_behind_one_another_are_one_file(suffix: str, tmp_path: Path) -> None:
    pack = PACKERS[suffix]
    half = TEXT.index("10000,")
    packed = pack(TEXT[:half].encode()) + pack(TEXT[half:].encode())
    (tmp_path / f"a.{suffix}").write_bytes(packed)
    convert(tmp_path / f"a.{suffix}", tmp_path / "out.parquet")

    assert len(readers.read_pyarrow(tmp_path / "out.parquet").rows) == 20_000


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_file_that_is_cut_off_is_refused_and_leaves_nothing(suffix: str, tmp_path: Path) -> None:
    packed = PACKERS[suffix](TEXT.encode())
    (tmp_path / f"a.{suffix}").write_bytes(packed[: len(packed) // 2])
    outcome = run("convert", tmp_path / f"a.{suffix}", "-o", tmp_path / "out.parquet")

    assert_refused(outcome, 3, "compress.truncated")
    assert not (tmp_path / "out.parquet").exists()


def test_an_archive_of_two_files_is_refused_by_their_names(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("first.csv", "a,b\n1,2\n")
        archive.writestr("second.csv", "a,b\n3,4\n")
    outcome = run("convert", tmp_path / "a.zip", "-o", tmp_path / "out.parquet")

    assert_refused(outcome, 5, "unsupported.container")
    assert "'first.csv' and 'second.csv'" in outcome.stderr
    assert not (tmp_path / "out.parquet").exists()


def test_a_container_in_a_container_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv.xz").write_bytes(lzma.compress(bz2.compress(TEXT.encode())))
    outcome = run("convert", tmp_path / "a.csv.xz", "-o", tmp_path / "out.parquet")

    assert_refused(outcome, 5, "unsupported.container")
    assert "xz" in outcome.stderr
    assert "bzip2" in outcome.stderr
