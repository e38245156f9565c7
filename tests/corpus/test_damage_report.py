"""What many judgements come to, put to the test with judgements that are worse than may be."""

from __future__ import annotations

from corpus.clean_tables import clean_tables
from corpus.damage import Variant
from corpus.damage_judge import Judgement
from corpus.damage_report import Gap, verdicts

KNOWN = {"known": Gap("a reason", 0.5)}


def judgement(kind: str, *, silent: bool = False, missed: int = 0, alarms: int = 0) -> Judgement:
    made = Variant("v", kind, b"", clean_tables(1)[0], {}, [], False)
    return Judgement(
        made,
        ["a row is gone"] if silent else [],
        touched=10,
        named=10 - missed,
        alarms=alarms,
        missed=list(range(missed)),
    )


def judged(faulty: int, files: int, *others: Judgement) -> list[Judgement]:
    """So many files of the known kind, and enough of another that is read right."""
    known = [judgement("known", silent=i < faulty) for i in range(files)]
    return [*known, *(judgement("other") for _ in range(20)), *others]


def test_what_is_known_may_be_wrong_in_a_share_of_the_files() -> None:
    assert verdicts(judged(4, 8), KNOWN) == []
    assert "5 of 8 files are wrong" in verdicts(judged(5, 8), KNOWN)[0]
    assert verdicts(judged(2, 2), KNOWN) == []


def test_what_is_known_but_no_longer_wrong_is_told() -> None:
    assert "no longer wrong" in verdicts(judged(0, 8), KNOWN)[0]


def test_a_kind_that_is_not_known_may_not_be_wrong() -> None:
    assert verdicts(judged(4, 8, judgement("new", silent=True)), KNOWN) == [
        "new: not in known_damage_gaps.toml"
    ]


def test_rows_of_known_kinds_count_for_recall_and_precision() -> None:
    missed = verdicts(judged(3, 8, judgement("known", missed=8)), KNOWN)
    assert len(missed) == 1
    assert "recall 0.97" in missed[0]
    named = verdicts(judged(3, 8, judgement("known", alarms=4)), KNOWN)
    assert len(named) == 1
    assert "precision 0.98" in named[0]
