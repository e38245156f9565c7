"""tools/run_clang_tidy.py in a repository of its own, with a clang-tidy that dislikes a word."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "run_clang_tidy.py"
CLANG_TIDY = """#!/bin/sh
for source; do :; done
echo "$source" >>"$PYFORGE_LOG"
! grep BAD "$source"
"""
IDENTITY = ["-c", "user.name=test", "-c", "user.email=test@example.org"]


class Repository:
    def __init__(self, root: Path) -> None:
        self.root = root / "tree"
        self.log = root / "log"
        (root / "bin").mkdir()
        program = root / "bin" / "clang-tidy-16"
        program.write_text(CLANG_TIDY)
        program.chmod(0o755)
        self.environment = os.environ | {
            "PATH": f"{root / 'bin'}:{os.environ['PATH']}",
            "PYFORGE_LOG": str(self.log),
            "XDG_CACHE_HOME": str(root / "cache"),
        }
        self.environment.pop("PYFORGE_LINT_BASE", None)
        self.root.mkdir()
        self.git("init", "-q", "-b", "main")
        self.write({".clang-tidy": "Checks: '*'\n", ".gitignore": "build\n"})
        self.commit()

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *IDENTITY, *arguments], cwd=self.root, check=True)

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, files: dict[str, str] | None = None) -> None:
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "a change")

    def check(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Runs the script on all sources of the tree as the compile commands list them."""
        build = self.root / "build"
        build.mkdir(exist_ok=True)
        commands = [
            {
                "directory": str(build),
                "file": str(source),
                "command": f"ccache g++ -I{self.root} -o {source.stem}.o -c {source}",
            }
            for source in sorted(self.root.rglob("*.cc"))
        ]
        (build / "compile_commands.json").write_text(json.dumps(commands))
        self.log.write_text("")
        command = [sys.executable, str(SCRIPT), "--build", "build", "--jobs", "1", *arguments]
        return subprocess.run(
            command, cwd=self.root, env=self.environment, capture_output=True, text=True
        )

    def seen(self) -> list[str]:
        """What clang-tidy was run on, in that order."""
        return [str(Path(name).relative_to(self.root)) for name in self.log.read_text().split()]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_on_main_the_last_commits_are_looked_at_the_newest_first(repository: Repository) -> None:
    repository.commit({"old.cc": ""})
    repository.commit({"b.cc": "", "z.h": ""})
    for _ in range(17):
        repository.commit()
    repository.commit({"z.cc": ""})
    repository.commit({"a.cc": ""})
    repository.write({"new.cc": ""})
    os.utime(repository.root / "b.cc")  # as in a fresh clone, where times say nothing
    assert repository.check().returncode == 0
    assert repository.seen() == ["new.cc", "a.cc", "z.cc", "b.cc"]


def test_on_a_branch_its_own_changes_are_looked_at(repository: Repository) -> None:
    repository.commit({"main.cc": ""})
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repository.commit({"branch.cc": ""})
    assert repository.check().returncode == 0
    assert repository.seen() == ["branch.cc"]


def test_a_named_commit_is_compared_with(repository: Repository) -> None:
    for name in ["a.cc", "b.cc", "c.cc"]:
        repository.commit({name: ""})
    assert repository.check("HEAD~2").returncode == 0
    assert repository.seen() == ["c.cc", "b.cc"]


def test_every_source_is_looked_at_when_asked_for(repository: Repository) -> None:
    for name in ["a.cc", "b.cc", "c.cc"]:
        repository.commit({name: ""})
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    assert repository.check("--all").returncode == 0
    assert repository.seen() == ["c.cc", "b.cc", "a.cc"]


def test_a_history_shorter_than_what_is_looked_at_is_looked_at_whole(
    repository: Repository,
) -> None:
    repository.commit({"a.cc": ""})
    assert repository.check().returncode == 0
    assert repository.seen() == ["a.cc"]


def test_a_header_stands_for_its_source_or_for_one_that_includes_it(
    repository: Repository,
) -> None:
    repository.commit(
        {
            "csv/reader.cc": "",
            "csv/user.cc": '#include "csv/errors.h"\n',
            "other/user.cc": '#include "other/errors.h"\n',
        }
    )
    repository.commit({"csv/reader.h": "", "csv/errors.h": "", "other/errors.h": ""})
    assert repository.check("HEAD~1").returncode == 0
    assert sorted(repository.seen()) == ["csv/reader.cc", "csv/user.cc", "other/user.cc"]


def test_a_finding_fails_and_is_found_again(repository: Repository) -> None:
    repository.commit({"a.cc": "// BAD\n", "b.cc": ""})
    for looked_at in [["a.cc", "b.cc"], ["a.cc"]]:
        run = repository.check()
        assert run.returncode == 1
        assert "// BAD" in run.stdout
        assert repository.seen() == looked_at


def test_a_clean_file_is_looked_at_again_once_a_header_or_the_checks_change(
    repository: Repository,
) -> None:
    repository.commit({"a.h": "", "a.cc": '#include "a.h"\n'})
    for change, looked_at in [
        ({}, ["a.cc"]),
        ({}, []),
        ({"a.h": "int x;\n"}, ["a.cc"]),
        ({".clang-tidy": "Checks: 'bugprone-*'\n"}, ["a.cc"]),
    ]:
        repository.write(change)
        assert repository.check().returncode == 0
        assert repository.seen() == looked_at


def test_a_source_without_time_is_named_and_no_failure(repository: Repository) -> None:
    repository.commit({"sub/a.cc": "// BAD\n"})
    run = repository.check("--seconds-max", "0")
    assert run.returncode == 0
    assert repository.seen() == []
    assert run.stdout.splitlines() == [
        "no time for sub/a.cc",
        "clang-tidy: 0 clean, 0 known clean, 0 with findings, 1 not reached",
    ]
