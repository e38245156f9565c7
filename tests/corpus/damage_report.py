"""What many judgements come to, by kind of damage."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.damage import kinds, variants
from corpus.damage_judge import Judgement, judge

KNOWN_GAPS = Path(__file__).resolve().parent.parent / "known_damage_gaps.toml"
SHOWN_MAX = 20
RECALL_MIN, PRECISION_MIN = 0.99, 0.99


@dataclass(frozen=True)
class Score:
    """Of one kind, or of all."""

    kind: str
    variants: int
    touched: int
    whole: int
    found: int
    alarms: int

    @property
    def recall(self) -> float:
        return self.found / self.touched if self.touched else 1.0

    @property
    def precision(self) -> float:
        named = self.found + self.alarms
        return self.found / named if named else 1.0

    def __str__(self) -> str:
        return (
            f"{self.kind:34} {self.variants:5} {self.touched:6} {self.whole:6} {self.found:6}"
            f" {self.alarms:6}   {self.recall:6.3f} {self.precision:9.3f}"
        )


HEADING = f"{'kind':34} files  rows   whole  found alarms   recall precision"


def score(kind: str, judgements: Sequence[Judgement]) -> Score:
    return Score(
        kind,
        len(judgements),
        sum(j.touched for j in judgements),
        sum(j.whole for j in judgements),
        sum(j.named for j in judgements),
        sum(j.alarms for j in judgements),
    )


def scores(judgements: Sequence[Judgement]) -> list[Score]:
    """One a kind by name, and all together at the end."""
    names = sorted({j.variant.kind for j in judgements})
    by_kind = [score(name, [j for j in judgements if j.variant.kind == name]) for name in names]
    return [*by_kind, score("all", judgements)]


def known_gaps() -> dict[str, str]:
    """Kinds of damage in which rows may be missed or bent in silence, each with its reason."""
    with KNOWN_GAPS.open("rb") as file:
        listed = tomllib.load(file).get("gap", [])
    return {entry["kind"]: entry["reason"] for entry in listed}


def faults(judgements: Sequence[Judgement]) -> dict[str, list[str]]:
    """By kind, in words: what was lost in silence, missed, or named though nobody touched it."""
    found: dict[str, list[str]] = {}
    for j in judgements:
        words = list(j.silent)
        words += [f"row {row} is neither right nor named" for row in j.missed]
        words += [f"{j.alarms} rows named that nobody touched"] if j.alarms else []
        if words:
            found.setdefault(j.variant.kind, []).append(f"{j.variant.name}: {words[0][:300]}")
    return found


def summary(judgements: Sequence[Judgement]) -> str:
    silent = sum(bool(j.silent) for j in judgements)
    words = [text for texts in faults(judgements).values() for text in texts]
    return "\n".join(
        [
            f"damage: {len(judgements)} files, {silent} with a loss in silence",
            HEADING,
            *(str(each) for each in scores(judgements)),
            *words[:SHOWN_MAX],
        ]
    )


def assert_survived(
    seed: int,
    count: int,
    types: Sequence[str] = ("strings", "infer"),
    rows: tuple[int, int] = (18, 60),
) -> str:
    """Makes and judges so many files, each kind with each way of finding types in turn. What is
    wrong must be known, and what is known be wrong. Gives the summary."""
    made, round_size = variants(seed, count, rows), len(kinds())
    judgements: list[Judgement] = []
    for turn, way in enumerate(types):
        chosen = (v for i, v in enumerate(made) if i // round_size % len(types) == turn)
        judgements += judge(list(chosen), types=way)

    text = f"{summary(judgements)}\n  (seed {seed})"
    print(text)
    wrong, known = faults(judgements), known_gaps()
    assert wrong.keys() - known.keys() == set(), f"not in known_damage_gaps.toml\n{text}"
    assert known.keys() - wrong.keys() == set(), "in known_damage_gaps.toml but no longer wrong"
    others = score("all", [j for j in judgements if j.variant.kind not in known])
    assert others.recall >= RECALL_MIN
    assert others.precision >= PRECISION_MIN
    return text
