"""Makes the benchmarks' data: the same bytes for the same seed, kept under build/bench-data.

    benchmarks/generate.py mixed --bytes 1GB             one file, its path on standard output
    benchmarks/generate.py many --files 2000             a directory of small files
    benchmarks/generate.py mixed --bytes 20GB --stdout   a stream that touches no disk

The rows come from generator/generate.cc, compiled on first use with the C++ compiler ($CXX, else
c++); it writes about 1 GB a second.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "benchmarks" / "generator" / "generate.cc"
SHAPES = ("mixed", "wide", "text")
MANY_FILE_BYTES = 62_000
# The SQL types that the columns of a shape are made in; "*" stands for the rest.
TYPES = {
    "mixed": {
        "id": "BIGINT",
        "customer_id": "BIGINT",
        "quantity": "BIGINT",
        "amount": "DECIMAL(18,2)",
        "rate": "DECIMAL(18,6)",
        "created_at": "TIMESTAMP",
        "ship_date": "DATE",
        "active": "BOOLEAN",
        "*": "VARCHAR",
    },
    "wide": {"*": "DOUBLE"},
    "text": {"*": "VARCHAR"},
}
TYPES["many"] = TYPES["mixed"]

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_UNITS.update({"KIB": 2**10, "MIB": 2**20, "GIB": 2**30})


def parse_bytes(text: str) -> int:
    """Turns "1GB", "256MiB" or "1000" into a number of bytes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", text.strip())
    if match is None or match.group(2).upper() not in _UNITS:
        raise argparse.ArgumentTypeError(f"not a size: {text!r}; write 1GB, 256MiB or 1000")
    return int(float(match.group(1)) * _UNITS[match.group(2).upper()])


def data_directory() -> Path:
    """Where generated data is kept: $PYFORGE_BENCH_DATA, else build/bench-data."""
    directory = Path(os.environ.get("PYFORGE_BENCH_DATA") or ROOT / "build" / "bench-data")
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def generator() -> Path:
    """The compiled generator; its name carries a digest of the source, so an old one is unused."""
    digest = source_digest()
    program = data_directory() / f"generate-{digest}"
    if not program.exists():
        staged = program.with_suffix(f".{os.getpid()}")
        compiler = os.environ.get("CXX") or "c++"
        command = [compiler, "-std=c++17", "-O2", str(SOURCE), "-o", str(staged)]
        subprocess.run(command, check=True)
        staged.rename(program)
    return program


def source_digest() -> str:
    """Eight digits that change with the generator, and so with the data."""
    return hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:8]


def command(
    shape: str,
    *,
    size_bytes: int | None = None,
    rows: int | None = None,
    seed: int = 1,
    first_row: int = 1,
) -> list[str]:
    """The command line that writes such data to standard output; endless without a bound."""
    if shape not in SHAPES:
        raise ValueError(f"unknown shape {shape!r}; known are {', '.join(SHAPES)}")
    words = [str(generator()), shape, "--seed", str(seed), "--first-row", str(first_row)]
    if size_bytes is not None:
        words += ["--bytes", str(size_bytes)]
    if rows is not None:
        words += ["--rows", str(rows)]
    return words


def ensure_file(
    shape: str, *, size_bytes: int | None = None, rows: int | None = None, seed: int = 1
) -> Path:
    """The path of such a file, made when it is not there yet."""
    if size_bytes is None and rows is None:
        raise ValueError("a file needs a bound: size_bytes or rows")
    extent = f"{rows}rows" if rows is not None else f"{size_bytes}b"
    path = data_directory() / f"csv_{shape}-{extent}-s{seed}-{source_digest()}.csv"
    if not path.exists():
        staged = path.with_suffix(f".{os.getpid()}")
        words = command(shape, size_bytes=size_bytes, rows=rows, seed=seed)
        subprocess.run([*words, "--output", str(staged)], check=True)
        staged.rename(path)
    return path


def ensure_gzip(source: Path) -> Path:
    """The file as gzip packs it by default, beside it; made when it is not there yet."""
    path = source.with_name(f"{source.name}.gz")
    if not path.exists():
        staged = path.with_suffix(f".{os.getpid()}")
        # Neither name nor time, so that the same data give the same bytes.
        with (
            source.open("rb") as plain,
            staged.open("wb") as raw,
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
        ):
            shutil.copyfileobj(plain, packed, 1 << 20)
        staged.rename(path)
    return path


def ensure_many(files: int, *, size_bytes: int = MANY_FILE_BYTES, seed: int = 1) -> Path:
    """A directory of `files` small mixed files whose ids do not overlap."""
    name = f"csv_many-{files}x{size_bytes}b-s{seed}-{source_digest()}"
    directory = data_directory() / name
    if not directory.exists():
        staged = data_directory() / f"{name}.{os.getpid()}"
        staged.mkdir()
        first_row = 1
        for index in range(files):
            words = command("mixed", size_bytes=size_bytes, seed=seed, first_row=first_row)
            words += ["--output", str(staged / f"part-{index:05}.csv")]
            done = subprocess.run(words, check=True, stderr=subprocess.PIPE)
            first_row += int(done.stderr.split()[0])
        staged.rename(directory)
    return directory


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the benchmarks' data.")
    parser.add_argument("shape", choices=[*SHAPES, "many"])
    parser.add_argument("--bytes", type=parse_bytes, dest="size_bytes", help="size, such as 1GB")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--files", type=int, default=2000, help="for many: how many files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stdout", action="store_true", help="stream; endless without a bound")
    arguments = parser.parse_args()
    if arguments.shape == "many":
        size_bytes = arguments.size_bytes or MANY_FILE_BYTES
        print(ensure_many(arguments.files, size_bytes=size_bytes, seed=arguments.seed))
        return 0
    bounds = {"size_bytes": arguments.size_bytes, "rows": arguments.rows}
    if arguments.stdout:
        words = command(arguments.shape, seed=arguments.seed, **bounds)
        os.execv(words[0], words)
    print(ensure_file(arguments.shape, seed=arguments.seed, **bounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
