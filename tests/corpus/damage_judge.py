"""Converts damaged files and judges what became of each row: read right, named, or lost in silence.

Each variant is converted twice. By default every row is kept, repaired where need be: what was not
read as it stood must be in the ledger. Under --strict with --bad-rows skip every row that is left
out is named with its place: that tells which rows were found.
"""

from __future__ import annotations

import bisect
import csv
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from support import program, readers

from corpus.clean_tables import Cells
from corpus.compare import same_value
from corpus.damage import Variant

BATCH = 40
WORKERS = 2
TIMEOUT_S = 120
SURPLUS = ("_extra", "_rejected")
LEFT_OUT = ("preamble", "footer", "second_table", "comment")
LENIENT = ("--bad-rows", "keep")
STRICT = ("--strict", "--bad-rows", "skip")


@dataclass(frozen=True)
class Conversion:
    """What one run made of one variant."""

    failure: str
    table: readers.Table | None = None
    said: dict[str, Any] = field(default_factory=dict)  # of the table
    found: dict[str, Any] = field(default_factory=dict)  # of the input
    rejects: list[dict[str, str]] = field(default_factory=list)
    error_code: str = ""


@dataclass
class Judgement:
    """Of one variant. `silent`: in words, what was lost or bent without a word."""

    variant: Variant
    silent: list[str] = field(default_factory=list)
    touched: int = 0
    whole: int = 0  # touched, and read right by default
    named: int = 0  # touched, not left whole, and named
    alarms: int = 0  # rows named that nobody had touched
    missed: list[int] = field(default_factory=list)


J = TypeVar("J")
Judge = Callable[[Sequence[Variant]], Iterable[J]]


def judge(made: Sequence[Variant], *, types: str) -> list[Judgement]:
    """Judges the variants, those of one kind together; some at a time."""
    return in_batches(made, lambda batch: _judge_batch(batch, types))


def in_batches(made: Sequence[Variant], judge_batch: Judge[J]) -> list[J]:
    # A run that one input makes fail is repeated in halves: they had better stand side by side.
    ordered = sorted(made, key=lambda variant: variant.kind)
    batches = [ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH)]
    with ThreadPoolExecutor(WORKERS) as pool:
        judged = pool.map(lambda batch: list(judge_batch(batch)), batches)
        return [judgement for batch in judged for judgement in batch]


def write(directory: Path, batch: Sequence[Variant]) -> list[Path]:
    """The variants as files."""
    sources = []
    for variant in batch:
        sources.append(directory / f"{variant.name}.csv")
        sources[-1].write_bytes(variant.content)
    return sources


def _judge_batch(batch: Sequence[Variant], types: str) -> Iterator[Judgement]:
    with tempfile.TemporaryDirectory(prefix="damage-") as name:
        directory = Path(name)
        sources = write(directory, batch)
        kept = convert(directory / "kept", sources, [*LENIENT, "--types", types])
        left = convert(directory / "left", sources, [*STRICT, "--types", "strings"])
        for variant, one, other in zip(batch, kept, left, strict=True):
            yield judge_variant(variant, one, other)


def convert(directory: Path, sources: list[Path], flags: list[str]) -> list[Conversion]:
    """All in one run; where that fails, in halves, so that one does not hide the others."""
    directory.mkdir()
    if "--strict" in flags and len(sources) > 1:
        # A file of rejects holds those of one input (tests/cli/test_convert_command.py).
        parts = enumerate(sources)
        return [convert(directory / str(i), [source], flags)[0] for i, source in parts]
    report, rejects = directory / "report.json", directory / "rejects.csv"
    ways = ["--rejects", str(rejects)] if "--strict" in flags else []
    outcome = _run("convert", *sources, "-o", f"{directory}/", "--report", report, *flags, *ways)
    if outcome.exit_code != 0 and len(sources) == 1:
        return [Conversion(str(outcome), error_code=outcome.error_code)]
    if outcome.exit_code != 0:
        half = len(sources) // 2
        first = convert(directory / "first", sources[:half], flags)
        return first + convert(directory / "second", sources[half:], flags)
    said = json.loads(report.read_text("utf-8"))
    named = _rejects(rejects)
    tables = {table["source"]["path"]: table for table in said["tables"]}
    found = {source["path"]: source["detected"] for source in said["inputs"]}
    return [_conversion(tables[str(s)], found[str(s)], named.get(str(s), [])) for s in sources]


def _run(*arguments: str | Path) -> program.Outcome:
    """Without the launcher that measures, which would take half of the time."""
    with program.start(*arguments) as process:
        try:
            stdout, stderr = process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    said = stderr.decode("utf-8", errors="replace")
    return program.Outcome(process.returncode, stdout, said, 0, 0, 0)


def _rejects(path: Path) -> dict[str, list[dict[str, str]]]:
    """The rows left out, by their input."""
    by_input: dict[str, list[dict[str, str]]] = {}
    if path.exists():
        with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            for row in csv.DictReader(file):
                by_input.setdefault(row["input"], []).append(row)
    return by_input


def _conversion(
    said: dict[str, Any], found: dict[str, Any], rejects: list[dict[str, str]]
) -> Conversion:
    try:
        table = readers.read_pyarrow(Path(said["output"]))
    except (ValueError, OSError, pa.ArrowException) as error:
        return Conversion(f"pyarrow cannot read what we wrote: {error}")
    return Conversion("", table, said, found, rejects)


# --- Judging ---


def judge_variant(variant: Variant, kept: Conversion, left: Conversion) -> Judgement:
    """By what two conversions made of it: by default, and under --strict."""
    judgement = Judgement(variant, touched=len(variant.damaged))
    for conversion, way in ((kept, "by default"), (left, "under --strict")):
        if conversion.error_code == "csv.short_header" and variant.header_is_touched:
            return judgement  # --strict takes no header that lacks a name, and says so
        if conversion.failure:
            judgement.silent.append(f"{way}: {conversion.failure}")
            return judgement
        judgement.silent += [f"{way}: {text}" for text in _wrong_counts(conversion)]
    _judge_kept(variant, kept, judgement)
    _judge_left(variant, left, judgement)
    return judgement


def _wrong_counts(conversion: Conversion) -> Iterator[str]:
    said = conversion.said
    rows = 0 if conversion.table is None else len(conversion.table.rows)
    counts = said["rows_written"] + said["rows_rejected"] + said["rows_left_out"]
    if said["rows_read"] != counts:
        yield f"{said['rows_read']} rows read, but {counts} accounted for"
    if said["rows_written"] != rows:
        yield f"{said['rows_written']} rows said to be written, {rows} are there"
    if conversion.rejects and said["rows_rejected"] != len(conversion.rejects):
        yield f"{said['rows_rejected']} rows rejected, {len(conversion.rejects)} in the file"


def _judge_kept(variant: Variant, kept: Conversion, judgement: Judgement) -> None:
    rows = Rows(kept)
    bent = [row for row, accepted in variant.damaged.items() if not rows.hold_any(accepted)]
    judgement.whole = len(variant.damaged) - len(bent)
    if not variant.header_is_touched and kept.table is not None:
        names = [name for name in kept.table.names if name not in SURPLUS]
        if names[: len(variant.table.header)] != list(variant.table.header):
            judgement.silent.append(f"by default: the names are {names}")
    lost = rows.lost(variant.clean_rows)
    if any(loss["code"] == "csv.swallowed_rows" for loss in kept.said["losses"]):
        lost = [row for row in lost if not rows.have_within_a_field(row)]
    if lost:
        judgement.silent.append(f"by default: a row nobody had touched is not there: {lost[0]}")
    places = Places(variant)
    lines = {places.line(row) for row in bent}
    noted = _noted(kept, places, set(bent)) + kept.said["rows_rejected"]
    noted += sum(places.are_remarks(row, kept) for row in bent)
    if noted < len(lines):
        judgement.silent.append(
            f"by default: {len(lines)} lines are not what they were, {noted} in the ledger:"
            f" row {bent[0]}"
        )


def _noted(kept: Conversion, places: Places, bent: set[int]) -> int:
    """How many bent lines the ledger may be about. It tells the place of the first row of a code
    only: what is said of a row that was read right, or of one line twice, is about no other."""
    lines: set[int] = set()
    others = 0
    for loss in kept.said["losses"]:
        if loss["code"] == "csv.nul":  # counted one by one, and the row is read as it stands
            continue
        touched = places.touched(loss["first"]["byte_offset"], 1)
        lines |= {places.line(row) for row in touched & bent}
        others += loss["count"] - bool(touched)
    return len(lines) + others


def _judge_left(variant: Variant, left: Conversion, judgement: Judgement) -> None:
    rows, places = Rows(left), Places(variant)
    named: set[int] = set()
    for reject in left.rejects:
        size = len(reject["raw"].encode("utf-8", "surrogateescape"))
        touched = places.touched(int(reject["byte_offset"]), size)
        judgement.alarms += not touched
        named |= touched
    for row, accepted in variant.damaged.items():
        # What is read right need not be named.
        if row in named or places.are_remarks(row, left) or rows.hold_any(accepted):
            judgement.named += 1
        else:
            judgement.missed.append(row)
    for cells in rows.lost(variant.clean_rows):
        if not any(all(cell in r["raw"] for cell in cells) for r in left.rejects):
            judgement.silent.append(f"under --strict: neither there nor named: {cells}")
            break


class Places:
    """Where the touched rows and the lines that are no rows stand in the file."""

    def __init__(self, variant: Variant) -> None:
        self._content = variant.content
        self._spans = variant.spans
        self._ends = [end for _, _, end in variant.spans]
        self._of_row: dict[int, list[tuple[int, int]]] = {}
        for row, begin, end in variant.spans:
            self._of_row.setdefault(row, []).append((begin, end))

    def touched(self, begin: int, size: int) -> set[int]:
        """The rows, or JUNK, that have bytes in this part of the file."""
        rows = set()
        for row, start, _ in self._spans[bisect.bisect_right(self._ends, begin) :]:
            if start >= begin + max(size, 1):
                break
            rows.add(row)
        return rows

    def line(self, row: int) -> int:
        """The line on which the row ends; two rows on one line are one to the reader."""
        end = max(end for _, end in self._of_row[row])
        following = self._content.find(b"\n", end - 1)
        return following if following >= 0 else len(self._content)

    def are_remarks(self, row: int, conversion: Conversion) -> bool:
        """Whether the row is said to be a remark above, below or between the rows."""
        remarks = "\n".join(str(conversion.found.get(name, "")) for name in LEFT_OUT)
        spans = self._of_row.get(row, [])
        texts = [self._content[begin:end].decode(errors="replace") for begin, end in spans]
        return bool(texts) and all(text.strip() in remarks for text in texts)


class Rows:
    """What stands in an output."""

    def __init__(self, conversion: Conversion) -> None:
        self._rows = [] if conversion.table is None else conversion.table.rows
        kinds = [] if conversion.table is None else conversion.table.kinds
        self._are_texts = all(kind == "string" for kind in kinds)
        self._texts = {_without_end(row) for row in self._rows} if self._are_texts else set()

    def hold_any(self, accepted: Sequence[Cells]) -> bool:
        """Whether one of these readings is there."""
        return any(self._holds(cells) for cells in accepted)

    def _holds(self, cells: Cells) -> bool:
        if self._are_texts:
            return _without_end(cells) in self._texts
        return any(same_row(cells, row) for row in self._rows)

    def have_within_a_field(self, cells: Cells) -> bool:
        """Whether some field is a text in which the row stands as a line."""
        texts = (str(value) for row in self._rows for value in row if "\n" in str(value))
        return any(
            all(cell in line for cell in cells) for text in texts for line in text.split("\n")
        )

    def lost(self, wanted: Sequence[Cells]) -> list[Cells]:
        """The wanted rows that do not follow each other among the rows."""
        lost, at = [], 0
        for cells in wanted:
            found = (i for i in range(at, len(self._rows)) if same_row(cells, self._rows[i]))
            place = next(found, None)
            if place is None:
                lost.append(cells)
            else:
                at = place + 1
        return lost


def _without_end(row: Sequence[str | None]) -> Cells:
    """Without the empty cells at its end, which surplus columns have."""
    cells = [cell or "" for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def same_row(cells: Cells, row: tuple[Any, ...]) -> bool:
    """Nothing but nulls may stand behind the cells."""
    if len(row) < len(cells) or any(row[i] not in (None, "") for i in range(len(cells), len(row))):
        return False
    return all(_same_cell(cell, ours) for cell, ours in zip(cells, row, strict=False))


def _same_cell(cell: str, ours: Any) -> bool:
    if ours is None or isinstance(ours, str):
        return cell == (ours or "")
    return same_value(cell.strip(), ours)
