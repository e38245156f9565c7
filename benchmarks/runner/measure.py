"""Runs whole processes under the same conditions and measures each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LAUNCHER = ROOT / "tests" / "support" / "launcher.py"
RIVALS = ROOT / "benchmarks" / "rivals"


@dataclass(frozen=True)
class Sample:
    """One run. Times in seconds; the peak is that of the largest process of the run."""

    exit_code: int
    wall_s: float
    user_s: float
    sys_s: float
    peak_rss_bytes: int
    output_bytes: int
    load: float
    errors: str
    fed_rows: int

    @property
    def cpu_s(self) -> float:
        return self.user_s + self.sys_s


def run(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str],
    output: Path,
    feeder: Sequence[str] = (),
) -> Sample:
    """Runs one process from scratch: no output there, and no unwritten pages of earlier runs.

    `feeder` is the command whose output the process reads as standard input.
    """
    remove(output)
    os.sync()
    load = os.getloadavg()[0]
    read_fd, write_fd = os.pipe()
    task = json.dumps({"argv": list(argv), "report_fd": write_fd})
    source = None
    if feeder:
        source = subprocess.Popen(feeder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with subprocess.Popen(
        [sys.executable, "-I", "-S", str(LAUNCHER), task],
        stdin=source.stdout if source is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        pass_fds=[write_fd],
    ) as process:
        os.close(write_fd)
        if source is not None and source.stdout is not None:
            source.stdout.close()
        _, errors = process.communicate()
    fed_rows = 0
    if source is not None and source.stderr is not None:
        said = source.stderr.read().split()  # "N rows, M bytes"
        source.wait()
        fed_rows = int(said[0]) if said else 0
    with os.fdopen(read_fd, "rb") as pipe:
        report = json.loads(pipe.read() or b"{}")
    return Sample(
        exit_code=report.get("exit_code", -1),
        wall_s=report.get("wall_s", 0.0),
        user_s=report.get("user_s", 0.0),
        sys_s=report.get("sys_s", 0.0),
        peak_rss_bytes=report.get("peak_rss_bytes", 0),
        output_bytes=size_of(output),
        load=load,
        errors=errors.decode("utf-8", errors="replace")[-2000:],
        fed_rows=fed_rows,
    )


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def size_of(path: Path) -> int:
    if path.is_dir():
        return sum(entry.stat().st_size for entry in path.rglob("*") if entry.is_file())
    return path.stat().st_size if path.exists() else 0


def warm(path: Path) -> None:
    """Reads a file once, so that every contestant finds it in the page cache."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    buffer = bytearray(1 << 22)
    for file in files:
        with file.open("rb", buffering=0) as stream:
            while stream.readinto(buffer):
                pass
