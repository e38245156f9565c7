"""The check of the documents runs their sessions and notices what is not as written."""

from pathlib import Path

import check_docs
import pytest

HERE = Path("/bin/true")


def failures(document: str) -> list[str]:
    return [
        failure
        for session in check_docs.sessions_of(document)
        for failure in check_docs.run_session(session, HERE)
    ]


def session(*lines: str) -> str:
    return "\n".join(["Text.", "```console", *lines, "```", ""])


@pytest.mark.parametrize(
    "lines",
    [
        ["$ echo a; echo b", "a", "b"],
        ["$ echo one; echo two", "o...o"],
        ["$ seq 5", "1", "...", "5"],
        ["$ echo a \\", "  b", "a b"],
        ["$ echo anything"],
        ["$ echo 1 >f", "$ cat f", "1"],
        ["$ echo no >&2; exit 3", "no", "[3]"],
        ["$ test -d examples"],
    ],
)
def test_a_session_as_written_passes(lines: list[str]) -> None:
    assert failures(session(*lines)) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["$ echo a", "b"],
        ["$ echo a; echo b", "a"],
        ["$ exit 3"],
        ["$ true", "[3]"],
        ["$ no-such-program"],
    ],
)
def test_another_output_or_exit_code_is_found(lines: list[str]) -> None:
    assert len(failures(session(*lines))) == 1


def test_the_line_of_the_command_is_named() -> None:
    assert failures(session("$ true", "$ false"))[0].startswith("4: $ false\nexit code 1")


def test_other_blocks_are_not_run() -> None:
    assert check_docs.sessions_of("```sh\n$ false\n```\n") == []
