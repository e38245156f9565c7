"""Converts polluted tables as they are, no option given, and says which come out whole."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.damage import Variant, variants
from corpus.damage_judge import SURPLUS, Conversion, convert, in_batches, same_row, write
from corpus.pollution import categories, pollutions

WHOLE_MIN = 0.99
SHOWN_MAX = 25


@dataclass(frozen=True)
class Outcome:
    """`difference`: in words, from the table that the file was made of; empty: all is right."""

    variant: Variant
    difference: str


def examine(made: Sequence[Variant], *, types: str) -> list[Outcome]:
    return in_batches(made, lambda batch: _examine_batch(batch, types))


def _examine_batch(batch: Sequence[Variant], types: str) -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory(prefix="pollution-") as name:
        directory = Path(name)
        done = convert(directory / "out", write(directory, batch), ["--types", types])
        for variant, conversion in zip(batch, done, strict=True):
            yield Outcome(variant, difference(variant, conversion))


def difference(variant: Variant, conversion: Conversion) -> str:
    """From the right table: its names, and each of its rows at its place."""
    table = conversion.table
    if table is None:
        return conversion.failure
    header = list(variant.table.header)
    names = [name for name in table.names if name not in SURPLUS]
    if len(names) != len(header) or not (variant.header_is_touched or names == header):
        return f"the columns are {table.names}, not {header}"
    if len(table.rows) != len(variant.rows):
        return f"{len(table.rows)} rows, not {len(variant.rows)}"
    for number, (cells, ours) in enumerate(zip(variant.rows, table.rows, strict=True)):
        readings = variant.damaged.get(number, [cells])
        if not any(same_row(reading, ours) for reading in readings):
            return f"row {number} is {ours}, not {readings[0]}"
    return ""


def summary(outcomes: Sequence[Outcome]) -> str:
    wrong = [outcome for outcome in outcomes if outcome.difference]
    return "\n".join(
        [
            f"polluted tables: {_share(outcomes)} come out whole",
            *(f"  {name:20} {_share(of_it)}" for name, of_it in _by_category(outcomes).items()),
            *(f"  {w.variant.name}: {w.difference[:300]}" for w in wrong[:SHOWN_MAX]),
        ]
    )


def _by_category(outcomes: Sequence[Outcome]) -> Mapping[str, list[Outcome]]:
    return {
        name: [outcome for outcome in outcomes if outcome.variant.kind in named]
        for name, named in categories().items()
    }


def _share(outcomes: Sequence[Outcome]) -> str:
    whole = sum(not outcome.difference for outcome in outcomes)
    return f"{whole} of {len(outcomes)} ({100 * whole / max(len(outcomes), 1):.2f} %)"


def assert_whole(seed: int, count: int, types: Sequence[str] = ("strings", "infer")) -> str:
    """Makes so many polluted tables, each kind with each way of finding types in turn. Gives the
    summary, if enough of them come out whole."""
    chosen = pollutions()
    made = variants(seed, count, chosen=chosen)
    outcomes: list[Outcome] = []
    for turn, way in enumerate(types):
        taken = (v for i, v in enumerate(made) if i // len(chosen) % len(types) == turn)
        outcomes += examine(list(taken), types=way)

    text = f"{summary(outcomes)}\n  (seed {seed})"
    print(text)
    whole = sum(not outcome.difference for outcome in outcomes)
    assert whole >= WHOLE_MIN * len(outcomes), text
    return text
