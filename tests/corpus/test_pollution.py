"""Tables polluted in one way each: they come out whole without a word about how they are spelt.

The kinds take turns in a few hundred files; tests/nightly has over two thousand.
"""

from __future__ import annotations

from collections.abc import Callable

from corpus.damage import variants
from corpus.pollution import pollutions
from corpus.pollution_report import assert_whole

FILES_A_KIND = 4


def test_polluted_tables_come_out_whole(record_property: Callable[[str, object], None]) -> None:
    record_property("corpus", assert_whole(1, FILES_A_KIND * len(pollutions())))


def test_the_same_seed_makes_the_same_files() -> None:
    first, second = (variants(7, 200, chosen=pollutions()) for _ in range(2))
    assert [v.content for v in first] == [v.content for v in second]
