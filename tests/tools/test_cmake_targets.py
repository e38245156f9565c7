"""Mistakes in the folders' CMakeLists.txt end the configuration with what is wrong."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]

PROJECT = f"""
cmake_minimum_required(VERSION 3.25)
project(toy VERSION 1.0.0 LANGUAGES CXX)
set(PYFORGE_FORMATS all)
add_library(pyforge_warnings INTERFACE)
add_library(pyforge::warnings ALIAS pyforge_warnings)
add_library(pyforge::build_options ALIAS pyforge_warnings)
include({ROOT}/cmake/PyforgeTargets.cmake)
add_subdirectory(src/formats)
pyforge_check_links()
"""


def configure(root: Path, formats: str) -> tuple[int, str]:
    """Configures a project whose src/formats/CMakeLists.txt is `formats`: exit code, errors."""
    (root / "cmake").mkdir()
    (root / "cmake" / "builtin_formats.cc.in").write_text("// @count@\n")
    (root / "src" / "formats").mkdir(parents=True)
    (root / "CMakeLists.txt").write_text(PROJECT)
    (root / "src" / "formats" / "CMakeLists.txt").write_text(formats)
    ended = subprocess.run(
        ["cmake", "-G", "Ninja", "-S", str(root), "-B", str(root / "build")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    return ended.returncode, " ".join(ended.stderr.split())


def test_a_folder_that_names_what_there_is_configures(tmp_path: Path) -> None:
    formats = "pyforge_add_library(a DEPENDS pyforge::b)\npyforge_add_library(b)\n"
    assert configure(tmp_path, formats) == (0, "")


def test_a_missing_dependency_ends_the_configuration(tmp_path: Path) -> None:
    code, errors = configure(tmp_path, "pyforge_add_library(a DEPENDS pyforge::sinlge)\n")
    assert code != 0
    assert "pyforge_a depends on pyforge::sinlge" in errors


def test_a_listed_format_without_a_folder_ends_the_configuration(tmp_path: Path) -> None:
    code, errors = configure(tmp_path, "pyforge_builtin_formats(dbf)\n")
    assert code != 0
    assert "The format 'dbf' is listed in src/formats/CMakeLists.txt" in errors
    assert "no src/formats/dbf/CMakeLists.txt" in errors


def test_an_unknown_format_ends_the_configuration(tmp_path: Path) -> None:
    formats = "set(PYFORGE_FORMATS cvs)\npyforge_builtin_formats(csv)\n"
    code, errors = configure(tmp_path, formats)
    assert code != 0
    assert "PYFORGE_FORMATS names 'cvs'; the built-in formats are: csv" in errors
