"""CSV written for people and programs that want their own numbers and dates."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.demands import assert_refused
from support.program import convert, run
from support.readers import UTC

PATTERNS = [
    "--output-date-format",
    "dd/mm/yyyy",
    "--output-timestamp-format",
    "%d/%m/%Y %H:%M:%S.%f",
]
READING = ["--decimal", ",", "--date-format", "dd/mm/yyyy"]


def write_sales(path: Path) -> pa.Table:
    """Days and months that cannot be told apart, commas that may part thousands, nulls."""
    day = datetime.date
    table = pa.table(
        {
            "day": pa.array([day(2024, 3, 1), None, day(1969, 12, 11), day(1, 2, 3)]),
            "price": pa.array([-1.125, 2.5, None, 1e300]),
            "ratio": pa.array([0.1, -3.0, None, 1.5], pa.float32()),
            "amount": pa.array([Decimal("-1.250"), None, Decimal("2.375"), Decimal(0)]),
            "at": pa.array(
                [
                    datetime.datetime(2024, 3, 1, 13, 4, 5, 60),
                    None,
                    datetime.datetime(1969, 1, 2),
                    datetime.datetime(9999, 12, 11, 23, 59, 59, 999999),
                ]
            ),
            "tags": pa.array([[1.5, -2.25], None, [], [None]], pa.list_(pa.float64())),
            "first": pa.array(
                [{"on": day(2024, 3, 1), "x": 1.5}, None, {"on": None, "x": 0.5}, {}]
            ),
        }
    )
    pq.write_table(table, path)
    return table


def test_excel_with_decimal_commas_gets_what_it_opens(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("day,price,note\n2024-03-01,-1.5,a;b\n2024-12-31,1000.25,\n")
    convert(
        source,
        tmp_path / "out.csv",
        *["--excel", "--output-delimiter", ";", "--output-decimal", ","],
        *["--output-date-format", "dd.mm.yyyy", "--verify"],
    )

    assert (tmp_path / "out.csv").read_bytes() == (
        b'\xef\xbb\xbfsep=;\r\nday;price;note\r\n01.03.2024;-1,5;"a;b"\r\n31.12.2024;1000,25;\r\n'
    )


@pytest.mark.parametrize("delimiter", [";", ",", "tab", "|"])
def test_what_was_written_is_read_back_with_the_options_of_reading(
    tmp_path: Path, delimiter: str
) -> None:
    table = write_sales(tmp_path / "in.parquet")
    outcome = run("schema", tmp_path / "in.parquet", "--json")
    (tmp_path / "schema.json").write_bytes(outcome.stdout)
    writing = ["--output-decimal", ",", "--output-delimiter", delimiter, *PATTERNS]
    convert(tmp_path / "in.parquet", tmp_path / "out.csv", *writing, "--verify")
    reading: list[str | Path] = [*READING, "--delimiter", delimiter]
    contract: list[str | Path] = ["--schema", tmp_path / "schema.json"]
    convert(tmp_path / "out.csv", tmp_path / "back.parquet", *reading, *contract)
    convert(tmp_path / "out.csv", tmp_path / "found.parquet", *reading)

    back = pq.read_table(tmp_path / "back.parquet").select(table.column_names)
    assert back.to_pylist() == table.to_pylist()
    found = pq.read_table(tmp_path / "found.parquet")
    for name in ("day", "price", "at"):
        assert found.column(name).to_pylist() == table.column(name).to_pylist(), name
    first = (tmp_path / "out.csv").read_text().splitlines()[1]
    assert "[1.5,-2.25]" in first
    assert '{""on"":""2024-03-01"",""x"":1.5}' in first


def test_moments_with_a_zone_are_written_in_utc(tmp_path: Path) -> None:
    berlin = pa.timestamp("ns", "Europe/Berlin")
    moment = datetime.datetime(2024, 3, 1, 12, tzinfo=UTC)
    pq.write_table(pa.table({"at": pa.array([moment, None], berlin)}), tmp_path / "in.parquet")
    pattern = ["--output-timestamp-format", "%m/%d/%Y %I:%M %p"]
    options = ["--null-text", "-", "--overwrite"]
    convert(tmp_path / "in.parquet", tmp_path / "out.csv", *pattern, *options)
    assert (tmp_path / "out.csv").read_text() == "at\n03/01/2024 12:00 PM\n-\n"

    pattern[1] += "%z"
    convert(tmp_path / "in.parquet", tmp_path / "out.csv", *pattern, "--overwrite", "--verify")
    assert (tmp_path / "out.csv").read_text() == "at\n03/01/2024 12:00 PMZ\n\n"
    convert(tmp_path / "out.csv", tmp_path / "back.parquet", "--date-format", "mdy")
    assert pq.read_table(tmp_path / "back.parquet").column("at").to_pylist() == [moment, None]


def test_dates_of_another_order_are_verified(tmp_path: Path) -> None:
    """The output spells them in its own way, whatever the input's was."""
    source = tmp_path / "in.csv"
    source.write_text("day,at\n31/12/2024,12/31/2024 11:59 PM\n01/02/2024,01/02/2024 01:00 AM\n")
    convert(source, tmp_path / "out.csv", "--verify")

    assert (tmp_path / "out.csv").read_text().splitlines()[1] == "2024-12-31,2024-12-31T23:59:00"


def test_verify_refuses_a_loss_even_where_it_was_asked_for(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("at\n2024-03-01 12:00:05\n")
    options: list[str | Path] = [
        "-o",
        tmp_path / "out.csv",
        "--output-timestamp-format",
        "dd/mm/yyyy hh:mm",
    ]
    outcome = run("convert", source, *options, "--verify")
    assert_refused(outcome, 70, "data.verify_failed")
    assert not (tmp_path / "out.csv").exists()

    assert run("convert", source, *options).exit_code == 0
    assert (tmp_path / "out.csv").read_text() == "at\n01/03/2024 12:00\n"


def test_a_number_that_needs_quotes_is_refused_where_there_are_none(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("n,price\n1,1.5\n")
    options = ["--output-decimal", ",", "--quoting", "none"]
    outcome = run("convert", source, "-o", tmp_path / "out.csv", *options)
    assert_refused(outcome, 3, "csv.needs_quotes")
    assert "column price" in outcome.where
    assert not (tmp_path / "out.csv").exists()

    convert(source, tmp_path / "out.csv", *options, "--output-delimiter", ";")
    assert (tmp_path / "out.csv").read_text() == "n;price\n1;1,5\n"


def test_a_year_without_a_place_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("n,day\n1,2024-01-02\n2,+10000-01-01\n")
    options: list[str | Path] = ["-o", tmp_path / "out.csv", "--output-date-format"]
    outcome = run("convert", source, *options, "dd/mm/yyyy")
    assert_refused(outcome, 3, "csv.unprintable_date")
    assert "+10000-01-01" in outcome.stderr
    assert "column day" in outcome.where
    assert not (tmp_path / "out.csv").exists()

    assert run("convert", source, *options, "%Y-%m-%d", "--verify").exit_code == 0
    assert (tmp_path / "out.csv").read_text() == source.read_text()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--output-decimal", ";"),
        ("--output-date-format", "dmy"),
        ("--output-timestamp-format", "%H:%M"),
    ],
)
def test_formats_that_mean_nothing_are_refused(
    orders: Path, tmp_path: Path, option: str, value: str
) -> None:
    outcome = run("convert", orders, "-o", tmp_path / "out.csv", option, value)

    assert_refused(outcome, 2, "usage.bad_option")
