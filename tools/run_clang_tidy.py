"""Runs clang-tidy on the sources that changed.

Changed means: since the merge base with origin/main, on main itself in the last commit, and what is
not committed. A changed header stands for the source of the same stem. A file found clean is not
looked at again until it, a header of ours that it includes, its command line or the checks change;
the verdicts are kept in the user's cache folder.
"""

import argparse
import hashlib
import json
import os
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CLANG_TIDY = "clang-tidy-16"
COMMITS_ON_MAIN = 1


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
    parser.add_argument("--build", type=Path, required=True, help="has compile_commands.json")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds-max", type=int, default=600)
    options = parser.parse_args()

    changed = changed_files(options.base or os.environ.get("PYFORGE_LINT_BASE") or default_base())
    sources = changed | {path.with_suffix(".cc") for path in changed if path.suffix == ".h"}
    commands = json.loads((options.build / "compile_commands.json").read_text())
    selected = [command for command in commands if Path(command["file"]).resolve() in sources]
    # The newest first, so that a run cut short has seen what was worked on.
    selected.sort(key=lambda command: -Path(command["file"]).stat().st_mtime)

    cache = cache_folder()
    deadline = time.monotonic() + options.seconds_max
    counts = {"clean": 0, "known clean": 0, "with findings": 0, "not reached": 0}

    def check(command: dict[str, str]) -> str:
        if time.monotonic() > deadline:
            return "not reached"
        key = verdict_key(command)
        if key and (cache / key).exists():
            (cache / key).touch()
            return "known clean"
        name = Path(command["file"]).resolve()
        run = subprocess.run(
            [CLANG_TIDY, "-p", str(options.build), "--quiet", str(name)],
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
        for verdict in pool.map(check, selected):
            counts[verdict] += 1
    print("clang-tidy:", ", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return 1 if counts["with findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
