"""Where the collection of real files is: $PYFORGE_SHARED_DATA, else ../shared/data."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def directory() -> Path | None:
    """The folder that holds csv/ and parquet/; none when this machine lacks it."""
    named = os.environ.get("PYFORGE_SHARED_DATA")
    path = Path(named) if named else ROOT.parent / "shared" / "data"
    return path if (path / "csv").is_dir() else None
