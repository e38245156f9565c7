"""What many judgements come to, by kind of damage."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.damage import kinds, variants
from corpus.damage_judge import Judgement, judge

KNOWN_GAPS = Path(__file__).resolve().parent.parent / "known_damage_gaps.toml"
SHOWN_MAX = 20
RECALL_MIN, PRECISION_MIN = 0.98, 0.99  # of all kinds, those with known gaps too
FILES_MIN = 4  # of fewer files of a kind, all may be wrong by chance


@dataclass(frozen=True)
class Gap:
    """A kind of damage in which rows may be missed or bent in silence."""

    reason: str
    faulty_share_max: float  # of the files of this kind


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


def known_gaps() -> dict[str, Gap]:
    """By kind of damage."""
    with KNOWN_GAPS.open("rb") as file:
        listed = tomllib.load(file).get("gap", [])
    return {each["kind"]: Gap(each["reason"], each["faulty_share_max"]) for each in listed}


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


def verdicts(judgements: Sequence[Judgement], known: Mapping[str, Gap]) -> list[str]:
    """What is worse than may be, or no longer as bad as stated; none where all is as it should."""
    wrong = faults(judgements)
    found = [f"{kind}: not in {KNOWN_GAPS.name}" for kind in sorted(wrong.keys() - known.keys())]
    for kind, gap in known.items():
        files = sum(j.variant.kind == kind for j in judgements)
        faulty = len(wrong.get(kind, []))
        if faulty == 0:
            found.append(f"{kind}: in {KNOWN_GAPS.name}, but no longer wrong")
        elif files >= FILES_MIN and faulty > gap.faulty_share_max * files:
            found.append(
                f"{kind}: {faulty} of {files} files are wrong, a share of"
                f" {gap.faulty_share_max} is known"
            )
    total = score("all", judgements)
    if total.recall < RECALL_MIN:
        found.append(f"recall {total.recall:.3f} of all is below {RECALL_MIN}")
    if total.precision < PRECISION_MIN:
        found.append(f"precision {total.precision:.3f} of all is below {PRECISION_MIN}")
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
    wrong must be known, and what is known be wrong, but no more than stated. Gives the summary."""
    made, round_size = variants(seed, count, rows), len(kinds())
    judgements: list[Judgement] = []
    for turn, way in enumerate(types):
        chosen = (v for i, v in enumerate(made) if i // round_size % len(types) == turn)
        judgements += judge(list(chosen), types=way)

    text = f"{summary(judgements)}\n  (seed {seed})"
    print(text)
    found = verdicts(judgements, known_gaps())
    assert not found, "\n".join([*found, text])
    return text
