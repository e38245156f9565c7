"""Runs clang-tidy on the sources that changed, the newest change first.

Changed means: since the merge base with origin/main; on main itself, which is what CI sees, in the
last COMMITS_ON_MAIN commits; and what is not committed. A changed header stands for the source of
the same stem, or for a source that includes it where there is none.

No source is begun after --seconds-max: those that had no time are named, and are no failure. A file
found clean is not looked at again until it, a header of ours that it includes, its command line or
the checks change; the verdicts are kept in the user's cache folder.
"""

import argparse
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CLANG_TIDY = "clang-tidy-16"
COMMITS_ON_MAIN = 20

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


def git(*arguments: str) -> str:
    """The output of a git command, empty if git refuses."""
    return subprocess.run(["git", *arguments], capture_output=True, text=True).stdout.strip()


def default_base() -> str:
    head = git("rev-parse", "HEAD")
    base = git("merge-base", "HEAD", "origin/main")
    if base and base != head:
        return base
    recent = git("rev-list", "--first-parent", f"--max-count={COMMITS_ON_MAIN + 1}", "HEAD")
    if len(recent.split()) <= COMMITS_ON_MAIN:
        return git("hash-object", "-t", "tree", "/dev/null")  # the empty tree: all files
    return recent.split()[-1]


def changed_files(base: str) -> set[Path]:
    listed = git("diff", "--name-only", "--diff-filter=d", base, "--").splitlines()
    listed += git("ls-files", "--others", "--exclude-standard").splitlines()
    return {Path(name).resolve() for name in listed}


def order_of_change() -> dict[Path, int]:
    """A rank for each file, 0 for the latest change; in a fresh clone the times say nothing."""
    listed = git("diff", "--name-only", "HEAD", "--").splitlines()
    listed += git("ls-files", "--others", "--exclude-standard").splitlines()
    listed += git("log", "--first-parent", "-m", "--format=", "--name-only").splitlines()
    ranks: dict[Path, int] = {}
    for name in listed:
        ranks.setdefault(Path(name).resolve(), len(ranks))
    return ranks


def first_including(header: Path, sources: list[Path]) -> Path | None:
    """A source that includes the header, which may be spelt from any of its folders on."""
    for source in sources:
        included = INCLUDE.findall(source.read_text())
        if any(str(header).endswith(f"/{name}") for name in included):
            return source
    return None


def select(changed: set[Path], sources: list[Path], ranks: dict[Path, int]) -> list[Path]:
    """The sources to look at, those of the latest changes first."""
    wanted: dict[Path, int] = {}
    for path in changed:
        source: Path | None = path
        if path.suffix == ".h":
            source = path.with_suffix(".cc")
            if source not in sources:
                source = first_including(path, sources)
        if source in sources:
            rank = ranks.get(path, len(ranks))
            wanted[source] = min(rank, wanted.get(source, rank))
    return sorted(wanted, key=lambda source: (wanted[source], source))


def cache_folder() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(root) / "pyforge" / "clang-tidy"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def compiler_arguments(command: dict[str, str]) -> list[str]:
    """The compiler's command line without the cache in front of it."""
    words = shlex.split(command["command"])
    first = next(
        i for i, word in enumerate(words) if word.startswith("-") is False and "++" in word
    )
    return words[first:]


def verdict_key(command: dict[str, str]) -> str | None:
    """A digest of all that the verdict on a file depends on, the system's headers excepted.

    None if the compiler cannot tell what the file includes: then no verdict is kept.
    """
    words = compiler_arguments(command)
    output = words.index("-o")
    del words[output : output + 2]
    listing = subprocess.run(
        [*words, "-MM", "-MF", "-"], cwd=command["directory"], capture_output=True, text=True
    )
    if listing.returncode != 0:
        return None
    digest = hashlib.sha256()
    digest.update(Path(".clang-tidy").read_bytes())
    digest.update(" ".join(words).replace(str(Path.cwd()), "").encode())
    for name in sorted(set(listing.stdout.replace("\\\n", " ").split()[1:])):
        digest.update((Path(command["directory"]) / name).read_bytes())
    return digest.hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", nargs="?", help="the commit to compare with")
    parser.add_argument("--all", action="store_true", help="look at every source")
    parser.add_argument("--build", type=Path, required=True, help="has compile_commands.json")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds-max", type=int, default=600)
    options = parser.parse_args()

    listed = json.loads((options.build / "compile_commands.json").read_text())
    commands = {Path(command["file"]).resolve(): command for command in listed}
    if options.all:
        changed = set(commands)
    else:
        base = options.base or os.environ.get("PYFORGE_LINT_BASE") or default_base()
        changed = changed_files(base)
    selected = select(changed, list(commands), order_of_change())

    cache = cache_folder()
    deadline = time.monotonic() + options.seconds_max
    counts = {"clean": 0, "known clean": 0, "with findings": 0, "not reached": 0}

    def check(source: Path) -> str:
        if time.monotonic() >= deadline:
            return "not reached"
        key = verdict_key(commands[source])
        if key and (cache / key).exists():
            (cache / key).touch()
            return "known clean"
        run = subprocess.run(
            [CLANG_TIDY, "-p", str(options.build), "--quiet", str(source)],
            capture_output=True,
            text=True,
        )
        if run.returncode != 0:
            print(f"{run.stdout}{run.stderr if not run.stdout else ''}", flush=True)
            return "with findings"
        if key:
            (cache / key).touch()
        return "clean"

    with ThreadPoolExecutor(options.jobs) as pool:
        for source, verdict in zip(selected, pool.map(check, selected), strict=True):
            counts[verdict] += 1
            if verdict == "not reached":
                print(f"no time for {source.relative_to(Path.cwd())}")
    print("clang-tidy:", ", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return 1 if counts["with findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
