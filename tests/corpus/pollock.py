"""The Pollock benchmark's score: how much of a polluted file's right table came out.

Per file: success (1 or 0), then precision, recall and F1 of header cells, of records and of cells,
as multisets of normalised text; ten points at most. The simple score is the mean over all files,
the weighted score weighs each file by how often its defect is met in the wild.
Source: Vitagliano et al., "Pollock: A Data Loading Benchmark", PVLDB 16(8), 2023, section 5.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.readers import Table

from corpus.compare import multiset_overlap

POINTS_MAX = 10.0


@dataclass(frozen=True)
class Parameters:
    """The dialect that a file's parameters state."""

    encoding: str
    delimiter: str
    quote: str
    escape: str
    header_lines: int
    preamble_lines: int
    footnote_lines: int

    def flags(self, path: Path) -> list[str]:
        """The dialect of the file in pyforge's flags. Footnotes have none: the reader finds them.

        What is called Latin-1 is Windows-1252, as everywhere on the web: the clean files have its
        dashes. A preamble is stated in records, and we skip lines.
        """
        encoding = "windows-1252" if self.encoding == "latin1" else self.encoding
        is_doubled = bool(self.quote) and self.escape == self.quote
        escape = '"' if is_doubled else self.escape or "none"
        flags = ["--encoding", encoding, "--delimiter", _separator(self.delimiter)]
        flags += ["--quote", _separator(self.quote), "--escape", escape]
        flags += ["--skip-rows", str(_preamble_line_count(path, self.preamble_lines, self.quote))]
        flags += ["--header", "yes" if self.header_lines else "no", "--comment", ""]
        if self.header_lines > 1:
            flags += ["--header-rows", str(self.header_lines)]
        return flags


def _preamble_line_count(path: Path, records: int, quote: str) -> int:
    """Text lines in the first so many records."""
    if not quote:
        return records
    with path.open(newline="", encoding="latin-1") as file:
        reader = csv.reader(file, quotechar=quote)
        for _ in range(records):
            next(reader)
        return reader.line_num


def _separator(text: str) -> str:
    return {"": "none", "\t": "tab", " ": "space"}.get(text, text)


def read_parameters(path: Path) -> Parameters:
    stated: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return Parameters(
        encoding=stated["encoding"],
        delimiter=stated["delimiter"],
        quote=stated["quotechar"],
        escape=stated["escapechar"],
        header_lines=int(stated["header_lines"]),
        preamble_lines=int(stated["preamble_lines"]),
        footnote_lines=int(stated["footnote_lines"]),
    )


def read_clean(path: Path) -> list[list[str]]:
    """The right table, header first: RFC 4180, everything quoted."""
    csv.field_size_limit(1 << 27)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def read_weights(path: Path) -> dict[str, float]:
    """How often each file's defect is met; empty where the folder states none."""
    if not path.exists():
        return {}
    weights: dict[str, float] = json.loads(path.read_text("utf-8"))
    return weights


def normalise(cell: str | None) -> str:
    """Spelling that does not count: letter case, and how numbers and booleans are written."""
    if not cell:
        return ""
    word = cell.lower()
    if word in ("true", "false"):
        return "1" if word == "true" else "0"
    for kind in (int, float):
        try:
            return str(kind(cell))
        except ValueError:
            continue
    return word


def _measures(ours: Sequence[str], stated: Sequence[str]) -> float:
    """Precision + recall + F1, three at most."""
    if not stated:
        return 3.0
    common = multiset_overlap(ours, stated)
    if common == 0:
        return 0.0
    recall = common / len(stated)
    precision = common / len(ours)
    return precision + recall + 2 * precision * recall / (precision + recall)


def score(ours: Table | None, stated: Sequence[Sequence[str]], header_lines: int) -> float:
    """The points of one file; `ours` is our output as text, none when we failed."""
    if ours is None:
        return 0.0
    # A clean file always has a header; where the source has none its names are made up.
    header = [normalise(cell) for cell in stated[0]] if header_lines and stated else []
    body = stated[1:]
    rows = [[normalise(cell) for cell in row] for row in ours.rows]
    stated_rows = [[normalise(cell) for cell in row] for row in body]
    points = 1.0
    points += _measures([normalise(name) for name in ours.names], header)
    points += _measures([_joined(row) for row in rows], [_joined(row) for row in stated_rows])
    points += _measures(
        [cell for row in rows for cell in row], [cell for row in stated_rows for cell in row]
    )
    return points


def _joined(cells: Sequence[str]) -> str:
    return "".join(cell or "null" for cell in cells)


def weighted_mean(points: Mapping[str, float], weights: Mapping[str, float]) -> float:
    total = sum(weights[name] for name in points)
    return sum(points[name] * weights[name] for name in points) / total


def mean(points: Mapping[str, float]) -> float:
    return sum(points.values()) / len(points)
