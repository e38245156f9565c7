"""formats, explain, completions, config, the reference pages, and where settings come from."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support import program, readers
from support.commands import COMMANDS, json_of
from support.demands import assert_refused
from support.program import run

# --- Lists ----------------------------------------------------------------------------------------


def test_formats_are_listed_from_their_descriptors() -> None:
    text = run("formats").stdout.decode()
    assert text.startswith("Supported Formats\n")
    assert re.search(r"^csv +yes +yes +\.csv", text, re.MULTILINE)
    assert re.search(r"^parquet +yes +yes +\.parquet", text, re.MULTILINE)

    formats = {one["name"]: one for one in json_of("formats", "--json")}
    assert formats["csv"]["reads"] and formats["parquet"]["writes"]
    delimiter = next(o for o in formats["csv"]["read_options"] if o["name"] == "delimiter")
    assert delimiter["flag"] == "--delimiter"
    compression = next(o for o in formats["parquet"]["write_options"] if o["name"] == "compression")
    assert compression["default"] == "snappy"
    assert json_of("formats", "--json", "--input", "--output")


def test_every_error_code_can_be_explained() -> None:
    codes = json_of("explain", "--json")
    assert len({one["code"] for one in codes}) == len(codes) > 20
    for one in codes:
        outcome = run("explain", one["code"])
        assert outcome.exit_code == 0
        assert outcome.stdout.decode().startswith(f"# {one['code']}\n")
        assert one["summary"] in outcome.stdout.decode()
        assert one["fix"]
    assert json_of("explain", codes[0]["code"], "--json") == codes[0]


def test_every_declared_error_code_is_listed() -> None:
    declared = set()
    for path in [*(program.ROOT / "src").rglob("*.h"), *(program.ROOT / "include").rglob("*.h")]:
        declared |= set(re.findall(r'\.id = "([a-z_]+\.[a-z_]+)"', path.read_text("utf-8")))
    listed = {one["code"] for one in json_of("explain", "--json")}

    assert declared - listed == set()


def test_options_named_in_a_fix_exist() -> None:
    known = set()
    for command in COMMANDS:
        known |= set(re.findall(r"--(?:\[no-\])?([a-z-]+)", run(command, "--help").stdout.decode()))
    known |= {"help", "config"}
    for one in json_of("explain", "--json"):
        for flag in re.findall(r"--([a-z][a-z-]*)", one["fix"]):
            assert flag in known, f"{one['code']}: --{flag}"


def test_a_wrong_code_names_the_nearest() -> None:
    outcome = run("explain", "usage.bad_optoin")

    assert_refused(outcome, 2)
    assert "usage.bad_option" in outcome.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_know_commands_and_options(shell: str) -> None:
    script = run("completions", shell).stdout.decode()

    for word in ("convert", "preview", "bad-rows", "compression"):
        assert word in script
    assert "internal-reference" not in script


def test_bash_completes_commands_options_and_choices(tmp_path: Path) -> None:
    script = run("completions", "bash").stdout.decode()
    (tmp_path / "completion.sh").write_text(script)

    def complete(*words: str) -> list[str]:
        line = (
            f"source {tmp_path}/completion.sh; COMP_WORDS=(pyforge {' '.join(map(repr, words))}); "
            f"COMP_CWORD={len(words)}; _pyforge; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        )
        result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
        return result.stdout.split()

    assert complete("conv") == ["convert"]
    assert "--bad-rows" in complete("convert", "--ba")
    assert complete("convert", "--bad-rows", "s") == ["skip"]


# --- Configuration --------------------------------------------------------------------------------


def test_settings_come_from_line_environment_and_files_in_this_order(
    orders: Path, tmp_path: Path
) -> None:
    (tmp_path / "pyforge.yaml").write_text("limit: 1\nrename: snake\n")
    named = tmp_path / "named.yaml"
    named.write_text("limit: 2\n")
    env = {"PYFORGE_THREADS": "1"}

    def settings(*arguments: str) -> Any:
        outcome = run("config", "show", "--json", *arguments, cwd=tmp_path, env=env)
        return outcome.json()

    assert settings()["limit"] == {"value": "1", "from": "./pyforge.yaml"}
    assert settings("--config", str(named))["limit"] == {"value": "2", "from": str(named)}
    assert settings()["threads"] == {"value": "1", "from": "PYFORGE_THREADS"}
    assert settings()["memory"] == {"value": "512MiB", "from": "default"}

    outcome = run("convert", orders, "-o", "o.parquet", "--limit", "3", cwd=tmp_path, env=env)
    assert outcome.exit_code == 0
    assert len(readers.read_pyarrow(tmp_path / "o.parquet").rows) == 3
    run("convert", orders, "-o", "p.parquet", cwd=tmp_path, env=env)
    assert len(readers.read_pyarrow(tmp_path / "p.parquet").rows) == 1


def test_old_variables_keep_working(orders: Path, tmp_path: Path) -> None:
    env = {
        "PYFORGE_OUTPUT_DIR": str(tmp_path / "there"),
        "PYFORGE_COMPRESSION": "zstd",
        "PYFORGE_MAX_MEMORY": "256MiB",
        "PYFORGE_PARALLEL_WORKERS": "1",
        "PYFORGE_TEMP_DIR": str(tmp_path),
        "PYFORGE_FORCE_CORE": "1",
    }
    (tmp_path / "there").mkdir()
    report = json_of("convert", orders, "--json", env=env)

    assert report["resources"]["threads"] == 1
    assert (tmp_path / "there" / "orders.parquet").exists()
    assert report["options"]["parquet.compression"] == {"value": "zstd", "from": "environment"}


def test_a_setting_of_a_format_that_is_not_used_is_no_error(orders: Path, tmp_path: Path) -> None:
    outcome = run("convert", orders, "-o", tmp_path / "o.csv", env={"PYFORGE_ROW_GROUP_ROWS": "9"})

    assert outcome.exit_code == 0, outcome


def test_unknown_settings_are_errors_with_the_nearest_name(orders: Path, tmp_path: Path) -> None:
    (tmp_path / "pyforge.yaml").write_text("memroy: 1GiB\n")
    outcome = run("info", orders, cwd=tmp_path)

    assert_refused(outcome, 2, "usage.bad_config")
    assert "did you mean 'memory'?" in outcome.stderr
    assert_refused(run("info", orders, "--config", "none.yaml"), 4, "not_found.config")


def test_config_tells_paths_and_schema(tmp_path: Path) -> None:
    env = {"HOME": "/home/ann"}
    paths = run("config", "path", env=env, cwd=tmp_path).stdout.decode().splitlines()
    assert paths == [
        "./pyforge.yaml",
        "/home/ann/.config/pyforge/config.yaml",
        "/home/ann/.pyforge/config.yaml",
    ]
    schema = json_of("config", "schema")
    assert schema["additionalProperties"] is False
    assert "delimiter" in schema["properties"]
    assert run("config").stdout == run("config", "show").stdout


# --- Reference pages ------------------------------------------------------------------------------


def test_reference_pages_cover_commands_formats_and_errors(tmp_path: Path) -> None:
    outcome = run("internal-reference", tmp_path / "reference")

    assert outcome.exit_code == 0, outcome
    pages = {str(p.relative_to(tmp_path / "reference")) for p in tmp_path.rglob("*.*")}
    assert {"commands.md", "formats/csv.md", "formats/parquet.md", "errors/README.md"} <= pages
    commands = (tmp_path / "reference" / "commands.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"\n## pyforge {command}\n" in commands
    csv = (tmp_path / "reference" / "formats" / "csv.md").read_text("utf-8")
    assert "--delimiter" in csv
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert run("internal-reference", blocked / "x").exit_code == 6
