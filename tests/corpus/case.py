"""One statement about one file of the collection, and what came of putting it to the test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus.conversion import Conversions


@dataclass(frozen=True)
class Case:
    """`check` says how we differ, or nothing; without it, `not_applicable` says why."""

    path: Path
    label: str
    check: Callable[[Conversions], str] | None = None
    not_applicable: str = ""


@dataclass(frozen=True)
class Verdict:
    case: Case
    difference: str


@dataclass(frozen=True)
class Examination:
    """All of one file: does it convert with default settings, and which statements hold."""

    path: Path
    name: str
    conversion_count: int
    default_failure: str
    must_convert: bool
    verdicts: list[Verdict]

    @property
    def differences(self) -> list[str]:
        found = [f"{v.case.label}: {v.difference}" for v in self.verdicts if v.difference]
        if self.must_convert and self.default_failure:
            found.insert(0, f"does not convert: {self.default_failure}")
        return found
