"""Further kinds of damage: those that lead a reader into the next field, row or encoding."""

from __future__ import annotations

from corpus.damage import BOM, JUNK, Editor, Line, kind, on_rows
from corpus.damage_kinds import open_quote


@on_rows
def missing_closing_quote_before_more(editor: Editor, row: int) -> None:
    """The quoted text holds a delimiter: where it was to end cannot be told."""
    editor.put_cell(row, editor.text_cell(row), f'"one{editor.table.delimiter} two')


@on_rows
def missing_closing_quote_at_the_end(editor: Editor, row: int) -> None:
    """In the last column, so that the next row is what the quote runs into."""
    open_quote(editor, row, len(editor.rows[row]) - 1)


@on_rows
def missing_closing_quote_at_the_beginning(editor: Editor, row: int) -> None:
    open_quote(editor, row, 0)


@kind
def field_of_one_quote(editor: Editor) -> None:
    _put_one_quote(editor, editor.pick())


def _put_one_quote(editor: Editor, row: int) -> None:
    editor.put_cell(row, editor.text_cell(row), '"', '"', "")


@kind
def field_of_three_quotes(editor: Editor) -> None:
    row = editor.pick()
    editor.put_cell(row, editor.text_cell(row), '"""', '"', '""', '"""', "")


@kind
def two_fields_of_one_quote(editor: Editor) -> None:
    """The two quotes make one field of all that stands between them."""
    first = editor.rng.randint(2, len(editor.rows) - 6)
    for row in (first, first + 4):
        _put_one_quote(editor, row)


@on_rows
def row_in_windows_1252(editor: Editor, row: int) -> None:
    """A row of another program's among those in UTF-8; only letters that both have."""
    column = editor.text_cell(row)
    cells = editor.with_cell(row, column, "Café für José, à Genève".replace(",", " "))
    ascii_only = tuple(c.encode("ascii", "ignore").decode() for c in cells)
    cells = (*ascii_only[:column], cells[column], *ascii_only[column + 1 :])
    text = editor.table.line(cells).encode("cp1252")
    broken = "".join("\N{REPLACEMENT CHARACTER}" if ord(c) > 127 else c for c in cells[column])
    editor.rows[row] = cells
    editor.put(row, text, cells, editor.with_cell(row, column, broken))


@on_rows
def character_cut_off(editor: Editor, row: int) -> None:
    _cut_character(editor, row, "Müller, Sørensen, García, Dvořák und Häußler")


@on_rows
def character_cut_off_among_few(editor: Editor, row: int) -> None:
    _cut_character(editor, row, "Café für José in Łódź")


def _cut_character(editor: Editor, row: int, others: str) -> None:
    """The first bytes of a character, and then the delimiter or the line's end. Another row has
    whole characters: without any, nobody could tell that the file is in UTF-8."""
    column = editor.text_cell(0)
    editor.rewrite(0, editor.with_cell(0, column, others))
    column = editor.text_cell(row)
    cells = editor.with_cell(row, column, "price 5 \ue000")
    text = editor.table.line(cells).encode().replace("\ue000".encode(), b"\xe2\x82")
    marks = ("\N{REPLACEMENT CHARACTER}", "\N{REPLACEMENT CHARACTER}" * 2, "\u00e2\u201a")
    editor.put(row, text, *(editor.with_cell(row, column, f"price 5 {m}") for m in marks))


@on_rows
def nuls_before_a_row(editor: Editor, row: int) -> None:
    line = editor.line_of(row)
    nuls = editor.rng.randint(1, 4)
    kept = editor.with_cell(row, 0, "\0" * nuls + editor.rows[row][0])
    editor.put(row, b"\0" * nuls + line.text, editor.rows[row], kept)


@kind
def control_z_between_two_files(editor: Editor) -> None:
    row = editor.pick()
    line = editor.line_of(row)
    kept = editor.with_cell(row, 0, "\x1a" + editor.rows[row][0])
    editor.put(row, b"\x1a" + line.text, editor.rows[row], kept)


@kind
def another_delimiter_from_here_on(editor: Editor) -> None:
    """Two files behind one another; the second is the smaller one."""
    other = {",": ";", ";": ",", "\t": ";", "|": ","}[editor.table.delimiter]
    first = editor.rng.randint(len(editor.rows) * 2 // 3, len(editor.rows) - 2)
    for row in range(first, len(editor.rows)):
        editor.put(row, other.join(editor.fields(row)), editor.rows[row])


@kind
def mark_before_a_quoted_header(editor: Editor) -> None:
    editor.head = BOM
    names = (f'"{name}"' for name in editor.table.header)
    editor.lines[0].text = editor.table.delimiter.join(names).encode()


@kind
def line_that_names_the_delimiter(editor: Editor) -> None:
    editor.lines.insert(0, Line(f"sep={editor.table.delimiter}".encode(), JUNK))


@kind
def row_of_empty_quotes(editor: Editor) -> None:
    row = editor.table.delimiter.join(['""'] * len(editor.table.columns))
    editor.insert(row, editor.inside())


@kind
def quoted_rows_over_many_lines(editor: Editor) -> None:
    """Many rows hold line ends, and one of them lacks its closing quote."""
    broken = editor.pick()
    for row in range(len(editor.rows)):
        column = editor.text_cell(row)
        if row == broken or editor.rng.random() < 0.5:
            continue
        text = f"one\ntwo {editor.rows[row][column]}"
        editor.rewrite(row, editor.with_cell(row, column, text))
    column, text = editor.text_cell(broken), "never closed"
    editor.put_cell(broken, column, f'"{text}', text, f'"{text}')
