"""Several tables in one CSV file: one of them without --all-tables, each of them with it."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support.commands import json_of
from support.demands import assert_nothing_left, assert_refused
from support.program import MIB, run

PEOPLE = "id,name,size\n1,Ann,170\n2,Bob,180\n3,Cyd,160\n"
TOWNS = "town,people\nOslo,700000\nBonn,300000\n"
DAYS = "day,sum,note,by\n2024-01-02,1.5,x,Ann\n2024-01-03,2.5,y,Bob\n"


@pytest.fixture
def three(tmp_path: Path) -> Path:
    path = tmp_path / "three.csv"
    path.write_text(f"{PEOPLE}\nTowns\n{TOWNS}\n\n{DAYS}")
    return path


def columns_of(path: Path) -> dict[str, str]:
    return {field.name: str(field.type) for field in pq.read_schema(path)}


def test_each_table_becomes_a_file_of_its_own(three: Path) -> None:
    outcome = run("convert", three, "--all-tables", "--verify")

    assert outcome.exit_code == 0, outcome
    made = three.parent / "three_parquet"
    assert sorted(each.name for each in made.iterdir()) == [
        "three_1.parquet",
        "three_2.parquet",
        "three_3.parquet",
    ]
    assert columns_of(made / "three_1.parquet") == {
        "id": "int64",
        "name": "string",
        "size": "int64",
    }
    assert pq.read_table(made / "three_1.parquet").column("size").to_pylist() == [170, 180, 160]
    assert pq.read_table(made / "three_2.parquet").to_pylist() == [
        {"town": "Oslo", "people": 700000},
        {"town": "Bonn", "people": 300000},
    ]
    assert columns_of(made / "three_3.parquet")["day"] == "date32[day]"
    assert "nothing is read" not in outcome.stderr


def test_the_tables_go_to_the_directory_that_was_named(three: Path, tmp_path: Path) -> None:
    report = json_of("convert", three, "-o", f"{tmp_path}/out/", "--all-tables", "--json")

    assert [table["name"] for table in report["tables"]] == ["three_1", "three_2", "three_3"]
    assert [table["rows_written"] for table in report["tables"]] == [3, 2, 2]
    assert [Path(output["path"]).name for output in report["outputs"]] == [
        "three_1.parquet",
        "three_2.parquet",
        "three_3.parquet",
    ]
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_info_lists_the_tables(three: Path) -> None:
    told = json_of("info", three, "--all-tables", "--json")
    assert told["detected"]["tables"] == "3"
    assert [table["name"] for table in told["tables"]] == ["three_1", "three_2", "three_3"]
    assert [table["detected"]["lines"] for table in told["tables"]] == [
        "1 to 4",
        "6 to 9",
        "12 to 14",
    ]
    assert told["tables"][1]["detected"]["preamble"] == "Towns"
    text = run("info", three, "--all-tables", "--explain").stdout.decode()
    assert re.findall(r"^Table (\S+): (\d) columns$", text, re.MULTILINE) == [
        ("three_1", "3"),
        ("three_2", "2"),
        ("three_3", "4"),
    ]
    assert text.count("Why these types so far") == 3
    assert len(json_of("info", three, "--json")["tables"]) == 1


def test_one_of_the_tables_is_previewed_by_its_name(three: Path) -> None:
    outcome = run("preview", three, "--all-tables", "--table", "three_2", "--csv")
    assert outcome.stdout.decode() == TOWNS
    assert_refused(run("preview", three, "--all-tables", "--table", "no"), 4, "input.no_such_table")


def test_validate_reads_every_table(three: Path) -> None:
    assert run("validate", three, "--all-tables").exit_code == 0
    three.write_text(three.read_text() + "2024-01-04\n")
    outcome = run("validate", three, "--all-tables", "--strict")
    assert outcome.exit_code == 3
    assert "row 15 (line 15)" in outcome.stderr


def test_a_late_value_changes_the_type_of_its_table_alone(tmp_path: Path) -> None:
    source = tmp_path / "late.csv"
    rows = "".join(f"{n},name {n},{n % 7}\n" for n in range(60_000))
    late = "".join(f"{'late' if n == 30_000 else n},{n}\n" for n in range(60_000))
    source.write_text(f"id,name,size\n{rows}\nn,m\n{late}")
    report = json_of("convert", source, "--all-tables", "--json")

    assert [table["restarted"] for table in report["tables"]] == [False, True]
    made = tmp_path / "late_parquet"
    assert columns_of(made / "late_1.parquet")["id"] == "int64"
    assert columns_of(made / "late_2.parquet") == {"n": "string", "m": "int64"}
    assert pq.read_table(made / "late_2.parquet").column("n").to_pylist()[30_000] == "late"


def test_rows_are_numbered_by_the_lines_of_the_file(three: Path, tmp_path: Path) -> None:
    three.write_text(three.read_text().replace("2024-01-03,2.5", "2024-01-03"))
    outcome = run("convert", three, "--all-tables", "--strict", "-o", f"{tmp_path}/out/")

    assert_refused(outcome, 3, "data.bad_rows")
    assert "row 14 (line 14)" in outcome.stderr
    assert_nothing_left(tmp_path, {"three.csv"})


def test_the_tables_of_a_pipe_and_of_a_compressed_file_are_read_too(
    three: Path, tmp_path: Path
) -> None:
    text = three.read_bytes()
    (tmp_path / "z.csv.gz").write_bytes(gzip.compress(text))
    run("convert", tmp_path / "z.csv.gz", "-o", f"{tmp_path}/z/", "--all-tables")
    assert pq.read_table(tmp_path / "z" / "z_3.parquet").num_rows == 2
    outcome = run(
        "convert", "-", "--from", "csv", "-o", f"{tmp_path}/p/", "--all-tables", stdin=text
    )
    assert outcome.exit_code == 0, outcome
    assert len(list((tmp_path / "p").iterdir())) == 3


def test_a_plan_keeps_the_tables(three: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_bytes(run("convert", three, "--all-tables", "--dry-run", "--json").stdout)
    assert len(json.loads(plan.read_text())["tables"]) == 3
    assert run("run", plan).exit_code == 0
    assert (tmp_path / "three_parquet" / "three_3.parquet").is_file()


def test_what_has_no_place_for_several_tables_says_so(three: Path, tmp_path: Path) -> None:
    assert_refused(
        run("convert", three, "-o", "-", "--all-tables", "--to", "csv"), 2, "usage.bad_request"
    )
    outcome = run("convert", three, "--all-tables", "--rejects", tmp_path / "r.csv")
    assert_refused(outcome, 2, "usage.bad_request")
    assert "rejected rows of the 3 tables" in outcome.stderr
    assert "bad-rows keep" in outcome.stderr
    assert_nothing_left(tmp_path, {"three.csv"})


def test_the_option_is_told_where_a_second_table_is_left_out(tmp_path: Path) -> None:
    source = tmp_path / "two.csv"
    source.write_text(f"{PEOPLE}\n{TOWNS}")
    assert "--all-tables reads it too" in run("info", source).stderr
    assert run("info", source, "--all-tables").stderr == ""


def test_one_table_keeps_its_name(tmp_path: Path) -> None:
    source = tmp_path / "one.csv"
    source.write_text(PEOPLE)
    assert run("convert", source, "--all-tables").exit_code == 0
    assert (tmp_path / "one.parquet").is_file()


def test_memory_does_not_grow_with_the_tables(tmp_path: Path) -> None:
    rows = "".join(f"{n},some name of person {n},{n % 7}\n" for n in range(100_000))
    peaks = []
    for pairs in (3, 15):
        source, target = tmp_path / "big.csv", tmp_path / f"out_{pairs}"
        with source.open("w") as file:
            for _ in range(pairs):
                file.write(f"id,name,size\n{rows}\nn,m\n1,2\n3,4\n\n")
        outcome = run("convert", source, "--all-tables", "--memory", "128MiB", "-o", f"{target}/")
        assert outcome.exit_code == 0, outcome
        assert len(list(target.iterdir())) == 2 * pairs
        last = target / f"big_{2 * pairs - 1}.parquet"
        assert pq.read_table(last).num_rows == 100_000
        peaks.append(outcome.peak_rss_bytes)
    # The longer file has 40 MB more.
    assert peaks[1] < peaks[0] + 16 * MIB
