"""Results as Markdown for people and as JSON for programs, raw samples included."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.runner.check import Verdict
from benchmarks.runner.measure import Sample
from benchmarks.runner.scenario import Goal, Scenario

MB = 1e6

METRICS: dict[str, Callable[[Sample], float]] = {
    "cpu_s": lambda sample: sample.cpu_s,
    "wall_s": lambda sample: sample.wall_s,
    "user_s": lambda sample: sample.user_s,
    "sys_s": lambda sample: sample.sys_s,
    "peak_rss_bytes": lambda sample: float(sample.peak_rss_bytes),
    "output_bytes": lambda sample: float(sample.output_bytes),
}


@dataclass
class Entry:
    """One contestant's part in a scenario."""

    name: str
    command: list[str]
    is_rival: bool = False
    verdict: Verdict | None = None
    failure: str = ""
    samples: list[Sample] = field(default_factory=list)
    phases: dict[str, float] = field(default_factory=dict)

    @property
    def problem(self) -> str:
        """Why its times must not be believed; empty when they may."""
        wrong = "; ".join(self.verdict.problems) if self.verdict is not None else ""
        return self.failure or wrong

    def median(self, metric: str) -> float:
        return statistics.median(METRICS[metric](sample) for sample in self.samples)

    def spread(self, metric: str) -> str:
        values = [METRICS[metric](sample) for sample in self.samples]
        return f"{min(values):.2f}-{max(values):.2f}"


@dataclass
class Result:
    scenario: Scenario
    csv_bytes: int
    """Of the data as plain CSV, whatever a contestant reads: rates stay comparable."""
    entries: list[Entry]
    machine: dict[str, Any]

    def entry(self, name: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.name == name), None)

    @property
    def pyforge_failures(self) -> list[str]:
        """Why the run must not be believed: our own results that failed or are wrong."""
        ours = [entry for entry in self.entries if entry.name.startswith("pyforge")]
        return [f"{entry.name}: {entry.problem}" for entry in ours if entry.problem]


def judge_goal(goal: Goal, result: Result) -> str:
    """One line: what was aimed at, what came out, met or missed."""
    ours = result.entry(goal.contestant)
    if ours is None or not ours.samples:
        return f"not measured: {goal.metric} of {goal.contestant}"
    value = ours.median(goal.metric)
    if goal.limit is not None:
        bound, what = goal.limit, "the limit"
    else:
        rival = result.entry(goal.rival)
        if rival is None or not rival.samples:
            return f"not measured: {goal.metric} of {goal.rival}"
        bound, what = rival.median(goal.metric) * goal.factor, goal.rival
        if goal.factor != 1.0:
            what = f"{goal.factor:g} x {goal.rival}"
    word = "met" if value <= bound else "MISSED"
    return (
        f"{word}: {goal.metric} of {goal.contestant} is {show(goal.metric, value)},"
        f" {what} is {show(goal.metric, bound)}"
    )


def show(metric: str, value: float) -> str:
    if metric.endswith("_bytes"):
        return f"{value / MB:.0f} MB"
    return f"{value:.3f} s" if value < 1 else f"{value:.2f} s"


def _ours_against(entry: Entry, result: Result) -> Entry | None:
    """Our entry that a rival's is compared with; of readers that of the same engine."""
    if not entry.is_rival:
        return None
    rival = next((c for c in result.scenario.contestants if c.name == entry.name), None)
    if rival is None or rival.kind != "reader":
        return result.entry("pyforge")
    ours = (
        c.name
        for c in result.scenario.contestants
        if c.kind == "reader" and not c.is_rival and c.settings == rival.settings
    )
    return result.entry(next(ours, ""))


def losses(result: Result) -> list[str]:
    """Where a rival is better than us, whatever the goals say."""
    found = []
    for entry in result.entries:
        ours = _ours_against(entry, result)
        if ours is None or not ours.samples or not entry.samples:
            continue
        for metric in ("cpu_s", "wall_s", "peak_rss_bytes", "output_bytes"):
            mine, theirs = ours.median(metric), entry.median(metric)
            if 0 < theirs < mine:
                wrong = entry.verdict is not None and not entry.verdict.is_right
                note = " (with a wrong result)" if wrong else ""
                found.append(
                    f"{metric}: {entry.name} {show(metric, theirs)}{note},"
                    f" {ours.name} {show(metric, mine)}"
                )
    return found


def markdown(result: Result) -> str:
    machine = result.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    loads = [sample.load for entry in result.entries for sample in entry.samples]
    lines = [
        f"## {result.scenario.name}",
        "",
        result.scenario.question,
        "",
        f"{machine['cpu']}, {machine['cores']} cores ({' '.join(machine['cpu_flags'])}),"
        f" {machine['memory_bytes'] / 2**30:.0f} GiB, {machine['system']}; {versions};"
        f" commit {machine['commit']}.",
        f"Data of {result.csv_bytes / MB:.1f} MB as plain CSV;"
        f" medians of {max((len(e.samples) for e in result.entries), default=0)} interleaved runs;"
        f" load {min(loads, default=0):.1f} to {max(loads, default=0):.1f}.",
        "",
        "| contestant | CPU s (min-max) | sys s | MB of CSV / CPU s | wall s (min-max)"
        " | peak RSS MB | out MB | result |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(entry, result.csv_bytes) for entry in result.entries]
    for entry in result.entries:
        if entry.phases:
            phases = ", ".join(f"{name} {seconds:.3f}" for name, seconds in entry.phases.items())
            lines += ["", f"Phases of {entry.name}, seconds: {phases}."]
    scaling = serial_share(result)
    if scaling:
        lines += ["", scaling]
    if result.scenario.goals:
        lines += ["", "Goals:", ""]
        lines += [f"- {judge_goal(goal, result)}" for goal in result.scenario.goals]
    behind = losses(result)
    if behind:
        lines += ["", "Where pyforge is behind:", "", *(f"- {loss}" for loss in behind)]
    if result.pyforge_failures:
        lines += ["", "NOT TO BE BELIEVED:", ""]
        lines += [f"- {failure}" for failure in result.pyforge_failures]
    return "\n".join([*lines, ""])


def _line(entry: Entry, csv_bytes: int) -> str:
    if entry.failure:
        return f"| {entry.name} | - | - | - | - | - | - | failed: {entry.failure} |"
    if not entry.samples:
        return f"| {entry.name} | - | - | - | - | - | - | {_word(entry.verdict)} |"
    cpu = entry.median("cpu_s")
    rate = f"{csv_bytes / MB / cpu:.0f}" if csv_bytes and cpu else "-"
    return (
        f"| {entry.name} | {cpu:.3f} ({entry.spread('cpu_s')}) | {entry.median('sys_s'):.2f}"
        f" | {rate} | {entry.median('wall_s'):.3f} ({entry.spread('wall_s')})"
        f" | {entry.median('peak_rss_bytes') / MB:.0f}"
        f" | {entry.median('output_bytes') / MB:.1f} | {_word(entry.verdict)} |"
    )


def _word(verdict: Verdict | None) -> str:
    if verdict is None:
        return "not compared"
    word = "right" if verdict.is_right else f"**wrong**: {'; '.join(verdict.problems)}"
    return word + ("" if verdict.keeps_order is not False else ", order lost")


def serial_share(result: Result) -> str:
    """What does not run in parallel, from one and two threads by Amdahl's law; else empty."""
    one, two = result.entry("pyforge_1_thread"), result.entry("pyforge_2_threads")
    if one is None or two is None or not one.samples or not two.samples:
        return ""
    ratio = two.median("wall_s") / one.median("wall_s")
    share = max(0.0, 2 * ratio - 1)
    estimates = ", ".join(
        f"{cores} cores {1 / (share + (1 - share) / cores):.1f} times" for cores in (4, 16, 64)
    )
    return (
        f"Two threads are {1 / ratio:.2f} times as fast as one: a serial share of {share:.1%}."
        f" By Amdahl's law: {estimates}."
    )


def as_json(results: Sequence[Result]) -> list[dict[str, Any]]:
    return [
        {
            "scenario": result.scenario.name,
            "question": result.scenario.question,
            "machine": result.machine,
            "csv_bytes": result.csv_bytes,
            "contestants": [dataclasses.asdict(entry) for entry in result.entries],
            "goals": [judge_goal(goal, result) for goal in result.scenario.goals],
            "behind": losses(result),
            "failures": result.pyforge_failures,
        }
        for result in results
    ]
