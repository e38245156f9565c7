"""Runs the program under test and tells what became of it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LAUNCHER = Path(__file__).resolve().parent / "launcher.py"
MIB = 1 << 20


def located() -> Path:
    """Where the program should be: $PYFORGE_PROGRAM or $PYFORGE, else build/release/pyforge."""
    named = os.environ.get("PYFORGE_PROGRAM") or os.environ.get("PYFORGE")
    return Path(named).resolve() if named else ROOT / "build" / "release" / "pyforge"


def program() -> Path:
    """The pyforge under test; a test that needs it fails where it is missing."""
    path = located()
    if not path.is_file():
        pytest.fail(f"there is no program at {path}: run ./dev build", pytrace=False)
    return path


@dataclass(frozen=True)
class Outcome:
    """What one run gave. Times in seconds, sizes in bytes."""

    exit_code: int
    stdout: bytes
    stderr: str
    wall_s: float
    cpu_s: float
    peak_rss_bytes: int

    @property
    def error_code(self) -> str:
        """The stable code of the printed error, such as csv.ragged_row; empty without one."""
        match = re.search(r"^code\s+(\S+)\s*$", self.stderr, re.MULTILINE)
        return match.group(1) if match else ""

    @property
    def fix(self) -> str:
        match = re.search(r"^fix\s+(.+)$", self.stderr, re.MULTILINE)
        return match.group(1) if match else ""

    @property
    def where(self) -> str:
        match = re.search(r"^where\s+(.+)$", self.stderr, re.MULTILINE)
        return match.group(1) if match else ""

    def json(self) -> Any:
        return json.loads(self.stdout)

    def __str__(self) -> str:
        return f"exit {self.exit_code}\n{self.stderr[-2000:]}"


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """A clean environment: no setting of the caller's reaches the program."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYFORGE")}
    kept.update({"NO_COLOR": "1", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"})
    kept.update(changes or {})
    return kept


def run(
    *arguments: str | Path,
    stdin: bytes | IO[bytes] | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout_s: float = 120,
    rlimits: Mapping[str, int] | None = None,
    prefix: Sequence[str] = (),
) -> Outcome:
    """Runs `PREFIX pyforge ARGUMENTS` to its end; outliving `timeout_s` fails the test."""
    argv = [*prefix, str(program()), *map(str, arguments)]
    return run_command(argv, stdin=stdin, cwd=cwd, env=env, timeout_s=timeout_s, rlimits=rlimits)


def run_command(
    argv: Sequence[str],
    *,
    stdin: bytes | IO[bytes] | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout_s: float = 120,
    rlimits: Mapping[str, int] | None = None,
) -> Outcome:
    """Runs any command line under limits (`rlimits`: names as in resource.RLIMIT_*)."""
    read_fd, write_fd = os.pipe()
    limits = dict(rlimits or {})
    task = {"argv": list(argv), "report_fd": write_fd, "rlimits": limits}
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(task)]
    changes = dict(env or {})
    if "FSIZE" in limits:
        # The coverage build's counts would be cut off, and all later ones lost with them.
        changes.update({"GCOV_PREFIX": os.devnull, "GCOV_ERROR_FILE": os.devnull})
    data = stdin if isinstance(stdin, bytes) else None
    channel = subprocess.DEVNULL if stdin is None or isinstance(stdin, bytes) else stdin
    with subprocess.Popen(
        launcher,
        stdin=channel if data is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=environment(changes),
        pass_fds=[write_fd],
        start_new_session=True,
    ) as process:
        os.close(write_fd)
        try:
            stdout, stderr = process.communicate(data, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            os.close(read_fd)
            pytest.fail(f"still running after {timeout_s} s: {' '.join(argv)}", pytrace=False)
    with os.fdopen(read_fd, "rb") as pipe:
        text = pipe.read()
    if not text:
        raise RuntimeError(f"the launcher failed: {stderr.decode(errors='replace')}")
    report = json.loads(text)
    return Outcome(
        exit_code=report["exit_code"],
        stdout=stdout,
        stderr=stderr.decode("utf-8", errors="replace"),
        wall_s=report["wall_s"],
        cpu_s=report["user_s"] + report["sys_s"],
        peak_rss_bytes=report["peak_rss_bytes"],
    )


def start(
    *arguments: str | Path,
    stdin: IO[bytes] | int | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Starts `pyforge ARGUMENTS` and returns at once, for tests that send it signals."""
    return subprocess.Popen(
        [str(program()), *map(str, arguments)],
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=environment(env),
        start_new_session=True,
    )


def convert(source: Path, target: Path, *options: str | Path) -> Outcome:
    """Converts and fails the test when that does not end well."""
    outcome = run("convert", source, "-o", target, *options)
    assert outcome.exit_code == 0, f"convert {source.name} {' '.join(map(str, options))}: {outcome}"
    return outcome


def without_privilege() -> list[str]:
    """A command prefix under which file permissions bind root too; empty for other users."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]


def entries(directory: Path) -> set[str]:
    """Every name under a directory, hidden ones too, to show that nothing was left behind."""
    return {str(path.relative_to(directory)) for path in directory.rglob("*")}
