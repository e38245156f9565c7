"""What a result depends on besides the code: machine, versions, commit."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
FLAGS = ("avx2", "avx512f", "avx512_vbmi2", "pclmulqdq", "vpclmulqdq")


def describe(program: Path) -> dict[str, Any]:
    """Everything that goes into the head of a report."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "cpu_flags": _cpu_flags(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()}",
        "load_at_start": os.getloadavg()[0],
        "versions": {
            "pyforge": _output([str(program), "--version"]),
            **{name: _version(name) for name in ("duckdb", "polars", "pyarrow")},
            "python": platform.python_version(),
        },
        "commit": _output(["git", "-C", str(ROOT), "describe", "--always", "--dirty"]),
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def _output(argv: list[str]) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    except OSError as error:
        return f"absent: {error.strerror}"
    return done.stdout.strip()


def _cpu_info(key: str) -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith(key):
            return line.partition(":")[2].strip()
    return ""


def _cpu_model() -> str:
    return _cpu_info("model name") or platform.machine()


def _cpu_flags() -> list[str]:
    present = set(_cpu_info("flags").split())
    return [flag for flag in FLAGS if flag in present]
