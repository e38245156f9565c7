"""What the sources state about their files; MANIFEST.md of the collection says it in words."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from support.readers import Table

from corpus import facts, pollock
from corpus.case import Case
from corpus.compare import compare_names, compare_texts, contradiction, trimmed
from corpus.conversion import Conversions, schema_flags

# Files that hold what others should become. They are text, so they must convert too.
EXPECTATION = re.compile(
    r"(^|/)(FACTS|weights|AGREES|cases)\.json$|/parameters/|/json/|_(default|rfc4180)\w*\.txt$"
    r"|expectedOutputs/"
)
# Inputs of fuzzers and of crash reports: to be survived, by converting or by refusing.
HOSTILE = re.compile(r"/(afl|fuzzing)/")
# Files that their facts call bad whatever the options.
BAD_BY_NAME = re.compile(r"sineemore_csv-test-data/csv/bad-")


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def is_expectation(name: str) -> bool:
    return EXPECTATION.search(name) is not None


class Collection:
    """The folder csv of the shared data."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = files(root)
        self._facts = facts.load(root / "duckdb_duckdb")

    def name(self, path: Path) -> str:
        return str(path.relative_to(self.root))

    def must_convert(self, path: Path) -> bool:
        """True unless the file's facts call it bad, or nothing but survival is stated of it."""
        name = self.name(path)
        if HOSTILE.search(name) or BAD_BY_NAME.search(name):
            return False
        stated = self._facts.get(name.removeprefix("duckdb_duckdb/"), [])
        return not any(
            fact["check"] == "must_be_rejected_with_these_options"
            and not fact["reader_options"]
            and fact["why"] == "bytes are not valid text in the encoding"
            for fact in stated
        )

    def default_flags(self, path: Path) -> list[str]:
        return ["--from", "csv"] if is_expectation(self.name(path)) else []

    def cases(self, path: Path) -> list[Case]:
        """Every statement about this file."""
        name = self.name(path)
        if is_expectation(name):
            return []
        source, _, rest = name.partition("/")
        makers: dict[str, Callable[[Path, str], Iterator[Case]]] = {
            "HPI-Information-Systems_Pollock": self._pollock,
            "max-mapper_csv-spectrum": self._spectrum,
            "sineemore_csv-test-data": self._sineemore,
            "apache_commons-csv": self._commons,
            "uniVocity_univocity-parsers": self._univocity,
            "PHPOffice_PhpSpreadsheet": self._spreadsheet,
            "Py-Forge-Cli_PyForge-CLI": self._product,
            "alan-turing-institute_CleverCSV": self._clever,
            "apache_arrow-testing": self._arrow,
        }
        cases = [Case(path, "types keep every value", check=self._types_lose_nothing(path))]
        if source == "duckdb_duckdb":
            cases += facts.cases_of(self._facts, rest, path)
        else:
            cases += makers[source](path, rest)
        return cases

    def _types_lose_nothing(self, path: Path) -> Callable[[Conversions], str]:
        flags = self.default_flags(path)

        def check(runs: Conversions) -> str:
            typed, text = runs.typed(flags), runs.text(flags)
            if typed.table is None or text.table is None:
                return "" if typed.table is text.table else "converts with or without types only"
            has_surplus = "csv.long_row" in typed.losses | text.losses
            return contradiction(typed.table, text.table, has_surplus=has_surplus)

        return check

    def _pollock(self, path: Path, rest: str) -> Iterator[Case]:
        folder = path.parent.parent
        if path.parent.name == "clean":
            rows = pollock.read_clean(path)
            # The header is stated: a table of text alone does not show it.
            wide = max((len(row) for row in rows), default=0) > len(rows[0])
            check = partial(_clean_rows, ["--header", "yes"], rows, rows_are_wider=wide)
            yield Case(path, "holds itself", check)
            return
        rows = pollock.read_clean(folder / "clean" / path.name)
        parameters = pollock.read_parameters(folder / "parameters" / f"{path.name}_parameters.json")
        yield Case(path, "clean table, detected", partial(_pollock_rows, [], rows, parameters))
        label = "clean table, dialect given"
        content = path.read_bytes()
        has_other_quotes = not parameters.quote and content.startswith(b'"')
        if parameters.delimiter.encode() not in content or has_other_quotes:
            yield Case(path, label, not_applicable="the stated dialect is not the file's")
            return
        yield Case(path, label, partial(_pollock_rows, parameters.flags(path), rows, parameters))

    def _spectrum(self, path: Path, rest: str) -> Iterator[Case]:
        objects = json.loads((path.parent.parent / "json" / f"{path.stem}.json").read_text("utf-8"))
        rows = [list(objects[0]), *(list(entry.values()) for entry in objects)]
        yield Case(path, "rows of json/", partial(_named_rows, [], rows))

    def _sineemore(self, path: Path, rest: str) -> Iterator[Case]:
        expected = path.parent.parent / "json" / f"{path.stem}.json"
        if path.stem == "bad-header-wrong-header":
            columns = [{"name": name, "type": "string"} for name in ("foo", "bar", "baz")]
            flags = ["--header", "yes", *schema_flags(columns)]
            yield Case(path, "refused against foo,bar,baz", partial(_refused, flags))
        elif path.stem.startswith("bad-"):
            yield Case(path, "reported as malformed", partial(_reported, ["--header", "yes"]))
        elif path.stem.startswith("header-"):
            names = ["foo", "bar", "baz"]
            rows = [names, *(list(entry.values()) for entry in json.loads(expected.read_text()))]
            yield Case(path, "rows of json/", partial(_named_rows, ["--header", "yes"], rows))
        else:
            rows = json.loads(expected.read_text("utf-8"))
            flags = ["--header", "no", "--delimiter", ","]
            yield Case(path, "rows of json/", partial(_plain_rows, flags, rows))

    def _commons(self, path: Path, rest: str) -> Iterator[Case]:
        if path.name != "test.csv":
            return
        for expected in sorted(path.parent.glob("test_*.txt")):
            lines = expected.read_text("utf-8").splitlines()
            dialect, rows = lines[1], [_listed_cells(line) for line in lines[2:]]
            if "EmptyLines:ignored" not in dialect:
                reason = "pyforge has no switch that makes empty lines rows"
                yield Case(path, expected.name, not_applicable=reason)
                continue
            flags = ["--header", "no", "--delimiter", ",", "--quote", '"', "--comment"]
            flags.append("#" if "CommentStart" in dialect else "")
            yield Case(path, expected.name, partial(_plain_rows, flags, rows))

    def _univocity(self, path: Path, rest: str) -> Iterator[Case]:
        flags = ["--header", "no", "--quote", '"', "--escape", "\\"]
        if path.name == "escape.csv":
            rows = [['You are "beautiful"'], ['Yes, \\"in the inside"\\']]
            yield Case(path, "printed rows", partial(_plain_rows, flags, rows))
        elif path.name == "european.csv":
            yield Case(path, "5 rows of 5, European prices", _european)

    def _spreadsheet(self, path: Path, rest: str) -> Iterator[Case]:
        cells: dict[str, dict[tuple[int, int], str]] = {
            "premiere.": {(0, 0): "première", (1, 2): "sixième"},
            "encoding.": {(0, 0): "Å", (1, 1): "3"},
            "line_break_in_enclosure.": {(2, 0): "Test"},
            "no_delimiter.": {(0, 0): "SingleLine"},
            "sep.": {(0, 0): "A", (0, 1): "1", (1, 0): "2", (1, 1): "3"},
            "linend.mac.": {(0, 0): "A", (0, 1): "1", (1, 0): "2", (1, 1): "3"},
            "backslash.": {(0, 1): "field 2\\", (1, 0): "field 3\\"},
        }
        for prefix, stated in cells.items():
            if path.name.startswith(prefix):
                check = partial(_cells, ["--header", "no"], stated)
                yield Case(path, "stated cells", check)

    def _product(self, path: Path, rest: str) -> Iterator[Case]:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        yield Case(path, "every value kept", partial(_named_rows, [], rows))

    def _clever(self, path: Path, rest: str) -> Iterator[Case]:
        lines = path.read_text("utf-8").splitlines()
        with_escapes = [re.split(r"(?<!\\),", line) for line in lines]
        rows = [[cell.replace("\\,", ",") for cell in row] for row in with_escapes]
        names, body = rows[0], rows[1:]
        yield Case(path, "comma, backslash escapes", partial(_row_shapes, [], names, len(body)))

    def _arrow(self, path: Path, rest: str) -> Iterator[Case]:
        if path.name.startswith("aggregate_test_100"):
            yield Case(path, "100 rows", partial(_row_shapes, [], None, 100))


def _listed_cells(line: str) -> list[str]:
    """Cells of a line like `4:[a, b, c, d]`; a cell that holds ", " itself is not in the source."""
    count, _, inside = line.partition(":")
    cells = inside[1:-1].split(", ")
    if len(cells) != int(count):
        raise ValueError(f"cannot tell the cells of {line!r} apart")
    return cells


def _text_table(runs: Conversions, flags: Sequence[str]) -> Table | str:
    done = runs.text(list(flags))
    return done.table if done.table is not None and done.succeeded else done.failure()


def _named_rows(flags: Sequence[str], rows: Sequence[Sequence[str]], runs: Conversions) -> str:
    """The first row names the columns."""
    table = _text_table(runs, flags)
    if isinstance(table, str):
        return table
    return compare_names(rows[0], table.names) or compare_texts(rows[1:], table)


def _clean_rows(
    flags: Sequence[str],
    rows: Sequence[Sequence[str]],
    runs: Conversions,
    *,
    rows_are_wider: bool,
) -> str:
    """A clean table; some of them have rows that are wider than the header."""
    table = _text_table(runs, flags)
    if isinstance(table, str):
        return table
    names = table.names[: len(rows[0])] if rows_are_wider else table.names
    return compare_names(rows[0], names) or _compare_records(rows[1:], table, None)


def _compare_records(stated: Sequence[Sequence[str]], table: Table, damaged_row: int | None) -> str:
    """Compares records as the peer's measure does: blanks around cells and records without any
    value do not count."""
    theirs = [cells for row in stated if (cells := trimmed([cell.strip() for cell in row]))]
    rows = ([(cell or "").strip() for cell in row] for row in table.rows)
    ours = [cells for row in rows if (cells := trimmed(row))]
    if len(ours) != len(theirs):
        return f"{len(ours)} rows where {len(theirs)} are stated"
    for index, (wanted, found) in enumerate(zip(theirs, ours, strict=True)):
        if found != wanted and index != damaged_row:
            return f"row {index + 1} is {found}, stated is {wanted}"
    return ""


def _plain_rows(flags: Sequence[str], rows: Sequence[Sequence[str]], runs: Conversions) -> str:
    table = _text_table(runs, flags)
    if isinstance(table, str):
        return table
    return compare_texts(rows, table)


def _cells(flags: Sequence[str], stated: dict[tuple[int, int], str], runs: Conversions) -> str:
    table = _text_table(runs, flags)
    if isinstance(table, str):
        return table
    for (row, column), value in stated.items():
        if row >= len(table.rows) or column >= len(table.names):
            return f"{len(table.rows)} rows of {len(table.names)}: cell {row},{column} is missing"
        if table.rows[row][column] != value:
            return f"cell {row},{column} is {table.rows[row][column]!r}, stated is {value!r}"
    return ""


def _row_shapes(
    flags: Sequence[str], names: Sequence[str] | None, count: int, runs: Conversions
) -> str:
    table = _text_table(runs, flags)
    if isinstance(table, str):
        return table
    if names is not None and (difference := compare_names(names, table.names)):
        return difference
    return "" if len(table.rows) == count else f"{len(table.rows)} rows where {count} are stated"


def _european(runs: Conversions) -> str:
    flags = ["--quote", '"', "--escape", "\\"]
    done = runs.typed(flags)
    if done.table is None:
        return done.failure()
    names = ["Year", "Make", "Model", "Description", "Price"]
    if difference := compare_names(names, done.table.names):
        return difference
    prices = [float(price) for price in done.table.column("Price")]
    if prices != [3000.0, 4900.0, 4799.0, 5000.0, 4900.0]:
        return f"prices are {prices}"
    model = done.table.rows[1][2]
    return "" if model == 'Venture "Extended Edition"' else f"the second model is {model}"


def _reported(flags: Sequence[str], runs: Conversions) -> str:
    """A malformed file: repaired and counted by default, refused by --strict."""
    strict = runs.typed([*flags, "--strict"])
    if strict.outcome.exit_code != 3 or strict.table is not None:
        return f"--strict does not refuse it: {strict.failure() or 'converted'}"
    done = runs.typed(flags)
    if done.report is None:
        return done.failure() or "no report"
    losses: list[dict[str, Any]] = done.report["tables"][0]["losses"]
    return "" if losses else "converted without a word about the malformed row"


def _refused(flags: Sequence[str], runs: Conversions) -> str:
    done = runs.typed(flags)
    return "" if done.is_clean_refusal else f"not refused: {done.failure() or 'converted'}"


def _pollock_rows(
    flags: Sequence[str],
    rows: Sequence[Sequence[str]],
    parameters: pollock.Parameters,
    runs: Conversions,
) -> str:
    """Our table is the clean one, but for the one row that such a file has damaged on purpose."""
    table = _text_table(runs, flags)
    if isinstance(table, str):
        return table
    damaged = re.match(
        r"row_(?:less_sep_row|more_sep_row|extra_quote|field_delimiter_)(\d+)", runs.source.name
    )
    damaged_row = int(damaged.group(1)) - 1 if damaged else None
    if damaged_row != -1 and parameters.header_lines:
        # What stands beyond the stated columns is what a damaged row had too much.
        named = compare_names(rows[0], table.names[: len(rows[0])])
        if named:
            return named
    return _compare_records(rows[1:], table, damaged_row)
