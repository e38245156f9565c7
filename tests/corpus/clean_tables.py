"""A dozen clean tables whose every cell is known, made anew from a seed each time."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Cells = tuple[str, ...]
Maker = Callable[[random.Random, int], str]

FIRST_NAMES = [
    *("Ana", "José", "Zoë", "Björn", "Małgorzata", "Jürgen", "Chloé", "Søren", "Nuno", "İpek"),
    *("Olga", "Peter", "Mary", "Wei", "Priya", "Tom"),
]
LAST_NAMES = [
    *("Silva", "Müller", "O'Brien", "Nowak", "Sørensen", "Dvořák", "Smith", "García", "Lefèvre"),
    *("Rossi", "Tanaka", "Popescu", "Jansen"),
]
CITIES = [
    *("Porto", "München", "São Paulo", "Łódź", "København", "New York", "Den Haag", "Genève"),
    *("Québec", "Reykjavík", "Bruxelles", "Bad Homburg", "Los Angeles", "Zürich", "Izmir"),
]
WORDS = [
    *("delivered", "late", "box", "damaged", "call", "again", "before", "noon", "green", "paint"),
    *("two", "parts", "missing", "customer", "asked", "for", "invoice", "see", "letter", "of"),
    *("May", "returned", "spare", "key", "left", "at", "desk", "signed", "by", "neighbour"),
]
PRODUCTS = ["Desk lamp", "Chair, oak", "Cable 2 m", "Paper A4", "Ink; black", "Mug", "Pen | red"]


@dataclass(frozen=True)
class Column:
    name: str
    make: Maker
    is_text: bool = False


@dataclass(frozen=True)
class CleanTable:
    """Rows under a header, and how its file is written: `quoting` is minimal or text; `escape`
    stands before a quote within quotes."""

    name: str
    delimiter: str
    quoting: str
    columns: tuple[Column, ...]
    rows: tuple[Cells, ...]
    quote: str = '"'
    escape: str = '"'

    @property
    def header(self) -> Cells:
        return tuple(column.name for column in self.columns)

    @property
    def text_columns(self) -> list[int]:
        return [i for i, column in enumerate(self.columns) if column.is_text]

    def field(self, column: int, cell: str) -> str:
        """The cell as it stands in the file."""
        must = any(c in cell for c in (self.delimiter, self.quote, "\n", "\r"))
        if must or (self.quoting == "text" and self.columns[column].is_text and cell):
            return self.quote + cell.replace(self.quote, self.escape + self.quote) + self.quote
        return cell

    def fields(self, cells: Sequence[str]) -> list[str]:
        return [self.field(i, cell) for i, cell in enumerate(cells)]

    def line(self, cells: Sequence[str]) -> str:
        return self.delimiter.join(self.fields(cells))


def _number(low: int, high: int) -> Maker:
    return lambda rng, row: str(rng.randint(low, high))


def _decimal(low: float, high: float, digits: int) -> Maker:
    return lambda rng, row: f"{rng.uniform(low, high):.{digits}f}"


def _choice(words: Sequence[str]) -> Maker:
    return lambda rng, row: rng.choice(words)


def _identifier(first: int) -> Maker:
    return lambda rng, row: str(first + row)


def _name(rng: random.Random, row: int) -> str:
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"


def _last_first(rng: random.Random, row: int) -> str:
    return f"{rng.choice(LAST_NAMES)}, {rng.choice(FIRST_NAMES)}"


def _sentence(rng: random.Random, row: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(2, 6)))


def _sentence_or_nothing(rng: random.Random, row: int) -> str:
    return "" if rng.random() < 0.2 else _sentence(rng, row)


def _day(rng: random.Random, row: int) -> str:
    return f"20{rng.randint(10, 25)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def _moment(rng: random.Random, row: int) -> str:
    clock = f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}"
    return f"{_day(rng, row)} {clock}"


def _code(rng: random.Random, row: int) -> str:
    letters = "".join(rng.choice(string.ascii_uppercase) for _ in range(3))
    return f"{letters}-{row:04}"


def _mail(rng: random.Random, row: int) -> str:
    return f"{rng.choice(WORDS).lower()}{row}@example.org"


def _column(name: str, make: Maker) -> Column:
    return Column(name, make)


def _text(name: str, make: Maker) -> Column:
    return Column(name, make, is_text=True)


_SHAPES: list[tuple[str, str, str, list[Column]]] = [
    (
        *("orders", ",", "minimal"),
        [
            *(_column("id", _identifier(1)), _text("customer", _name), _column("day", _day)),
            *(_text("product", _choice(PRODUCTS)), _column("price", _decimal(1, 900, 2))),
        ],
    ),
    (
        *("people", ";", "minimal"),
        [
            *(_column("number", _identifier(1000)), _text("name", _name)),
            *(_text("city", _choice(CITIES)), _column("born", _day), _text("mail", _mail)),
        ],
    ),
    (
        *("stock", "\t", "minimal"),
        [
            *(_text("code", _code), _text("article", _choice(PRODUCTS))),
            *(_column("count", _number(0, 5000)), _column("weight_kg", _decimal(0, 40, 3))),
        ],
    ),
    (
        *("letters", ",", "text"),
        [
            *(_column("id", _identifier(1)), _text("from", _last_first), _text("to", _last_first)),
            *(_text("remark", _sentence), _column("pages", _number(1, 30))),
        ],
    ),
    (
        *("readings", ",", "minimal"),
        [
            *(_column("at", _moment), _text("station", _code), _column("t", _decimal(-20, 40, 1))),
            *(_column("p", _decimal(950, 1050, 1)), _column("rain", _decimal(0, 30, 2))),
            _column("wind", _number(0, 120)),
        ],
    ),
    (
        *("bank", ";", "text"),
        [
            *(_column("booking", _identifier(90001)), _column("day", _day), _text("payee", _name)),
            *(_text("purpose", _sentence), _column("cents", _number(-90000, 90000))),
            _text("currency", _choice(["EUR", "CHF", "SEK"])),
        ],
    ),
    (
        *("visits", "|", "minimal"),
        [
            *(_column("visit", _identifier(1)), _text("page", _code), _column("at", _moment)),
            *(_column("ms", _number(1, 9000)), _text("agent", _sentence)),
        ],
    ),
    (
        *("parts", ",", "minimal"),
        [_text("part", _code), _text("note", _sentence), _column("price", _decimal(0, 99, 2))],
    ),
    (
        *("staff", ",", "text"),
        [
            *(_text("name", _last_first), _text("office", _choice(CITIES)), _text("mail", _mail)),
            *(_column("since", _day), _column("active", _choice(["true", "false"]))),
        ],
    ),
    (
        *("addresses", ",", "minimal"),
        [
            *(_column("id", _identifier(1)), _text("street", _sentence)),
            *(_text("city", _choice(CITIES)), _column("lat", _decimal(-90, 90, 5))),
            *(_column("lon", _decimal(-180, 180, 5)), _text("remark", _sentence_or_nothing)),
        ],
    ),
    (
        *("scores", "\t", "text"),
        [
            *(_column("run", _identifier(1)), _text("player", _name), _column("a", _number(0, 9))),
            *(_column("b", _number(0, 99)), _column("c", _number(0, 999))),
            _text("place", _choice(CITIES)),
        ],
    ),
    (
        *("contracts", ";", "minimal"),
        [
            *(_text("contract", _code), _text("party", _last_first), _column("from", _day)),
            *(_column("until", _day), _column("value", _decimal(100, 99999, 2))),
            _text("terms", _sentence),
        ],
    ),
]


def clean_tables(seed: int, counts: tuple[int, int] = (18, 60)) -> list[CleanTable]:
    """The dozen, with between `counts` rows each."""
    tables = []
    for name, delimiter, quoting, columns in _SHAPES:
        rng = random.Random(f"{seed} {name}")
        rows = tuple(
            tuple(column.make(rng, row) for column in columns)
            for row in range(rng.randint(*counts))
        )
        tables.append(CleanTable(name, delimiter, quoting, tuple(columns), rows))
    return tables
