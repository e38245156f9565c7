"""Over two thousand polluted tables; tests/corpus/test_pollution.py has a few hundred of them."""

from __future__ import annotations

from collections.abc import Callable

from corpus.pollution import pollutions
from corpus.pollution_report import assert_whole

FILES_MIN = 2000


def test_two_thousand_polluted_tables_come_out_whole(
    record_property: Callable[[str, object], None],
) -> None:
    rounds = -(-FILES_MIN // len(pollutions()))
    record_property("corpus", assert_whole(100, (rounds + rounds % 2) * len(pollutions())))
