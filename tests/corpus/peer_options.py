"""Says in pyforge's flags what a fact says in the options of the peer's reader.

A fact of FACTS.json holds under options written in DuckDB's language, in either of its spellings
(`delim=';', header=0` or `DELIMITER ';', HEADER 0`). Whatever cannot be said in our flags makes the
fact not applicable, by a rule below that names its reason; nothing is dropped silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


class NotApplicableError(Exception):
    """The fact speaks of something that pyforge does not have; the text says what."""


@dataclass
class Wish:
    """What a fact asks of the reader, in pyforge's terms."""

    flags: list[str] = field(default_factory=list)
    has_header: bool | None = None
    delimiter: str | None = None
    columns: dict[str, str] = field(default_factory=dict)  # names and the peer's types, in order
    names: list[str] = field(default_factory=list)  # names alone, perhaps of the first few columns
    types: list[str] = field(default_factory=list)  # types by position
    types_by_name: dict[str, str] = field(default_factory=dict)
    skips_bad_rows: bool = False
    pads_short_rows: bool = False
    refuses_short_rows: bool = False
    is_strict: bool | None = None
    drops_stray_quotes: bool = False
    has_sample: bool = False  # the peer is told how many rows to take types from
    detects: bool = True


# Options that say how the peer works, not what the file means: results must not depend on them.
WITHOUT_MEANING = {
    "buffer_size",
    "sample_size",
    "parallel",
    "compression",
    "format",
    "union_by_name",
    "thousands",  # we find the mark by the values
    "new_line",  # we take any line end
    "rejects_table",
    "rejects_scan",
}

NEVER_APPLICABLE = {
    "max_line_size": "the peer limits lines, pyforge limits fields",
    "maximum_line_size": "the peer limits lines, pyforge limits fields",
    "force_not_null": "pyforge has no columns in which null words are text",
    "allow_quoted_nulls": "pyforge has no switch for quoted null words",
    "auto_type_candidates": "pyforge has no list of types to try",
}

ENCODINGS = {"latin-1": "iso-8859-1", "utf-16": "utf-16", "utf-8": "utf-8"}


def split_options(text: str) -> Iterator[tuple[str, str]]:
    """Names in lower case and their raw values; a name without value gets `true`."""
    for item in _split_at_commas(text):
        match = re.match(r"\s*([A-Za-z_]+)\s*(?:=|:=|\s|$)\s*(.*)$", item, re.DOTALL)
        if match is None:
            raise NotApplicableError(f"option not understood: {item.strip()}")
        yield match.group(1).lower(), match.group(2).strip() or "true"


def _split_at_commas(text: str) -> list[str]:
    """Cuts at commas that stand outside of quotes and brackets."""
    items, depth, in_quotes, start = [], 0, False, 0
    for index, char in enumerate(text):
        if char == "'":
            in_quotes = not in_quotes
        elif in_quotes:
            continue
        elif char in "[{(":
            depth += 1
        elif char in "]})":
            depth -= 1
        elif char == "," and depth == 0:
            items.append(text[start:index])
            start = index + 1
    items.append(text[start:])
    return [item for item in items if item.strip()]


def _text(raw: str) -> str:
    """A quoted text, or a bare word, with \\t, \\n and \\r understood."""
    value = raw.strip()
    if value.startswith("'") and value.endswith("'") and len(value) >= 2:
        value = value[1:-1].replace("''", "'")
    return value.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r")


def _truth(raw: str) -> bool:
    word = _text(raw).lower()
    if word in ("true", "1", "yes"):
        return True
    if word in ("false", "0", "no"):
        return False
    raise NotApplicableError(f"a placeholder of the peer's test: {raw}")


def _list(raw: str) -> list[str]:
    return [_text(item) for item in _split_at_commas(raw.strip()[1:-1])]


def _dictionary(raw: str) -> dict[str, str]:
    inside = re.sub(r"^STRUCT_PACK\s*\(", "(", raw.strip(), flags=re.IGNORECASE)[1:-1]
    pairs: dict[str, str] = {}
    for item in _split_at_commas(inside):
        name, _, kind = item.replace(":=", ":").partition(":")
        pairs[_text(name)] = _text(kind)
    return pairs


def wish_of(text: str) -> Wish:
    """Translates the options of one fact. Raises NotApplicableError."""
    wish = Wish()
    given = dict(split_options(text))
    if "new_line" in given and given.keys() & {"ignore_errors", "store_rejects"}:
        raise NotApplicableError("the peer takes rows with another line end for bad")
    wish.has_sample = "sample_size" in given
    # Told to be lenient and that quotes are escaped by doubling, the peer drops all others.
    wish.drops_stray_quotes = (
        given.get("strict_mode", "true").lower() in ("false", "0")
        and _text(given.get("escape", "''")) == '"'
    )
    wish.detects = given.get("auto_detect", "true").strip("'").lower() not in ("false", "0")
    for name, raw in given.items():
        _add(wish, name, raw)
    if not wish.detects:
        # What the peer assumes where it neither is told nor looks.
        if not {"delim", "sep", "delimiter"} & given.keys():
            wish.flags += ["--delimiter", ","]
        if "quote" not in given:
            wish.flags += ["--quote", '"']
        if wish.has_header is None:
            wish.flags += ["--header", "no"]
            wish.has_header = False
        if "comment" not in given:
            wish.flags += ["--comment", ""]
        if "skip" not in given:
            wish.flags += ["--skip-rows", "0"]
    return wish


def _add(wish: Wish, name: str, raw: str) -> None:
    if name in WITHOUT_MEANING or name == "auto_detect":
        return
    if name in NEVER_APPLICABLE:
        raise NotApplicableError(NEVER_APPLICABLE[name])
    if "{" in raw and raw.strip("'").strip("{}").isidentifier():
        raise NotApplicableError(f"a placeholder of the peer's test: {name}={raw}")
    if name in ("delim", "sep", "delimiter"):
        wish.delimiter = _text(raw)
        # No separator at all is said with one that no file has.
        wish.flags += ["--delimiter", _separator(wish.delimiter or "\x1f")]
    elif name == "quote":
        wish.flags += ["--quote", _separator(_text(raw))]
    elif name == "escape":
        wish.flags += ["--escape", _separator(_text(raw))]
    elif name == "comment":
        wish.flags += ["--comment", _text(raw)]
    elif name == "header":
        wish.has_header = _truth(raw)
        wish.flags += ["--header", "yes" if wish.has_header else "no"]
    elif name == "skip":
        if _text(raw) != "0" or not wish.detects:
            wish.flags += ["--skip-rows", _text(raw)]
    elif name in ("nullstr", "null"):
        words = _list(raw) if raw.strip().startswith("[") else [_text(raw)]
        wish.flags += ["--null-values", ",".join(dict.fromkeys(words))]
    elif name == "encoding":
        wish.flags += ["--encoding", ENCODINGS[_text(raw).lower()]]
    elif name == "decimal_separator":
        wish.flags += ["--decimal", _text(raw)]
    elif name in ("dateformat", "timestampformat"):
        wish.flags += ["--date-format", date_pattern(_text(raw))]
    elif name == "all_varchar":
        if _truth(raw):
            wish.flags += ["--types", "strings"]
    elif name == "normalize_names":
        wish.flags += ["--rename", "snake"]
    elif name in ("ignore_errors", "store_rejects"):
        wish.skips_bad_rows = _truth(raw) or wish.skips_bad_rows
    elif name == "null_padding":
        wish.pads_short_rows = _truth(raw)
        wish.refuses_short_rows = not wish.pads_short_rows
        if wish.pads_short_rows:
            # Then the peer takes every line for a row, a title too.
            wish.flags += ["--skip-rows", "0"]
    elif name == "strict_mode":
        wish.is_strict = _truth(raw)
    elif name == "columns":
        wish.columns = _dictionary(raw)
    elif name in ("names", "column_names"):
        wish.names = _list(raw)
    elif name in ("types", "dtypes", "column_types"):
        if raw.strip().startswith("["):
            wish.types = _list(raw)
        else:
            wish.types_by_name = _dictionary(raw)
    else:
        raise NotApplicableError(f"pyforge has no such option: {name}")


DATE_PARTS = {
    "%Y": "yyyy",
    "%y": "yy",
    "%m": "mm",
    "%-m": "m",
    "%d": "dd",
    "%-d": "d",
    "%b": "mon",
    "%H": "hh",
    "%I": "hh",
    "%-I": "h",
    "%M": "mm",
    "%-M": "mm",
    "%S": "ss",
    "%p": "AM",
}


def date_pattern(text: str) -> str:
    """The peer's strftime pattern as ours."""
    return re.sub(r"%-?[A-Za-z]", lambda match: DATE_PARTS[match.group()], text)


def _separator(text: str) -> str:
    """How a separator is written on our command line."""
    return {"": "none", "\t": "tab", " ": "space", "\x1f": "\\x1f"}.get(text, text)
