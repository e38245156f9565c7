"""A scenario: which data, who converts it how, what the result must be and what is aimed at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import generate

DIRECTORY = Path(__file__).resolve().parent.parent / "scenarios"
# Each has a script, benchmarks/rivals/NAME_convert.py.
RIVALS = ("duckdb", "polars", "pyarrow")


@dataclass(frozen=True)
class Contestant:
    """One way to do the job.

    `kind` is pyforge, one of RIVALS, reader or command; `arguments` are pyforge's or the command's
    words, in which {input} and {output} stand for paths; `settings` go to a rival's script. A
    reader is a rival that reads Parquet and keeps nothing: only for the check it writes what it has
    read.
    """

    name: str
    kind: str
    arguments: list[str]
    settings: dict[str, Any]
    environment: dict[str, str]
    types: dict[str, str]
    """The types in which its result is compared, where they are not the scenario's."""
    parquet_of: str
    """Reads the Parquet that this program makes of the data, pyforge or a reader's engine; empty:
    the data itself."""

    @property
    def is_rival(self) -> bool:
        return self.kind in RIVALS or self.parquet_of not in ("", "pyforge")


@dataclass(frozen=True)
class Goal:
    """`metric` of `contestant` must stay at or below `limit`, or below `factor` times a rival's."""

    metric: str
    contestant: str
    limit: float | None
    rival: str
    factor: float


@dataclass(frozen=True)
class Data:
    """What is converted; `shape` none means that nothing is read."""

    shape: str
    size_bytes: int
    files: int
    seed: int
    is_stream: bool
    is_gzipped: bool


@dataclass(frozen=True)
class Scenario:
    name: str
    question: str
    groups: list[str]
    data: Data
    repeats: int
    types: dict[str, str]
    """The SQL type in which each column is compared; "*" stands for the rest. In the JSON "own"
    stands for the types that the data are made in."""
    contestants: list[Contestant]
    goals: list[Goal]
    output: str
    """The suffix of what is made: parquet or csv."""


def names() -> list[str]:
    return sorted(path.stem for path in DIRECTORY.glob("*.json"))


def named(word: str) -> list[str]:
    """The scenario of that name, or those of that group."""
    return [name for name in names() if word == name or word in load(name).groups]


def load(name: str, size_bytes: int | None = None) -> Scenario:
    """Reads a scenario; `size_bytes` overrides how much data it wants."""
    raw: Mapping[str, Any] = json.loads((DIRECTORY / f"{name}.json").read_text("utf-8"))
    data: Mapping[str, Any] = raw.get("data", {})
    shape = data.get("shape", "none")
    stated = generate.parse_bytes(str(data.get("bytes", "0")))
    return Scenario(
        name=name,
        question=raw["question"],
        groups=raw.get("groups", []),
        data=Data(
            shape=shape,
            size_bytes=size_bytes or stated,
            files=data.get("files", 0),
            seed=data.get("seed", 1),
            is_stream=data.get("stream", False),
            is_gzipped=data.get("gzip", False),
        ),
        repeats=raw.get("repeats", 5),
        types=_types(raw, shape),
        contestants=[_contestant(entry, shape) for entry in raw["contestants"]],
        goals=[_goal(entry) for entry in raw.get("goals", [])],
        output=raw.get("output", "parquet"),
    )


def _types(raw: Mapping[str, Any], shape: str) -> dict[str, str]:
    stated = raw.get("types", {})
    return generate.TYPES[shape] if stated == "own" else dict(stated)


def _contestant(raw: Mapping[str, Any], shape: str) -> Contestant:
    return Contestant(
        name=raw["name"],
        kind=raw.get("kind", "pyforge"),
        arguments=raw.get("arguments", []),
        settings=raw.get("settings", {}),
        environment=raw.get("environment", {}),
        types=_types(raw, shape),
        parquet_of=raw.get("parquet_of", ""),
    )


def _goal(raw: Mapping[str, Any]) -> Goal:
    limit = raw.get("limit")
    if isinstance(limit, str):
        limit = float(generate.parse_bytes(limit))
    return Goal(
        metric=raw["metric"],
        contestant=raw.get("contestant", "pyforge"),
        limit=limit,
        rival=raw.get("rival", ""),
        factor=raw.get("factor", 1.0),
    )
