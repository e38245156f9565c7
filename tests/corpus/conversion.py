"""Converts files of the collection with the program under test, each way at most once."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from support import program, readers

TIMEOUT_S = 60


@dataclass(frozen=True)
class Conversion:
    """One run: how it ended, what it wrote, what it said."""

    outcome: program.Outcome
    table: readers.Table | None
    report: dict[str, Any] | None
    unreadable: str = ""

    @property
    def succeeded(self) -> bool:
        return self.outcome.exit_code == 0 and self.table is not None

    @property
    def is_clean_refusal(self) -> bool:
        """Refused for its data or a limit, with a code, and without an output."""
        return (
            self.outcome.exit_code in (3, 4, 5, 8)
            and bool(self.outcome.error_code)
            and self.table is None
        )

    @property
    def losses(self) -> set[str]:
        """The codes of what was repaired or changed."""
        tables = self.report["tables"] if self.report is not None else []
        return {loss["code"] for table in tables for loss in table["losses"]}

    def failure(self) -> str:
        """Why there is no table; empty when there is one."""
        if self.succeeded or self.unreadable:
            return self.unreadable
        lines = self.outcome.stderr.strip().splitlines()
        said = next((line for line in lines if line.startswith("error")), " ".join(lines[-1:]))
        return f"exit {self.outcome.exit_code} {self.outcome.error_code}: {said[:300]}"


class Conversions:
    """All ways in which one file is converted, kept while it is examined."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self._done: dict[tuple[str, ...], Conversion] = {}
        self._directory = tempfile.TemporaryDirectory(prefix="corpus-")

    def __enter__(self) -> Conversions:
        return self

    def __exit__(self, *_: object) -> None:
        self._directory.cleanup()

    @property
    def count(self) -> int:
        return len(self._done)

    def typed(self, flags: Sequence[str] = ()) -> Conversion:
        return self._convert(flags)

    def text(self, flags: Sequence[str] = ()) -> Conversion:
        return self._convert([*flags, "--types", "strings"] if "--types" not in flags else flags)

    def path(self, flags: Sequence[str]) -> Path:
        """Where the Parquet of `typed(flags)` is."""
        return self._directory_of(flags) / "out.parquet"

    def _directory_of(self, flags: Sequence[str]) -> Path:
        names = list(self._done)
        return Path(self._directory.name) / str(names.index(tuple(flags)))

    def _convert(self, flags: Sequence[str]) -> Conversion:
        key = tuple(flags)
        if key not in self._done:
            directory = Path(self._directory.name) / str(len(self._done))
            directory.mkdir()
            self._done[key] = self._run(directory, flags)
        return self._done[key]

    def _run(self, directory: Path, flags: Sequence[str]) -> Conversion:
        target, report = directory / "out.parquet", directory / "report.json"
        flags = [_as_file(directory, flag) for flag in flags]
        outcome = program.run(
            "convert",
            self.source,
            "-o",
            target,
            "--report",
            report,
            *flags,
            timeout_s=TIMEOUT_S,
        )
        table, unreadable = None, ""
        if target.exists():
            try:
                table = readers.read_pyarrow(target)
            except (ValueError, OSError, pa.ArrowException) as error:
                unreadable = f"pyarrow cannot read what we wrote: {error}"
        said = json.loads(report.read_text("utf-8")) if report.exists() else None
        return Conversion(outcome, table, said, unreadable)


def schema_flags(columns: Sequence[Mapping[str, str]]) -> list[str]:
    """The flags that make these columns a contract. The schema stands in the flag itself and gets
    its file when the conversion runs."""
    return ["--schema", json.dumps({"pyforge_schema": 1, "columns": list(columns)})]


def _as_file(directory: Path, flag: str) -> str:
    if not flag.startswith('{"pyforge_schema"'):
        return flag
    path = directory / "schema.json"
    path.write_text(flag, "utf-8")
    return str(path)
