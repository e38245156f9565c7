"""The facts of duckdb_duckdb/FACTS.json as checks of our conversions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
from support import readers

from corpus.case import Case
from corpus.compare import (
    KINDS,
    compare_names,
    compare_rows,
    is_ambiguous_date,
    same_cell,
    same_kind,
)
from corpus.conversion import Conversions, schema_flags
from corpus.peer_options import NotApplicableError, Wish, wish_of

Check = Callable[[Conversions], str]

REJECTION = "must_be_rejected_with_these_options"

# What may follow the reader's call in the peer's statement and still speak of this file alone.
AFTER = re.compile(r"(?:as t|(?:where|group by|order by|limit)\b.*)?", re.IGNORECASE | re.DOTALL)


def cases_of(facts: Mapping[str, Sequence[Mapping[str, Any]]], name: str, path: Path) -> list[Case]:
    cases = []
    for fact in facts.get(name, []):
        label = f"{fact['check']} with ({fact['reader_options']})"
        if fact.get("of"):
            label += f" of {fact['of']}"
        try:
            cases.append(Case(path, label, check=_check(fact, path)))
        except NotApplicableError as reason:
            cases.append(Case(path, label, not_applicable=str(reason)))
    return cases


def load(directory: Path) -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = json.loads(
        (directory / "FACTS.json").read_text("utf-8")
    )
    return loaded


def _check(fact: Mapping[str, Any], path: Path) -> Check:
    kind = fact["check"]
    wish = wish_of(fact["reader_options"])
    if path.parent.name == "comments" and "mid_line" in path.name.replace("midline", "mid_line"):
        raise NotApplicableError("the peer takes a # within a row for a comment, we do not")
    if path.parent.name == "comments" and "--skip-rows" in wish.flags:
        raise NotApplicableError("the peer does not count comments among the rows it skips")
    if wish.refuses_short_rows and not wish.skips_bad_rows and kind != REJECTION:
        raise NotApplicableError("the peer does not pad short rows and finds other columns")
    if wish.drops_stray_quotes and kind == "rows":
        raise NotApplicableError("the peer drops quotes that are not doubled, we keep them")
    if kind == "rows" and wish.has_header is False and ["NULL"] in fact["value"]:
        raise NotApplicableError("pyforge has no switch that makes empty lines rows")
    if "--null-values" in wish.flags and "quoted_null" in path.name:
        raise NotApplicableError("the peer takes null words in quotes too, we do not")
    after = str(fact.get("after", "")).strip()
    if AFTER.fullmatch(after) is None:
        raise NotApplicableError("the peer's statement reads more than this file")
    if kind == REJECTION:
        return _rejection(wish, fact["why"], path)
    flags = _flags(wish, path)
    if kind == "rows" and wish.names and wish.has_header is None:
        raise NotApplicableError("names and types by position are no wish of ours")
    if kind == "sniffed":
        return _sniffed(fact["of"], fact["value"], wish, flags)
    if kind == "columns_and_types":
        return lambda runs: _columns(runs, flags, [tuple(pair) for pair in fact["value"]])
    if kind in ("row_count", "rows_loaded"):
        return lambda runs: _count(runs, flags, int(_single(fact["value"])))
    if kind == "rows":
        stated, in_order = fact["value"], fact["order"] == "file"
        if after:
            return lambda runs: _query(runs, flags, wish, "*", after, stated, in_order)
        return lambda runs: _rows(runs, flags, stated, in_order)
    if kind == "expression":
        return _expression(fact, wish, flags, after)
    raise NotApplicableError(f"a check of unknown kind: {kind}")


def _single(value: Any) -> str:
    while isinstance(value, list):
        (value,) = value
    return str(value)


def _flags(wish: Wish, path: Path) -> list[str]:
    """The wish as flags, with what it says about bad rows and types."""
    flags = list(wish.flags)
    asked = [*wish.columns.values(), *wish.types, *wish.types_by_name.values()]
    if any(kind.upper() == "BLOB" for kind in asked):
        raise NotApplicableError("the peer is asked for bytes, which CSV does not have")
    if "--rename" in flags:
        raise NotApplicableError("the peer's own rule for names")
    if wish.columns and all(kind.upper() == "VARCHAR" for kind in asked):
        flags += ["--types", "strings"] if "--types" not in flags else []
    elif wish.skips_bad_rows and wish.columns:
        flags += _contract(wish, path)
    elif wish.skips_bad_rows and (asked or wish.has_sample):
        raise NotApplicableError("rows are bad only against the peer's type of a column")
    if wish.skips_bad_rows:
        # The peer leaves out rows that we repair: as strict as it is, and then skip.
        flags += ["--bad-rows", "skip"]
        if not wish.pads_short_rows and wish.is_strict is not False:
            flags += ["--strict"]
            if "--encoding" not in flags and not wish.detects:
                # It reads UTF-8 unless it is told otherwise; we would find another encoding.
                flags += ["--encoding", "utf-8"]
    return flags


def _contract(wish: Wish, path: Path) -> list[str]:
    """The peer's columns as a schema file, against which rows can be bad."""
    if any(kind.upper() in ("JSON", "DECIMAL") for kind in wish.columns.values()):
        raise NotApplicableError("a type of the peer that our schemas do not have")
    if wish.has_header is not False:
        with path.open("rb") as file:
            beginning = file.read(4096).decode("utf-8", errors="replace")
        if not all(name in beginning for name in wish.columns):
            raise NotApplicableError("the peer gives other names to the columns of a header")
    return schema_flags([_contract_column(*column, wish) for column in wish.columns.items()])


def _contract_column(name: str, kind: str, wish: Wish) -> dict[str, str]:
    # The peer's FLOAT would show the value in the digits of its own type.
    column = {"name": name, "type": "double" if kind.upper() == "FLOAT" else kind}
    if kind.upper() == "DATE" and "--date-format" in wish.flags:
        column["format"] = wish.flags[wish.flags.index("--date-format") + 1]
    return column


def _rejection(wish: Wish, why: str, path: Path) -> Check:
    if wish.names:
        raise NotApplicableError("names and types by position are no wish of ours")
    if "--null-values" in wish.flags:
        raise NotApplicableError("a conflict between options of the peer")
    if why == "line too long":
        raise NotApplicableError("the peer limits lines, pyforge limits fields")
    if why == "a value does not fit the asked type":
        if not wish.columns:
            raise NotApplicableError("what is bad only against the peer's type of a column")
        flags = [*wish.flags, *_contract(wish, path)]
    else:
        flags = [*_flags(wish, path), "--strict"]
    if why == "bytes are not valid text in the encoding" and "--encoding" not in flags:
        # We find the encoding; told to take the peer's one, we must refuse as it does.
        flags += ["--encoding", "utf-8"]

    def check(runs: Conversions) -> str:
        done = runs.typed(flags)
        if done.is_clean_refusal or done.outcome.exit_code == 2:
            return ""
        return f"must be refused under {' '.join(flags)}: {why}; {done.failure() or 'converted'}"

    return check


def _rows(runs: Conversions, flags: list[str], stated: Any, in_order: bool) -> str:
    typed, text = runs.typed(flags), runs.text(flags)
    if failure := typed.failure() or text.failure():
        return failure
    assert typed.table is not None
    assert text.table is not None
    count = _listed_count(stated, text.table)
    ours = replace(typed.table, rows=typed.table.rows[:count])
    ours_as_text = replace(text.table, rows=text.table.rows[:count])
    return compare_rows(stated, ours, ours_as_text, in_order)


def _listed_count(stated: Sequence[Any], text: readers.Table) -> int:
    """How many of our rows the source lists: its listing ends at a row that prints as blank."""
    count = len(stated)
    if count >= len(text.rows):
        return len(text.rows)
    next_row = text.rows[count]
    return count if all(cell and not cell.strip() for cell in next_row) else len(text.rows)


def _count(runs: Conversions, flags: list[str], stated: int) -> str:
    done = runs.typed(flags)
    if done.table is None:
        return done.failure()
    count = len(done.table.rows)
    return "" if count == stated else f"{count} rows where {stated} are stated"


def _columns(runs: Conversions, flags: list[str], stated: Sequence[tuple[str, str]]) -> str:
    done = runs.typed(flags)
    if done.table is None:
        return done.failure()
    if difference := compare_names([name for name, _ in stated], done.table.names):
        return difference
    for index, ((name, peer), ours) in enumerate(zip(stated, done.table.kinds, strict=True)):
        if peer == "DATE" and ours == "string":
            values = [row[index] for row in done.table.rows if row[index]]
            if values and all(map(is_ambiguous_date, values)):
                continue
        if not same_kind(peer, ours):
            return f"column {name} is {ours} where {peer} is stated"
    return ""


SNIFFED = ("delimiter", "quote", "escape", "newline", "comment", "skip", "header", "columns")


def _sniffed(of: str, value: Sequence[str], wish: Wish, flags: list[str]) -> Check:
    """The peer's detection: we compare what both have a word for, and the columns."""
    if wish.names or wish.types or wish.columns:
        raise NotApplicableError("names and types by position are no wish of ours")
    if wish.has_sample or wish.skips_bad_rows:
        raise NotApplicableError("types from a part of the rows, where we take all")
    asked = re.sub(r"^select\s+", "", of, flags=re.IGNORECASE).lower()
    fields = SNIFFED if asked == "*" else tuple(part.strip() for part in asked.split(","))
    if not set(fields) <= set(SNIFFED):
        raise NotApplicableError("what the peer says in its own language")
    found = dict(zip(fields, value[0].split("\t"), strict=False))
    casts = [f"{name}={_our_type(kind)}" for name, kind in wish.types_by_name.items()]
    flags = [*flags, "--cast", ",".join(casts)] if casts else flags

    def check(runs: Conversions) -> str:
        done = runs.typed(flags)
        if done.report is None or done.table is None:
            return done.failure() or "no report"
        detected = _detected(done.report)
        if difference := _compare_dialect(found, detected):
            return difference
        if "columns" not in found:
            return ""
        pairs = re.findall(r"\{'name': (.*?), 'type': (.*?)\}", found["columns"])
        return _columns(runs, flags, pairs)

    return check


def _our_type(peer: str) -> str:
    return "string" if peer.upper() == "VARCHAR" else KINDS[peer.upper()][0]


def _detected(report: Mapping[str, Any]) -> dict[str, str]:
    detected = report["inputs"][0]["detected"]
    return {
        name: str(entry.get("value", "") if isinstance(entry, dict) else entry)
        for name, entry in detected.items()
    }


def _compare_dialect(stated: Mapping[str, str], ours: Mapping[str, str]) -> str:
    words = {"": "none", "(empty)": "none", "\t": "tab", " ": "space"}
    for name in ("delimiter", "comment"):
        if name in stated:
            wanted = words.get(stated[name], stated[name])
            got = ours.get(name, "none") or "none"
            if wanted != got and not (name == "delimiter" and wanted in ("none", ",")):
                return f"{name} is {got} where {wanted} is stated"
    return ""


def _query(
    runs: Conversions,
    flags: list[str],
    wish: Wish,
    of: str,
    after: str,
    stated: Sequence[Sequence[str]],
    in_order: bool,
) -> str:
    """Asks DuckDB the peer's question of our Parquet, under the peer's names."""
    done = runs.typed(flags)
    if done.table is None:
        return done.failure()
    names = _peer_names(wish, done.table)
    columns = ", ".join(
        f"{_quoted(ours)} AS {_quoted(peer)}"
        for ours, peer in zip(done.table.names, names, strict=True)
    )
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
        relation = connection.read_parquet(str(runs.path(flags)))
        relation.create_view("ours")
        connection.execute(f"CREATE VIEW t AS SELECT {columns} FROM ours")
        try:
            answer = connection.sql(f"SELECT {of} FROM t {after.removeprefix('as t')}")
            table = readers.from_arrow(answer.to_arrow_table())
        except duckdb.Error as error:
            return f"the peer's question fails: {error}"
    return _compare_answers(stated, table, in_order)


def _compare_answers(stated: Sequence[Sequence[str]], answer: readers.Table, in_order: bool) -> str:
    rows = list(answer.rows)
    if len(rows) != len(stated):
        return f"{len(rows)} rows answer where {len(stated)} are stated"
    for number, row in enumerate(stated, 1):
        found = [
            i
            for i, ours in enumerate(rows[:1] if in_order else rows)
            if len(ours) == len(row) and all(map(_same_answer, row, ours))
        ]
        if not found:
            return f"answer {number}: {list(row)} is stated, ours are {rows[:3]}"
        del rows[found[0]]
    return ""


def _same_answer(stated: str, ours: Any) -> bool:
    if isinstance(ours, str) and ours.split("(")[0] in KINDS:
        return bool(set(KINDS.get(stated.split("(")[0], ())) & set(KINDS[ours.split("(")[0]]))
    return same_cell(stated, ours, None if ours is None else str(ours))


def _peer_names(wish: Wish, table: readers.Table) -> list[str]:
    """The columns' names in the peer's statement."""
    count = len(table.names)
    if len(wish.columns) == count:
        return list(wish.columns)
    if wish.has_header or (wish.has_header is None and not _made_up(table.names)):
        names = list(table.names)
    else:
        names = [f"column{i:0{len(str(count - 1))}}" for i in range(count)]
    names[: len(wish.names)] = wish.names
    return names


def _made_up(names: Sequence[str]) -> bool:
    """Names that we give where a file has none."""
    return all(re.fullmatch(r"(?i)col(umn)?_?\d+", name) for name in names)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _expression(fact: Mapping[str, Any], wish: Wish, flags: list[str], after: str) -> Check:
    of = str(fact["of"])
    if "typeof" in of and (wish.columns or wish.types or wish.types_by_name):
        raise NotApplicableError("the type of a column for which the peer asked that type")
    if "recompute_" in after:
        raise NotApplicableError("a question about columns that the peer's test computes")
    if "glob(" in of or "glob(" in after or "col =" in of:
        raise NotApplicableError("a fact about the peer's file names")
    if "hamming(" in of or "replace(s" in of or "->>" in of:
        raise NotApplicableError("compares with a table that is not in the collection")
    stated = [str(line).split("\t") for line in fact["value"]]
    in_order = "order by" in after.lower() or not after
    return lambda runs: _query(runs, flags, wish, of, after, stated, in_order)
