"""What is asked of every refusal and of every interrupted run."""

from __future__ import annotations

import os
import re
from pathlib import Path

from support.program import Outcome, entries

CRASH_WORDS = re.compile(
    r"terminate called|Segmentation|Assertion|AddressSanitizer|runtime error|_M_"
)


def assert_refused(outcome: Outcome, exit_code: int, code: str = "") -> None:
    """An error as people need it: the right exit code, what, why, what to do; no stray output.

    `code` is the expected error code, or its beginning when it ends in a dot.
    """
    assert outcome.exit_code == exit_code, outcome
    assert outcome.stdout == b"", outcome
    lines = [line for line in outcome.stderr.splitlines() if line.startswith("error")]
    assert len(lines) == 1, outcome
    assert len(lines[0].split()) >= 3, outcome
    assert outcome.error_code, outcome
    assert outcome.fix, outcome
    assert not CRASH_WORDS.search(outcome.stderr), outcome
    if code.endswith("."):
        assert outcome.error_code.startswith(code), outcome
    elif code:
        assert outcome.error_code == code, outcome


def assert_survived(outcome: Outcome) -> None:
    """Converted, or refused for a reason: never crashed, killed or taken for our bug."""
    if outcome.exit_code != 0:
        assert outcome.exit_code in (3, 5, 8), outcome
        assert_refused(outcome, outcome.exit_code)


def supports_nameless_files(directory: Path) -> bool:
    """True where a file can live without a name until it is complete (O_TMPFILE)."""

    try:
        os.close(os.open(directory, os.O_TMPFILE | os.O_RDWR))
    except OSError:
        return False
    return True


def assert_nothing_left(directory: Path, expected: set[str]) -> None:
    """Exactly these names are in the directory, hidden ones included."""
    assert entries(directory) == expected
