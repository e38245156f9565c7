"""Ten thousand damaged files; tests/corpus/test_damage.py has a few hundred of them."""

from __future__ import annotations

from collections.abc import Callable

from corpus.damage import kinds
from corpus.damage_report import assert_survived


def test_damage_beyond_what_is_looked_at_first() -> None:
    """Files of 1 MB, so that most of the damage lies outside of the sample."""
    assert_survived(300, 2 * len(kinds()), ["strings"], (15_000, 20_000))


def test_ten_thousand_damaged_files(record_property: Callable[[str, object], None]) -> None:
    record_property("corpus", assert_survived(100, 10_000))
