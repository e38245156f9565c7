"""The program, its help and its errors, as people and scripts meet them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support.commands import COMMANDS
from support.demands import assert_nothing_left, assert_refused
from support.program import convert, run

# --- The program ----------------------------------------------------------------------------------


def test_the_version_is_told_in_the_old_words() -> None:
    outcome = run("--version")

    assert outcome.exit_code == 0
    assert re.fullmatch(r"pyforge, version \d+\.\d+\.\d+\n", outcome.stdout.decode())
    assert outcome.stderr == ""


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["-v"]])
def test_the_program_alone_lists_its_commands(arguments: list[str]) -> None:
    outcome = run(*arguments)

    if arguments == ["-v"]:
        assert_refused(outcome, 2, "usage.bad_option")
        return
    assert outcome.exit_code == 0
    for command in COMMANDS:
        assert f"\n  {command} " in outcome.stdout.decode()
    assert "internal" not in outcome.stdout.decode()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_has_help_on_standard_output(command: str, flag: str) -> None:
    outcome = run(command, flag)

    assert outcome.exit_code == 0
    assert outcome.stdout.decode().count(f"Usage: pyforge {command}") == 1
    assert outcome.stderr == ""


def test_the_help_of_convert_groups_options_and_tells_defaults_and_formats() -> None:
    text = run("convert", "--help").stdout.decode()

    for heading in ("Formats", "Columns and types", "Rows", "Output", "Resources", "Messages"):
        assert text.count(f"\n{heading}\n") == 1, heading
    assert "[default: 512MiB]" in text
    assert "--compression snappy|zstd" in text
    assert re.search(r"^(Reading|Writing).*csv", text, re.MULTILINE)
    assert max(len(line) for line in text.splitlines()) <= 100


def test_help_is_a_command_too() -> None:
    assert run("help").stdout == run("--help").stdout
    assert run("help", "convert").stdout == run("convert", "--help").stdout


def test_an_option_of_no_command_names_the_nearest() -> None:
    outcome = run("--versio")
    assert outcome.exit_code == 2
    assert "did you mean '--version'?" in outcome.stderr


def test_an_unknown_command_names_the_nearest() -> None:
    outcome = run("convrt", "a.csv")

    assert_refused(outcome, 2, "usage.bad_request")
    assert "did you mean 'convert'?" in outcome.stderr


def test_an_unknown_option_names_the_nearest(orders: Path) -> None:
    outcome = run("convert", orders, "--overwite")

    assert_refused(outcome, 2, "usage.bad_option")
    assert "did you mean '--overwrite'?" in outcome.stderr


def test_verbose_may_stand_before_and_after_the_command(orders: Path, tmp_path: Path) -> None:
    before = run("-v", "convert", orders, "-o", tmp_path / "a.parquet")
    after = run("convert", orders, "-o", tmp_path / "b.parquet", "-v")

    for outcome in (before, after):
        assert outcome.exit_code == 0
        assert re.search(r"^debug +.*delimiter is ,", outcome.stderr, re.MULTILINE), outcome
        assert re.search(r"^debug +seconds: ", outcome.stderr, re.MULTILINE)


# --- Errors ---------------------------------------------------------------------------------------


def test_an_error_has_four_lines(tmp_path: Path) -> None:
    outcome = run("info", tmp_path / "none.csv")

    assert_refused(outcome, 4, "io.not_found")
    assert [line.split()[0] for line in outcome.stderr.splitlines()] == [
        "error",
        "where",
        "fix",
        "code",
    ]


@pytest.mark.parametrize("arguments", [["--json"], ["--error-format", "json"]])
def test_an_error_can_be_one_json_object(tmp_path: Path, arguments: list[str]) -> None:
    outcome = run("info", tmp_path / "none.csv", *arguments)

    assert outcome.exit_code == 4
    error = json.loads(outcome.stderr)
    assert list(error) == ["code", "category", "message", "where", "fix", "exit_code"]
    assert error["code"] == "io.not_found"
    assert error["category"] == "not_found"
    assert error["exit_code"] == 4
    assert error["where"]["path"].endswith("none.csv")


def test_options_in_a_fix_are_spelt_as_flags(orders: Path) -> None:
    convert(orders, orders.with_suffix(".parquet"))
    outcome = run("convert", orders)

    assert_refused(outcome, 7)
    assert "already exists" in outcome.stderr
    assert "Conversion failed!" in outcome.stderr
    assert "--overwrite" in outcome.fix


def test_a_command_line_error_is_told_as_json_when_that_is_asked_for() -> None:
    outcome = run("convert", "a.csv", "--nonsense", "--json")

    assert outcome.exit_code == 2
    assert json.loads(outcome.stderr)["code"] == "usage.bad_option"


@pytest.mark.parametrize(
    "arguments",
    [
        ["convert"],
        ["info"],
        ["info", "a", "b"],
        ["compare", "a"],
        ["completions"],
        ["completions", "tcsh"],
        ["config", "forget"],
        ["explain", "a", "b"],
    ],
)
def test_wrong_arguments_are_usage_errors(arguments: list[str]) -> None:
    assert_refused(run(*arguments), 2, "usage.bad_request")


@pytest.mark.parametrize(
    "arguments",
    [
        ["convert", "IN", "--threads", "many"],
        ["convert", "IN", "--threads", "-1"],
        ["convert", "IN", "--memory", "1MiB"],
        ["convert", "IN", "--types", "guess"],
        ["convert", "IN", "--limit"],
        ["convert", "IN", "--limit", "-1"],
        ["preview", "IN", "--limit", "-1"],
        ["convert", "IN", "--overwrite", "--mode", "ignore"],
        ["convert", "IN", "--to", "nonsense"],
        ["convert", "IN", "--from", "nonsense"],
        ["preview", "IN", "--rows", "-1"],
        ["preview", "IN", "--rows", "all"],
        ["schema", "IN", "--ddl", "oracle"],
        ["info", "IN", "--format", "html"],
        ["compare", "IN", "IN", "--differences-max", "-1"],
        ["convert", "IN", "--progress", "loud"],
    ],
)
def test_wrong_values_are_refused_before_anything_is_touched(
    orders: Path, arguments: list[str]
) -> None:
    outcome = run(*[str(orders) if a == "IN" else a for a in arguments])

    assert_refused(outcome, 2, "usage.bad_option")
    assert_nothing_left(orders.parent, {"orders.csv"})


def test_an_engine_that_is_not_there_is_not_replaced_in_silence(orders: Path) -> None:
    assert_refused(run("convert", orders, "--engine", "spark"), 5, "unsupported.feature")
    assert_nothing_left(orders.parent, {"orders.csv"})


def test_a_column_cannot_be_chosen_twice(orders: Path, tmp_path: Path) -> None:
    outcome = run("convert", orders, "-o", tmp_path / "o.parquet", "--columns", "id,name,id")
    assert outcome.exit_code == 2, outcome
    assert "names 'id' twice" in outcome.stderr
    assert not (tmp_path / "o.parquet").exists()


def test_no_rows_keep_the_types_of_the_sample(orders: Path, tmp_path: Path) -> None:
    convert(orders, tmp_path / "all.parquet")
    convert(orders, tmp_path / "none.parquet", "--limit", "0")
    none = pq.read_table(tmp_path / "none.parquet")
    assert none.num_rows == 0
    assert none.schema.types == pq.read_schema(tmp_path / "all.parquet").types


def test_an_option_of_another_format_is_refused(orders: Path, tmp_path: Path) -> None:
    outcome = run("convert", orders, "-o", tmp_path / "o.csv", "--row-group-rows", "100")

    assert_refused(outcome, 2, "usage.bad_option")
    assert "row" in outcome.stderr
    assert_nothing_left(tmp_path, {"orders.csv"})
