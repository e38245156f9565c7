"""What scripts written for pyforge-cli 1.0.9 meet under PYFORGE_PROFILE=1.0."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support.profile_1_0 import read, run_old
from support.program import entries

ORDERS = 'id,name,day\n007,José,2024-01-02\n8,NA,\n9," x",NULL\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    return tmp_path


def test_convert_writes_parquet_and_says_nothing(folder: Path) -> None:
    outcome = run_old("convert", "orders.csv", "-f", "PARQUET", cwd=folder)
    assert (outcome.exit_code, outcome.stdout) == (0, b"")
    names, rows = read(folder / "orders.parquet")
    assert names == ["id", "name", "day"]
    assert rows == [("007", "José", "2024-01-02"), ("8", "NA", ""), ("9", " x", "NULL")]


def test_convert_names_the_output_after_the_old_default_format(folder: Path) -> None:
    outcome = run_old("--verbose", "convert", "orders.csv", cwd=folder)
    assert outcome.exit_code == 0
    assert outcome.stdout.decode().splitlines() == [
        "Input file: orders.csv",
        "Output format: txt",
        "Auto-generated output file: orders.txt",
    ]
    assert (folder / "orders.txt").read_bytes().startswith(b"PAR1")
    assert len(read(folder / "orders.txt")[1]) == 3


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("a.b.CSV", "a.b.txt"),
        ("./deep/a.tsv", "deep/a.txt"),
        ("deep//./a b.csv", "deep/a b.txt"),
    ],
)
def test_convert_puts_the_output_beside_the_input(folder: Path, given: str, named: str) -> None:
    (folder / "deep").mkdir()
    (folder / given).write_text("a,b\n1,2\n3,4\n")
    outcome = run_old("-v", "convert", given, cwd=folder)
    assert outcome.exit_code == 0
    assert outcome.stdout.decode().endswith(f"\nAuto-generated output file: {named}\n")
    assert len(read(folder / named)[1]) == 2


def test_convert_writes_parquet_under_any_name_and_makes_folders(folder: Path) -> None:
    outcome = run_old("convert", "orders.csv", "new/deep/orders.csv", cwd=folder)
    assert (outcome.exit_code, outcome.stdout) == (0, b"")
    assert len(read(folder / "new/deep/orders.csv")[1]) == 3


def test_convert_leaves_an_existing_output_alone_and_ends_well(folder: Path) -> None:
    (folder / "out.parquet").write_text("mine")
    outcome = run_old("convert", "orders.csv", "out.parquet", cwd=folder)
    assert outcome.exit_code == 0
    assert outcome.stdout == (
        b"Output file out.parquet already exists. Use --force to overwrite.\n"
    )
    assert (folder / "out.parquet").read_text() == "mine"

    assert run_old("convert", "orders.csv", "out.parquet", "--force", cwd=folder).exit_code == 0
    assert len(read(folder / "out.parquet")[1]) == 3


def test_convert_takes_a_folder_for_an_existing_output(folder: Path) -> None:
    (folder / "out").mkdir()
    outcome = run_old("convert", "orders.csv", "./out/", cwd=folder)
    assert outcome.exit_code == 0
    assert outcome.stdout == b"Output file out already exists. Use --force to overwrite.\n"
    assert entries(folder / "out") == set()


def test_convert_takes_the_old_codecs(folder: Path) -> None:
    (folder / "long.csv").write_text("id,text\n" + "1,the same text\n2,another one\n" * 5000)
    written = {"snappy": "SNAPPY", "gzip": "GZIP", "none": "UNCOMPRESSED", "GZIP": "GZIP"}
    for codec, told in written.items():
        outcome = run_old("convert", "long.csv", "o.parquet", "-c", codec, "--force", cwd=folder)
        assert outcome.exit_code == 0, codec
        group = pq.ParquetFile(folder / "o.parquet").metadata.row_group(0)
        assert group.column(1).compression == told


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


@pytest.mark.parametrize("content", [b"", b"\n\n\n"])
def test_a_file_without_text_is_no_csv_file(folder: Path, content: bytes) -> None:
    (folder / "empty.csv").write_bytes(content)
    outcome = run_old("convert", "empty.csv", "out.parquet", cwd=folder)
    assert outcome.exit_code == 1
    assert outcome.stdout == b"Conversion failed!\n"
    assert outcome.stderr.endswith("Aborted!\n")
    assert not (folder / "out.parquet").exists()

    verdict = run_old("validate", "empty.csv", cwd=folder)
    assert (verdict.exit_code, verdict.stdout.decode()) == (
        0,
        "✗ empty.csv is not a valid .CSV file\n",
    )
    info = run_old("info", "empty.csv", cwd=folder)
    assert (info.exit_code, info.stdout) == (0, b"Could not extract metadata from file\n")


def test_convert_of_a_folder_fails(folder: Path) -> None:
    (folder / "folder.csv").mkdir()
    outcome = run_old("convert", "folder.csv", cwd=folder)
    assert (outcome.exit_code, outcome.stdout) == (1, b"Conversion failed!\n")
    assert outcome.stderr.endswith("Aborted!\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["convert", "nowhere.csv"], "Path 'nowhere.csv' does not exist."),
        (["convert", "orders.csv", "--colour"], "--colour"),
        (
            ["convert", "orders.csv", "-c", "lzma"],
            "Error: Invalid value for '--compression' / '-c': "
            "'lzma' is not one of 'snappy', 'gzip', 'none'.",
        ),
        (
            ["convert", "orders.csv", "--array-handling", "all"],
            "'--array-handling': 'all' is not one of 'expand', 'concatenate', 'json_string'.",
        ),
        (["convert"], "Error: Missing argument 'INPUT_FILE'."),
        (
            ["info", "orders.csv", "-f", "yaml"],
            "'--format' / '-f': 'yaml' is not one of 'table', 'json'.",
        ),
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

    assert metadata["encoding"] == "utf-8"
    assert metadata["file_type"] == "CSV"
    assert isinstance(metadata["last_modified"], float)

    table = run_old("info", "orders.csv", cwd=folder).stdout.decode()
    assert table.startswith("File Information: orders.csv\n")
    assert "File Size" in table
    assert f"{len(ORDERS.encode())} bytes" in table
    assert "True" in table


def test_info_tells_a_tab_and_a_missing_header(folder: Path) -> None:
    (folder / "plain.tsv").write_text("1\t2.5\t2024-01-01\n2\t3.5\t2024-01-02\n")
    metadata = run_old("info", "plain.tsv", "-f", "JSON", cwd=folder).json()
    assert (metadata["delimiter"], metadata["has_header"]) == ("\t", False)
    assert (metadata["file_type"], metadata["estimated_rows"]) == ("CSV", 2)
    lines = run_old("info", "plain.tsv", cwd=folder).stdout.decode().splitlines()
    assert [line.split()[-1] for line in lines if "Has Header" in line] == ["N/A"]


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
