"""What tables become under PYFORGE_PROFILE=1.0: names and values as pyforge-cli 1.0.9 gave them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.profile_1_0 import read, run_old
from support.program import run

Rows = list[tuple[str, ...]]


def converted(folder: Path, text: str | bytes, name: str = "in.csv") -> tuple[list[str], Rows]:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    outcome = run_old("convert", name, "out.parquet", "--force", cwd=folder)
    assert (outcome.exit_code, outcome.stdout) == (0, b""), outcome
    names, rows = read(folder / "out.parquet")
    assert all(value is not None for row in rows for value in row)
    return names, rows  # type: ignore[return-value]


def test_words_for_null_are_text_and_empty_fields_are_empty_text(tmp_path: Path) -> None:
    _, rows = converted(tmp_path, 'a,b,c\n1,,NA\n,NULL,null\nnan,"",NaN\n3,x,\n')
    assert rows == [("1", "", "NA"), ("", "NULL", "null"), ("nan", "", "NaN"), ("3", "x", "")]


def test_numbers_and_dates_keep_their_spelling(tmp_path: Path) -> None:
    _, rows = converted(tmp_path, "a,b,c\n007,1.50,01/02/2024\n+8,1e3,2024-1-2\n")
    assert rows == [("007", "1.50", "01/02/2024"), ("+8", "1e3", "2024-1-2")]


def test_fields_that_a_short_row_lacks_are_empty_text(tmp_path: Path) -> None:
    _, rows = converted(tmp_path, "a,b,c\n1,2\n3\n4,5,6\n")
    assert rows == [("1", "2", ""), ("3", "", ""), ("4", "5", "6")]


def test_blanks_before_a_field_are_skipped_and_those_behind_it_kept(tmp_path: Path) -> None:
    names, rows = converted(
        tmp_path, 'name, city, "zip code"\nAna, Lisbon, "1 000"\nBob,  Porto,"2"\nCy , Faro , x\n'
    )
    assert names == ["name", "city", "zip code"]
    assert rows == [("Ana", "Lisbon", "1 000"), ("Bob", "Porto", "2"), ("Cy ", "Faro ", "x")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", " "])
@pytest.mark.parametrize("name", ["in.csv", "in.tsv", "in.txt"])
def test_the_delimiter_is_found_out(tmp_path: Path, delimiter: str, name: str) -> None:
    text = "a,b,c\n1,2,3\n4,5,6\n".replace(",", delimiter)
    assert converted(tmp_path, text, name) == (["a", "b", "c"], [("1", "2", "3"), ("4", "5", "6")])


def test_other_characters_are_no_delimiter(tmp_path: Path) -> None:
    assert converted(tmp_path, "a^b^c\n1^2^3\n4^5^6\n") == (["a^b^c"], [("1^2^3",), ("4^5^6",)])


def test_colons_and_blanks_within_values_divide_nothing(tmp_path: Path) -> None:
    # Version 1.0 lost the first word of each line here.
    assert converted(tmp_path, "name\nAna Silva\nBob Jones\n") == (
        ["name"],
        [("Ana Silva",), ("Bob Jones",)],
    )


def test_columns_without_a_header_are_numbered(tmp_path: Path) -> None:
    names, rows = converted(tmp_path, "1,2.5,2024-01-01\n2,3.5,2024-01-02\n3,4.5,2024-01-03\n")
    assert names == ["Column_1", "Column_2", "Column_3"]
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("id,,name,x", ["id", "Unnamed: 1", "name", "x"]),
        ('id," ",name,""', ["id", "Column_2", "name", "Unnamed: 3"]),
        ("a,b,a,a", ["a", "b", "a.1", "a.2"]),
        ("a,a.1,a,c", ["a", "a.1", "a.2", "c"]),
        ('"a",a ,b,b', ["a", "a_duplicate_1", "b", "b.1"]),
        ("a, a,c,d", ["a", "a.1", "c", "d"]),
        ('"id"," name ",\'x\',y', ["id", "name", "x", "y"]),
        ('id,"City, State",name,x', ["id", "City, State", "name", "x"]),
        ("Größe,naïve,名前,x", ["Größe", "naïve", "名前", "x"]),
    ],
)
def test_names_are_those_of_version_1_0(tmp_path: Path, header: str, names: list[str]) -> None:
    rows = [(str(i), "2.5", "x", "2024-01-01") for i in range(5)]
    lines = [header, *(",".join(row) for row in rows)]
    assert converted(tmp_path, "\n".join(lines) + "\n") == (names, rows)


def test_remarks_and_comments_are_rows_like_others(tmp_path: Path) -> None:
    _, rows = converted(tmp_path, "id,name,city\n1,a,b\n2,c,d\n# x,y,z\n3,e,f\n\nSource: office\n")
    assert rows[2:] == [("# x", "y", "z"), ("3", "e", "f"), ("Source: office", "", "")]


def test_quoted_fields_keep_line_ends_and_quotes(tmp_path: Path) -> None:
    _, rows = converted(tmp_path, 'id,text\n1,"a\nb"\n2,"c ""d"""\n')
    assert rows == [("1", "a\nb"), ("2", 'c "d"')]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-32-le"]
)
def test_encodings_are_found_out(tmp_path: Path, encoding: str) -> None:
    text = "id,name,city\n" + "1,José,São Paulo\n2,Ana,Évora\n3,Zoë,Köln\n" * 5
    names, rows = converted(tmp_path, text.encode(encoding))
    assert names == ["id", "name", "city"]
    assert rows[:3] == [("1", "José", "São Paulo"), ("2", "Ana", "Évora"), ("3", "Zoë", "Köln")]


def test_the_profile_may_stand_in_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "pyforge.yaml").write_text('profile: "1.0"\n')
    (tmp_path / "in.csv").write_text("a,b\n1,\n2,x\n")
    assert run("convert", "in.csv", cwd=tmp_path).exit_code == 0
    assert read(tmp_path / "in.txt") == (["a", "b"], [("1", ""), ("2", "x")])


# What version 1.0 got wrong is not told again.


def test_a_short_utf_8_file_keeps_its_letters(tmp_path: Path) -> None:
    # 57 bytes were taken for Mac Roman, and the name became "Jos√©".
    text = "id,name,city\n1,José,Lisboa\n2,Ana,Porto\n3,Rui,Guimarães\n"
    assert len(text.encode()) == 57
    _, rows = converted(tmp_path, text)
    assert (rows[0], rows[2]) == (("1", "José", "Lisboa"), ("3", "Rui", "Guimarães"))


def test_a_header_alone_names_the_columns_of_no_rows(tmp_path: Path) -> None:
    assert converted(tmp_path, "id,name,day\n") == (["id", "name", "day"], [])


def test_a_text_file_is_never_its_own_output(tmp_path: Path) -> None:
    text = b"a|b\n1|2\n"
    (tmp_path / "in.txt").write_bytes(text)

    forced = run_old("convert", "in.txt", "--force", cwd=tmp_path)
    assert (forced.exit_code, forced.stdout) == (1, b"Conversion failed!\n")
    assert (tmp_path / "in.txt").read_bytes() == text

    asked = run_old("convert", "in.txt", cwd=tmp_path)
    assert asked.exit_code == 0
    assert asked.stdout == b"Output file in.txt already exists. Use --force to overwrite.\n"
    assert (tmp_path / "in.txt").read_bytes() == text


def test_standard_output_holds_what_was_asked_for_alone(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a,b\n1,2\n3,4\n")
    assert run_old("info", "in.csv", "--format", "json", cwd=tmp_path).json()["delimiter"] == ","
    assert run_old("validate", "in.csv", cwd=tmp_path).stdout.decode().count("\n") == 1
    assert run_old("--version", cwd=tmp_path).stdout.startswith(b"pyforge, version ")
    assert run_old("convert", "in.csv", cwd=tmp_path).stdout == b""
