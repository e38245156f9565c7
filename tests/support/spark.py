"""A Spark Connect server for tests, and its answers about Parquet files."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENT = ROOT / "build" / "spark-client" / "bin" / "python"

# Spark decodes pages by code of its own for batches of rows, or by parquet-java row by row.
READERS: dict[str, dict[str, str]] = {
    "spark": {"spark.sql.parquet.enableVectorizedReader": "true"},
    "parquet-java": {"spark.sql.parquet.enableVectorizedReader": "false"},
}


def tool() -> Path | None:
    """The program that starts servers: $PYFORGE_SPARK_SERVER, else ../shared/tools/spark-server;
    none when this machine lacks it. One that was named and is not there is a mistake."""
    named = os.environ.get("PYFORGE_SPARK_SERVER")
    path = Path(named) if named else ROOT.parent / "shared" / "tools" / "spark-server"
    if path.is_file():
        return path
    if named:
        raise FileNotFoundError(f"PYFORGE_SPARK_SERVER names {named}, which is not there")
    return None


@contextlib.contextmanager
def server(program: Path) -> Iterator[str]:
    """The URL of a server that ends with the block."""
    name = ["--name", f"pyforge-tests-{os.getpid()}"]
    words = [sys.executable, str(program)]
    options = ["--formats", "delta", "--port", "0", *name]
    started = subprocess.run(
        [*words, "start", *options], stdout=subprocess.PIPE, text=True, check=True
    )
    try:
        yield started.stdout.split()[-1]
    finally:
        subprocess.run([*words, "stop", *name], check=True)


@dataclass(frozen=True)
class Job:
    """A Parquet file to be read, under settings, into an Arrow file: the rows of the condition, or
    without one all."""

    settings: Mapping[str, str]
    source: Path
    target: Path
    condition: str = ""


def read(url: str, jobs: Sequence[Job], timeout_s: float) -> dict[Path, str]:
    """Has the server read Parquet files; tells which Arrow files are not there, and why."""
    task = json.dumps(
        [(job.settings, str(job.source), str(job.target), job.condition) for job in jobs]
    )
    script = Path(__file__).with_name("spark_client.py")
    done = subprocess.run(
        [str(CLIENT), str(script), url],
        input=task,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=timeout_s,
    )
    return {Path(target): reason for target, reason in json.loads(done.stdout).items()}
