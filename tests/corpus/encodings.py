"""Tables of many languages in many encodings, and how many of their letters came out wrong."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from support import program, readers

from corpus.tongues import TONGUES, Row

ROWS = 30
# From this confidence on every letter is to be right (src/codec/charset/detect.h).
SURE = 0.9
MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}

# Python's names of encodings; "+" stands for a byte-order mark.
PAIRS: list[tuple[str, str]] = [
    (encoding, tongue)
    for encoding, tongues in {
        "utf-8": "german russian japanese",
        "+utf-8": "polish arabic",
        "+utf-16-le": "french chinese",
        "+utf-16-be": "greek",
        "utf-16-le": "spanish russian",
        "utf-16-be": "greek chinese_traditional",
        "+utf-32-le": "korean",
        "+utf-32-be": "czech",
        "utf-32-le": "turkish",
        "utf-32-be": "portuguese",
        "cp1250": "polish czech hungarian romanian",
        "cp1251": "russian ukrainian bulgarian",
        "cp1252": "german german_with_euro french spanish portuguese danish",
        "cp1253": "greek",
        "cp1254": "turkish",
        "cp1255": "hebrew",
        "cp1256": "arabic",
        "cp1257": "lithuanian latvian",
        "iso-8859-1": "french swedish finnish",
        "iso-8859-2": "czech polish hungarian",
        "iso-8859-5": "russian",
        "iso-8859-7": "greek",
        "iso-8859-9": "turkish",
        "iso-8859-15": "french german_with_euro",
        "koi8-r": "russian",
        "koi8-u": "ukrainian",
        "cp437": "german swedish",
        "cp850": "french portuguese danish",
        "cp852": "polish czech",
        "cp858": "german_with_euro",
        "cp866": "russian",
        "mac-roman": "french german spanish",
        "cp932": "japanese",
        "euc-jp": "japanese",
        "gbk": "chinese",
        "gb18030": "chinese",
        "big5": "chinese_traditional",
        "cp949": "korean",
    }.items()
    for tongue in tongues.split()
]


@dataclass(frozen=True)
class Sample:
    encoding: str
    tongue: str
    rows: list[Row]
    content: bytes

    @property
    def name(self) -> str:
        return f"{self.tongue}.{self.encoding.replace('+', 'marked-')}"


@dataclass(frozen=True)
class Reading:
    """`wrong`: letters that differ from the sample's, of `letters` in all."""

    sample: Sample
    encoding: str
    confidence: float
    letters: int
    wrong: int

    @property
    def is_sure(self) -> bool:
        return self.confidence >= SURE

    def __str__(self) -> str:
        verdict = "right" if self.wrong == 0 else f"{self.wrong} of {self.letters} WRONG"
        said = f"{self.encoding}, {self.confidence:.3f}"
        return f"  {self.sample.name:32} read as {said:24} {verdict}"


def samples() -> list[Sample]:
    made = []
    for encoding, tongue in PAIRS:
        rows = TONGUES[tongue].table(f"{tongue} {encoding}", ROWS)
        python = encoding.lstrip("+")
        text = "".join(_line(row) for row in rows)
        mark = MARKS[python] if encoding.startswith("+") else b""
        made.append(Sample(encoding, tongue, rows, mark + text.encode(python)))
    return made


def _line(row: Row) -> str:
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in row) + "\r\n"


def read(directory: Path, made: Sequence[Sample]) -> list[Reading]:
    """Converts all samples in one run, and asks `info` how sure it is of each."""
    sources = []
    for sample in made:
        sources.append(directory / f"{sample.name}.csv")
        sources[-1].write_bytes(sample.content)
    target = directory / "out"
    target.mkdir()
    outcome = program.run("convert", *sources, "-o", f"{target}/", "--types", "strings")
    assert outcome.exit_code == 0, outcome
    return [_reading(s, path, target) for s, path in zip(made, sources, strict=True)]


def _reading(sample: Sample, source: Path, target: Path) -> Reading:
    outcome = program.run("info", source, "--json")
    assert outcome.exit_code == 0, outcome
    said: dict[str, Any] = outcome.json()["detected"]
    table = readers.read_pyarrow(target / f"{source.stem}.parquet")
    wrong = 0
    for cells, ours in zip_longest(sample.rows, [tuple(table.names), *table.rows], fillvalue=()):
        for cell, our in zip_longest(cells, ours, fillvalue=None):
            wrong += _wrong_letters(cell or "", our or "")
    letters = sum(len(cell) for row in sample.rows for cell in row)
    confidence = float(said["confidence"]["encoding"])
    return Reading(sample, str(said["encoding"]), confidence, letters, wrong)


def _wrong_letters(wanted: str, got: str) -> int:
    return sum(a != b for a, b in zip_longest(wanted, got))


def summary(readings: Sequence[Reading]) -> str:
    sure = [r for r in readings if r.is_sure]
    right = [r for r in readings if r.wrong == 0]
    return "\n".join(
        [
            f"encodings: {len(readings)} files in {len({r.sample.encoding for r in readings})}"
            f" encodings; {len(right)} without a wrong letter; of {len(sure)} read with a"
            f" confidence of {SURE} or more {sum(r.wrong == 0 for r in sure)}",
            *(str(r) for r in readings if r.wrong),
        ]
    )
