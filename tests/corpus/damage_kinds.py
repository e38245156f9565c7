"""The kinds of damage. Each says of the rows that it touches which readings are right; none where
nothing but naming the row will do."""

from __future__ import annotations

from corpus.damage import BOM, JUNK, Editor, Line, kind, on_rows

OTHER_DELIMITERS = {",": ";|\t", ";": ",|\t", "\t": ";,|", "|": ";,\t"}
PREAMBLES = [
    "Report of the month",
    "Created on 2024-05-01 by the office",
    "Company: Example Ltd.",
    "All amounts in EUR",
]
FOOTERS = [
    "Total: 36 rows",
    "Source: the office, as of today",
    "-- end of file --",
    "<html><body>502 Bad Gateway</body></html>",
]
REMARKS = ["# exported by hand", "# checked", "# next batch"]


# --- Delimiters and numbers of fields ---


@on_rows
def wrong_delimiter_in_a_row(editor: Editor, row: int) -> None:
    other = editor.rng.choice(OTHER_DELIMITERS[editor.table.delimiter])
    editor.put(row, other.join(editor.fields(row)), editor.rows[row])


@on_rows
def one_wrong_delimiter(editor: Editor, row: int) -> None:
    other = editor.rng.choice(OTHER_DELIMITERS[editor.table.delimiter])
    fields = editor.fields(row)
    at = editor.rng.randrange(len(fields) - 1)
    fields[at : at + 2] = [fields[at] + other + fields[at + 1]]
    editor.put(row, fields, editor.rows[row])


@on_rows
def extra_field_at_the_end(editor: Editor, row: int) -> None:
    editor.put(row, [*editor.fields(row), "surplus"])


@on_rows
def extra_field_in_the_middle(editor: Editor, row: int) -> None:
    fields = editor.fields(row)
    fields.insert(editor.rng.randint(1, len(fields) - 1), "surplus")
    editor.put(row, fields)


@on_rows
def doubled_delimiter(editor: Editor, row: int) -> None:
    fields = editor.fields(row)
    fields.insert(editor.rng.randint(1, len(fields) - 1), "")
    editor.put(row, fields)


@on_rows
def missing_field_at_the_end(editor: Editor, row: int) -> None:
    editor.put(row, editor.fields(row)[:-1])


@on_rows
def missing_field_in_the_middle(editor: Editor, row: int) -> None:
    fields = editor.fields(row)
    del fields[editor.rng.randint(0, len(fields) - 2)]
    editor.put(row, fields)


@on_rows
def trailing_delimiter_in_a_row(editor: Editor, row: int) -> None:
    editor.put(row, [*editor.fields(row), ""], editor.rows[row])


@kind
def trailing_delimiter_in_all_rows(editor: Editor) -> None:
    for line in editor.lines:
        if line.row >= 0:
            editor.put(line.row, line.text + editor.table.delimiter.encode(), editor.rows[line.row])


@kind
def trailing_delimiter_in_all_lines(editor: Editor) -> None:
    for line in editor.lines:
        line.text += editor.table.delimiter.encode()


@kind
def rows_joined(editor: Editor) -> None:
    editor.join_rows(editor.rng.randint(2, len(editor.rows) - 2), b"")


@kind
def delimiters_only(editor: Editor) -> None:
    editor.insert(editor.table.delimiter * (len(editor.table.columns) - 1), editor.inside())


# --- Quotes ---


@on_rows
def stray_quote(editor: Editor, row: int) -> None:
    column = editor.text_cell(row)
    cell = editor.rows[row][column]
    if editor.fields(row)[column] != cell:
        cell = editor.plain_cell(row, column)
    at = editor.rng.randint(1, max(len(cell) - 1, 1))
    text = cell[:at] + '"' + cell[at:]
    editor.put_cell(row, column, text, text)


@on_rows
def unescaped_quotes_within_quotes(editor: Editor, row: int) -> None:
    column = editor.text_cell(row)
    cell = f'say "hi" to {editor.rows[row][column]}'
    editor.put_cell(row, column, f'"{cell}"', cell)


@on_rows
def backslash_before_quotes(editor: Editor, row: int) -> None:
    column = editor.text_cell(row)
    cell = editor.rows[row][column]
    editor.put_cell(row, column, f'"the \\"new\\" {cell}"', f'the "new" {cell}')


def open_quote(editor: Editor, row: int, column: int) -> None:
    cell = editor.plain_cell(row, column)
    editor.put_cell(row, column, f'"{cell}', cell, f'"{cell}')


@on_rows
def missing_closing_quote(editor: Editor, row: int) -> None:
    open_quote(editor, row, editor.text_cell(row))


@on_rows
def missing_opening_quote(editor: Editor, row: int) -> None:
    column = editor.text_cell(row)
    cell = editor.plain_cell(row, column)
    editor.put_cell(row, column, f'{cell}"', cell, f'{cell}"')


@on_rows
def text_behind_a_closing_quote(editor: Editor, row: int) -> None:
    column = editor.text_cell(row)
    cell = editor.rows[row][column].replace('"', "")
    text = f'"{cell}" (new)'
    # Where no other field is quoted the quotes may stand for themselves.
    editor.put_cell(row, column, text, f"{cell} (new)", text)


@on_rows
def row_in_quotes(editor: Editor, row: int) -> None:
    line = editor.table.line(editor.rows[row])
    editor.put(row, '"' + line.replace('"', '""') + '"', editor.rows[row])


@on_rows
def blank_before_a_quote(editor: Editor, row: int) -> None:
    column = editor.text_cell(row)
    cell = editor.plain_cell(row, column)
    text = f' "{cell}"'
    editor.put_cell(row, column, text, cell, f" {cell}", text)


# --- Lines that are no rows ---


def _insert_many(editor: Editor, texts: list[str], before: int) -> None:
    for text in texts:
        editor.insert(text, before)


@kind
def blank_lines(editor: Editor) -> None:
    for _ in range(editor.rng.randint(1, 3)):
        editor.insert("", editor.inside())


@kind
def lines_of_blanks(editor: Editor) -> None:
    for _ in range(editor.rng.randint(1, 2)):
        editor.insert("  ", editor.inside())


@kind
def blank_lines_above(editor: Editor) -> None:
    _insert_many(editor, [""] * editor.rng.randint(1, 3), 0)


@kind
def blank_lines_below(editor: Editor) -> None:
    _insert_many(editor, [""] * editor.rng.randint(1, 4), len(editor.lines))


@kind
def preamble(editor: Editor) -> None:
    lines = editor.rng.sample(PREAMBLES, editor.rng.randint(1, 3))
    # Each goes above those before it: the last one, which may be blank, comes first.
    _insert_many(editor, ["", *lines] if editor.rng.random() < 0.5 else lines, 0)


@kind
def footer(editor: Editor) -> None:
    if editor.rng.random() < 0.5:
        editor.insert("", len(editor.lines))
    editor.insert(editor.rng.choice(FOOTERS), len(editor.lines))


@kind
def remarks_above(editor: Editor) -> None:
    _insert_many(editor, REMARKS[: editor.rng.randint(1, 3)], 0)


@kind
def remarks_between(editor: Editor) -> None:
    for text in REMARKS[: editor.rng.randint(1, 3)]:
        editor.insert(text, editor.inside())


@kind
def header_repeated(editor: Editor) -> None:
    editor.insert(editor.table.line(editor.table.header), editor.inside())


@kind
def second_table(editor: Editor) -> None:
    for text in ("", "kind,sum", "a,12", "b,30"):
        editor.insert(text.replace(",", editor.table.delimiter), len(editor.lines))


# --- Line ends ---


@kind
def mixed_line_ends(editor: Editor) -> None:
    for line in editor.lines:
        line.end = editor.rng.choice((b"\n", b"\r\n"))


@kind
def one_cr_lf(editor: Editor) -> None:
    editor.line_of(editor.rng.randrange(len(editor.rows))).end = b"\r\n"


@kind
def one_lone_cr(editor: Editor) -> None:
    editor.join_rows(editor.rng.randint(2, len(editor.rows) - 2), b"\r")


@kind
def lone_cr_everywhere(editor: Editor) -> None:
    for line in editor.lines:
        line.end = b"\r"


@kind
def no_last_line_end(editor: Editor) -> None:
    editor.lines[-1].end = b""


@on_rows
def line_end_in_quotes(editor: Editor, row: int) -> None:
    column = editor.text_cell(row)
    end = editor.rng.choice(("\n", "\r\n"))
    text = f"first{end}second {editor.rows[row][column]}"
    editor.rewrite(row, editor.with_cell(row, column, text))


@on_rows
def line_end_without_quotes(editor: Editor, row: int) -> None:
    column = editor.text_cell(row)
    text = f"first\n{editor.plain_cell(row, column)}"
    editor.put_cell(row, column, text, text)


@on_rows
def characters_that_end_no_line(editor: Editor, row: int) -> None:
    column = editor.text_cell(row)
    odd = editor.rng.choice(("\u2028", "\u0085", "\x0b", "\x0c", "\x1c"))
    editor.rewrite(row, editor.with_cell(row, column, f"one{odd}two"))


# --- Bytes ---


@on_rows
def nul_in_a_cell(editor: Editor, row: int) -> None:
    column = editor.text_cell(row)
    cell = editor.rows[row][column]
    at = editor.rng.randint(0, len(cell))
    cells = editor.with_cell(row, column, cell[:at] + "\0" + cell[at:])
    editor.put(row, editor.table.line(cells), cells, editor.rows[row])


@kind
def nuls_at_the_end(editor: Editor) -> None:
    editor.tail = b"\0" * editor.rng.randint(1, 200)


@kind
def mark_at_the_beginning(editor: Editor) -> None:
    editor.head = BOM


@on_rows
def mark_before_a_row(editor: Editor, row: int) -> None:
    line = editor.line_of(row)
    first = editor.rows[row][0]
    editor.put(row, BOM + line.text, editor.rows[row], editor.with_cell(row, 0, "\ufeff" + first))


@on_rows
def invalid_utf8_in_a_cell(editor: Editor, row: int) -> None:
    column = editor.text_cell(row)
    cell = editor.rows[row][column]
    cells = editor.with_cell(row, column, f"caf\ue000 {cell}")
    text = editor.table.line(cells).encode().replace("\ue000".encode(), b"\xe9")
    readings = (f"caf\N{REPLACEMENT CHARACTER} {cell}", f"caf\u00e9 {cell}")
    editor.put(row, text, *(editor.with_cell(row, column, text) for text in readings))


@kind
def control_z_at_the_end(editor: Editor) -> None:
    editor.tail = b"\x1a"


# --- Blanks ---


@on_rows
def blanks_around_fields_of_a_row(editor: Editor, row: int) -> None:
    cells = tuple(cell.replace(editor.table.delimiter, " ") for cell in editor.rows[row])
    padded = tuple(f" {cell} " for cell in cells)
    left, right = (tuple(f" {c}" for c in cells), tuple(f"{c} " for c in cells))
    editor.put(row, list(padded), cells, padded, left, right)


@kind
def blanks_behind_all_delimiters(editor: Editor) -> None:
    delimiter = editor.table.delimiter
    if delimiter == "\t":
        return
    for line in editor.lines:
        cells = editor.table.header if line.row < 0 else editor.rows[line.row]
        line.text = f"{delimiter} ".join(editor.table.fields(cells)).encode()


# --- The end of the file ---


def _cut(editor: Editor, text: str, *accepted: tuple[str, ...]) -> None:
    row = len(editor.rows) - 1
    editor.put(row, text, *accepted)
    editor.line_of(row).end = b""


@kind
def last_row_cut_off(editor: Editor) -> None:
    """Inside a field that is not the last one, else nobody could tell."""
    fields = editor.fields(len(editor.rows) - 1)
    keep = editor.rng.randint(1, len(fields) - 1)
    kept = [text.strip('"') for text in fields[:keep]]
    if any(editor.table.delimiter in text for text in kept):
        keep, kept = 1, ["cut"]
    kept[-1] = kept[-1][: max(len(kept[-1]) // 2, 1)]
    _cut(editor, editor.table.delimiter.join(kept))


@kind
def last_row_cut_off_in_quotes(editor: Editor) -> None:
    row = len(editor.rows) - 1
    fields = editor.fields(row)
    column = max(editor.table.text_columns)
    _cut(editor, editor.table.delimiter.join([*fields[:column], '"cut of']))
    if column == len(fields) - 1:
        editor.damaged[row] = [
            editor.with_cell(row, column, text) for text in ("cut of", '"cut of')
        ]


# --- The header, and several at once ---


@kind
def header_short(editor: Editor) -> None:
    names = editor.table.header[:-1]
    editor.lines[0].text = editor.table.delimiter.join(names).encode()
    editor.header_is_touched = True


@kind
def header_with_an_empty_name(editor: Editor) -> None:
    names = list(editor.table.header)
    names[editor.rng.randrange(1, len(names))] = ""
    editor.lines[0].text = editor.table.delimiter.join(names).encode()
    editor.header_is_touched = True


@kind
def several_at_once(editor: Editor) -> None:
    for damage in editor.rng.sample(
        [missing_field_at_the_end, extra_field_at_the_end, stray_quote, nul_in_a_cell], 3
    ):
        damage(editor, editor.pick())
    editor.lines.insert(0, Line(b"Report of the month", JUNK))
    if editor.rng.random() < 0.5:
        blank_lines(editor)
    mixed_line_ends(editor)
