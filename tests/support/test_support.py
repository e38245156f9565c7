"""The judges themselves: four readers give one form, and the launcher measures rightly."""

from __future__ import annotations

import datetime
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support import program, readers


def write_sample(path: Path) -> pa.Table:
    moment = datetime.datetime(2024, 12, 31, 23, 59, 58, 123456)
    table = pa.table(
        {
            "flag": pa.array([True, None, False]),
            "whole": pa.array([1, None, -(2**63)], pa.int64()),
            "unsigned": pa.array([2**64 - 1, None, 0], pa.uint64()),
            "money": pa.array([Decimal("1234.56"), None, Decimal("-0.01")], pa.decimal128(18, 2)),
            "real": pa.array([0.1, None, float("nan")]),
            "text": pa.array(["", None, "żółć"]),
            "day": pa.array([datetime.date(2024, 2, 29), None, datetime.date(1969, 12, 31)]),
            "moment": pa.array([moment, None, moment], pa.timestamp("us")),
            "instant": pa.array([moment, None, moment], pa.timestamp("us", "UTC")),
            "clock": pa.array([datetime.time(1, 2, 3), None, datetime.time(0)], pa.time64("us")),
            "bytes": pa.array([b"", None, b"\x00\xff"]),
            "items": pa.array([[1, 2], None, []], pa.list_(pa.int32())),
            "pair": pa.array([{"x": 1, "y": "a"}, None, {"x": None, "y": ""}]),
        }
    )
    pq.write_table(table, path)
    return table


@pytest.mark.parametrize("reader", readers.READERS)
def test_every_reader_gives_the_written_values_in_one_form(reader: str, tmp_path: Path) -> None:
    path = tmp_path / "sample.parquet"
    expected = readers.from_arrow(write_sample(path))

    table = readers.READERS[reader](path)

    assert table.names == expected.names
    assert table.kinds == expected.kinds
    assert table.rows == expected.rows


def test_the_launcher_reports_exit_code_streams_and_the_peak_of_the_program_alone() -> None:
    script = "import sys; x = b'x' * (60 << 20); print(len(x)); sys.stderr.write('e'); sys.exit(7)"
    ballast = b"y" * (200 << 20)  # this process is larger than what it measures

    outcome = program.run_command([sys.executable, "-I", "-S", "-c", script])

    assert len(ballast) == 200 << 20
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (7, b"62914560\n", "e")
    assert 60 * program.MIB < outcome.peak_rss_bytes < 90 * program.MIB


def test_the_launcher_sets_limits() -> None:
    show = "import resource; print(resource.getrlimit(resource.RLIMIT_FSIZE)[0])"
    command = [sys.executable, "-I", "-S", "-c", show]
    assert program.run_command(command, rlimits={"FSIZE": 12345}).stdout == b"12345\n"


def test_without_privilege_a_forbidden_file_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("x")
    path.chmod(0)
    outcome = program.run_command([*program.without_privilege(), "cat", str(path)])
    assert outcome.exit_code == 1
    assert "Permission denied" in outcome.stderr


def test_an_error_block_is_taken_apart() -> None:
    text = (
        "error  the row has 5 cells but the header names 6\nwhere  orders.csv, row 18442\n"
        "fix    Leave out --strict.\ncode   csv.ragged_row\n"
    )
    outcome = program.Outcome(3, b"", text, 0.0, 0.0, 0)
    assert outcome.error_code == "csv.ragged_row"
    assert outcome.where == "orders.csv, row 18442"
    assert outcome.fix == "Leave out --strict."
