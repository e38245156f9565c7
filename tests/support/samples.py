"""Inputs for tests: made quickly, the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

HEADER = b"id,name,amount,day,note\n"


def rows(count: int, first: int = 1) -> Iterator[bytes]:
    """Well-formed rows of five columns: int, text, 2-digit number, date, quoted text."""
    for number in range(first, first + count):
        day = number % 28 + 1
        yield (
            f"{number},name{number % 97},{number % 1000}.{number % 90 + 10},2024-01-{day:02},"
            f'"note {number}, with a comma"\n'
        ).encode()


def write_csv(path: Path, count: int) -> Path:
    """A file of `count` rows under a header; about 60 bytes a row."""
    with path.open("wb") as file:
        file.write(HEADER)
        file.writelines(rows(count))
    return path


def write_large_csv(path: Path, size_bytes: int) -> tuple[Path, int]:
    """A file of about that size made by repeating a block, and its number of rows."""
    count = 20_000
    block = b"".join(rows(count))
    repeats = max(1, size_bytes // len(block))
    with path.open("wb") as file:
        file.write(HEADER)
        for _ in range(repeats):
            file.write(block)
    return path, repeats * count


def blocks(count: int = 5_000) -> Iterator[bytes]:
    """The same table without end, in blocks of whole rows; the first has the header."""
    yield HEADER
    block = b"".join(rows(count))
    while True:
        yield block
