"""The benchmarks' own parts: data by seed, results judged before they are timed, honest reports."""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import generate
from benchmarks.runner import check, measure, report, scenario
from benchmarks.runner.measure import Sample


def output(**bounds: int) -> bytes:
    words = generate.command("mixed", **bounds)
    return subprocess.run(words, check=True, capture_output=True).stdout


def test_a_short_file_is_the_beginning_of_a_long_one_and_seeds_differ() -> None:
    assert output(rows=2000).startswith(output(rows=100))
    assert output(rows=100) == output(rows=100)
    assert output(rows=100) != output(rows=100, seed=2)


def test_mixed_data_holds_what_makes_csv_hard() -> None:
    text = output(rows=20_000).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [int(row["id"]) for row in rows] == list(range(1, 20_001))
    share_of_breaks = sum("\n" in row["note"] for row in rows) / len(rows)
    assert 0.007 < share_of_breaks < 0.013
    assert 0.04 < sum(not row["quantity"] for row in rows) / len(rows) < 0.06
    assert any(row["zip"].startswith("0") for row in rows)
    assert any('"' in row["note"] for row in rows)
    assert any(not row["note"].isascii() for row in rows)
    assert len({row["status"] for row in rows}) == 6


def test_a_stream_ends_after_the_asked_bytes_at_a_row() -> None:
    content = output(size_bytes=1_000_000)
    assert 1_000_000 <= len(content) < 1_001_000
    assert content.endswith(b"\n")


@pytest.mark.parametrize(
    ("text", "size"), [("1GB", 10**9), ("256MiB", 2**28), ("1000", 1000), ("1.5 kb", 1500)]
)
def test_sizes_are_understood(text: str, size: int) -> None:
    assert generate.parse_bytes(text) == size


TYPES = {"id": "BIGINT", "amount": "DECIMAL(18,2)", "*": "VARCHAR"}
COLUMNS = {"id": [1, 2, 3], "amount": [1.5, None, 2.25], "zip": ["007", "1", "2"]}


def verdict(tmp_path: Path, **changes: list[object]) -> check.Verdict:
    source = tmp_path / "in.csv"
    source.write_text("id,amount,zip\n1,1.50,007\n2,,1\n3,2.25,2\n")
    target = tmp_path / "out.parquet"
    pq.write_table(pa.table({**COLUMNS, **changes}), target)
    return check.judge(target, check.reference(source, TYPES), TYPES)


def test_a_right_result_is_right(tmp_path: Path) -> None:
    found = verdict(tmp_path)
    assert found.is_right
    assert found.keeps_order is True


def test_order_is_told_apart_from_values(tmp_path: Path) -> None:
    found = verdict(tmp_path, id=[3, 1, 2], amount=[2.25, 1.5, None], zip=["2", "007", "1"])
    assert found.is_right
    assert found.keeps_order is False


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"zip": [7, 1, 2]}, "values differ in zip"),
        ({"amount": [1.5, 0.0, 2.25]}, "values differ in amount"),
        ({"zip": ["1", "007", "2"]}, "values stand in wrong rows"),
        ({"id": [1, 2], "amount": [1.5, None], "zip": ["007", "1"]}, "2 rows, should be 3"),
        ({"more": [1, 2, 3]}, "columns ['id', 'amount', 'zip', 'more'] differ"),
    ],
)
def test_a_wrong_result_is_told(
    tmp_path: Path, changes: dict[str, list[object]], problem: str
) -> None:
    assert problem in verdict(tmp_path, **changes).problems


def test_a_csv_is_judged_like_parquet(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text('id,amount,zip\n1,1.50,"a, b"\n2,,1\n3,2.25,2\n')
    expected = check.reference(source, TYPES)

    target.write_text('"id","amount","zip"\n1,1.5,"a, b"\n2,,1\n3,2.25,2\n')
    right = check.judge(target, expected, TYPES)
    target.write_text("id,amount,zip\n1,1.5,a\n3,2.25,2\n2,,1\n")
    wrong = check.judge(target, expected, TYPES)

    assert (right.problems, right.keeps_order) == ([], True)
    assert (wrong.problems, wrong.keeps_order) == (["values differ in zip"], False)


def test_packed_data_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    packed = []
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(output(rows=100))
        packed.append(generate.ensure_gzip(tmp_path / name).read_bytes())
    assert packed[0] == packed[1]
    # Both are packed within a second: the time in the header would rarely differ.
    assert packed[0][4:8] == bytes(4)
    assert gzip.decompress(packed[0]) == output(rows=100)


@pytest.mark.parametrize("engine", ["duckdb", "polars", "pyarrow"])
def test_a_reader_writes_what_it_has_read_when_asked(tmp_path: Path, engine: str) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(pa.table(COLUMNS), source)
    script = [sys.executable, str(measure.RIVALS / "read_parquet.py"), engine, str(source)]

    subprocess.run([*script, "-"], check=True, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == [source]
    subprocess.run([*script, str(target)], check=True)

    assert pq.read_table(target).to_pydict() == COLUMNS


def sample(cpu_s: float, rss: int) -> Sample:
    return Sample(0, cpu_s, cpu_s, 0.0, rss, 0, 0.0, "", 0)


def test_goals_and_losses_are_judged_by_medians() -> None:
    plan = scenario.load("csv_to_parquet_typed")
    ours = report.Entry("pyforge", [], samples=[sample(c, 300 << 20) for c in (1.0, 2.0, 9.0)])
    rival = report.Entry("duckdb_all_rows", [], True, samples=[sample(3.0, 100 << 20)])
    result = report.Result(plan, 10**9, [ours, rival], {})

    goals = [
        scenario.Goal("cpu_s", "pyforge", None, "duckdb_all_rows", 1.0),
        scenario.Goal("cpu_s", "pyforge", None, "duckdb_all_rows", 0.25),
        scenario.Goal("cpu_s", "pyforge", None, "polars", 1.0),
        scenario.Goal("peak_rss_bytes", "pyforge", 256 << 20, "", 1.0),
    ]
    verdicts = [report.judge_goal(goal, result) for goal in goals]

    assert verdicts[0].startswith("met: cpu_s of pyforge is 2.00 s, duckdb_all_rows is 3.00 s")
    assert verdicts[1].startswith("MISSED: cpu_s")
    assert verdicts[2] == "not measured: cpu_s of polars"
    assert verdicts[3].startswith("MISSED: peak_rss_bytes")
    assert report.losses(result) == ["peak_rss_bytes: duckdb_all_rows 105 MB, pyforge 315 MB"]


def test_rates_are_told_in_bytes_of_csv_whatever_is_read() -> None:
    plan = scenario.load("csv_gzip_to_parquet")
    ours = report.Entry("pyforge", [], samples=[sample(2.0, 100 << 20)])
    machine: dict[str, object] = dict.fromkeys(("cpu", "cores", "system", "commit"), "x")
    machine |= {"versions": {}, "cpu_flags": [], "memory_bytes": 1}
    text = report.markdown(report.Result(plan, 10**9, [ours], machine))
    assert "Data of 1000.0 MB as plain CSV" in text
    assert "| MB of CSV / CPU s |" in text
    assert "| 500 |" in text


def test_losses_of_readers_are_told_engine_by_engine() -> None:
    plan = scenario.load("parquet_read_by_others")
    times = {
        "pyforge_file_in_duckdb": 2.0,
        "duckdb_file_in_duckdb": 1.0,
        "pyforge_file_in_polars": 3.0,
        "polars_file_in_polars": 4.0,
    }
    entries = [
        report.Entry(c.name, [], c.is_rival, samples=[sample(times[c.name], 100 << 20)])
        for c in plan.contestants
        if c.name in times
    ]
    assert report.losses(report.Result(plan, 10**9, entries, {})) == [
        "cpu_s: duckdb_file_in_duckdb 1.00 s, pyforge_file_in_duckdb 2.00 s",
        "wall_s: duckdb_file_in_duckdb 1.00 s, pyforge_file_in_duckdb 2.00 s",
    ]


def test_a_wrong_result_of_ours_is_a_failure_of_the_run() -> None:
    plan = scenario.load("startup")
    wrong = report.Entry("pyforge", [], verdict=check.Verdict(["values differ in zip"], {}, None))
    right = report.Entry("pyforge_typed", [], verdict=check.Verdict([], {}, True))
    result = report.Result(plan, 0, [wrong, right], {})
    assert result.pyforge_failures == ["pyforge: values differ in zip"]


def test_every_scenario_can_be_read() -> None:
    for name in scenario.names():
        plan = scenario.load(name)
        contestants = {contestant.name for contestant in plan.contestants}
        for goal in plan.goals:
            assert goal.contestant in contestants, name
            assert not goal.rival or goal.rival in contestants, name
            assert goal.metric in report.METRICS, name


def test_a_group_stands_for_its_scenarios() -> None:
    assert scenario.named("startup") == ["startup"]
    assert "csv_to_parquet_typed" in scenario.named("csv")
    assert "parquet_to_csv" in scenario.named("csv")
    assert "startup" not in scenario.named("csv")
    assert scenario.named("none of them") == []
