"""Reads the includes of include/, src/ and apps/ and fails on one that points the wrong way.

The house, bottom to top; a folder may include those below it and itself:

    base < codec < io < schema < core < formats, tables, engines, plugins

* Public headers include public headers alone; programs in apps/ those and their own files.
* Formats, tables, engines and plugins never include one another, nor each other's siblings.
* codec knows neither registry nor pipeline: of the public headers it may use a few, and of its own
  folders only those that stand before it in CODECS.
* Tests, benchmarks and fuzzers keep to the same edges and may use tests/support in addition.
"""

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

RANKS = {
    "base": 0,
    "codec": 1,
    "io": 2,
    "schema": 3,
    "core": 4,
    "formats": 5,
    "tables": 5,
    "engines": 5,
    "plugins": 5,
}
# Kinds of rooms: each subfolder is one, and knows no other.
ROOMS = {"formats", "tables", "engines", "plugins"}
# Each codec may use those before it.
CODECS = ["compress", "charset", "zip", "cfb", "xml", "avro", "office_crypto"]
# The public headers that know neither registry nor pipeline.
PUBLIC_FOR_CODECS = {"error.h", "execution.h", "options.h", "source.h", "version.h"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^">]+)[">]', re.MULTILINE)
SOURCE_SUFFIXES = {".h", ".cc", ".inc"}
TEST_NAME = re.compile(r"_(test|benchmark)\.cc$|_testing\.h$|^fuzz.*\.cc$")


@dataclass(frozen=True)
class Place:
    """Where a file stands: its part of the house, the folder in it, and the room within."""

    part: str  # public, src, apps, support or outside
    layer: str = ""
    room: str = ""


def place_of(path: Path) -> Place:
    """The place of a path relative to the root of the tree."""
    parts = path.parts
    if parts[:2] == ("include", "pyforge"):
        return Place("public")
    if parts[0] == "src" and len(parts) > 2:
        room = parts[2] if len(parts) > 3 else ""
        return Place("src", parts[1], room)
    if parts[0] == "apps":
        return Place("apps")
    if parts[0] == "tests":
        return Place("support")
    return Place("outside")


def resolve(root: Path, file: Path, included: str) -> Path | None:
    """The file of the tree that an include names; None for a library's header."""
    for folder in (file.parent, Path("include"), Path("src"), Path("apps"), Path("tests")):
        candidate = root / folder / included
        if candidate.is_file():
            resolved = candidate.resolve()
            if resolved.is_relative_to(root):
                return resolved.relative_to(root)
    # A generated or missing file still shows by its first folder where it belongs.
    first = Path(included).parts[0]
    if first == "pyforge":
        return Path("include") / included
    if first in RANKS and len(Path(included).parts) > 1:
        return Path("src") / included
    return None


def wrong_edge(file: Path, target: Path) -> str | None:
    """Why `file` may not include `target`, both relative to the root; None if it may."""
    source, place = place_of(file), place_of(target)
    if place.part == "outside":
        return None
    if place.part == "support":
        return None if TEST_NAME.search(file.name) else "only tests use tests/"
    if source.part == "public":
        return None if place.part == "public" else "a public header includes public headers alone"
    if source.part == "apps":
        if place.part in ("public", "apps"):
            return None
        return "programs use include/pyforge alone"
    if place.part == "apps":
        return "the library does not know the programs"
    if place.part == "public":
        if source.layer == "codec" and target.name not in PUBLIC_FOR_CODECS:
            return "codec knows neither registry nor pipeline"
        return None
    return wrong_edge_in_library(source, place)


def wrong_edge_in_library(source: Place, place: Place) -> str | None:
    for where in (source, place):
        if where.layer not in RANKS:
            return f"src/{where.layer} has no place in RANKS of tools/check_layers.py"
    if RANKS[place.layer] > RANKS[source.layer]:
        return f"{source.layer} stands below {place.layer}"
    if source.layer == place.layer == "codec" and source.room != place.room:
        for where in (source, place):
            if where.room not in CODECS:
                return f"codec/{where.room} has no place in CODECS of tools/check_layers.py"
        if CODECS.index(place.room) > CODECS.index(source.room):
            return f"codec/{source.room} stands below codec/{place.room}"
    if place.layer in ROOMS and (source.layer, source.room) != (place.layer, place.room):
        return f"{place.layer}/{place.room} is another room; ask the registry for it"
    return None


def check(root: Path) -> tuple[list[str], int]:
    """All wrong includes of a tree, as lines to print, and the number of files read."""
    root = root.resolve()
    findings = []
    files = sorted(
        path.relative_to(root)
        for top in ("include", "src", "apps")
        for path in (root / top).rglob("*")
        if path.suffix in SOURCE_SUFFIXES and "testdata" not in path.parts
    )
    for file in files:
        text = (root / file).read_text(encoding="utf-8", errors="replace")
        for match in INCLUDE.finditer(text):
            target = resolve(root, file, match[1])
            if target is None:
                continue
            reason = wrong_edge(file, target)
            if reason:
                line = text.count("\n", 0, match.start()) + 1
                findings.append(f"{file}:{line}: includes {match[1]}: {reason}")
    return findings, len(files)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", nargs="?", type=Path, default=Path(__file__).parent.parent)
    findings, count = check(parser.parse_args().root)
    for finding in findings:
        print(finding)
    print(f"layers: {count} files, {len(findings)} wrong includes")
    return 1 if findings or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
