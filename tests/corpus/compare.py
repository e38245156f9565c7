"""When a cell, a row or a type of ours says the same as what a source states.

Sources print values as text, and each in its own way. The rules here are all there are; each says
what it takes for equal and why that is the same value.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from support.readers import UTC, Table

Row = Sequence[Any]

# The peer's types by what they can hold. A peer's DOUBLE is our decimal where a double would round.
KINDS = {
    "BOOLEAN": ("bool",),
    "TINYINT": ("int64",),
    "SMALLINT": ("int64",),
    "INTEGER": ("int64",),
    "INT": ("int64",),
    "BIGINT": ("int64",),
    "HUGEINT": ("int64", "decimal"),
    "FLOAT": ("double", "decimal"),
    "DOUBLE": ("double", "decimal"),
    "DECIMAL": ("decimal", "double"),
    "VARCHAR": ("string",),
    "DATE": ("date",),
    "TIME": ("time",),
    "TIMESTAMP": ("timestamp",),
    "TIMESTAMP WITH TIME ZONE": ("timestamp_utc",),
}


def same_kind(peer: str, ours: str) -> bool:
    """True when our kind of type (readers.kind_of) can stand for the peer's type."""
    return ours.split("(")[0] in KINDS.get(peer.split("(")[0].upper(), ())


def same_cell(stated: str | None, typed: Any, text: str | None) -> bool:
    """Compares a stated cell with ours, converted with types (`typed`) and without (`text`)."""
    if stated in (None, "NULL"):
        # The peer takes "" for missing; we keep it as an empty text, as our manual promises.
        return typed in (None, "")
    if stated in ("", "(empty)"):
        # Where the source knows no missing values, or empty ones were asked for as text.
        return typed in (None, "") and text in (None, "")
    stated = stated.replace("\\0", "\0")
    if isinstance(typed, (int, float, Decimal)) and not isinstance(typed, bool):
        # The same text is not enough: 00123 must not have become a number.
        return _same_number(stated, typed) or (text == stated and _same_grouped(stated, typed))
    if isinstance(typed, str) and _is_kept_as_text(stated, typed):
        return True
    return text == stated or same_value(stated, typed)


def is_ambiguous_date(text: str) -> bool:
    """05/06/2019 is a day in May or in June: we keep such a column as text and say so."""
    parts = re.fullmatch(r"(\d{1,2})\D(\d{1,2})\D(\d{2}|\d{4})\b.*", text)
    return parts is not None and max(int(parts.group(1)), int(parts.group(2))) <= 12


def _is_kept_as_text(stated: str, ours: str) -> bool:
    """True where the peer prints a value that we keep as written, and nothing of it is lost: a
    boolean of one letter, a number whose column is not well formed, a date that could be read in
    two ways."""
    if stated in ("true", "false"):
        return ours.lower() == stated[0]
    if re.fullmatch(r"-?\d+\.\d+", stated) and re.fullmatch(r"-?[\d,.]+", ours):
        return _same_number(stated, float(ours.replace(",", "")))
    parts = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", stated)
    if parts is None:
        return False
    year, *days = (int(part) for part in parts.groups())
    numbers = [int(part) for part in re.findall(r"\d+", ours)]
    return (
        len(numbers) == 3
        and max(numbers[:2]) <= 12
        and (sorted(numbers[:2]) == sorted(days) and numbers[2] in (year, year % 100))
    )


def same_value(stated: str, typed: Any) -> bool:
    """True when `stated` is a spelling of `typed`."""
    if isinstance(typed, bool):
        return stated.lower() == str(typed).lower()
    if isinstance(typed, (int, float, Decimal)):
        return _same_number(stated, typed)
    if isinstance(typed, datetime.datetime):
        return _same_moment(stated, typed)
    if isinstance(typed, datetime.date):
        return _same_date(stated, typed)
    if isinstance(typed, datetime.time):
        return stated == typed.isoformat()
    return bool(stated == typed)


def _same_number(stated: str, typed: float | Decimal) -> bool:
    if re.match(r"[+-]?0\d", stated):
        return False
    try:
        number = Decimal(stated)
    except InvalidOperation:
        return False
    if isinstance(typed, float) and not stated.lstrip("-").isdigit():
        return float(number) == typed
    return Decimal(typed) == number


def _same_grouped(stated: str, typed: float | Decimal) -> bool:
    """A text such as 68,527.00 or 68.527,00 that we read as a number."""
    point = stated.replace(",", "")
    comma = stated.replace(".", "").replace(",", ".")
    return _same_number(point, typed) or _same_number(comma, typed)


def _same_date(stated: str, typed: datetime.date) -> bool:
    if stated[:10] == typed.isoformat():
        # A date where the peer was asked for a timestamp: midnight.
        return set(stated[10:]) <= set(" 0:.+T")
    for pattern in ("%d-%b-%y", "%d-%b-%Y"):  # where the peer keeps a text
        try:
            return datetime.datetime.strptime(stated, pattern).date() == typed
        except ValueError:
            continue
    return False


def _same_moment(stated: str, typed: datetime.datetime) -> bool:
    if stated == typed.date().isoformat():
        return True  # the peer was asked for less
    text = re.sub(r"([+-]\d\d)$", r"\1:00", stated.replace("T", " "))
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return False
    if moment.tzinfo is None and typed.tzinfo is not None:
        moment = moment.replace(tzinfo=UTC)
    if moment.tzinfo is not None and typed.tzinfo is None:
        return False
    return moment == typed


def compare_rows(
    stated: Sequence[Sequence[str | None]], typed: Table, text: Table, in_order: bool
) -> str:
    """Says how our rows differ from the stated ones; empty when they do not."""
    if len(typed.rows) != len(stated):
        return f"{len(typed.rows)} rows where {len(stated)} are stated"
    if len(text.rows) != len(typed.rows):
        return f"{len(text.rows)} rows without types, {len(typed.rows)} with"
    ours = list(zip(typed.rows, text.rows, strict=True))
    if in_order:
        for number, (row, (values, texts)) in enumerate(zip(stated, ours, strict=True), 1):
            if difference := compare_row(row, values, texts):
                return f"row {number}: {difference}"
        return ""
    left = ours
    for number, row in enumerate(stated, 1):
        match = next((i for i, pair in enumerate(left) if not compare_row(row, *pair)), None)
        if match is None:
            return f"no row of ours is the stated row {number}: {list(row)}"
        del left[match]
    return ""


def compare_row(stated: Sequence[str | None], typed: Row, text: Row) -> str:
    """Says how one row differs; empty when it does not."""
    if len(typed) != len(stated):
        return f"{len(typed)} cells where {len(stated)} are stated: {list(text)} / {list(stated)}"
    if len(text) != len(typed):
        text = typed  # a surplus went elsewhere without types
    for number, cells in enumerate(zip(stated, typed, text, strict=True), 1):
        if not same_cell(*cells):
            return f"cell {number} is {cells[1]!r} (text {cells[2]!r}), stated is {cells[0]!r}"
    return ""


def compare_texts(stated: Sequence[Sequence[str]], text: Table) -> str:
    """Compares rows of plain text in order; missing and empty are the same, so is a short row
    and one that ends in empty cells; an empty line is no row."""
    stated = [trimmed(row) for row in stated if row]
    ours = [trimmed(row) for row in text.rows]
    if len(ours) != len(stated):
        return f"{len(ours)} rows where {len(stated)} are stated"
    for number, (row, cells) in enumerate(zip(stated, ours, strict=True), 1):
        if cells != row:
            return f"row {number} is {cells}, stated is {row}"
    return ""


def trimmed(row: Sequence[str | None]) -> list[str]:
    """A row as text, without empty cells at its end."""
    cells = [cell or "" for cell in row]
    while cells and not cells[-1]:
        del cells[-1]
    return cells


def compare_names(stated: Sequence[str], ours: Sequence[str]) -> str:
    """Compares column names but for outer blanks. Where the file has no name, or one that stood
    before, ours is made up and only has to be there."""
    if len(stated) != len(ours):
        return f"{len(ours)} columns {list(ours)} where {len(stated)} are stated: {list(stated)}"
    if len(set(ours)) != len(ours):
        return f"names are repeated: {list(ours)}"
    seen: set[str] = set()
    for theirs, name in zip(map(_plain_name, stated), map(_plain_name, ours), strict=True):
        repeats = re.fullmatch(r"(.*)_\d+", theirs)
        is_made_up = (
            not theirs
            or theirs in seen
            or re.fullmatch(r"col(umn|_)\d+", theirs) is not None
            or (repeats is not None and repeats.group(1) in seen)
        )
        if theirs != name and not is_made_up:
            return f"column {name!r} where {theirs!r} is stated"
        seen.add(theirs)
    return ""


def _plain_name(name: str) -> str:
    """Without outer blanks; one clean file spells a double quote as two single ones."""
    return name.strip().replace("''", '"')


def contradiction(typed: Table, text: Table, *, has_surplus: bool) -> str:
    """Says where the values lost or gained something by having types; empty when nowhere.

    `has_surplus`: a row was too long. Where its surplus goes depends on the columns' types, so only
    the rows can be counted then.
    """
    if len(typed.rows) != len(text.rows):
        return f"{len(typed.rows)} rows with types, {len(text.rows)} without"
    if has_surplus:
        return ""
    if typed.names != text.names:
        return f"names {typed.names} with types, {text.names} without"
    for number, (values, texts) in enumerate(zip(typed.rows, text.rows, strict=True), 1):
        for name, value, cell in zip(typed.names, values, texts, strict=True):
            # An empty quoted field is a missing value where the column is no text.
            if (value is None) != (cell is None) and cell != "":
                return f"row {number}, {name}: {value!r} with types, {cell!r} without"
    return ""


def multiset_overlap(ours: Sequence[Any], stated: Sequence[Any]) -> int:
    """How many entries two lists have in common, counting repeats."""
    return sum((Counter(ours) & Counter(stated)).values())
