"""Compressed inputs, packed by other programs' libraries, through the whole program."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from support import readers
from support.demands import assert_refused
from support.program import MIB, convert, run

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


def member_of_known_size(data: bytes, lie: int = 0) -> bytes:
    """A gzip member that tells its length, by `lie` too much, as bgzip does it."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    told = 18 + len(body) + 8 - 1 + lie
    head = struct.pack("<4BI2BH2s2H", 31, 139, 8, 4, 0, 0, 255, 6, b"BC", 2, told & 0xFFFF)
    return head + body + struct.pack("<2I", zlib.crc32(data), len(data))


def bgzip(data: bytes, member_bytes: int = 65_280) -> bytes:
    parts = (data[i : i + member_bytes] for i in range(0, len(data), member_bytes))
    return b"".join(map(member_of_known_size, parts)) + member_of_known_size(b"")


def bzip2_streams(data: bytes) -> bytes:
    """Streams behind one another, as pbzip2 writes them."""
    return b"".join(bz2.compress(data[i : i + 150_000], 1) for i in range(0, len(data), 150_000))


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


LARGE = "id,name\n" + "".join(f"{i},name {i * 7919 % 100_003}\n" for i in range(300_000))

BZIP2_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "one stream": lambda data: bz2.compress(data, 1),
    "many streams": bzip2_streams,
}


@pytest.mark.parametrize("packer", BZIP2_PACKERS)
@pytest.mark.parametrize("arrives", ["as a file", "through a pipe"])
def test_what_threads_decode_ahead_is_the_table_in_its_order(
    packer: str, arrives: str, tmp_path: Path
) -> None:
    packed = BZIP2_PACKERS[packer](LARGE.encode())
    (tmp_path / "in").write_bytes(packed)
    for threads in ("1", "2", "5"):
        with (tmp_path / "in").open("rb") as file:
            is_pipe = arrives == "through a pipe"
            outcome = run(
                *("convert", "-" if is_pipe else tmp_path / "in", "--threads", threads),
                *("-o", tmp_path / f"{threads}.csv"),
                stdin=file.read() if is_pipe else None,
            )
        assert outcome.exit_code == 0, outcome
        assert (tmp_path / f"{threads}.csv").read_text() == LARGE


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda packed: packed[: len(packed) * 2 // 3],
    "cut off behind a part": lambda packed: packed[:-1],
    "a bit is wrong": lambda packed: (
        packed[: len(packed) // 2]
        + bytes([packed[len(packed) // 2] ^ 16])
        + packed[len(packed) // 2 + 1 :]
    ),
    "a byte is missing": lambda packed: packed[: len(packed) // 2] + packed[len(packed) // 2 + 1 :],
    "something stands behind it": lambda packed: packed + b"something",
}


@pytest.mark.parametrize("packer", BZIP2_PACKERS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_told_alike_whatever_the_threads(
    packer: str, damage: str, tmp_path: Path
) -> None:
    packed = DAMAGES[damage](BZIP2_PACKERS[packer](LARGE.encode()))
    (tmp_path / "in.csv").write_bytes(packed)
    outcomes = [
        run("convert", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--threads", threads)
        for threads in ("1", "2", "5")
    ]

    assert_refused(outcomes[0], 3, "compress.")
    assert [each.stderr for each in outcomes] == [outcomes[0].stderr] * 3
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("lie", [-1, 1, -20_000, 20_000])
def test_members_that_lie_about_their_size_are_read_as_gzip_reads_them(
    lie: int, tmp_path: Path
) -> None:
    data = LARGE.encode()
    liar = member_of_known_size(data[3_000_000:3_060_000], lie)
    packed = bgzip(data[:3_000_000]) + liar + bgzip(data[3_060_000:])
    (tmp_path / "in.csv.gz").write_bytes(packed)
    assert gzip.decompress(packed) == data
    convert(tmp_path / "in.csv.gz", tmp_path / "out.csv", "--threads", "4")

    assert (tmp_path / "out.csv").read_bytes() == data


def test_blocks_of_much_text_cost_no_memory_with_many_threads(tmp_path: Path) -> None:
    row = b"1," + b"x" * 5_000 + b"\n"
    (tmp_path / "in.csv").write_bytes(bz2.compress(b"a,b\n" + row * 6_000) * 10)
    outcome = run(
        *("convert", tmp_path / "in.csv", "-o", tmp_path / "out.parquet"),
        *("--threads", "8", "--memory", "192MiB"),
    )

    assert outcome.exit_code == 0, outcome
    assert outcome.peak_rss_bytes <= 192 * MIB
