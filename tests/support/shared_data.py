"""Where the collection of real files is: $PYFORGE_SHARED_DATA, else ../shared/data."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def directory() -> Path | None:
    """The folder that holds csv/ and parquet/; none when this machine lacks it.

    A folder that was named and is not there is a mistake: tests must not be left out for it.
    """
    named = os.environ.get("PYFORGE_SHARED_DATA")
    path = Path(named) if named else ROOT.parent / "shared" / "data"
    if (path / "csv").is_dir():
        return path
    if named:
        raise FileNotFoundError(f"PYFORGE_SHARED_DATA names {named}, which holds no folder csv")
    return None
