"""Prints line coverage by folder from gcovr's JSON; fails if a folder has too little."""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path


def count_lines(report: dict[str, object]) -> dict[str, dict[str, tuple[int, int]]]:
    """Lines that run and lines there are, by folder and file."""
    folders: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    files = report["files"]
    assert isinstance(files, list)
    for file in files:
        path = Path(file["file"])
        seen: dict[int, int] = {}
        for line in file["lines"]:
            if not line["gcovr/noncode"]:
                number = line["line_number"]
                seen[number] = seen.get(number, 0) + line["count"]
        if seen:
            covered = sum(count > 0 for count in seen.values())
            folders[str(path.parent)][path.name] = (covered, len(seen))
    return folders


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="what gcovr --json wrote")
    parser.add_argument("--percent-min", type=float, default=95.0)
    options = parser.parse_args()

    failed = False
    folders = count_lines(json.loads(options.report.read_text()))
    if not folders:
        print("The report names no file.")
        return 1
    print(f"{'folder':40} {'lines':>7} {'missed':>7} {'percent':>8}")
    for folder, files in sorted(folders.items()):
        covered = sum(file[0] for file in files.values())
        lines = sum(file[1] for file in files.values())
        percent = 100.0 * covered / lines
        low = percent < options.percent_min
        failed = failed or low
        mark = f"  below {options.percent_min:g} %" if low else ""
        print(f"{folder:40} {lines:7} {lines - covered:7} {percent:8.1f}{mark}")
        if low:
            worst = sorted(files.items(), key=lambda file: file[1][0] - file[1][1])
            for name, (file_covered, file_lines) in worst[:8]:
                if file_covered < file_lines:
                    print(f"    {name:36} {file_lines:7} {file_lines - file_covered:7}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
