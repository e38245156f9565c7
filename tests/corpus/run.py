"""The collection on the command line, for development:

python tests/corpus/run.py                                 the summary
python tests/corpus/run.py --list-differences [PART]       each statement that does not hold
python tests/corpus/run.py --pollock                       the Pollock scores, worst files first

PART limits the run to files whose name contains it. $PYFORGE names the program.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import shared_data

from corpus.collection import Collection
from corpus.examine import examine, known_differences, pollock_score, summary


def main() -> int:
    parser = argparse.ArgumentParser(description="Convert the collection of real CSV files.")
    parser.add_argument("part", nargs="?", default="", help="only files whose name contains this")
    parser.add_argument("--list-differences", action="store_true")
    parser.add_argument("--pollock", action="store_true")
    arguments = parser.parse_args()
    directory = shared_data.directory()
    if directory is None:
        print("there is no shared data: set PYFORGE_SHARED_DATA", file=sys.stderr)
        return 2
    collection = Collection(directory / "csv")
    if arguments.pollock:
        print_pollock(collection)
        return 0
    start = time.monotonic()
    paths = [path for path in collection.files if arguments.part in collection.name(path)]
    examinations = examine(collection, paths)
    if arguments.list_differences:
        known = known_differences()
        for examination in filter(lambda e: e.differences, examinations):
            note = f"   [known: {known[examination.name]}]" if examination.name in known else ""
            print(f"{examination.name}{note}")
            for difference in examination.differences:
                print(f"    {difference}")
        print()
    print(summary(examinations))
    print(f"{time.monotonic() - start:.1f} s")
    return 0


def print_pollock(collection: Collection) -> None:
    for folder in ("polluted_files", "survey_sample"):
        for given in (False, True):
            result = pollock_score(collection, folder, dialect_is_given=given)
            weighted = "-" if result.weighted is None else f"{result.weighted:.3f}"
            way = "dialect given" if given else "detected"
            print(f"{folder}, {way}: simple {result.simple:.3f}, weighted {weighted}, of 10")
            for name, points in sorted(result.points.items(), key=lambda item: item[1]):
                if points < 9.99:
                    print(f"    {points:6.3f}  {name}")


if __name__ == "__main__":
    sys.exit(main())
