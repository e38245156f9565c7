"""What scripts written for pyforge-cli 1.0.9 meet under PYFORGE_PROFILE=1.0."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.program import Outcome, entries, run

ORDERS = 'id,name,day\n007,José,2024-01-02\n8,NA,\n9," x",NULL\n'


def run_old(*arguments: str | Path, cwd: Path) -> Outcome:
    return run(*arguments, cwd=cwd, env={"PYFORGE_PROFILE": "1.0"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    return tmp_path


def read(path: Path) -> pa.Table:
    return pq.ParquetFile(path).read()


def test_convert_keeps_everything_as_text_and_says_nothing(folder: Path) -> None:
    outcome = run_old("convert", "orders.csv", "-f", "parquet", cwd=folder)
    assert (outcome.exit_code, outcome.stdout) == (0, b"")
    table = read(folder / "orders.parquet")
    assert {str(field.type) for field in table.schema} == {"string"}
    assert table["id"].to_pylist() == ["007", "8", "9"]
    assert table["name"].to_pylist()[:2] == ["José", "NA"]
    assert table["day"].to_pylist()[2] == "NULL"


def test_convert_names_the_output_after_the_old_default_format(folder: Path) -> None:
    outcome = run_old("--verbose", "convert", "orders.csv", cwd=folder)
    assert outcome.exit_code == 0
    assert outcome.stdout.decode().splitlines() == [
        "Input file: orders.csv",
        "Output format: txt",
        "Auto-generated output file: orders.txt",
    ]
    assert read(folder / "orders.txt").num_rows == 3


def test_convert_leaves_an_existing_output_alone_and_ends_well(folder: Path) -> None:
    (folder / "out.parquet").write_text("mine")
    outcome = run_old("convert", "orders.csv", "out.parquet", cwd=folder)
    assert outcome.exit_code == 0
    assert outcome.stdout == (
        b"Output file out.parquet already exists. Use --force to overwrite.\n"
    )
    assert (folder / "out.parquet").read_text() == "mine"

    assert run_old("convert", "orders.csv", "out.parquet", "--force", cwd=folder).exit_code == 0
    assert read(folder / "out.parquet").num_rows == 3


def test_convert_takes_the_old_codecs(folder: Path) -> None:
    for codec in ("snappy", "gzip", "none"):
        outcome = run_old("convert", "orders.csv", f"{codec}.parquet", "-c", codec, cwd=folder)
        assert outcome.exit_code == 0, codec


def test_convert_takes_options_that_never_meant_anything_for_csv(folder: Path) -> None:
    outcome = run_old(
        *("convert", "orders.csv", "out.parquet", "--pages", "1-2", "--metadata", "--combine"),
        *("--flatten-strategy", "aggressive", "--array-handling", "json_string", "--separate"),
        *("--namespace-handling", "strip", "--force-pyspark", "--preview-schema", "-t", "a,b"),
        cwd=folder,
    )
    assert outcome.exit_code == 0


def test_convert_names_unsupported_inputs_and_ends_well(folder: Path) -> None:
    (folder / "book.ods").write_bytes(b"x")
    outcome = run_old("convert", "book.ods", "out.parquet", cwd=folder)
    assert outcome.exit_code == 0
    assert outcome.stdout.startswith(b"Error: Unsupported input format '.ods'\n")
    assert entries(folder) == {"book.ods", "orders.csv"}


def test_convert_of_an_empty_file_fails_as_it_did(folder: Path) -> None:
    (folder / "empty.csv").write_bytes(b"")
    outcome = run_old("convert", "empty.csv", "out.parquet", cwd=folder)
    assert outcome.exit_code == 1
    assert outcome.stdout == b"Conversion failed!\n"
    assert outcome.stderr.endswith("Aborted!\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["convert", "nowhere.csv"], "Path 'nowhere.csv' does not exist."),
        (["convert", "orders.csv", "--colour"], "--colour"),
        (["convert", "orders.csv", "-c", "lzma"], "lzma"),
        (["convert"], "Error: "),
        (["info", "orders.csv", "-f", "yaml"], "yaml"),
        (["validate", "nowhere.csv"], "Path 'nowhere.csv' does not exist."),
    ],
)
def test_mistakes_are_answered_with_the_usage(
    folder: Path, arguments: list[str], message: str
) -> None:
    outcome = run_old(*arguments, cwd=folder)
    assert outcome.exit_code == 2
    assert outcome.stderr.startswith(f"Usage: pyforge {arguments[0]} [OPTIONS] INPUT_FILE")
    assert message in outcome.stderr


def test_info_prints_a_table_or_the_old_keys(folder: Path) -> None:
    outcome = run_old("info", "orders.csv", "--format", "json", cwd=folder)
    metadata = json.loads(outcome.stdout)
    assert list(metadata) == [
        "file_name",
        "file_size",
        "file_type",
        "encoding",
        "encoding_confidence",
        "delimiter",
        "has_header",
        "estimated_rows",
        "last_modified",
    ]
    assert metadata["file_size"] == len(ORDERS.encode())
    assert (metadata["delimiter"], metadata["has_header"]) == (",", True)
    assert metadata["estimated_rows"] == 3

    table = run_old("info", "orders.csv", cwd=folder).stdout.decode()
    assert table.startswith("File Information: orders.csv\n")
    assert "File Size" in table
    assert f"{len(ORDERS.encode())} bytes" in table
    assert "True" in table


def test_info_says_when_there_is_nothing_to_tell(folder: Path) -> None:
    (folder / "notes.md").write_text("x")
    outcome = run_old("info", "notes.md", cwd=folder)
    assert outcome.exit_code == 0
    assert outcome.stdout == b"Error: Unsupported file format '.md'\n"

    (folder / "folder.csv").mkdir()
    outcome = run_old("info", "folder.csv", cwd=folder)
    assert outcome.exit_code == 0
    assert outcome.stdout == b"Could not extract metadata from file\n"


def test_validate_gives_a_verdict_and_ends_well(folder: Path) -> None:
    good = run_old("validate", "orders.csv", cwd=folder)
    assert (good.exit_code, good.stdout.decode()) == (0, "✓ orders.csv is a valid .CSV file\n")

    (folder / "folder.tsv").mkdir()
    bad = run_old("validate", "folder.tsv", cwd=folder)
    assert (bad.exit_code, bad.stdout.decode()) == (0, "✗ folder.tsv is not a valid .TSV file\n")

    (folder / "notes.md").write_text("x")
    unknown = run_old("validate", "notes.md", cwd=folder)
    assert unknown.stdout == b"Error: Unsupported file format '.md'\n"


def test_formats_and_help(folder: Path) -> None:
    formats = run_old("formats", cwd=folder)
    assert formats.stdout.startswith(b"Supported Formats\n")
    assert formats.stdout.endswith(b"Loaded plugins: csv\n")
    assert run_old("convert", "--help", cwd=folder).exit_code == 0


def test_commands_that_1_0_did_not_have_are_the_new_ones(folder: Path) -> None:
    outcome = run_old("preview", "orders.csv", cwd=folder)
    assert outcome.exit_code == 0
    assert b"name" in outcome.stdout
