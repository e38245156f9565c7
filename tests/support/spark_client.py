"""Reads Parquet files by a Spark Connect server; runs in build/spark-client, not in .venv.

spark_client.py URL     standard input: JSON list of [settings, Parquet file, Arrow file, condition]
                        standard output: JSON object of Arrow files not written and why
"""

from __future__ import annotations

import json
import sys

import pyarrow as pa
from pyspark.sql import SparkSession


def main() -> None:
    spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
    # One task a file, so that rows come in their order.
    spark.conf.set("spark.sql.files.minPartitionNum", "1")
    failures = {}
    for settings, source, target, condition in json.load(sys.stdin):
        for name, value in settings.items():
            spark.conf.set(name, value)
        try:
            rows = spark.read.parquet(source)
            table = (rows.where(condition) if condition else rows).toArrow()
        except Exception as error:  # for the test to judge
            failures[target] = f"{type(error).__name__}: {error}"
            continue
        with pa.OSFile(target, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    json.dump(failures, sys.stdout)


main()
