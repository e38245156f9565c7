"""The judge of damaged files, put to the test with conversions that are wrong on purpose."""

from __future__ import annotations

from typing import Any

import pytest
from support.readers import Table

from corpus.clean_tables import CleanTable, clean_tables
from corpus.damage import JUNK, Variant
from corpus.damage_judge import Conversion, Judgement, judge_variant

TABLE: CleanTable = clean_tables(1)[0]
ROWS = list(TABLE.rows)
CONTENT = "".join(f"{TABLE.line(cells)}\n" for cells in (TABLE.header, *ROWS)).encode()
DAMAGED = 5
BEGIN = len("".join(f"{TABLE.line(cells)}\n" for cells in (TABLE.header, *ROWS[:DAMAGED])).encode())


def variant(spans: list[tuple[int, int, int]] | None = None) -> Variant:
    """As if the sixth row had lost its last field; the judge looks at what we say of it alone."""
    there = [(DAMAGED, BEGIN, BEGIN + 20)] if spans is None else spans
    return Variant("v", "missing", CONTENT, TABLE, {DAMAGED: []}, ROWS, False, there)


def loss(code: str, offset: int, count: int = 1) -> dict[str, Any]:
    return {"code": code, "count": count, "first": {"byte_offset": offset}}


def said(rows: int, rejected: int = 0, losses: int = 0) -> dict[str, Any]:
    return {
        "rows_read": rows + rejected,
        "rows_written": rows,
        "rows_rejected": rejected,
        "rows_left_out": 0,
        "losses": [loss("csv.short_row", BEGIN, losses)] if losses else [],
    }


def table(rows: list[tuple[str | None, ...]]) -> Table:
    return Table(list(TABLE.header), ["string"] * len(TABLE.header), list(rows))


def reject(offset: int, raw: str) -> dict[str, str]:
    return {"byte_offset": str(offset), "raw": raw}


BENT: list[tuple[str | None, ...]] = [
    (*c[:-1], None) if i == DAMAGED else c for i, c in enumerate(ROWS)
]
REST: list[tuple[str | None, ...]] = [c for i, c in enumerate(ROWS) if i != DAMAGED]
KEPT = Conversion("", table(BENT), said(len(BENT), losses=1))
LEFT = Conversion("", table(REST), said(len(REST), 1), {}, [reject(BEGIN, "0123")])


def judged(kept: Conversion = KEPT, left: Conversion = LEFT) -> Judgement:
    return judge_variant(variant(), kept, left)


def test_a_row_that_is_named_is_found() -> None:
    judgement = judged()
    assert (judgement.silent, judgement.missed) == ([], [])
    assert (judgement.touched, judgement.whole, judgement.named, judgement.alarms) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (Conversion("", table(BENT), said(len(BENT))), "0 in the ledger"),
        (Conversion("", table(BENT[1:]), said(len(BENT) - 1, losses=1)), "is not there"),
        (Conversion("", table(BENT[::-1]), said(len(BENT), losses=1)), "is not there"),
        (Conversion("", table(BENT), said(len(BENT) + 1, losses=1)), "are there"),
        (Conversion("", table(BENT), {**said(len(BENT), losses=1), "rows_read": 1}), "accounted"),
        (Conversion("exit 9"), "exit 9"),
    ],
)
def test_what_is_lost_by_default_is_silent(kept: Conversion, words: str) -> None:
    assert words in judged(kept=kept).silent[0]


PADDED, LONG, STRAY = 5, 8, 11


def place(row: int) -> int:
    return CONTENT.index(f"\n{TABLE.line(ROWS[row])}\n".encode()) + 1


@pytest.mark.parametrize(
    ("losses", "are_noted"),
    [
        ([("csv.short_row", PADDED, 1), ("csv.long_row", LONG, 1), ("csv.stray", STRAY, 1)], True),
        ([("csv.short_row", PADDED, 2), ("csv.stray", STRAY, 1)], True),
        # What is said of a row that was read right, or twice of one, is about no other.
        ([("csv.long_row", LONG, 1), ("csv.stray", STRAY, 1)], False),
        ([("csv.long_row", LONG, 1), ("csv.invalid_text", LONG, 1)], False),
        ([("csv.long_row", LONG, 1), ("csv.nul", PADDED, 5)], False),
    ],
)
def test_a_bent_row_cannot_hide_behind_what_is_said_of_others(
    losses: list[tuple[str, int, int]], are_noted: bool
) -> None:
    damaged = {PADDED: [], LONG: [], STRAY: [ROWS[STRAY]]}
    spans = [(row, place(row), place(row) + 20) for row in damaged]
    several = Variant("v", "several", CONTENT, TABLE, damaged, list(ROWS), False, spans)
    bent: list[tuple[str | None, ...]] = [
        (*c[:-1], None) if i in (PADDED, LONG) else c for i, c in enumerate(ROWS)
    ]
    report = said(len(bent))
    report["losses"] = [loss(code, place(row), count) for code, row, count in losses]
    kept = Conversion("", table(bent), report)
    whole: list[tuple[str | None, ...]] = [
        cells for i, cells in enumerate(ROWS) if i not in (PADDED, LONG)
    ]
    rejects = [reject(place(row), "0123") for row in (PADDED, LONG)]
    left = Conversion("", table(whole), said(len(whole), 2), {}, rejects)
    silent = judge_variant(several, kept, left).silent
    assert silent == [] if are_noted else "2 lines are not what they were" in silent[0]


def test_a_row_left_out_under_strict_and_not_named_is_silent() -> None:
    left = Conversion("", table(REST[1:]), said(len(REST) - 1, 1), {}, [reject(BEGIN, "0123")])
    assert "neither there nor named" in judged(left=left).silent[0]


def test_a_damaged_row_that_is_neither_right_nor_named_is_missed() -> None:
    judgement = judged(left=Conversion("", table(REST), said(len(REST))))
    assert (judgement.named, judgement.missed) == (0, [DAMAGED])


def test_a_row_named_though_nobody_touched_it_is_an_alarm() -> None:
    first = reject(len(TABLE.line(TABLE.header)) + 1, TABLE.line(ROWS[0]))
    rejects = [first, reject(BEGIN, "0123")]
    left = Conversion("", table(REST[1:]), said(len(REST) - 1, 2), {}, rejects)
    judgement = judged(left=left)
    assert (judgement.silent, judgement.alarms) == ([], 1)


def test_a_line_that_is_no_row_may_be_named() -> None:
    junk = Variant("v", "k", CONTENT, TABLE, {}, ROWS, False, [(JUNK, BEGIN, BEGIN + 20)])
    kept = Conversion("", table(list(ROWS)), said(len(ROWS)))
    left = Conversion("", table(list(ROWS)), said(len(ROWS), 1), {}, [reject(BEGIN, "0123")])
    assert judge_variant(junk, kept, left).alarms == 0
