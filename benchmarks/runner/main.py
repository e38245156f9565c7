"""Checks each contestant's result, then times all of them in turns, then reports."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import generate
from benchmarks.runner import check, machine, measure, report, scenario
from benchmarks.runner.report import Entry, Result
from benchmarks.runner.scenario import Contestant, Scenario

ROOT = Path(__file__).resolve().parent.parent.parent


def parse_arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description=__doc__)
    parser.add_argument(
        "scenarios",
        nargs="*",
        metavar="SCENARIO",
        help="or a group of them, such as csv; all when left out",
    )
    parser.add_argument("--list", action="store_true", help="name the scenarios and stop")
    parser.add_argument("--program", type=Path, help="default: $PYFORGE, build/release/pyforge")
    parser.add_argument("--repeats", type=int, help="timed runs of each; default: the scenario's")
    parser.add_argument("--bytes", type=generate.parse_bytes, dest="size_bytes", metavar="SIZE")
    parser.add_argument("--only", help="contestants whose name contains one of these, by comma")
    parser.add_argument("--no-check", action="store_true", help="for profiling: trust the results")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench-results")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(words)
    if arguments.list:
        for name in scenario.names():
            print(f"{name:36} {scenario.load(name).question}")
        return 0
    named = arguments.program or os.environ.get("PYFORGE") or ROOT / "build/release/pyforge"
    program = Path(named).resolve()
    results = []
    names = [name for word in arguments.scenarios for name in scenario.named(word) or [word]]
    for name in names or scenario.names():
        if name not in scenario.names():
            print(f"no scenario {name}; there are {', '.join(scenario.names())}", file=sys.stderr)
            return 2
        result = Bench(scenario.load(name, arguments.size_bytes), program, arguments).result()
        print(report.markdown(result), flush=True)
        results.append(result)
    arguments.output.mkdir(parents=True, exist_ok=True)
    stem = time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime())
    text = "\n".join(report.markdown(result) for result in results)
    (arguments.output / f"{stem}.md").write_text(f"# Benchmarks {stem}\n\n{text}", "utf-8")
    written = arguments.output / f"{stem}.json"
    written.write_text(json.dumps(report.as_json(results), indent=1), "utf-8")
    print(f"kept in {written} and .md", file=sys.stderr)
    return 1 if any(result.pyforge_failures for result in results) else 0


class Bench:
    """One scenario at work."""

    def __init__(self, plan: Scenario, program: Path, arguments: argparse.Namespace) -> None:
        self.plan = plan
        self.program = program
        self.repeats: int = arguments.repeats or plan.repeats
        self.is_checked = not arguments.no_check
        self.work = generate.data_directory() / f"work-{os.getpid()}"
        only = arguments.only.split(",") if arguments.only else [""]
        self.contestants = [c for c in plan.contestants if any(part in c.name for part in only)]
        self.data = self._data()
        self.feeder = self._feeder()

    def _data(self) -> Path | None:
        """The file or directory of CSV from which every input is made."""
        data = self.plan.data
        if data.shape == "none" or data.is_stream:
            return None
        if data.shape == "many":
            return generate.ensure_many(data.files, seed=data.seed)
        return generate.ensure_file(data.shape, size_bytes=data.size_bytes, seed=data.seed)

    def _input(self, contestant: Contestant) -> Path | None:
        if self.data is None:
            return None
        if contestant.parquet_of:
            return self._parquet(contestant.parquet_of)
        return generate.ensure_gzip(self.data) if self.plan.data.is_gzipped else self.data

    def _parquet(self, writer: str) -> Path:
        """What a program makes of the data with its defaults and SNAPPY; others than pyforge have
        the values and types from pyforge's file."""
        path = self.work / f"{writer}.parquet"
        if not path.exists():
            self._say(f"{self.plan.name}: making the file of {writer}")
            if writer == "pyforge":
                words = ["convert", str(self.data), "-o", str(path), "--quiet", "--threads", "2"]
                subprocess.run([str(self.program), *words], check=True)
            else:
                subprocess.run(_reader(writer, self._parquet("pyforge"), str(path)), check=True)
        return path

    def _feeder(self) -> list[str]:
        data = self.plan.data
        if not data.is_stream:
            return []
        return generate.command(data.shape, size_bytes=data.size_bytes, seed=data.seed)

    def result(self) -> Result:
        self.work.mkdir(parents=True, exist_ok=True)
        try:
            entries = [self._checked(contestant) for contestant in self.contestants]
            running = [
                (contestant, entry)
                for contestant, entry in zip(self.contestants, entries, strict=True)
                if not entry.failure
            ]
            for number in range(self.repeats):
                for contestant, entry in running:
                    self._say(f"{self.plan.name}: run {number + 1} of {entry.name}")
                    sample = self._run(contestant)
                    if sample.exit_code == 0:
                        entry.samples.append(sample)
                    else:
                        entry.failure = f"exit {sample.exit_code} in timed run {number + 1}"
        finally:
            shutil.rmtree(self.work, ignore_errors=True)
        size = measure.size_of(self.data) if self.data else self.plan.data.size_bytes
        return Result(self.plan, size, entries, machine.describe(self.program))

    def _say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    @property
    def _output(self) -> Path:
        return self.work / f"out.{self.plan.output}"

    def _checked(self, contestant: Contestant) -> Entry:
        """Runs a contestant once, untimed, and looks at what it made."""
        # Results are kept with the sources: no path of this machine.
        words = [word.replace(f"{ROOT}/", "") for word in self._command(contestant)]
        entry = Entry(contestant.name, words, contestant.is_rival)
        self._say(f"{self.plan.name}: checking {contestant.name}")
        sample = self._run(contestant, is_kept=True)
        if sample.exit_code != 0:
            said = sample.errors.strip().splitlines()
            entry.failure = f"exit {sample.exit_code}: {said[-1][:200] if said else ''}"
        elif self.plan.types and self.is_checked:
            if self.feeder:
                entry.verdict = check.judge_stream(self._output, sample.fed_rows)
            elif self.data is not None:
                types = contestant.types or self.plan.types
                expected = check.reference(self.data, types)
                entry.verdict = check.judge(self._output, expected, types)
        report_path = self.work / "report.json"
        if report_path.exists():
            phases = json.loads(report_path.read_text("utf-8")).get("phases", {})
            entry.phases = {name: seconds for name, seconds in phases.items() if seconds}
            report_path.unlink()
        return entry

    def _run(self, contestant: Contestant, *, is_kept: bool = False) -> measure.Sample:
        source = self._input(contestant)
        if source is not None:
            measure.warm(source)
        return measure.run(
            self._command(contestant, is_kept=is_kept),
            environment={"TMPDIR": str(self.work), **contestant.environment},
            output=self._output,
            feeder=self.feeder,
        )

    def _command(self, contestant: Contestant, *, is_kept: bool = False) -> list[str]:
        """`is_kept`: readers write what they have read."""
        given = self._input(contestant)
        places = {
            "{input}": str(given or "-"),
            "{output}": str(self._output),
            "{report}": str(self.work / "report.json"),
            "{schema}": str(self._schema()) if "{schema}" in contestant.arguments else "",
            "{python}": sys.executable,
        }
        if contestant.kind in scenario.RIVALS:
            script = measure.RIVALS / f"{contestant.kind}_convert.py"
            source = str(given or "/dev/stdin")
            if given is not None and given.is_dir():
                source = str(given / "*.csv")
            settings = json.dumps(contestant.settings)
            return [sys.executable, str(script), source, str(self._output), settings]
        if contestant.kind == "reader":
            assert given is not None, "a reader needs data"
            return _reader(
                contestant.settings["engine"], given, str(self._output) if is_kept else "-"
            )
        words = [places.get(word, word) for word in contestant.arguments]
        return words if contestant.kind == "command" else [str(self.program), *words]

    def _schema(self) -> Path:
        """The contract of a short file of the same shape."""
        data = self.plan.data
        path = self.work / "schema.json"
        if not path.exists():
            sample = generate.ensure_file(data.shape, rows=20_000, seed=data.seed)
            with path.open("wb") as file:
                command = [str(self.program), "schema", str(sample), "--json"]
                subprocess.run(command, stdout=file, check=True)
        return path


def _reader(engine: str, source: Path, target: str) -> list[str]:
    return [sys.executable, str(measure.RIVALS / "read_parquet.py"), engine, str(source), target]
