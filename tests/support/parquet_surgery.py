"""Takes small Parquet files apart and puts them together again with lies in them.

Thrift's compact protocol is read without a schema: a struct is a dict from field number to a pair
of wire type and value, a list is a pair of wire type and values.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Struct = dict[int, tuple[int, Any]]

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
MAGIC = b"PAR1"


class Reader:
    """Reads compact Thrift from `content` on, from `position`."""

    def __init__(self, content: bytes, position: int = 0) -> None:
        self.content = content
        self.position = position

    def byte(self) -> int:
        self.position += 1
        return self.content[self.position - 1]

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def zigzag(self) -> int:
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def value(self, kind: int) -> Any:
        if kind in (TRUE, FALSE):
            return kind == TRUE
        if kind == BYTE:
            return self.byte()
        if kind in (I16, I32, I64):
            return self.zigzag()
        if kind == DOUBLE:
            self.position += 8
            return self.content[self.position - 8 : self.position]
        if kind == BINARY:
            length = self.varint()
            self.position += length
            return self.content[self.position - length : self.position]
        if kind in (LIST, SET):
            head = self.byte()
            count = head >> 4 if head >> 4 != 15 else self.varint()
            element = head & 15
            if element in (TRUE, FALSE):
                return element, [self.byte() == TRUE for _ in range(count)]
            return element, [self.value(element) for _ in range(count)]
        assert kind == STRUCT, kind
        return self.struct()

    def struct(self) -> Struct:
        fields: Struct = {}
        last = 0
        while True:
            head = self.byte()
            if head == 0:
                return fields
            last = last + (head >> 4) if head >> 4 else self.zigzag()
            fields[last] = (head & 15, self.value(head & 15))


def varint(value: int) -> bytes:
    digits = []
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes([*digits, value])


def zigzag(value: int) -> bytes:
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


def encode(kind: int, value: Any) -> bytes:
    if kind in (TRUE, FALSE):
        return b""
    if kind == BYTE:
        return bytes([value])
    if kind in (I16, I32, I64):
        return zigzag(value)
    if kind == DOUBLE:
        return bytes(value)
    if kind == BINARY:
        return varint(len(value)) + bytes(value)
    if kind in (LIST, SET):
        element, values = value
        if len(values) < 15:
            head = bytes([len(values) << 4 | element])
        else:
            head = bytes([0xF0 | element]) + varint(len(values))
        if element in (TRUE, FALSE):
            return head + bytes(TRUE if each else FALSE for each in values)
        return head + b"".join(encode(element, each) for each in values)
    assert kind == STRUCT, kind
    out = b""
    last = 0
    for number, (field, content) in sorted(value.items()):
        tag = (TRUE if content else FALSE) if field in (TRUE, FALSE) else field
        if 0 < number - last <= 15:
            out += bytes([(number - last) << 4 | tag])
        else:
            out += bytes([tag]) + zigzag(number)
        out += encode(field, content)
        last = number
    return out + b"\0"


@dataclass
class Page:
    """A page header as Thrift, and what stands behind it in the file."""

    header: Struct
    body: bytes


@dataclass
class ParquetFile:
    """A file of one row group and one column, its footer and its pages."""

    footer: Struct
    pages: list[Page]

    @classmethod
    def parse(cls, content: bytes) -> ParquetFile:
        (length,) = struct.unpack("<I", content[-8:-4])
        footer = Reader(content[-8 - length : -8]).struct()
        parsed = cls(footer, [])
        facts = parsed.column
        end = 4 + facts[7][1]
        reader = Reader(content, 4)
        while reader.position < end:
            header = reader.struct()
            size = header[3][1]
            body = content[reader.position : reader.position + size]
            parsed.pages.append(Page(header, body))
            reader.position += size
        return parsed

    @property
    def row_group(self) -> Struct:
        group: Struct = self.footer[4][1][1][0]
        return group

    @property
    def column(self) -> Struct:
        """The metadata of the only column chunk."""
        facts: Struct = self.row_group[1][1][1][0][3][1]
        return facts

    @property
    def schema(self) -> list[Struct]:
        elements: list[Struct] = self.footer[2][1][1]
        return elements

    def rows_become(self, count: int) -> None:
        """Every count of rows and values that the footer has."""
        set_field(self.footer, 3, count)
        set_field(self.row_group, 3, count)
        set_field(self.column, 5, count)

    def assemble(self, *, keep_places: bool = False) -> bytes:
        """The file; places and sizes of pages follow the pages unless kept as they are."""
        chunk = b""
        starts = []
        for page in self.pages:
            starts.append(4 + len(chunk))
            chunk += encode(STRUCT, page.header) + page.body
        if not keep_places:
            set_field(self.column, 7, len(chunk))
            has_dictionary = self.pages[0].header[1][1] == 2
            set_field(self.column, 9, starts[1 if has_dictionary else 0])
            if has_dictionary:
                self.column[11] = (I64, starts[0])
        footer = encode(STRUCT, self.footer)
        return MAGIC + chunk + footer + struct.pack("<I", len(footer)) + MAGIC


def chunks(content: bytes) -> Iterator[tuple[str, Struct, list[Struct]]]:
    """Of every column chunk of a file its dotted name, the footer's entry and the page headers."""
    (length,) = struct.unpack("<I", content[-8:-4])
    footer = Reader(content[-8 - length : -8]).struct()
    for group in footer[4][1][1]:
        for entry in group[1][1][1]:
            facts: Struct = entry[3][1]
            start = facts[11][1] if 11 in facts else facts[9][1]
            reader = Reader(content, start)
            headers = []
            while reader.position < start + facts[7][1]:
                headers.append(reader.struct())
                reader.position += headers[-1][3][1]
            yield b".".join(facts[3][1][1]).decode(), entry, headers


def set_field(fields: Struct, number: int, value: Any) -> None:
    """Changes the value of a field that is there."""
    fields[number] = (fields[number][0], value)
