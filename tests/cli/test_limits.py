"""Inputs that would take all memory: the budget holds, and nothing of the user's is lost."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support import samples
from support.demands import assert_nothing_left, assert_refused
from support.heavy import (
    assert_never_closed_quote_is_survived,
    assert_too_large_field_is_survived,
    write_wide,
)
from support.program import MIB, convert, run

BUDGET = 256 * MIB


def test_a_never_closed_quote_costs_no_memory_and_no_row(tmp_path: Path) -> None:
    assert_never_closed_quote_is_survived(tmp_path, 60 * MIB, BUDGET)


def test_a_field_beyond_the_limit_costs_no_memory(tmp_path: Path) -> None:
    assert_too_large_field_is_survived(tmp_path, 60 * MIB, BUDGET)


def test_a_large_field_is_kept_when_the_limit_allows(tmp_path: Path) -> None:
    field = b"x" * (20 * MIB)
    source = tmp_path / "in.csv"
    source.write_bytes(b'id,text\n1,"' + field + b'"\n2,y\n')

    convert(source, tmp_path / "out.parquet", "--field-max", "32MiB", "--memory", "1GiB")

    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column("text").to_pylist() == [field.decode(), "y"]


def test_ten_thousand_columns_convert_within_the_budget(tmp_path: Path) -> None:
    source = write_wide(tmp_path / "in.csv", columns=10_000, rows=20)

    outcome = convert(source, tmp_path / "out.parquet", "--memory", "256MiB")

    assert outcome.peak_rss_bytes <= BUDGET
    table = pq.read_table(tmp_path / "out.parquet")
    assert (table.num_columns, table.num_rows) == (10_000, 20)
    assert table.column(9_999).to_pylist() == [9_999 + row for row in range(20)]


def test_a_hundred_thousand_columns_convert_or_name_the_limit(tmp_path: Path) -> None:
    source = write_wide(tmp_path / "in.csv", columns=100_000, rows=3)

    outcome = run("convert", source, "-o", tmp_path / "out.parquet", "--memory", "512MiB")

    assert outcome.peak_rss_bytes <= 512 * MIB
    if outcome.exit_code == 0:
        assert pq.read_metadata(tmp_path / "out.parquet").num_columns == 100_000
    else:
        assert_refused(outcome, 8, "limit.")
        assert_nothing_left(tmp_path, {"in.csv"})


def test_many_files_make_one_table_in_the_memory_of_a_few(tmp_path: Path) -> None:
    # More files than a process may usually open, more text than the budget.
    text = samples.write_csv(tmp_path / "one.csv", 2_000).read_bytes()
    source = tmp_path / "in"
    source.mkdir()
    for i in range(1_500):
        (source / f"{i:04}.csv").write_bytes(text)
    assert 1_500 * len(text) > 128 * MIB

    outcome = run(
        *("convert", source, "-o", tmp_path / "out.parquet", "--union", "--memory", "128MiB"),
        prefix=("prlimit", "--nofile=1024:4096"),
        timeout_s=600,  # the coverage build, not optimised, takes minutes
    )

    assert outcome.exit_code == 0, outcome
    assert outcome.peak_rss_bytes <= 128 * MIB
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == 1_500 * 2_000


@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_file_beyond_the_budget_streams(tmp_path: Path, threads: str) -> None:
    source, count = samples.write_large_csv(tmp_path / "in.csv", 150 * MIB)

    outcome = convert(source, tmp_path / "out.parquet", "--memory", "128MiB", "--threads", threads)

    assert outcome.peak_rss_bytes <= 128 * MIB
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == count


def test_a_budget_too_small_to_work_in_is_named(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 100)

    outcome = run("convert", source, "-o", tmp_path / "out.parquet", "--memory", "1KiB")

    assert outcome.exit_code in (2, 8), outcome
    assert_refused(outcome, outcome.exit_code)
    assert_nothing_left(tmp_path, {"in.csv"})


@pytest.mark.parametrize("exponent", [27, 31, 41])
def test_a_zstd_window_beyond_the_budget_is_refused(tmp_path: Path, exponent: int) -> None:
    """A frame of one small block may ask for a window of up to 3.75 TiB (RFC 8878, 3.1.1.1.2)."""
    rows = b"id,name\n1,x\n"
    frame = b"\x28\xb5\x2f\xfd\x00" + bytes([exponent - 10 << 3])
    block = (len(rows) << 3 | 1).to_bytes(3, "little") + rows
    (tmp_path / "in.csv.zst").write_bytes(frame + block)

    outcome = run(
        *("convert", tmp_path / "in.csv.zst", "-o", tmp_path / "out.parquet"),
        *("--memory", str(BUDGET)),
    )

    assert_refused(outcome, 8, "limit.memory")
    assert str(2**exponent) in outcome.stderr
    assert outcome.peak_rss_bytes <= BUDGET
    assert_nothing_left(tmp_path, {"in.csv.zst"})


def test_a_zstd_window_within_the_budget_is_used(tmp_path: Path) -> None:
    rows = b"id,name\n1,x\n"
    block = (len(rows) << 3 | 1).to_bytes(3, "little") + rows
    (tmp_path / "in.csv.zst").write_bytes(b"\x28\xb5\x2f\xfd\x00" + bytes([26 - 10 << 3]) + block)

    convert(tmp_path / "in.csv.zst", tmp_path / "out.parquet", "--memory", str(BUDGET))

    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [{"id": 1, "name": "x"}]


@pytest.mark.parametrize(("mib", "exit_code"), [(5, 0), (15, 0), (17, 3)])
def test_a_long_first_field_is_the_same_from_a_pipe(
    tmp_path: Path, mib: int, exit_code: int
) -> None:
    field = "0123456789abcde\n" * (mib * MIB // 16)
    source = tmp_path / "in.csv"
    source.write_text(f'id,text\n1,"{field}"\n2,y\n3,z\n')
    for given, stdin in ((source, None), ("-", source.read_bytes())):
        target = tmp_path / "out.parquet"
        outcome = run("convert", given, "--from", "csv", "-o", target, "--overwrite", stdin=stdin)
        assert outcome.exit_code == exit_code, outcome
        if exit_code != 0:
            assert outcome.error_code == "csv.field_too_long"
            continue
        table = pq.read_table(target)
        assert table.column_names == ["id", "text"]
        assert table["text"].to_pylist() == [field, "y", "z"]
