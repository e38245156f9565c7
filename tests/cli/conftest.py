"""Files that tests of the commands read."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import ORDERS


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path
