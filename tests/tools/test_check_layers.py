"""The layer check finds each kind of wrong include, and only those."""

import subprocess
import sys
from pathlib import Path

import check_layers
import pytest

ROOT = Path(__file__).parents[2]


def make_tree(root: Path, files: dict[str, str]) -> None:
    for name, included in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#pragma once\n#include <vector>\n#include {included}\n")


SOUND = {
    "include/pyforge/error.h": "<arrow/type_fwd.h>",
    "include/pyforge/registry.h": '"pyforge/error.h"',
    "src/base/error.cc": '"pyforge/error.h"',
    "src/codec/compress/gzip.h": '"pyforge/error.h"',
    "src/codec/zip/reader.h": '"codec/compress/gzip.h"',
    "src/io/staging.h": '"codec/zip/reader.h"',
    "src/schema/cast.h": '"io/staging.h"',
    "src/core/plan.h": '"schema/cast.h"',
    "src/formats/csv/format.h": '"core/plan.h"',
    "src/formats/csv/scanner.h": '"formats/csv/format.h"',
    "src/formats/csv/scanner_test.cc": '"support/matchers.h"',
    "src/formats/parquet/format.h": '"pyforge/registry.h"',
    "apps/cli/main.cc": '"cli/render.h"',
    "apps/cli/render.h": '"pyforge/registry.h"',
    "tests/support/matchers.h": '"core/plan.h"',
}


def test_a_sound_tree_passes(tmp_path: Path) -> None:
    make_tree(tmp_path, SOUND)
    findings, count = check_layers.check(tmp_path)
    assert findings == []
    assert count == len(SOUND) - 1  # tests/ is not judged


@pytest.mark.parametrize(
    ("file", "included", "reason"),
    [
        ("src/formats/parquet/bad.cc", '"formats/csv/scanner.h"', "another room"),
        ("src/formats/parquet/bad.cc", "<formats/csv/scanner.h>", "another room"),
        ("src/formats/parquet/bad.cc", '"../csv/scanner.h"', "another room"),
        ("src/formats/bad.cc", '"formats/csv/scanner.h"', "another room"),
        ("src/tables/delta/bad.cc", '"formats/parquet/format.h"', "another room"),
        ("src/core/bad.cc", '"formats/csv/format.h"', "core stands below formats"),
        ("src/core/bad.cc", '"formats/csv/not_there.h"', "core stands below formats"),
        ("src/io/bad.cc", '"schema/cast.h"', "io stands below schema"),
        ("src/base/bad.cc", '"io/staging.h"', "base stands below io"),
        ("src/codec/zip/bad.cc", '"pyforge/registry.h"', "neither registry nor pipeline"),
        ("src/codec/compress/bad.cc", '"codec/zip/reader.h"', "codec/compress stands below"),
        ("src/codec/new/bad.cc", '"codec/zip/reader.h"', "no place in CODECS"),
        ("src/attic/bad.cc", '"core/plan.h"', "no place in RANKS"),
        ("src/core/bad.cc", '"support/matchers.h"', "only tests"),
        ("src/core/bad.cc", '"cli/render.h"', "does not know the programs"),
        ("apps/cli/bad.cc", '"core/plan.h"', "include/pyforge alone"),
        ("include/pyforge/bad.h", '"core/plan.h"', "public headers alone"),
    ],
)
def test_a_wrong_include_is_found(tmp_path: Path, file: str, included: str, reason: str) -> None:
    make_tree(tmp_path, SOUND | {file: included})
    findings, _ = check_layers.check(tmp_path)
    assert len(findings) == 1
    assert findings[0].startswith(f"{file}:3: includes ")
    assert reason in findings[0]


def test_the_command_fails_on_a_wrong_include_and_on_an_empty_tree(tmp_path: Path) -> None:
    def run() -> int:
        command = [sys.executable, str(ROOT / "tools/check_layers.py"), str(tmp_path)]
        return subprocess.run(command, capture_output=True).returncode

    assert run() == 1
    make_tree(tmp_path, SOUND)
    assert run() == 0
    make_tree(tmp_path, {"src/core/bad.cc": '"formats/csv/format.h"'})
    assert run() == 1


def test_this_tree_has_no_wrong_include() -> None:
    findings, _ = check_layers.check(ROOT)
    assert findings == []
