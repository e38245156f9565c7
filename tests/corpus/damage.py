"""Files with damage of known kind at known places, made from clean tables.

A variant knows of each row of the truth whether its bytes were touched and which readings of it a
careful reader would accept; and of each line that is no row, where it stands.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from corpus.clean_tables import Cells, CleanTable, clean_tables

HEADER = -1
JUNK = -2  # a line that is no row of the table
BOM = b"\xef\xbb\xbf"


@dataclass
class Line:
    text: bytes
    row: int
    end: bytes = b"\n"


@dataclass(frozen=True)
class Variant:
    """`spans`: where the bytes of each touched row, or of each junk line, begin and end."""

    name: str
    kind: str
    content: bytes
    table: CleanTable
    damaged: dict[int, list[Cells]]  # touched rows and the readings that are right
    rows: list[Cells]  # the others are to be read so
    header_is_touched: bool
    spans: list[tuple[int, int, int]] = field(default_factory=list)  # row or JUNK, begin, end

    @property
    def clean_rows(self) -> list[Cells]:
        return [cells for i, cells in enumerate(self.rows) if i not in self.damaged]


class Editor:
    """A file while it is being damaged."""

    def __init__(self, table: CleanTable, rng: random.Random) -> None:
        self.table = table
        self.rng = rng
        self.rows = list(table.rows)
        self.lines = [Line(table.line(table.header).encode(), HEADER)]
        self.lines += [Line(table.line(c).encode(), i) for i, c in enumerate(self.rows)]
        self._line_of = {line.row: line for line in self.lines}
        self.damaged: dict[int, list[Cells]] = {}
        self.header_is_touched = False
        self.head = b""
        self.tail = b""

    def pick(self) -> int:
        """A row that is whole, but not the first two: a reader needs something to go by."""
        return self.rng.choice([i for i in range(2, len(self.rows)) if i not in self.damaged])

    def text_cell(self, row: int) -> int:
        """A column of text whose cell in this row has some letters."""
        return self.rng.choice(
            [i for i in self.table.text_columns if len(self.rows[row][i]) > 2]
            or self.table.text_columns
        )

    def line_of(self, row: int) -> Line:
        return self._line_of[row]

    def fields(self, row: int) -> list[str]:
        return self.table.fields(self.rows[row])

    def put(self, row: int, fields: list[str] | str | bytes, *accepted: Cells) -> None:
        """Writes the row so; `accepted` are the readings that are right."""
        if isinstance(fields, list):
            fields = self.table.delimiter.join(fields)
        self.line_of(row).text = fields if isinstance(fields, bytes) else fields.encode()
        self.damaged[row] = list(accepted)

    def with_cell(self, row: int, column: int, cell: str) -> Cells:
        cells = list(self.rows[row])
        cells[column] = cell
        return tuple(cells)

    def plain_cell(self, row: int, column: int) -> str:
        """The cell as it may stand without quotes."""
        return self.rows[row][column].replace(self.table.delimiter, " ")

    def put_cell(self, row: int, column: int, written: str, *readings: str) -> None:
        """Writes one field of the row so, the others as they are; `readings` of it are right."""
        fields = self.fields(row)
        fields[column] = written
        self.put(row, fields, *(self.with_cell(row, column, text) for text in readings))

    def rewrite(self, row: int, cells: Cells) -> None:
        """Gives the row other cells, written as they should be."""
        self.rows[row] = cells
        self.line_of(row).text = self.table.line(cells).encode()

    def respell(
        self, *, delimiter: str = "", quote: str = "", escape: str = "", quoting: str = ""
    ) -> None:
        """Writes all lines so; what is not named stays."""
        self.table = replace(
            self.table,
            delimiter=delimiter or self.table.delimiter,
            quote=quote or self.table.quote,
            escape=escape or self.table.escape,
            quoting=quoting or self.table.quoting,
        )
        for line in self.lines:
            if line.row >= HEADER:
                cells = self.table.header if line.row == HEADER else self.rows[line.row]
                line.text = self.table.line(cells).encode()

    def join_rows(self, row: int, end: bytes) -> None:
        """Lets the row end so, which makes one line of it and the next one for some readers."""
        self.line_of(row).end = end
        for touched in (row, row + 1):
            self.damaged[touched] = [self.rows[touched]]

    def insert(self, text: str | bytes, before: int) -> None:
        """A line that is no row, before that place among the lines."""
        content = text if isinstance(text, bytes) else text.encode()
        self.lines.insert(before, Line(content, JUNK))

    def inside(self) -> int:
        """A place among the lines, at least two rows below the header and above the end."""
        return self.rng.randint(4, len(self.lines) - 2)

    def finish(self, name: str, kind: str) -> Variant:
        content = bytearray(self.head)
        spans = []
        for line in self.lines:
            begin = len(content)
            content += line.text + line.end
            if line.row == JUNK or line.row in self.damaged:
                spans.append((line.row, begin, max(len(content), begin + 1)))
        if self.tail:
            spans.append((JUNK, len(content), len(content) + len(self.tail)))
        content += self.tail
        return Variant(
            *(name, kind, bytes(content), self.table, self.damaged, self.rows),
            *(self.header_is_touched, spans),
        )


Kind = Callable[[Editor], None]
KINDS: dict[str, Kind] = {}


def kind(function: Kind) -> Kind:
    KINDS[function.__name__] = function
    return function


def on_rows(function: Callable[[Editor, int], None]) -> Callable[[Editor, int], None]:
    """Registers what damages one row; a variant has one to three of them."""

    def apply(editor: Editor) -> None:
        for _ in range(editor.rng.choice((1, 1, 1, 2, 3))):
            function(editor, editor.pick())

    KINDS[function.__name__] = apply
    return function


def kinds() -> list[str]:
    import corpus.damage_kinds
    import corpus.damage_kinds_rare  # noqa: F401 - the two fill KINDS

    return sorted(KINDS)


def variants(
    seed: int,
    count: int,
    rows: tuple[int, int] = (18, 60),
    chosen: Mapping[str, Kind] | None = None,
) -> list[Variant]:
    """`count` variants, the kinds, all or the chosen ones, in turn; the same for the same seed, one
    by one. The tables have between `rows` rows."""
    names = kinds() if chosen is None else sorted(chosen)
    apply = KINDS if chosen is None else chosen
    tables = clean_tables(seed, rows)
    made = []
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        name = names[number % len(names)]
        editor = Editor(rng.choice(tables), rng)
        apply[name](editor)
        made.append(editor.finish(f"v{number:05}_{name}", name))
    return made
