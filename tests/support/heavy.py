"""Demands that run small in every test run and large at night."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pyarrow.parquet as pq

from support import program, samples
from support.demands import (
    assert_nothing_left,
    assert_refused,
    assert_survived,
    supports_nameless_files,
)
from support.program import entries, run


def write_wide(path: Path, columns: int, rows: int) -> Path:
    """Whole numbers: column + row."""
    with path.open("w", encoding="ascii") as file:
        file.write(",".join(f"c{column}" for column in range(columns)) + "\n")
        for row in range(rows):
            file.write(",".join(str(column + row) for column in range(columns)) + "\n")
    return path


def assert_never_closed_quote_is_survived(tmp_path: Path, size: int, budget: int) -> None:
    """A quote opens near the start and is never closed: the rows behind it are kept, the quote is
    counted, the budget holds."""
    source = tmp_path / "in.csv"
    before, block = list(samples.rows(10)), b"".join(_unquoted_rows(20_000))
    repeats = max(1, size // len(block))
    with source.open("wb") as file:
        file.write(samples.HEADER + b"".join(before) + b'11,"never closed,1.10,2024-01-01,x\n')
        for _ in range(repeats):
            file.write(block)
    target, report = tmp_path / "out.parquet", tmp_path / "report.json"

    outcome = run(
        *("convert", source, "-o", target, "--report", report, "--memory", str(budget)),
        timeout_s=600,
    )

    assert outcome.exit_code == 0, outcome
    assert outcome.peak_rss_bytes <= budget
    assert pq.read_metadata(target).num_rows == 11 + repeats * 20_000
    assert '"losses": []' not in report.read_text("utf-8")
    assert_nothing_left(tmp_path, {"in.csv", "out.parquet", "report.json"})


def _unquoted_rows(count: int) -> list[bytes]:
    return [row.replace(b'"', b"").replace(b", with", b" with") for row in samples.rows(count, 12)]


def assert_too_large_field_is_survived(tmp_path: Path, size: int, budget: int) -> None:
    """A closed quoted field larger than the budget allows: refused, or kept out by its limit, with
    a word about it and within the budget."""
    source = tmp_path / "in.csv"
    line_count = size // 16
    with source.open("wb") as file:
        file.write(b'id,text\n1,"')
        for first in range(0, line_count, 65536):
            file.write(b"0123456789abcde\n" * min(65536, line_count - first))
        file.write(b'"\n2,y\n')
    target = tmp_path / "out.parquet"

    outcome = run(*("convert", source, "-o", target, "--memory", str(budget)), timeout_s=600)

    assert outcome.peak_rss_bytes <= budget
    if outcome.exit_code == 0:
        # The quote counted as never closed: its lines became rows, and that was said.
        assert outcome.stderr.strip(), outcome
        assert pq.read_metadata(target).num_rows >= line_count
    else:
        assert outcome.exit_code in (3, 8), outcome
        assert_refused(outcome, outcome.exit_code)
        assert_nothing_left(tmp_path, {"in.csv"})


def assert_kills_leave_nothing(tmp_path: Path, rounds: int, size: int) -> None:
    """kill -9 at random moments: the output is absent or whole, and nothing else is left."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    moments = random.Random(seed)
    source, count = samples.write_large_csv(tmp_path / "in.csv", size)
    work = tmp_path / "work"
    work.mkdir()
    target = work / "out.parquet"
    start = time.monotonic()
    program.convert(source, target)
    duration = time.monotonic() - start
    finished = 0
    for _ in range(rounds):
        target.unlink(missing_ok=True)
        with program.start("convert", source, "-o", target) as process:
            time.sleep(moments.uniform(0, duration * 1.1))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        left = entries(work)
        if target.exists():
            assert pq.read_metadata(target).num_rows == count
            finished += 1
        if supports_nameless_files(work):
            assert left <= {"out.parquet"}, left
        else:
            assert all(name.startswith((".pyforge-", "out.parquet")) for name in left), left
    print(f"{finished} of {rounds} runs had finished")
    program.convert(source, target, "--overwrite")
    assert entries(work) == {"out.parquet"}, "a later run removes what a killed one left"


def wait_until_consumed(process: subprocess.Popen[bytes], size_bytes: int, limit_s: float) -> None:
    """Returns once the process has read so many bytes, so that it is surely at work."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        try:
            text = Path(f"/proc/{process.pid}/io").read_text("ascii")
        except OSError:
            return
        if int(text.split()[1]) >= size_bytes:
            return
        time.sleep(0.002)
    raise AssertionError(f"the program did not read {size_bytes} bytes within {limit_s} s")


def flip_every_byte(tmp_path: Path, content: bytes, positions: range, budget: int) -> None:
    """Alters one byte at a time; each file must convert or be refused, within the budget."""
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    for position in positions:
        altered = bytearray(content)
        altered[position] ^= 0xFF
        source.write_bytes(bytes(altered))
        outcome = run(
            *("convert", source, "--from", "parquet", "-o", target, "--memory", str(budget)),
            timeout_s=60,
        )
        try:
            assert_survived(outcome)
            assert outcome.peak_rss_bytes <= budget
            if outcome.exit_code == 0:
                target.unlink()
            assert_nothing_left(tmp_path, {"in.parquet"})
        except AssertionError as error:
            raise AssertionError(f"byte {position} of {len(content)} altered: {error}") from error
