"""Spark reads what we write as the readers of tests/interop do, by its own decoders and by
parquet-java's; it takes minutes, so it is not asked in every run."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import filtered, reader_matrix, spark
from support.program import convert
from support.reader_matrix import CODEC_LIMITS, EVERY_CASE, LIMITS, SHAPES, Case

FILES = list(itertools.product(spark.READERS, SHAPES, EVERY_CASE))
REFUSED = [
    (reader, column)
    for reader in spark.READERS
    for column, limit in LIMITS[reader].items()
    if limit.refuses
]


# Values that are looked for by bloom filters; Spark has no unsigned numbers and no times.
FILTERED = [name for name in filtered.MAKE if not name.startswith(("u", "time")) or "stamp" in name]
COUNTS = Counter(filtered.numbers())
ASKED = list(itertools.product(spark.READERS, FILTERED, [*sorted(COUNTS)[:3], 1001]))


class Answers:
    """What Spark made of each file: a table, or the words of its error."""

    def __init__(self, directory: Path, failures: dict[Path, str]) -> None:
        self.directory = directory
        self.failures = failures

    def table(self, name: str) -> pa.Table:
        path = self.directory / name
        assert path not in self.failures, self.failures[path][:2000]
        with pa.memory_map(str(path)) as file:
            return pa.ipc.open_file(file).read_all()

    def error(self, name: str) -> str:
        return self.failures.get(self.directory / name, "none")


def file_name(reader: str, shape: str, case: Case) -> str:
    return f"{reader}-{shape}-{case}"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """All files are read in one go: to start a server takes longer than they do."""
    program = spark.tool()
    if program is None:
        pytest.skip("no Spark: neither ../shared/tools/spark-server nor PYFORGE_SPARK_SERVER")
    directory = tmp_path_factory.mktemp("spark")
    jobs = []
    for reader, shape, case in FILES:
        folder = directory / f"{reader}-files"
        folder.mkdir(exist_ok=True)
        source = reader_matrix.write(folder, shape, case, reader)
        target = directory / file_name(reader, shape, case)
        jobs.append(spark.Job(spark.READERS[reader], source, target))
    for reader, column in REFUSED:
        source = directory / f"{reader}-files" / f"{column}.parquet"
        given = directory / "in.parquet"
        pq.write_table(reader_matrix.column(column), given)
        convert(given, source)
        jobs.append(spark.Job(spark.READERS[reader], source, directory / f"{reader}-{column}"))
    with_filters = filtered.write(directory, FILTERED)
    for reader, name, number in ASKED:
        target = directory / f"{reader}-{name}-{number}"
        condition = filtered.condition(name, number, timestamp="TIMESTAMP_NTZ")
        jobs.append(spark.Job(spark.READERS[reader], with_filters, target, condition))
    with spark.server(program) as url:
        return Answers(directory, spark.read(url, jobs, timeout_s=1800))


@pytest.mark.parametrize("case", EVERY_CASE, ids=str)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reader", spark.READERS)
def test_spark_reads_a_file_as_it_was_written(
    answers: Answers, reader: str, shape: str, case: Case
) -> None:
    name = file_name(reader, shape, case)
    source = answers.directory / f"{reader}-files" / f"{shape}-{case}.parquet"
    for codec in reader_matrix.codecs(source):
        if codec in CODEC_LIMITS[reader]:
            assert CODEC_LIMITS[reader][codec].refuses in answers.error(name)
            return

    written = reader_matrix.taken(SHAPES[shape](), reader)
    assert reader_matrix.differing(answers.table(name), written, reader) == []


@pytest.mark.parametrize(("reader", "column"), REFUSED)
def test_what_spark_is_said_to_refuse_it_does_refuse(
    answers: Answers, reader: str, column: str
) -> None:
    assert LIMITS[reader][column].refuses in answers.error(f"{reader}-{column}")


@pytest.mark.parametrize(("reader", "name", "number"), ASKED)
def test_spark_finds_values_by_bloom_filters(
    answers: Answers, reader: str, name: str, number: int
) -> None:
    assert answers.table(f"{reader}-{name}-{number}").num_rows == COUNTS[number]
