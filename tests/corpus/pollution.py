"""Clean tables polluted in one way each, of which the right table is known: what the Pollock
benchmark does to one table, done to a dozen. Where damage.py asks that nothing be lost in silence,
here all of the table has to come out.

Kinds are those of damage.py whose right reading can be told, and further ones of this file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from corpus.clean_tables import Column
from corpus.damage import BOM, HEADER, JUNK, KINDS, Editor, Kind, Line, kinds
from corpus.damage_kinds import PREAMBLES, open_quote

# From damage.py, by what they do.
SHARED: Mapping[str, tuple[str, ...]] = {
    "delimiters of a row": ("wrong_delimiter_in_a_row", "one_wrong_delimiter"),
    "quotes of a row": (
        *("row_in_quotes", "stray_quote", "unescaped_quotes_within_quotes"),
        *("missing_closing_quote", "missing_opening_quote", "text_behind_a_closing_quote"),
        *("missing_closing_quote_at_the_beginning", "line_end_in_quotes"),
    ),
    "structure": (
        *("trailing_delimiter_in_a_row", "trailing_delimiter_in_all_rows"),
        *("blank_lines", "blank_lines_below", "no_last_line_end"),
    ),
    "preambles": (
        *("preamble", "remarks_above", "blank_lines_above", "line_that_names_the_delimiter"),
    ),
    "headers": ("header_with_an_empty_name", "header_short", "mark_before_a_quoted_header"),
    "encodings": ("mark_at_the_beginning",),
    "line ends": ("mixed_line_ends", "lone_cr_everywhere", "one_cr_lf"),
    "several tables": ("second_table",),
    "footnotes": ("footer",),
}

# By category, then by name.
_OWN: dict[str, dict[str, Kind]] = {}


def pollutions() -> dict[str, Kind]:
    """All kinds by name."""
    return {name: kind for named in categories().values() for name, kind in named.items()}


def categories() -> dict[str, dict[str, Kind]]:
    """The kinds of each category, by name."""
    kinds()
    made: dict[str, dict[str, Kind]] = {}
    for category, names in SHARED.items():
        made[category] = {name: KINDS[name] for name in names} | _OWN.get(category, {})
    return made


class _Registered:
    """Registers a kind under its category."""

    def __init__(self, category: str) -> None:
        self._kinds = _OWN.setdefault(category, {})

    def __call__(self, function: Kind) -> Kind:
        self._kinds[function.__name__] = function
        return function


# --- Delimiters and quotes of one row ---


@_Registered("delimiters of a row")
def missing_delimiter(editor: Editor) -> None:
    """Between two fields that can still be told apart: one begins or ends in a quote, or a digit
    meets a letter."""
    places = []
    for row in range(2, len(editor.rows)):
        fields = editor.fields(row)
        for at in range(len(fields) - 1):
            left, right = fields[at][-1:], fields[at + 1][:1]
            if left and right and left.isdigit() != right.isdigit():
                places.append((row, at))
    row, at = editor.rng.choice(places)
    fields = editor.fields(row)
    fields[at : at + 2] = [fields[at] + fields[at + 1]]
    editor.put(row, fields, editor.rows[row])


@_Registered("delimiters of a row")
def extra_delimiter(editor: Editor) -> None:
    row = editor.pick()
    fields = editor.fields(row)
    fields.insert(editor.rng.randint(0, len(fields)), "")
    editor.put(row, fields, editor.rows[row])


@_Registered("quotes of a row")
def extra_quote(editor: Editor) -> None:
    """Before a field, whatever it holds, quoted or not."""
    row = editor.pick()
    column = editor.rng.randrange(len(editor.table.columns))
    cell = editor.rows[row][column]
    editor.put_cell(row, column, f'"{editor.fields(row)[column]}', cell, f'"{cell}')


@_Registered("quotes of a row")
def quote_before_any_field(editor: Editor) -> None:
    row = editor.pick()
    open_quote(editor, row, editor.rng.randrange(len(editor.table.columns)))


@_Registered("quotes of a row")
def other_quotes_in_a_row(editor: Editor) -> None:
    row = editor.pick()
    cells = tuple(cell.replace("'", "") for cell in editor.rows[row])
    editor.rewrite(row, cells)
    other = replace(editor.table, quote="'", escape="'")
    editor.put(row, other.line(cells), cells, tuple(other.fields(cells)))


# --- The spelling of all of a file ---


def _spelling(
    name: str, *, delimiter: str = "", quote: str = "", escape: str = "", quoting: str = ""
) -> None:
    def apply(editor: Editor) -> None:
        editor.respell(delimiter=delimiter, quote=quote, escape=escape, quoting=quoting)

    apply.__name__ = name
    _Registered("structure")(apply)


_spelling("commas", delimiter=",")
_spelling("semicolons", delimiter=";")
_spelling("tabs", delimiter="\t")
_spelling("bars", delimiter="|")
_spelling("blanks", delimiter=" ")
_spelling("carets", delimiter="^")
_spelling("tildes", delimiter="~")
_spelling("unit_separators", delimiter="\x1f")
_spelling("comma_and_blank", delimiter=", ")
_spelling("two_bars", delimiter="||")
_spelling("single_quotes", quote="'", escape="'", quoting="text")


@_Registered("structure")
def backslash_escapes(editor: Editor) -> None:
    for row in range(0, len(editor.rows), 3):
        column = editor.text_cell(row)
        cell = f'the "{editor.rng.choice("ABC")}" {editor.rows[row][column]}'
        editor.rewrite(row, editor.with_cell(row, column, cell))
    editor.respell(escape="\\")


@_Registered("structure")
def header_only(editor: Editor) -> None:
    _keep_rows(editor, 0)


@_Registered("structure")
def one_row(editor: Editor) -> None:
    _keep_rows(editor, 1)


def _keep_rows(editor: Editor, count: int) -> None:
    del editor.rows[count:]
    editor.lines = [line for line in editor.lines if line.row < count]


# --- Lines above and below, and the header ---


@_Registered("preambles")
def preamble_in_fields(editor: Editor) -> None:
    """As a spreadsheet saves it: each line filled up with delimiters."""
    filling = editor.table.delimiter * (len(editor.table.columns) - 1)
    editor.lines[:0] = [
        Line(f"{text}{filling}".encode(), JUNK)
        for text in editor.rng.sample(PREAMBLES, editor.rng.randint(1, 3))
    ]


@_Registered("footnotes")
def footnote_in_fields(editor: Editor) -> None:
    filling = editor.table.delimiter * (len(editor.table.columns) - 1)
    editor.insert(filling, len(editor.lines))
    editor.insert(f"* preliminary{filling}", len(editor.lines))


@_Registered("footnotes")
def many_footnotes(editor: Editor) -> None:
    editor.insert("", len(editor.lines))
    for number in range(1, editor.rng.randint(3, 5)):
        editor.insert(f"{number}) see the letter of {number} May", len(editor.lines))


@_Registered("headers")
def no_header(editor: Editor) -> None:
    del editor.lines[0]
    editor.header_is_touched = True


@_Registered("headers")
def header_of_two_rows(editor: Editor) -> None:
    """Names, and units or remarks below them."""
    of_texts = editor.rng.choice(("", "[text]"))
    below = [of_texts if column.is_text else "[unit]" for column in _of(editor)]
    editor.lines.insert(1, Line(editor.table.delimiter.join(below).encode(), HEADER))
    _name(editor, [f"{c.name} {word}".strip() for c, word in zip(_of(editor), below, strict=True)])


@_Registered("headers")
def header_of_the_same_rows(editor: Editor) -> None:
    editor.lines.insert(1, Line(editor.lines[0].text, HEADER))
    _name(editor, [f"{c.name} {c.name}" for c in _of(editor)])


def _of(editor: Editor) -> tuple[Column, ...]:
    return editor.table.columns


def _name(editor: Editor, names: list[str]) -> None:
    """Says what the columns are called, without writing it."""
    named = (replace(c, name=name) for c, name in zip(_of(editor), names, strict=True))
    editor.table = replace(editor.table, columns=tuple(named))


@_Registered("headers")
def header_in_quotes(editor: Editor) -> None:
    names = (f'"{name}"' for name in editor.table.header)
    editor.lines[0].text = editor.table.delimiter.join(names).encode()


@_Registered("headers")
def header_with_blanks(editor: Editor) -> None:
    names = (f" {name} " for name in editor.table.header)
    editor.lines[0].text = editor.table.delimiter.join(names).encode()


@_Registered("headers")
def header_repeated_names(editor: Editor) -> None:
    names = list(editor.table.header)
    names[-1] = names[0]
    editor.lines[0].text = editor.table.delimiter.join(names).encode()
    editor.header_is_touched = True


# --- Several tables ---


def _second_table(editor: Editor, columns: int, gap: list[str]) -> None:
    """Another one of so many columns behind the first."""
    delimiter = editor.table.delimiter
    names = [f"field_{chr(ord('a') + i)}" for i in range(columns)]
    rows = [[f"{word}{i}" for i in range(columns)] for word in ("x", "y", "z")]
    for text in [*gap, delimiter.join(names), *(delimiter.join(row) for row in rows)]:
        editor.insert(text, len(editor.lines))


@_Registered("several tables")
def second_table_of_fewer_columns(editor: Editor) -> None:
    _second_table(editor, len(editor.table.columns) - 1, [""])


@_Registered("several tables")
def second_table_of_more_columns(editor: Editor) -> None:
    _second_table(editor, len(editor.table.columns) + 1, [""])


@_Registered("several tables")
def second_table_with_a_title(editor: Editor) -> None:
    _second_table(editor, len(editor.table.columns) - 1, ["", "Second table", ""])


# --- Encodings and line ends ---


# Letters of one language each: nobody can tell which page a few letters of many are from.
LETTERS = ("äöüßÄÖÜ", "éèêëçàâîôûÉÈÊÇ", "áéíóúñÁÉÍÓÚ", "ãõáéíóúâêôçÃÁÉ", "åäöæøÅÄÖÆØ")


def _encoding(name: str, encoding: str, mark: bytes = b"", *, has_all: bool = True) -> None:
    def apply(editor: Editor) -> None:
        letters = "" if has_all else editor.rng.choice(LETTERS)
        for row, cells in enumerate(editor.rows if not has_all else []):
            editor.rewrite(row, tuple(_with_letters(cell, letters) for cell in cells))
        for line in editor.lines:
            line.text = line.text.decode().encode(encoding)
            line.end = line.end.decode().encode(encoding)
        editor.head = mark

    apply.__name__ = name
    _Registered("encodings")(apply)


def _with_letters(cell: str, letters: str) -> str:
    """The cell with no other letters than these and bare ones."""
    return "".join(c if c.isascii() or c in letters else _bare(c) for c in cell)


def _bare(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return plain or {"ł": "l", "Ł": "L", "ø": "o"}.get(character, "?")


_encoding("utf_8_with_a_mark", "utf-8", BOM)
_encoding("utf_16_le_with_a_mark", "utf-16-le", b"\xff\xfe")
_encoding("utf_16_be_with_a_mark", "utf-16-be", b"\xfe\xff")
_encoding("utf_16_le", "utf-16-le")
_encoding("utf_32_le_with_a_mark", "utf-32-le", b"\xff\xfe\0\0")
_encoding("windows_1252", "cp1252", has_all=False)
_encoding("latin_1", "iso-8859-1", has_all=False)


@_Registered("line ends")
def cr_lf_everywhere(editor: Editor) -> None:
    for line in editor.lines:
        line.end = b"\r\n"


@_Registered("line ends")
def two_last_line_ends(editor: Editor) -> None:
    editor.lines[-1].end = b"\n\n"


@_Registered("line ends")
def blank_line_behind_every_row(editor: Editor) -> None:
    for line in editor.lines:
        line.end = b"\n\n"
