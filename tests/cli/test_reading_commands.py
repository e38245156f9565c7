"""info, preview, validate, schema and compare: what they print and what they exit with."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from support import samples
from support.commands import ORDERS, json_of
from support.demands import assert_refused
from support.program import convert, run


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


def test_info_says_why_when_asked(tmp_path: Path) -> None:
    source = tmp_path / "x.csv"
    rows = "".join(f"{n};{'n/a' if n == 7 else n};1,5\n" for n in range(100))
    source.write_text("id;size;price\n" + rows)
    plain = run("info", source).stdout.decode()
    text = run("info", source, "--explain").stdout.decode()

    assert "Why" not in plain
    assert re.search(r"^  delimiter +;  \(\d+ % sure, score 0\.\d\d\)$", text, re.MULTILINE)
    assert re.search(r"^ +`;` gives 3 fields on 101 of 101 lines", text, re.MULTILINE)
    assert re.search(r"^ +not ,  \(score 0\.\d\d\): `,` gives 2 fields", text, re.MULTILINE)
    for name in ("encoding", "quote", "escape", "comment", "preamble", "header", "footer"):
        assert re.search(rf"^  {name} +\S", text, re.MULTILINE), name
    assert re.search(r"^  decimal +,  \(100 % sure", text, re.MULTILINE)
    assert "not int64  (score 0.99): 1 of 100 values is not of it" in text


def test_info_explains_in_json_by_the_same_fields(tmp_path: Path) -> None:
    source = tmp_path / "x.csv"
    source.write_text("id;size\n1;n/a\n2;3\n3;4\n4;5\n")
    assert "explanation" not in json_of("info", source, "--json")
    told = json_of("info", source, "--explain", "--json")["explanation"]

    findings = {finding["name"]: finding for finding in told["findings"]}
    delimiter = findings["delimiter"]
    assert delimiter["value"] == ";"
    assert delimiter["score"] > max(each["score"] for each in delimiter["candidates"])
    assert findings["footer"]["value"] == "none"
    assert findings["footer"]["reason"]
    assert [table["name"] for table in told["tables"]] == ["x"]
    size = told["tables"][0]["columns"][1]
    assert (size["name"], size["value"], size["confidence"]) == ("size", "string", 1)
    assert size["candidates"] == [
        {"value": "int64", "score": 0.75, "reason": "1 of 4 values is not of it"}
    ]
    yaml = run("info", source, "--explain", "--format", "yaml").stdout.decode()
    assert '"explanation":' in yaml


def test_info_explains_a_file_that_tells_its_types(orders: Path, tmp_path: Path) -> None:
    convert(orders, tmp_path / "o.parquet")
    text = run("info", tmp_path / "o.parquet", "--explain").stdout.decode()
    assert re.search(r"^  creator +", text, re.MULTILINE)
    assert "types so far" not in text


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


def test_compare_pairs_columns_whose_names_repeat_by_their_order(tmp_path: Path) -> None:
    def write(name: str, second: list[str]) -> Path:
        columns = [pa.array([1, 2]), pa.array(second), pa.array([1.5, 2.5])]
        pq.write_table(pa.Table.from_arrays(columns, names=["a", "a", "b"]), tmp_path / name)
        return tmp_path / name

    left, right = write("left.parquet", ["x", "y"]), write("right.parquet", ["x", "y"])
    same = run("compare", left, right)
    assert (same.exit_code, same.stdout) == (0, b"equal: 2 rows\n"), same

    other = write("other.parquet", ["x", "z"])
    told = json_of("compare", left, other, "--json", exit_code=1)
    assert told["difference_count"] == 1
    assert (told["differences"][0]["left"], told["differences"][0]["right"]) == ("y", "z")
    assert_refused(run("compare", left, other, "--key", "a"), 2, "usage.bad_request")
