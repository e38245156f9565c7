"""`pyforge convert` and `run`: names, reports, plans, what stands where."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
from support import readers
from support.commands import json_of
from support.demands import assert_nothing_left, assert_refused
from support.program import convert, run


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


def test_rejects_of_inputs_converted_one_by_one_are_refused_one_file(tmp_path: Path) -> None:
    """The second input would lose what the first one wrote there; united, they can share it."""
    sources = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for source in sources:
        source.write_text("a,b,c\n1,2,3\n4,5\n6,7,8\n")
    rejects = tmp_path / "rejects.csv"
    strict = ["--strict", "--bad-rows", "skip", "--rejects", str(rejects)]

    outcome = run("convert", *sources, "-o", f"{tmp_path}/out/", *strict, "--overwrite")
    assert outcome.exit_code == 2, outcome
    assert "2 inputs, converted one by one" in outcome.stderr
    assert not rejects.exists()
    assert not (tmp_path / "out").exists()

    outcome = run("convert", *sources, "-o", tmp_path / "out.parquet", "--union", *strict)
    assert outcome.exit_code == 0, outcome
    text = rejects.read_text()
    assert [source.name in text for source in sources] == [True, True]


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


def test_a_conversion_says_why_its_input_is_read_so(orders: Path, tmp_path: Path) -> None:
    plain = run("convert", orders, "-o", tmp_path / "a.parquet")
    report = tmp_path / "report.json"
    outcome = run("convert", orders, "-o", tmp_path / "b.parquet", "--explain", "--report", report)

    assert outcome.exit_code == 0, outcome
    assert "Why" not in plain.stderr
    assert outcome.stdout == b""
    assert f"Why {orders} is read so\n  encoding" in outcome.stderr
    assert re.search(r"^  delimiter +,  \(\d+ % sure", outcome.stderr, re.MULTILINE)
    assert "Why these types so far\n  id " in outcome.stderr
    assert outcome.stderr.index("Why ") < outcome.stderr.index("3 rows, 4 columns")
    told = json_of("info", orders, "--explain", "--json")["explanation"]
    assert json.loads(report.read_text())["inputs"][0]["explanation"] == told
    quiet = run("convert", orders, "-o", tmp_path / "c.parquet", "--explain", "--quiet")
    assert quiet.stderr == ""


def test_a_dry_run_says_why_too(orders: Path, tmp_path: Path) -> None:
    outcome = run("convert", orders, "--dry-run", "--explain")
    assert outcome.exit_code == 0, outcome
    assert outcome.stdout.startswith(b"Nothing was touched")
    assert f"Why {orders} is read so\n" in outcome.stderr
    assert_nothing_left(orders.parent, {"orders.csv"})

    plan = run("convert", orders, "--dry-run", "--explain", "--json")
    assert plan.stderr == ""
    told = plan.json()["inputs"][0]["explanation"]
    assert told == json_of("info", orders, "--explain", "--json")["explanation"]
    assert "explanation" not in json_of("convert", orders, "--dry-run", "--json")["inputs"][0]
    ran = run("run", "-", "--json", stdin=plan.stdout)
    assert ran.json()["inputs"][0]["explanation"] == told


def test_every_input_and_table_is_explained(orders: Path, tmp_path: Path) -> None:
    many = tmp_path / "many.csv"
    many.write_text("a,b\n1,2\n3,4\n\nname,day\nx,2024-01-02\ny,2024-01-03\n")
    options = ["-o", f"{tmp_path}/out/", "--all-tables", "--explain"]
    outcome = run("convert", orders, many, *options)

    assert outcome.exit_code == 0, outcome
    assert f"Why {orders} is read so\n" in outcome.stderr
    told = outcome.stderr.split(f"Why {many} is read so\n")[1]
    assert re.findall(r"^Table (\S+)$", told, re.MULTILINE) == ["many_1", "many_2"]
    assert told.count("Why it begins and ends so\n") == 2


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
    assert_refused(run("run", "-", stdin=b"{}"), 2, "usage.bad_plan")
    assert_refused(run("run", tmp_path), 6, "io.is_directory")


def test_a_plan_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    outcome = run("run", "none.json", cwd=tmp_path)
    assert_refused(outcome, 4, "io.not_found")
    assert outcome.where == "none.json"
    assert "Check the spelling" in outcome.fix


def test_preview_schema_converts_nothing(orders: Path) -> None:
    outcome = run("convert", orders, "--preview-schema")

    assert outcome.exit_code == 0, outcome
    assert "price" in outcome.stdout.decode()
    assert_nothing_left(orders.parent, {"orders.csv"})


def test_the_text_of_kept_rows_stays_whatever_columns_are_chosen(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.parquet"
    source.write_bytes(b"a,b\n1,x\n2," + b"y" * 200 + b"\n3,z\n")
    options = ("--bad-rows", "keep", "--field-max", "64B", "--columns", "b")

    convert(source, target, *options)

    table = readers.read_pyarrow(target)
    assert table.names == ["b", "_rejected"]
    assert table.column("b") == ["x", None, "z"]
    first, kept, last = table.column("_rejected")
    assert (first, last) == (None, None)
    assert str(kept).startswith("2,yyyy")


def test_old_spellings_keep_working(orders: Path) -> None:
    convert(orders, orders.with_suffix(".parquet"))
    outcome = run("convert", orders, "-f", "parquet", "-c", "gzip", "--force")

    assert outcome.exit_code == 0, outcome
    metadata = pq.read_metadata(orders.with_suffix(".parquet"))
    codecs = {metadata.row_group(0).column(i).compression for i in range(4)}
    assert codecs <= {"GZIP", "UNCOMPRESSED"}


def test_row_groups_of_large_inputs_have_the_rows_that_readers_like(tmp_path: Path) -> None:
    # 12 MiB of these lines are 80,000 rows; DuckDB takes row groups from 110,592 rows on as they
    # are. Of a pipe nobody knows how large it is.
    lines = b"".join(b"%d,%s\n" % (number, b"x" * 150) for number in range(160_000))
    for memory, rows_min, rows_max in (("512MiB", 110_592, 130_000), ("96MiB", 30_000, 60_000)):
        target = tmp_path / f"{memory}.parquet"
        arguments = ("--from", "csv", "-o", target, "--threads", "2", "--memory", memory)
        outcome = run("convert", "-", *arguments, stdin=b"n,text\n" + lines)

        assert outcome.exit_code == 0, outcome
        metadata = pq.read_metadata(target)
        groups = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
        assert sum(groups) == 160_000
        assert rows_min <= groups[0] <= rows_max, groups


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
