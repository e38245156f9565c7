"""Things that go wrong while the program is at work: nothing half-written, nothing lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support import program, readers, samples
from support.demands import assert_nothing_left, assert_refused
from support.heavy import assert_kills_leave_nothing, wait_until_consumed
from support.program import MIB, convert, entries, run


def limits_up_to(size_bytes: int) -> list[int]:
    """Where the device is full: at the first bytes, at the last ones and all the way between."""
    near_start, near_end = [0, 1, 4, 5, 100], [size_bytes - 100, size_bytes - 8, size_bytes - 1]
    steps = [size_bytes * step // 16 for step in range(1, 16)]
    return sorted({limit for limit in [*near_start, *steps, *near_end] if 0 <= limit < size_bytes})


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return samples.write_csv(tmp_path_factory.mktemp("source") / "in.csv", 60_000)


def test_no_write_may_fail_unnoticed(tmp_path: Path, source: Path) -> None:
    convert(source, tmp_path / "whole.parquet")
    size = (tmp_path / "whole.parquet").stat().st_size
    target = tmp_path / "out.parquet"
    for limit in limits_up_to(size):
        outcome = run("convert", source, "-o", target, rlimits={"FSIZE": limit})
        assert_refused(outcome, 6, "io.disk_full")
        assert_nothing_left(tmp_path, {"whole.parquet"})


def test_a_limit_on_file_sizes_does_not_kill(tmp_path: Path, source: Path) -> None:
    """`ulimit -f` sends a signal that ends whoever does not ignore it."""
    outcome = run("convert", source, "-o", tmp_path / "out.csv", rlimits={"FSIZE": 65536})

    assert_refused(outcome, 6, "io.disk_full")
    assert_nothing_left(tmp_path, set())


@pytest.mark.parametrize("command", ["schema", "preview", "info", "formats", "--version"])
def test_a_listing_that_cannot_be_written_is_an_error(source: Path, command: str) -> None:
    arguments = [command] if command in ("formats", "--version") else [command, str(source)]
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [str(program.program()), *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            env=program.environment(),
        )
    assert ended.returncode == 6, ended.stderr
    assert b"standard output cannot be written" in ended.stderr


@pytest.mark.parametrize("command", ["schema", "preview", "info", "formats"])
def test_a_reader_that_has_seen_enough_of_a_listing_is_no_error(source: Path, command: str) -> None:
    arguments = ["formats"] if command == "formats" else [command, str(source)]
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [str(program.program()), *arguments],
        stdout=writer,
        stderr=subprocess.PIPE,
        env=program.environment(),
    )
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB; needs the right to mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("may not mount; the test with a limit on file sizes covers the writes")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_an_io_error_and_leaves_room(
    small_disk: Path, tmp_path: Path, source: Path
) -> None:
    convert(source, tmp_path / "whole.parquet")
    size = (tmp_path / "whole.parquet").stat().st_size
    ballast = small_disk / "ballast"
    for free in [0, 4096, 8192, 65536, *(size * step // 6 // 4096 * 4096 for step in range(1, 6))]:
        ballast.write_bytes(b"")
        room = os.statvfs(small_disk)
        ballast.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - free)))
        before = os.statvfs(small_disk).f_bavail

        outcome = run("convert", source, "-o", small_disk / "out.parquet")

        assert_refused(outcome, 6, "io.disk_full")
        assert_nothing_left(small_disk, {"ballast"})
        assert os.statvfs(small_disk).f_bavail == before


def test_a_full_disk_under_the_temporary_files_is_an_io_error(
    small_disk: Path, tmp_path: Path
) -> None:
    source, _ = samples.write_large_csv(tmp_path / "in.csv", 30 * MIB)
    environment = {"TMPDIR": str(small_disk)}
    sort = ("--sort-by", "name", "--memory", "64MiB")

    outcome = run("convert", source, "-o", tmp_path / "out.parquet", *sort, env=environment)

    assert_refused(outcome, 6, "io.disk_full")
    assert "TMPDIR" in outcome.fix
    arguments = ("convert", "-", "--from", "csv", "-o", tmp_path / "out.parquet")
    spooled = run(*arguments, stdin=source.read_bytes(), env=environment)
    assert_refused(spooled, 6, "io.disk_full")
    assert_nothing_left(tmp_path, {"in.csv", "disk"})


def test_a_full_disk_under_the_report_is_an_error(small_disk: Path, source: Path) -> None:
    room = os.statvfs(small_disk)
    (small_disk / "ballast").write_bytes(bytes(room.f_bavail * room.f_frsize))
    target = small_disk.parent / "out.parquet"

    outcome = run("convert", source, "-o", target, "--report", small_disk / "report.json")

    assert outcome.exit_code == 6, outcome


def test_a_closed_standard_output_is_an_io_error(source: Path) -> None:
    with program.start("convert", source, "-o", "-", "-f", "parquet") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read().decode()
        assert process.wait() == 6, errors


class Feeder:
    """Gives a program the sample table without end, until told to stop."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._stop = threading.Event()
        self._stream = process.stdin
        self._thread = threading.Thread(target=self._feed, daemon=True)
        self._thread.start()

    def _feed(self) -> None:
        assert self._stream is not None
        try:
            for block in samples.blocks():
                self._stream.write(block)
                if self._stop.is_set():
                    break
            self._stream.close()
        except OSError:
            pass  # the program has ended

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=30)


STREAMED = ("convert", "-", "--from", "csv", "--types", "strings", "-o")


def test_an_output_directory_that_vanishes_is_an_io_error(tmp_path: Path) -> None:
    directory = tmp_path / "gone"
    directory.mkdir()
    with program.start(*STREAMED, directory / "out.parquet", stdin=subprocess.PIPE) as process:
        feeder = Feeder(process)
        wait_until_consumed(process, 8 * MIB, 20)
        shutil.rmtree(directory)
        feeder.stop()
        assert process.stderr is not None
        errors = process.stderr.read().decode()
        code = process.wait(timeout=30)
    assert code == 6, errors
    assert "io.output_directory_gone" in errors
    assert_nothing_left(tmp_path, set())


def interrupt(tmp_path: Path, number: signal.Signals, *, feed: bool) -> tuple[int, float, str]:
    """Sends the signal to a run in the middle of its work: exit code, seconds, errors."""
    target = tmp_path / "out.parquet"
    with program.start(*STREAMED, target, stdin=subprocess.PIPE) as process:
        if feed:
            feeder = Feeder(process)
            wait_until_consumed(process, 20 * MIB, 20)
        else:
            assert process.stdin is not None
            process.stdin.write(samples.HEADER + b"1,a,2.5,2024-01-01,x\n")
            process.stdin.flush()
            time.sleep(0.3)
        start = time.monotonic()
        process.send_signal(number)
        code = process.wait(timeout=30)
        duration = time.monotonic() - start
        assert process.stderr is not None
        errors = process.stderr.read().decode()
        if feed:
            feeder.stop()
        elif process.stdin is not None:
            process.stdin.close()
    return code, duration, errors


@pytest.mark.parametrize("feed", [True, False], ids=["at work", "waiting for input"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: str(n.name))
def test_an_interrupt_ends_the_run_at_once_and_leaves_nothing(
    tmp_path: Path, number: signal.Signals, feed: bool
) -> None:
    durations = []
    for _ in range(3):
        code, duration, errors = interrupt(tmp_path, number, feed=feed)
        assert code == 128 + number, errors
        assert_nothing_left(tmp_path, set())
        durations.append(duration)
    # The best of three, because others may keep the machine busy; a program that is measured for
    # coverage takes as long again to write that down.
    least = min(run("--version").wall_s for _ in range(3))
    assert min(durations) < 0.2 + least, (durations, least)


def test_an_interrupt_keeps_the_output_that_was_there(tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    target.write_bytes(b"precious")
    with program.start(*STREAMED, target, "--overwrite", stdin=subprocess.PIPE) as process:
        feeder = Feeder(process)
        wait_until_consumed(process, 20 * MIB, 20)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        feeder.stop()
    assert target.read_bytes() == b"precious"
    assert_nothing_left(tmp_path, {"out.parquet"})


def test_kill_9_at_random_moments_leaves_nothing(tmp_path: Path) -> None:
    assert_kills_leave_nothing(tmp_path, rounds=15, size=40 * MIB)


def test_of_two_runs_to_one_output_one_wins_and_the_file_is_whole(tmp_path: Path) -> None:
    source, count = samples.write_large_csv(tmp_path / "in.csv", 20 * MIB)
    target = tmp_path / "out.parquet"
    for _ in range(3):
        target.unlink(missing_ok=True)
        both = [program.start("convert", source, "-o", target) for _ in range(2)]
        codes = []
        for process in both:
            _, errors = process.communicate(timeout=120)
            codes.append(process.returncode)
            assert process.returncode in (0, 7), errors.decode()
        assert sorted(codes) == [0, 7]
        assert pq.read_metadata(target).num_rows == count
        assert_nothing_left(tmp_path, {"in.csv", "out.parquet"})


def test_runs_beside_each_other_do_not_disturb_each_other(tmp_path: Path) -> None:
    source, count = samples.write_large_csv(tmp_path / "in.csv", 10 * MIB)
    work = tmp_path / "work"
    work.mkdir()
    running = [
        program.start("convert", source, "-o", work / f"{i}.parquet", "--memory", "128MiB")
        for i in range(4)
    ]
    for process in running:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
    assert entries(work) == {f"{i}.parquet" for i in range(4)}
    assert {pq.read_metadata(path).num_rows for path in work.iterdir()} == {count}


def test_the_rows_do_not_depend_on_threads_or_memory(tmp_path: Path, source: Path) -> None:
    reference = None
    for number, options in enumerate(
        [("1", "512MiB"), ("2", "512MiB"), ("7", "512MiB"), ("2", "128MiB")]
    ):
        target = tmp_path / f"{number}.parquet"
        convert(source, target, "--threads", options[0], "--memory", options[1])
        table = readers.read_pyarrow(target)
        reference = reference or table
        assert table == reference, options


def test_the_same_command_gives_the_same_bytes(tmp_path: Path, source: Path) -> None:
    for name in ("a", "b"):
        convert(source, tmp_path / f"{name}.parquet", "--threads", "2")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
