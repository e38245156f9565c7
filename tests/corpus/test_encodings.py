"""Files of many languages in many encodings: where the program is sure, every letter is right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from corpus.encodings import read, samples, summary

FILES_MIN, ENCODINGS_MIN, SURE_MIN, RIGHT_MIN = 40, 20, 30, 0.95


def test_where_the_program_is_sure_every_letter_is_right(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    made = samples()
    assert len(made) >= FILES_MIN
    assert len({sample.encoding for sample in made}) >= ENCODINGS_MIN

    readings = read(tmp_path, made)

    text = summary(readings)
    record_property("corpus", text)
    print(text)
    assert [str(r) for r in readings if r.is_sure and r.wrong] == []
    assert sum(r.is_sure for r in readings) >= SURE_MIN
    assert sum(r.wrong == 0 for r in readings) >= RIGHT_MIN * len(readings)
