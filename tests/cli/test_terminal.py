"""Logging, progress, colours and interrupts, in a terminal and without one."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

from support import program, samples
from support.program import run


def test_log_lines_can_be_json(orders: Path) -> None:
    outcome = run(
        "convert", orders, env={"PYFORGE_LOG_LEVEL": "debug", "PYFORGE_LOG_FORMAT": "json"}
    )

    lines = [json.loads(line) for line in outcome.stderr.splitlines() if line.startswith("{")]
    assert any(line["level"] == "debug" and "engine" in line["message"] for line in lines)
    assert all(re.match(r"\d{4}-\d\d-\d\dT", line["time"]) for line in lines)


def test_progress_can_be_lines_of_json(tmp_path: Path) -> None:
    source = samples.write_csv(tmp_path / "in.csv", 1000)
    outcome = run("convert", source, "--progress", "json", "--quiet")
    assert outcome.stderr == ""

    outcome = run("convert", source, "--progress", "json", "--overwrite")
    lines = [json.loads(line) for line in outcome.stderr.splitlines() if line.startswith("{")]
    assert lines[-1]["rows_written"] == 1000
    assert lines[-1]["bytes_read"] == lines[-1]["bytes_total"] == source.stat().st_size


def in_terminal(arguments: list[str], columns: int = 80, seconds: float = 60) -> tuple[int, str]:
    """Runs the program with both streams on a terminal; gives exit code and what it showed."""
    leader, follower = pty.openpty()
    size = columns.to_bytes(2, "little")
    import fcntl
    import termios

    fcntl.ioctl(follower, termios.TIOCSWINSZ, b"\x18\x00" + size + b"\x00" * 4)
    env = program.environment({"TERM": "xterm"})
    env.pop("NO_COLOR")
    process = subprocess.Popen(
        [str(program.program()), *arguments], stdout=follower, stderr=follower, env=env
    )
    os.close(follower)
    shown = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            block = os.read(leader, 65536)
        except OSError:
            break
        if not block:
            break
        shown += block
    code = process.wait(timeout=seconds)
    os.close(leader)
    return code, shown.decode("utf-8", errors="replace")


def test_a_terminal_gets_colours_and_a_bar(tmp_path: Path) -> None:
    source, _ = samples.write_large_csv(tmp_path / "in.csv", 150 << 20)
    code, shown = in_terminal(["convert", str(source), "-o", str(tmp_path / "o.parquet")])

    assert code == 0
    assert re.search(r"\r\x1b\[Kconvert +\d+ %", shown)
    assert re.search(r"rows +[\d.]+ .?B/s", shown)
    # The bar is gone when the summary comes.
    assert re.search(r"\r\x1b\[K[^\r]*in\.csv -> [^\r]*rows", shown)

    code, shown = in_terminal(["info", str(tmp_path / "none")])
    assert code == 4
    assert "\x1b[31merror\x1b[0m" in shown


def test_a_preview_is_cut_to_the_terminal(tmp_path: Path) -> None:
    source = tmp_path / "wide.csv"
    source.write_text(",".join(f"column{i}" for i in range(30)) + "\n" + ",".join("x" * 30) + "\n")
    code, shown = in_terminal(["preview", str(source)], columns=50)

    assert code == 0
    lines = re.sub(r"\x1b\[\d+m", "", shown).replace("\r", "").splitlines()
    assert max(len(line) for line in lines[:-1]) <= 50
    assert "more columns did not fit" in lines[-1]


def test_a_second_interrupt_kills(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    with (
        os.fdopen(write_end, "wb"),
        os.fdopen(read_end, "rb") as silence,
        program.start(
            "convert", "-", "--from", "csv", "-o", tmp_path / "o.parquet", stdin=silence
        ) as process,
    ):
        time.sleep(0.5)
        process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        assert process.wait(timeout=10) in (130, 143, -signal.SIGINT, -signal.SIGTERM)
