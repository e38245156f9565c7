"""Puts the whole collection to the test and sums up what came of it."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from corpus import pollock
from corpus.case import Case, Examination, Verdict
from corpus.collection import Collection, is_expectation
from corpus.conversion import Conversions

KNOWN_DIFFERENCES = Path(__file__).resolve().parent.parent / "known_differences.toml"
KNOWN_DIFFERENCES_MAX = 10
WORKERS = 2


def examine_file(collection: Collection, path: Path) -> Examination:
    with Conversions(path) as runs:
        default = runs.typed(collection.default_flags(path))
        verdicts = [
            Verdict(case, case.check(runs) if case.check is not None else "")
            for case in collection.cases(path)
        ]
        must_convert = collection.must_convert(path)
        failure = default.failure()
        if failure and not must_convert and not default.is_clean_refusal:
            # Survived means converted or refused for a reason, never crashed or hung.
            verdicts.append(
                Verdict(_survival(path), f"neither converted nor refused cleanly: {failure}")
            )
        return Examination(path, collection.name(path), runs.count, failure, must_convert, verdicts)


def _survival(path: Path) -> Case:
    return Case(path, "survived")


def examine(collection: Collection, paths: Sequence[Path] | None = None) -> list[Examination]:
    """Examines files in their order, some at a time."""
    with ThreadPoolExecutor(WORKERS) as pool:
        chosen = collection.files if paths is None else paths
        return list(pool.map(lambda path: examine_file(collection, path), chosen))


def known_differences() -> dict[str, str]:
    """Why a named file may differ, by its name within the collection."""
    with KNOWN_DIFFERENCES.open("rb") as file:
        listed = tomllib.load(file).get("difference", [])
    return {entry["file"]: entry["reason"] for entry in listed}


def summary(examinations: Sequence[Examination]) -> str:
    """The counts, and by name what differs."""
    inputs = [e for e in examinations if not is_expectation(e.name)]
    verdicts = [v for e in examinations for v in e.verdicts]
    applied = [v for v in verdicts if v.case.check is not None]
    skipped = Counter(v.case.not_applicable for v in verdicts if v.case.not_applicable)
    agreeing = sum(not v.difference for v in applied)
    failed = [e for e in examinations if e.default_failure]
    differing = [e for e in examinations if e.differences]
    lines = [
        f"{len(examinations)} files, {len(inputs)} of them inputs,"
        f" {sum(e.conversion_count for e in examinations)} conversions",
        f"{len(examinations) - len(failed)} convert with exit 0; not: {len(failed)}, of which"
        f" {sum(not e.must_convert for e in failed)} are called bad or need only be survived",
        f"{len(verdicts)} statements: {len(applied)} applied, {agreeing} agree;"
        f" {sum(skipped.values())} not applicable:",
        *(f"  {count:4} {reason}" for reason, count in skipped.most_common()),
        f"{len(differing)} files differ:",
        *(f"  {e.name}: {e.differences[0]}"[:240] for e in differing),
    ]
    return "\n".join(lines)


@dataclass(frozen=True)
class PollockScore:
    """Ten points at most, for one of the two folders and one way of running."""

    simple: float
    weighted: float | None
    points: dict[str, float]


def pollock_score(collection: Collection, folder: str, *, dialect_is_given: bool) -> PollockScore:
    """Scores polluted_files or survey_sample."""
    base = collection.root / "HPI-Information-Systems_Pollock" / folder

    def score(path: Path) -> float:
        parameters = pollock.read_parameters(base / "parameters" / f"{path.name}_parameters.json")
        flags = parameters.flags(path) if dialect_is_given else []
        with Conversions(path) as runs:
            table = runs.text(flags).table
        rows = pollock.read_clean(base / "clean" / path.name)
        return pollock.score(table, rows, parameters.header_lines)

    paths = sorted((base / "csv").iterdir())
    with ThreadPoolExecutor(WORKERS) as pool:
        points = {
            path.name: value for path, value in zip(paths, pool.map(score, paths), strict=True)
        }
    weights = pollock.read_weights(base / "weights.json")
    weighted = pollock.weighted_mean(points, weights) if weights else None
    return PollockScore(pollock.mean(points), weighted, points)
