"""Every command as people and scripts use it: what stands where, and what it exits with."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from support import program, readers, samples
from support.demands import assert_nothing_left, assert_refused
from support.program import convert, run

ORDERS = 'id,name,day,price\n1,José,2024-01-02,1.50\n2,"a, b",2024-02-03,2\n3,,2024-03-04,10.25\n'
COMMANDS = [
    "convert",
    "info",
    "preview",
    "validate",
    "schema",
    "compare",
    "formats",
    "run",
    "explain",
    "config",
    "completions",
]


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path


def json_of(*arguments: str | Path, exit_code: int = 0, env: dict[str, str] | None = None) -> Any:
    outcome = run(*arguments, env=env)
    assert outcome.exit_code == exit_code, outcome
    return outcome.json()


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


# --- convert --------------------------------------------------------------------------------------


def test_a_conversion_without_output_lands_beside_the_input_and_says_where(orders: Path) -> None:
    outcome = run("convert", orders)

    assert outcome.exit_code == 0
    assert outcome.stdout == b""
    target = orders.with_suffix(".parquet")
    assert f"Auto-generated output file: {target}" in outcome.stderr
    assert "3 rows, 4 columns" in outcome.stderr
    table = readers.read_pyarrow(target)
    assert table.column("name") == ["José", "a, b", None]
    assert table.kinds == ["int64", "string", "date", "double"] or table.kind("price").startswith(
        "decimal"
    )


def test_the_last_of_several_arguments_is_the_output(orders: Path, tmp_path: Path) -> None:
    outcome = run("convert", orders, tmp_path / "two.parquet")

    assert outcome.exit_code == 0
    assert "Auto-generated" not in outcome.stderr
    assert len(readers.read_pyarrow(tmp_path / "two.parquet").rows) == 3


def test_a_list_of_files_never_takes_the_last_one_for_the_output(tmp_path: Path) -> None:
    names = ["a.csv", "b.csv", "c.csv"]
    for name in names:
        (tmp_path / name).write_text("x\n1\n")
    outcome = run("convert", *names, "--overwrite", cwd=tmp_path)

    assert_refused(outcome, 2, "usage.bad_request")
    assert "-o" in outcome.stderr
    assert (tmp_path / "c.csv").read_text() == "x\n1\n"


def test_quiet_prints_nothing(orders: Path) -> None:
    outcome = run("convert", orders, "--quiet")

    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (0, b"", "")


def test_the_report_goes_to_standard_output_or_a_file(orders: Path, tmp_path: Path) -> None:
    told = json_of("convert", orders, "--json")
    run("convert", orders, "-o", tmp_path / "b.parquet", "--report", tmp_path / "report.json")
    written = json.loads((tmp_path / "report.json").read_text("utf-8"))

    for report in (told, written):
        assert report["status"] == "ok"
        assert report["error"] is None
        assert report["tables"][0]["rows_written"] == 3
        assert report["inputs"][0]["detected"]["delimiter"] == ","
        assert [c["name"] for c in report["tables"][0]["columns"]] == ["id", "name", "day", "price"]
    assert list(told) == list(written)


def test_the_report_of_a_failure_tells_the_error(orders: Path) -> None:
    run("convert", orders)
    outcome = run("convert", orders, "--json")

    assert outcome.exit_code == 7
    report = json.loads(outcome.stdout)
    assert report["status"] == "failed"
    assert json.loads(outcome.stderr)["code"] == report["error"]["code"]


def test_a_report_that_cannot_be_written_is_an_error(orders: Path, tmp_path: Path) -> None:
    outcome = run("convert", orders, "--report", tmp_path / "none" / "report.json")

    assert outcome.exit_code == 6
    assert outcome.error_code == "io.write_failed"


def test_data_and_report_cannot_share_standard_output(orders: Path) -> None:
    outcome = run("convert", orders, "-o", "-", "--json")

    assert outcome.exit_code == 2
    assert outcome.stdout == b""


def test_data_goes_to_standard_output(orders: Path) -> None:
    outcome = run("convert", orders, "-o", "-", "--to", "csv", "--types", "strings")

    assert outcome.exit_code == 0, outcome
    assert outcome.stdout.decode().splitlines()[1] == "1,José,2024-01-02,1.50"


def test_a_part_of_a_batch_may_fail(orders: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1 but not really")
    outcome = run("convert", orders, bad, "-o", f"{tmp_path}/out/", "--json")

    assert outcome.exit_code in (1, 3), outcome
    report = json.loads(outcome.stdout)
    assert report["status"] in ("partial", "failed")
    if report["status"] == "partial":
        assert (tmp_path / "out" / "orders.parquet").exists()


def test_repairs_are_told_with_their_first_place(tmp_path: Path) -> None:
    source = tmp_path / "short.csv"
    source.write_text("a,b,c\n1,2,3\n4,5\n6,7,8\n9,10\n")
    outcome = run("convert", source)

    assert outcome.exit_code == 0
    assert re.search(r"^repaired  2 csv\.\w+, first in row \d", outcome.stderr, re.MULTILINE), (
        outcome
    )


def test_rejected_rows_are_told_with_their_first_place(tmp_path: Path) -> None:
    source = tmp_path / "short.csv"
    source.write_text("a,b,c\n1,2,3\n4,5\n6,7,8\n")
    outcome = run("convert", source, "--strict", "--bad-rows", "skip")

    assert outcome.exit_code == 0
    assert re.search(r"^rejected  1 row, first row \d", outcome.stderr, re.MULTILINE), outcome


def test_verify_refuses_an_output_that_reads_back_otherwise(tmp_path: Path) -> None:
    """What stands for null here is also a value, so the file cannot tell them apart."""
    source = tmp_path / "in.csv"
    source.write_text("a,b\n1,x\n2,\n")

    outcome = run("convert", source, "-o", tmp_path / "o.csv", "--null-text", "x", "--verify")

    assert outcome.exit_code == 70, outcome
    assert outcome.error_code == "data.verify_failed"
    assert not (tmp_path / "o.csv").exists()


def test_a_dry_run_touches_nothing(orders: Path) -> None:
    outcome = run("convert", orders, "--dry-run")

    assert outcome.exit_code == 0
    assert "Nothing was touched" in outcome.stdout.decode()
    assert "orders.parquet (parquet)" in outcome.stdout.decode()
    assert_nothing_left(orders.parent, {"orders.csv"})


def test_a_plan_can_be_run_later(orders: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_bytes(
        run("convert", orders, "--dry-run", "--json", "--columns", "id,day", "--limit", "2").stdout
    )
    outcome = run("run", plan)

    assert outcome.exit_code == 0, outcome
    table = readers.read_pyarrow(orders.with_suffix(".parquet"))
    assert table.names == ["id", "day"]
    assert len(table.rows) == 2


def test_a_plan_comes_from_standard_input_too(orders: Path) -> None:
    plan = run("convert", orders, "--dry-run", "--json").stdout
    outcome = run("run", "-", "--json", stdin=plan)

    assert outcome.exit_code == 0, outcome
    assert outcome.json()["status"] == "ok"


def test_what_is_no_plan_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("{}")
    assert_refused(run("run", path), 2, "usage.bad_plan")
    assert_refused(run("run", tmp_path / "none.json"), 6, "io.read_failed")
    assert_refused(run("run", tmp_path), 6, "io.read_failed")


def test_preview_schema_converts_nothing(orders: Path) -> None:
    outcome = run("convert", orders, "--preview-schema")

    assert outcome.exit_code == 0, outcome
    assert "price" in outcome.stdout.decode()
    assert_nothing_left(orders.parent, {"orders.csv"})


def test_old_spellings_keep_working(orders: Path) -> None:
    convert(orders, orders.with_suffix(".parquet"))
    outcome = run("convert", orders, "-f", "parquet", "-c", "gzip", "--force")

    assert outcome.exit_code == 0, outcome
    metadata = pq.read_metadata(orders.with_suffix(".parquet"))
    codecs = {metadata.row_group(0).column(i).compression for i in range(4)}
    assert codecs <= {"GZIP", "UNCOMPRESSED"}


# --- Reading --------------------------------------------------------------------------------------


def test_info_tells_what_is_in_a_file(orders: Path) -> None:
    text = run("info", orders).stdout.decode()

    assert text.startswith("File Information\n")
    assert re.search(r"^  delimiter +,", text, re.MULTILINE)
    assert re.search(r"^Table orders: 4 columns", text, re.MULTILINE)
    assert "nothing" not in text


def test_info_has_three_formats_and_an_old_spelling(orders: Path) -> None:
    as_json = json_of("info", orders, "--json")
    assert as_json == json_of("info", orders, "-f", "json")
    assert as_json["format"] == "csv"
    assert as_json["bytes"] == orders.stat().st_size
    assert [c["name"] for c in as_json["tables"][0]["columns"]] == ["id", "name", "day", "price"]
    yaml = run("info", orders, "--format", "yaml").stdout.decode()
    assert '"format": "csv"' in yaml
    assert re.search(r'^ {6}-?\s*"name": "id"$|^ {6}-$', yaml, re.MULTILINE)


def test_info_names_a_wrong_extension(orders: Path, tmp_path: Path) -> None:
    convert(orders, tmp_path / "o.parquet")
    wrong = (tmp_path / "o.parquet").rename(tmp_path / "o.csv")
    told = json_of("info", wrong, "--json")

    assert told["format"] == "parquet"
    assert "although its name says csv" in told["format_reason"]


def test_a_second_table_is_never_left_out_silently(tmp_path: Path) -> None:
    source = tmp_path / "two.csv"
    source.write_text("id,city,n\n1,Oslo,2\n2,Rome,3\n3,Bonn,4\nid,city\n1,Oslo\n2,Rome\n")
    told = f"{source}: a second table follows in line 5, with 2 fields"
    for command in ("info", "preview", "schema", "validate"):
        outcome = run(command, source)
        assert outcome.exit_code == 0, outcome
        assert told in outcome.stderr, command

    outcome = convert(source, tmp_path / "o.parquet", "--report", tmp_path / "report.json")
    assert outcome.stderr.count(told) == 1
    report = json.loads((tmp_path / "report.json").read_text())
    assert [warning.startswith(told) for warning in report["warnings"]] == [True]
    assert report["tables"][0]["rows_written"] == 3


def test_outputs_keep_the_names_of_their_inputs(tmp_path: Path) -> None:
    names = ["a__b.csv", "a_b.csv", "a b.csv", "a_b.tsv"]
    for number, name in enumerate(names):
        separator = "\t" if name.endswith("tsv") else ","
        (tmp_path / name).write_text(f"x{separator}y\n{number}{separator}1\n")
    outcome = run("convert", *(tmp_path / name for name in names), "-o", f"{tmp_path}/out/")

    assert outcome.exit_code == 0, outcome
    values = {p.name: pq.read_table(p)["x"][0].as_py() for p in (tmp_path / "out").iterdir()}
    expected = {"a__b.parquet": 0, "a_b.parquet": 1, "a b.parquet": 2, "a_b_2.parquet": 3}
    assert values == expected
    assert f"so that of {tmp_path}/a_b.tsv is {tmp_path}/out/a_b_2.parquet" in outcome.stderr


def test_preview_prints_a_table_json_and_csv(orders: Path) -> None:
    table = run("preview", orders).stdout.decode().splitlines()
    assert table[0].split() == ["id", "name", "day", "price"]
    assert table[3].split()[:3] == ["1", "José", "2024-01-02"]
    assert table[-1] == "3 rows"

    lines = [json.loads(line) for line in run("preview", orders, "--json").stdout.splitlines()]
    assert lines[0]["id"] == 1
    assert lines[2] == {"id": 3, "name": None, "day": "2024-03-04", "price": lines[2]["price"]}

    csv = run("preview", orders, "--csv", "-n", "2").stdout.decode().splitlines()
    assert csv[0] == "id,name,day,price"
    assert csv[2].startswith('2,"a, b",2024-02-03,')
    assert len(csv) == 3


def test_preview_reads_only_what_it_shows(tmp_path: Path) -> None:
    source, _ = samples.write_large_csv(tmp_path / "large.csv", 50 << 20)
    outcome = run("preview", source, "--rows", "3")

    assert outcome.stdout.decode().splitlines()[-1] == "3 rows"
    assert outcome.cpu_s < 1


def test_preview_shows_control_characters_instead_of_obeying_them(tmp_path: Path) -> None:
    source = tmp_path / "evil.csv"
    source.write_text("a,b\n\x1b[31mred,1\n\x07bell,2\n" + "plain text,3\n" * 30)
    text = run("preview", source).stdout.decode()

    assert "\\x1b[31mred" in text
    assert "\x1b" not in text
    assert "\x07" not in text


def test_validate_tells_sound_from_broken(orders: Path, tmp_path: Path) -> None:
    sound = run("validate", orders)
    assert (sound.exit_code, sound.stdout.decode()) == (
        0,
        f"✓ {orders} is a valid CSV file: 3 rows\n",
    )

    convert(orders, tmp_path / "whole.parquet")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes((tmp_path / "whole.parquet").read_bytes()[:-20])
    outcome = run("validate", broken)
    assert outcome.exit_code == 3, outcome
    assert "is not a valid" in outcome.stdout.decode()
    assert outcome.error_code

    both = run("validate", orders, broken, "--json")
    assert both.exit_code == 1
    assert [one["sound"] for one in both.json()] == [True, False]


def test_schema_is_printed_as_table_contract_and_ddl(orders: Path, tmp_path: Path) -> None:
    table = run("schema", orders).stdout.decode().splitlines()
    assert table[2].split()[:2] == ["id", "int64"]

    contract = tmp_path / "contract.json"
    contract.write_bytes(run("schema", orders, "--json").stdout)
    outcome = run("convert", orders, "--schema", contract)
    assert outcome.exit_code == 0, outcome

    spark = run("schema", orders, "--ddl", "spark").stdout.decode()
    assert spark.startswith("CREATE TABLE")
    assert "BIGINT" in spark
    assert "orders" in spark
    assert run("schema", orders, "--ddl", "duckdb").stdout.decode().count("DATE") == 1


def test_schema_is_decided_by_all_rows(tmp_path: Path) -> None:
    source = tmp_path / "late.csv"
    source.write_text("n\n" + "1\n" * 300_000 + "x\n")

    assert run("schema", source).stdout.decode().splitlines()[2].split()[:2] == ["n", "string"]


def test_compare_tells_equal_from_different(orders: Path, tmp_path: Path) -> None:
    convert(orders, tmp_path / "orders.parquet")
    same = run("compare", orders, tmp_path / "orders.parquet")
    assert (same.exit_code, same.stdout) == (0, b"equal: 3 rows\n")

    other = tmp_path / "other.csv"
    other.write_text(ORDERS.replace("2024-02-03", "2024-02-04"), encoding="utf-8")
    outcome = run("compare", orders, other)
    assert outcome.exit_code == 1, outcome
    text = outcome.stdout.decode()
    assert text.startswith("different\n")
    assert "2024-02-03" in text
    assert "2024-02-04" in text

    told = json_of("compare", orders, other, "--json", exit_code=1)
    assert told["equal"] is False
    assert told["difference_count"] == 1
    assert told["differences"][0]["column"] == "day"

    keyed = json_of("compare", orders, other, "--key", "id", "--json", exit_code=1)
    assert keyed["differences"][0]["key"] == "id=2"


# --- Lists ----------------------------------------------------------------------------------------


def test_formats_are_listed_from_their_descriptors() -> None:
    text = run("formats").stdout.decode()
    assert text.startswith("Supported Formats\n")
    assert re.search(r"^csv +yes +yes +\.csv", text, re.MULTILINE)
    assert re.search(r"^parquet +yes +yes +\.parquet", text, re.MULTILINE)

    formats = {one["name"]: one for one in json_of("formats", "--json")}
    assert formats["csv"]["reads"] and formats["parquet"]["writes"]
    delimiter = next(o for o in formats["csv"]["read_options"] if o["name"] == "delimiter")
    assert delimiter["flag"] == "--delimiter"
    compression = next(o for o in formats["parquet"]["write_options"] if o["name"] == "compression")
    assert compression["default"] == "snappy"
    assert json_of("formats", "--json", "--input", "--output")


def test_every_error_code_can_be_explained() -> None:
    codes = json_of("explain", "--json")
    assert len({one["code"] for one in codes}) == len(codes) > 20
    for one in codes:
        outcome = run("explain", one["code"])
        assert outcome.exit_code == 0
        assert outcome.stdout.decode().startswith(f"# {one['code']}\n")
        assert one["summary"] in outcome.stdout.decode()
        assert one["fix"]
    assert json_of("explain", codes[0]["code"], "--json") == codes[0]


def test_every_declared_error_code_is_listed() -> None:
    declared = set()
    for path in [*(program.ROOT / "src").rglob("*.h"), *(program.ROOT / "include").rglob("*.h")]:
        declared |= set(re.findall(r'\.id = "([a-z_]+\.[a-z_]+)"', path.read_text("utf-8")))
    listed = {one["code"] for one in json_of("explain", "--json")}

    assert declared - listed == set()


def test_options_named_in_a_fix_exist() -> None:
    known = set()
    for command in COMMANDS:
        known |= set(re.findall(r"--(?:\[no-\])?([a-z-]+)", run(command, "--help").stdout.decode()))
    known |= {"help", "config"}
    for one in json_of("explain", "--json"):
        for flag in re.findall(r"--([a-z][a-z-]*)", one["fix"]):
            assert flag in known, f"{one['code']}: --{flag}"


def test_a_wrong_code_names_the_nearest() -> None:
    outcome = run("explain", "usage.bad_optoin")

    assert_refused(outcome, 2)
    assert "usage.bad_option" in outcome.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_know_commands_and_options(shell: str) -> None:
    script = run("completions", shell).stdout.decode()

    for word in ("convert", "preview", "bad-rows", "compression"):
        assert word in script
    assert "internal-reference" not in script


def test_bash_completes_commands_options_and_choices(tmp_path: Path) -> None:
    script = run("completions", "bash").stdout.decode()
    (tmp_path / "completion.sh").write_text(script)

    def complete(*words: str) -> list[str]:
        line = (
            f"source {tmp_path}/completion.sh; COMP_WORDS=(pyforge {' '.join(map(repr, words))}); "
            f"COMP_CWORD={len(words)}; _pyforge; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        )
        result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
        return result.stdout.split()

    assert complete("conv") == ["convert"]
    assert "--bad-rows" in complete("convert", "--ba")
    assert complete("convert", "--bad-rows", "s") == ["skip"]


# --- Configuration --------------------------------------------------------------------------------


def test_settings_come_from_line_environment_and_files_in_this_order(
    orders: Path, tmp_path: Path
) -> None:
    (tmp_path / "pyforge.yaml").write_text("limit: 1\nrename: snake\n")
    named = tmp_path / "named.yaml"
    named.write_text("limit: 2\n")
    env = {"PYFORGE_THREADS": "1"}

    def settings(*arguments: str) -> Any:
        outcome = run("config", "show", "--json", *arguments, cwd=tmp_path, env=env)
        return outcome.json()

    assert settings()["limit"] == {"value": "1", "from": "./pyforge.yaml"}
    assert settings("--config", str(named))["limit"] == {"value": "2", "from": str(named)}
    assert settings()["threads"] == {"value": "1", "from": "PYFORGE_THREADS"}
    assert settings()["memory"] == {"value": "512MiB", "from": "default"}

    outcome = run("convert", orders, "-o", "o.parquet", "--limit", "3", cwd=tmp_path, env=env)
    assert outcome.exit_code == 0
    assert len(readers.read_pyarrow(tmp_path / "o.parquet").rows) == 3
    run("convert", orders, "-o", "p.parquet", cwd=tmp_path, env=env)
    assert len(readers.read_pyarrow(tmp_path / "p.parquet").rows) == 1


def test_old_variables_keep_working(orders: Path, tmp_path: Path) -> None:
    env = {
        "PYFORGE_OUTPUT_DIR": str(tmp_path / "there"),
        "PYFORGE_COMPRESSION": "zstd",
        "PYFORGE_MAX_MEMORY": "256MiB",
        "PYFORGE_PARALLEL_WORKERS": "1",
        "PYFORGE_TEMP_DIR": str(tmp_path),
        "PYFORGE_FORCE_CORE": "1",
    }
    (tmp_path / "there").mkdir()
    report = json_of("convert", orders, "--json", env=env)

    assert report["resources"]["threads"] == 1
    assert (tmp_path / "there" / "orders.parquet").exists()
    assert report["options"]["parquet.compression"] == {"value": "zstd", "from": "environment"}


def test_a_setting_of_a_format_that_is_not_used_is_no_error(orders: Path, tmp_path: Path) -> None:
    outcome = run("convert", orders, "-o", tmp_path / "o.csv", env={"PYFORGE_ROW_GROUP_ROWS": "9"})

    assert outcome.exit_code == 0, outcome


def test_unknown_settings_are_errors_with_the_nearest_name(orders: Path, tmp_path: Path) -> None:
    (tmp_path / "pyforge.yaml").write_text("memroy: 1GiB\n")
    outcome = run("info", orders, cwd=tmp_path)

    assert_refused(outcome, 2, "usage.bad_config")
    assert "did you mean 'memory'?" in outcome.stderr
    assert_refused(run("info", orders, "--config", "none.yaml"), 4, "not_found.config")


def test_config_tells_paths_and_schema(tmp_path: Path) -> None:
    env = {"HOME": "/home/ann"}
    paths = run("config", "path", env=env, cwd=tmp_path).stdout.decode().splitlines()
    assert paths == [
        "./pyforge.yaml",
        "/home/ann/.config/pyforge/config.yaml",
        "/home/ann/.pyforge/config.yaml",
    ]
    schema = json_of("config", "schema")
    assert schema["additionalProperties"] is False
    assert "delimiter" in schema["properties"]
    assert run("config").stdout == run("config", "show").stdout


# --- Logging, progress, terminal ------------------------------------------------------------------


def test_log_lines_can_be_json(orders: Path) -> None:
    outcome = run(
        "convert", orders, env={"PYFORGE_LOG_LEVEL": "debug", "PYFORGE_LOG_FORMAT": "json"}
    )

    lines = [json.loads(line) for line in outcome.stderr.splitlines() if line.startswith("{")]
    assert any(line["level"] == "debug" and "engine" in line["message"] for line in lines)
    assert all(re.match(r"\d{4}-\d\d-\d\dT", line["time"]) for line in lines)


def test_progress_can_be_lines_of_json(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 1000)
    outcome = run("convert", source, "--progress", "json", "--quiet")
    assert outcome.stderr == ""

    outcome = run("convert", source, "--progress", "json", "--overwrite")
    lines = [json.loads(line) for line in outcome.stderr.splitlines() if line.startswith("{")]
    assert lines[-1]["rows_written"] == 1000
    assert lines[-1]["bytes_read"] == lines[-1]["bytes_total"] == source.stat().st_size


def in_terminal(arguments: list[str], columns: int = 80, seconds: float = 60) -> tuple[int, str]:
    """Runs the program with both streams on a terminal; gives exit code and what it showed."""
    leader, follower = pty.openpty()
    size = columns.to_bytes(2, "little")
    import fcntl
    import termios

    fcntl.ioctl(follower, termios.TIOCSWINSZ, b"\x18\x00" + size + b"\x00" * 4)
    env = program.environment({"TERM": "xterm"})
    env.pop("NO_COLOR")
    process = subprocess.Popen(
        [str(program.program()), *arguments], stdout=follower, stderr=follower, env=env
    )
    os.close(follower)
    shown = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            block = os.read(leader, 65536)
        except OSError:
            break
        if not block:
            break
        shown += block
    code = process.wait(timeout=seconds)
    os.close(leader)
    return code, shown.decode("utf-8", errors="replace")


def test_a_terminal_gets_colours_and_a_bar(tmp_path: Path) -> None:
    source, _ = samples.write_large_csv(tmp_path / "in.csv", 150 << 20)
    code, shown = in_terminal(["convert", str(source), "-o", str(tmp_path / "o.parquet")])

    assert code == 0
    assert re.search(r"\r\x1b\[Kconvert +\d+ %", shown)
    assert re.search(r"rows +[\d.]+ .?B/s", shown)
    # The bar is gone when the summary comes.
    assert re.search(r"\r\x1b\[K[^\r]*in\.csv -> [^\r]*rows", shown)

    code, shown = in_terminal(["info", str(tmp_path / "none")])
    assert code == 4
    assert "\x1b[31merror\x1b[0m" in shown


def test_a_preview_is_cut_to_the_terminal(tmp_path: Path) -> None:
    source = tmp_path / "wide.csv"
    source.write_text(",".join(f"column{i}" for i in range(30)) + "\n" + ",".join("x" * 30) + "\n")
    code, shown = in_terminal(["preview", str(source)], columns=50)

    assert code == 0
    lines = re.sub(r"\x1b\[\d+m", "", shown).replace("\r", "").splitlines()
    assert max(len(line) for line in lines[:-1]) <= 50
    assert "more columns did not fit" in lines[-1]


def test_a_second_interrupt_kills(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    with (
        os.fdopen(write_end, "wb"),
        os.fdopen(read_end, "rb") as silence,
        program.start(
            "convert", "-", "--from", "csv", "-o", tmp_path / "o.parquet", stdin=silence
        ) as process,
    ):
        time.sleep(0.5)
        process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        assert process.wait(timeout=10) in (130, 143, -signal.SIGINT, -signal.SIGTERM)


# --- Reference pages ------------------------------------------------------------------------------


def test_reference_pages_cover_commands_formats_and_errors(tmp_path: Path) -> None:
    outcome = run("internal-reference", tmp_path / "reference")

    assert outcome.exit_code == 0, outcome
    pages = {str(p.relative_to(tmp_path / "reference")) for p in tmp_path.rglob("*.*")}
    assert {"commands.md", "formats/csv.md", "formats/parquet.md", "errors/README.md"} <= pages
    commands = (tmp_path / "reference" / "commands.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"\n## pyforge {command}\n" in commands
    csv = (tmp_path / "reference" / "formats" / "csv.md").read_text("utf-8")
    assert "--delimiter" in csv
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert run("internal-reference", blocked / "x").exit_code == 6
