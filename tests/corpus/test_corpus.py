"""535 real and hostile CSV files: all convert, and what their sources state of them holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support import program, shared_data

from corpus.collection import Collection
from corpus.examine import (
    KNOWN_DIFFERENCES_MAX,
    examine,
    known_differences,
    pollock_score,
    summary,
)

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def collection() -> Collection:
    directory = shared_data.directory()
    assert directory is not None, "deselected without it"
    program.program()
    return Collection(directory / "csv")


def test_every_file_converts_and_keeps_what_is_stated(
    collection: Collection, record_property: Callable[[str, object], None]
) -> None:
    examinations = examine(collection)

    text = summary(examinations)
    record_property("corpus", text)
    print(text)
    differing = {e.name for e in examinations if e.differences}
    refused = {e.name for e in examinations if e.must_convert and e.default_failure}
    known = set(known_differences())
    assert refused == set(), f"must convert\n{text}"
    assert differing - known == set(), f"not in known_differences.toml\n{text}"
    assert known - differing == set(), "listed in known_differences.toml but no longer different"
    assert len(known) <= KNOWN_DIFFERENCES_MAX


@pytest.mark.parametrize(
    ("folder", "dialect_is_given", "simple_min", "weighted_min"),
    [
        ("polluted_files", False, 9.99, 9.99),
        ("polluted_files", True, 9.99, 9.99),
        ("survey_sample", False, 9.23, None),
        ("survey_sample", True, 8.93, None),
    ],
)
def test_the_pollock_score_stays(
    collection: Collection,
    folder: str,
    dialect_is_given: bool,
    simple_min: float,
    weighted_min: float | None,
) -> None:
    result = pollock_score(collection, folder, dialect_is_given=dialect_is_given)

    print(f"{folder}: simple {result.simple:.3f}, weighted {result.weighted}")
    assert result.simple >= simple_min
    assert weighted_min is None or (result.weighted or 0.0) >= weighted_min
