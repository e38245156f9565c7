"""Runs the benchmark scenarios: `benchmarks/run.py [SCENARIO...]`; `--help` tells the rest."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.runner.main import main

if __name__ == "__main__":
    sys.exit(main())
