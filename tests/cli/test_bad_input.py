"""Inputs that are missing, forbidden or not what they seem; outputs that must not be touched."""

from __future__ import annotations

import json
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support import program, readers, samples
from support.demands import assert_nothing_left, assert_refused
from support.program import MIB, convert, run


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def report_of(source: Path, target: Path, *options: str) -> tuple[readers.Table, Any]:
    """Converts and gives the table and the first table's part of the report."""
    report = target.with_suffix(".json")
    convert(source, target, "--report", report, *options)
    told = json.loads(report.read_text("utf-8"))["tables"][0]
    table = readers.read_pyarrow(target)
    kept = told["rows_written"] + told["rows_rejected"] + told["rows_left_out"]
    assert told["rows_read"] == kept
    assert told["rows_written"] == len(table.rows)
    return table, told


def loss_count(told: Any) -> int:
    return sum(loss["count"] for loss in told["losses"])


# --- Paths ----------------------------------------------------------------------------------------


def test_a_missing_input_is_not_found(tmp_path: Path) -> None:
    outcome = run("convert", tmp_path / "absent.csv", "-o", tmp_path / "out.parquet")

    assert_refused(outcome, 4, "io.not_found")
    assert "absent.csv" in outcome.stderr
    assert_nothing_left(tmp_path, set())


def test_a_glob_without_matches_is_not_found(tmp_path: Path) -> None:
    outcome = run("convert", tmp_path / "*.csv", "-o", tmp_path / "out.parquet")

    assert_refused(outcome, 4)
    assert_nothing_left(tmp_path, set())


def test_an_empty_directory_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()

    outcome = run("convert", tmp_path / "in", "-o", tmp_path / "out.parquet")

    assert_refused(outcome, 4)
    assert_nothing_left(tmp_path, {"in"})


def test_a_directory_converts_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    samples.write_csv(tmp_path / "in" / "a.csv", 10)
    samples.write_csv(tmp_path / "in" / "b.csv", 20)

    convert(tmp_path / "in", tmp_path / "out")

    counts = {p.name: len(readers.read_pyarrow(p).rows) for p in (tmp_path / "out").iterdir()}
    assert counts == {"a.parquet": 10, "b.parquet": 20}


def test_an_input_without_permission_is_an_io_error(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 3)
    source.chmod(0)

    outcome = run(
        *("convert", source, "-o", tmp_path / "out.parquet"), prefix=program.without_privilege()
    )

    assert_refused(outcome, 6, "io.permission")
    assert "in.csv" in outcome.stderr
    assert_nothing_left(tmp_path, {"in.csv"})


def test_an_output_directory_without_permission_is_an_io_error(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 3)
    (tmp_path / "out").mkdir(mode=0o500)

    outcome = run(
        *("convert", source, "-o", tmp_path / "out" / "x.parquet"),
        prefix=program.without_privilege(),
    )

    assert_refused(outcome, 6, "io.permission")
    assert_nothing_left(tmp_path, {"in.csv", "out"})


def test_an_existing_output_is_a_conflict_and_stays(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 3)
    target = write(tmp_path / "out.parquet", b"precious")

    outcome = run("convert", source, "-o", target)

    assert_refused(outcome, 7, "io.output_exists")
    assert "already exists" in outcome.stderr
    assert target.read_bytes() == b"precious"
    assert_nothing_left(tmp_path, {"in.csv", "out.parquet"})


def test_an_existing_output_is_replaced_when_asked(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 3)
    target = write(tmp_path / "out.parquet", b"old")

    convert(source, target, "--overwrite")

    assert len(readers.read_pyarrow(target).rows) == 3


def test_an_existing_output_stays_whole_when_its_replacement_fails(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", b"a,b\n" + b"1,x\n" * 20 + b"3\n")
    target = write(tmp_path / "out.parquet", b"precious")

    outcome = run("convert", source, "-o", target, "--overwrite", "--strict")

    assert_refused(outcome, 3)
    assert target.read_bytes() == b"precious"
    assert_nothing_left(tmp_path, {"in.csv", "out.parquet"})


@pytest.mark.parametrize("alias", ["same", "symlink", "hardlink", "dotted"])
def test_an_output_that_is_the_input_is_refused(tmp_path: Path, alias: str) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 3)
    content = source.read_bytes()
    target = tmp_path / "alias.csv"
    if alias == "same":
        target = source
    elif alias == "symlink":
        target.symlink_to(source)
    elif alias == "hardlink":
        target.hardlink_to(source)
    else:
        (tmp_path / "sub").mkdir()
        target = tmp_path / "sub" / ".." / "in.csv"

    outcome = run("convert", source, "-o", target, "--overwrite")

    assert_refused(outcome, 7, "io.output_is_input")
    assert source.read_bytes() == content


# --- Content --------------------------------------------------------------------------------------


def test_an_empty_file_is_an_empty_table(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", b"")

    table, _ = report_of(source, tmp_path / "out.parquet")

    assert table.rows == []


@pytest.mark.parametrize("reader", readers.READERS)
def test_a_file_of_a_header_keeps_its_names(tmp_path: Path, reader: str) -> None:
    source = write(tmp_path / "in.csv", b"id,name,day\n")

    convert(source, tmp_path / "out.parquet")

    table = readers.READERS[reader](tmp_path / "out.parquet")
    assert (table.names, table.rows) == (["id", "name", "day"], [])


BINARIES = {
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 40,
    "elf": b"\x7fELF\x02\x01\x01" + bytes(9) + bytes(range(255, -1, -1)) * 40,
    "noise": b"".join(bytes([(i * i * 7 + i // 3) % 256]) for i in range(20_000)),
    "deflate": zlib.compress(bytes(range(256)) * 500, 9) * 20,
    "zeros": bytes(20_000),
}


@pytest.mark.parametrize("kind", BINARIES)
def test_a_binary_file_named_csv_is_refused(tmp_path: Path, kind: str) -> None:
    source = write(tmp_path / "in.csv", BINARIES[kind])

    outcome = run("convert", source, "-o", tmp_path / "out.parquet")

    assert outcome.exit_code in (3, 5), outcome
    assert_refused(outcome, outcome.exit_code)
    assert_nothing_left(tmp_path, {"in.csv"})


TEXT = "name,price\nJosé,10\nŁódź,20\nnaïve café,30\n東京,40\n"
TEXT_ROWS = [("José", 10), ("Łódź", 20), ("naïve café", 30), ("東京", 40)]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-8"])
@pytest.mark.parametrize("mark", [True, False], ids=["mark", "no mark"])
def test_unicode_is_found_with_and_without_its_mark(
    tmp_path: Path, encoding: str, mark: bool
) -> None:
    source = write(tmp_path / "in.csv", (("\ufeff" if mark else "") + TEXT).encode(encoding))

    convert(source, tmp_path / "out.parquet")

    table = readers.read_pyarrow(tmp_path / "out.parquet")
    assert (table.names, table.rows) == (["name", "price"], TEXT_ROWS)


def test_latin_1_is_found(tmp_path: Path) -> None:
    content = "name,price\nJosé,10\nZürich,20\nÅrhus,30\n".encode("latin-1")

    table, _ = report_of(write(tmp_path / "in.csv", content), tmp_path / "out.parquet")

    assert table.rows == [("José", 10), ("Zürich", 20), ("Århus", 30)]


def test_windows_1252_keeps_its_euro_sign_and_quotes(tmp_path: Path) -> None:
    content = "name,price\nCafé “Luna”,€ 5\nMüller ‰ Söhne,€ 7\n".encode("cp1252")

    table, _ = report_of(write(tmp_path / "in.csv", content), tmp_path / "out.parquet")

    assert table.rows == [("Café “Luna”", "€ 5"), ("Müller ‰ Söhne", "€ 7")]


def utf8_with_bad_bytes() -> bytes:
    good = "".join(f"{i},żółć {i}\n" for i in range(2000))
    return b"id,name\n" + good.encode() + b"2000,a\xff\xfeb\n" + "2001,ł\n".encode()


@pytest.mark.parametrize(
    ("last", "row"),
    [(b"3,", (3, None)), (b"3,x", (3, "x")), (b',"x"', (None, "x")), (b'4,""', (4, ""))],
)
def test_the_last_row_needs_no_line_end(
    tmp_path: Path, last: bytes, row: tuple[int | None, str | None]
) -> None:
    source = write(tmp_path / "in.csv", b"a,b\n" + b"1,y\n" * 9 + last)

    table, _ = report_of(source, tmp_path / "out.parquet")

    assert table.rows == [(1, "y")] * 9 + [row]


def test_a_row_too_short_does_not_hide_the_delimiter(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", b"a,b\n1,2\n3,4\n7\n")

    table, _ = report_of(source, tmp_path / "out.parquet")

    assert (table.names, table.rows) == (["a", "b"], [(1, 2), (3, 4), (7, None)])


def test_without_a_header_the_first_row_is_data(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", b"a;b;c;1.5\nd;e\nf;g\n")

    table, _ = report_of(source, tmp_path / "out.parquet", "--header", "no", "--delimiter", ";")

    assert table.rows[0][:2] == ("a", "b")
    assert len(table.rows) == 3


def test_bad_bytes_in_utf_8_are_replaced_and_counted(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", utf8_with_bad_bytes())

    table, told = report_of(source, tmp_path / "out.parquet")

    assert len(table.rows) == 2002
    assert table.rows[1999] == (1999, "żółć 1999")
    assert table.rows[2000][1].startswith("a")
    assert table.rows[2000][1].endswith("b")
    assert table.rows[2001] == (2001, "ł")
    assert loss_count(told) >= 1


def test_bad_bytes_in_utf_8_are_an_error_when_strict(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", utf8_with_bad_bytes())

    outcome = run("convert", source, "-o", tmp_path / "out.parquet", "--strict")

    assert_refused(outcome, 3)
    assert_nothing_left(tmp_path, {"in.csv"})


def test_nul_bytes_are_kept_as_data(tmp_path: Path) -> None:
    content = b"id,name\n" + b"".join(b"%d,name %d\n" % (i, i) for i in range(500)) + b"500,a\0b\n"

    table, _ = report_of(write(tmp_path / "in.csv", content), tmp_path / "out.parquet")

    assert len(table.rows) == 501
    assert table.rows[500] == (500, "a\0b")


def test_a_type_change_in_the_last_row_loses_nothing(tmp_path: Path) -> None:
    count = 50_000
    lines = [f"{i},{i % 10}.5" for i in range(count)]
    content = "id,value\n" + "\n".join(lines) + "\nlast,unknown\n"

    table, _ = report_of(write(tmp_path / "in.csv", content.encode()), tmp_path / "out.parquet")

    assert table.kinds == ["string", "string"]
    assert table.rows[:count] == [tuple(line.split(",")) for line in lines]
    assert table.rows[count] == ("last", "unknown")


def test_short_and_long_rows_are_kept_and_counted(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", b"a,b\n1,2\n3\n4,5,6\n7,8\n")

    table, told = report_of(source, tmp_path / "out.parquet")

    assert [row[:2] for row in table.rows] == [(1, 2), (3, None), (4, 5), (7, 8)]
    assert "6" in [str(cell) for cell in table.rows[2]]
    assert loss_count(told) == 2
    rows = {loss["code"]: loss["first"]["row"] for loss in told["losses"]}
    assert sorted(rows.values()) == [3, 4]  # the file's records, the header being the first


def test_short_and_long_rows_are_errors_when_strict(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", b"a,b\n1,2\n3\n4,5,6\n7,8\n")

    outcome = run("convert", source, "-o", tmp_path / "out.parquet", "--strict")

    assert_refused(outcome, 3)
    assert "in.csv" in outcome.where
    assert "row 3" in outcome.where
    assert_nothing_left(tmp_path, {"in.csv"})


def test_bad_rows_are_left_out_and_told_in_full(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", b"a,b\n1,2\n3\n4,5,6\n7,8\n")
    rejects = tmp_path / "rejects.csv"

    table, told = report_of(
        *(source, tmp_path / "out.parquet", "--strict", "--bad-rows", "skip"),
        *("--rejects", str(rejects)),
    )

    assert table.rows == [(1, 2), (7, 8)]
    assert told["rows_rejected"] == 2
    text = rejects.read_text("utf-8")
    assert "4,5,6" in text
    assert len(text.splitlines()) == 3


def test_too_many_bad_rows_fail(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", b"a,b\n1,2\n3\n4,5,6\n7,8\n")

    outcome = run(
        *("convert", source, "-o", tmp_path / "out.parquet", "--strict", "--bad-rows", "skip"),
        *("--max-bad-rows", "1"),
    )

    assert_refused(outcome, 3)
    assert_nothing_left(tmp_path, {"in.csv"})


def test_a_number_beyond_every_type_stays_whole(tmp_path: Path) -> None:
    big = "1" + "0" * 60
    source = write(tmp_path / "in.csv", f"id,n\n1,{big}\n2,7\n".encode())

    table, _ = report_of(source, tmp_path / "out.parquet")

    assert [str(value) for value in table.column("n")] == [big, "7"]


def test_128_bit_integers_are_exact(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", b"n\n170141183460469231731687303715884105\n-1\n")

    table, _ = report_of(source, tmp_path / "out.parquet")

    assert table.column("n") == [Decimal(170141183460469231731687303715884105), Decimal(-1)]


def test_standard_input_gives_the_same_as_the_file(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 20_000)
    convert(source, tmp_path / "file.parquet")

    with source.open("rb") as stream:
        outcome = run(
            *("convert", "-", "--from", "csv", "-o", tmp_path / "pipe.parquet"), stdin=stream
        )

    assert outcome.exit_code == 0, outcome
    assert readers.read_pyarrow(tmp_path / "pipe.parquet") == readers.read_pyarrow(
        tmp_path / "file.parquet"
    )


def test_standard_output_carries_the_data_alone(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 1000)

    outcome = run("convert", source, "-o", "-", "-f", "parquet")

    assert outcome.exit_code == 0, outcome
    target = write(tmp_path / "out.parquet", outcome.stdout)
    assert len(readers.read_pyarrow(target).rows) == 1000


def test_an_unknown_option_is_a_usage_error_that_names_the_nearest(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 3)

    outcome = run("convert", source, "-o", tmp_path / "out.parquet", "--bad-row", "skip")

    assert outcome.exit_code == 2, outcome
    assert "bad-rows" in outcome.stderr
    assert_nothing_left(tmp_path, {"in.csv"})


def test_a_small_job_needs_little_memory(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 1000)

    outcome = convert(source, tmp_path / "out.parquet", "--memory", "256MiB")

    assert outcome.peak_rss_bytes <= 256 * MIB
