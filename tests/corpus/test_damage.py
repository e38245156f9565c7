"""Damaged files: nothing is lost in silence, and damaged rows are found.

The kinds of damage take turns in a few hundred files; tests/nightly has ten thousand. What the
program is known to get wrong stands in known_damage_gaps.toml, and only that may be wrong.
"""

from __future__ import annotations

from collections.abc import Callable

from corpus.damage import kinds, variants
from corpus.damage_report import assert_survived

FILES_A_KIND = 4


def test_no_row_is_lost_in_silence_and_damaged_rows_are_found(
    record_property: Callable[[str, object], None],
) -> None:
    record_property("corpus", assert_survived(1, FILES_A_KIND * len(kinds())))


def test_the_same_seed_makes_the_same_files() -> None:
    first, second = variants(7, 100), variants(7, 100)
    assert [v.content for v in first] == [v.content for v in second]
    assert len({v.content for v in first}) > 90
