"""tools/generate_reference.sh, in a tree of its own with a program that writes one page."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "generate_reference.sh"
PROGRAM = """#!/bin/sh
[ "$1" = internal-reference ] || exit 2
mkdir -p "$2/formats"
echo "what the program says" >"$2/formats/csv.md"
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tools").mkdir()
    shutil.copy(SCRIPT, tmp_path / "tools")
    program = tmp_path / "program"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    page = tmp_path / "docs" / "reference" / "formats" / "csv.md"
    page.parent.mkdir(parents=True)
    page.write_text("what the program says\n")
    return tmp_path


def run(tree: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [tree / "tools" / SCRIPT.name, *arguments, tree / "program"],
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_passes_while_the_pages_are_current(tree: Path) -> None:
    assert run(tree, "--check").returncode == 0


@pytest.mark.parametrize("page", ["formats/csv.md", "formats/gone.md"])
def test_check_shows_a_page_that_is_old_or_left_over(tree: Path, page: str) -> None:
    (tree / "docs" / "reference" / page).write_text("what somebody wrote\n")
    result = run(tree, "--check")
    assert result.returncode == 1
    assert "-what somebody wrote" in result.stdout
    assert "./dev reference" in result.stderr


def test_check_misses_a_page_that_was_never_made(tree: Path) -> None:
    shutil.rmtree(tree / "docs")
    assert run(tree, "--check").returncode == 1
    assert not (tree / "docs").exists()


def test_pages_are_made_anew_and_left_over_ones_removed(tree: Path) -> None:
    (tree / "docs" / "reference" / "gone.md").write_text("of a format that is no more\n")
    (tree / "docs" / "reference" / "formats" / "csv.md").write_text("old\n")
    assert run(tree).returncode == 0
    pages = sorted(
        path.relative_to(tree / "docs") for path in (tree / "docs").rglob("*") if path.is_file()
    )
    assert pages == [Path("reference/formats/csv.md")]
    assert run(tree, "--check").returncode == 0


def test_a_program_that_fails_leaves_the_pages_as_they_were(tree: Path) -> None:
    (tree / "program").write_text("#!/bin/sh\nexit 70\n")
    assert run(tree).returncode != 0
    assert (tree / "docs" / "reference" / "formats" / "csv.md").exists()
