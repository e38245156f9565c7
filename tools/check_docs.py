"""Executes the terminal sessions in the documents and compares what they print.

A session is a block marked `console`. Its lines that begin with `$ ` are run in order by bash, in
an empty folder that holds `examples`, with the program on the PATH. The lines below a command are
what it prints, on both streams; `...` stands for any text, and no line at all means that only the
exit code counts. The exit code is 0 unless a last line such as `[3]` names another. A session that
cannot be run on any machine is marked `text` or `sh` instead.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Command:
    line_number: int
    text: str
    expected: str
    exit_code: int


def sessions_of(document: str) -> list[list[Command]]:
    """The commands of each session of a Markdown document."""
    sessions = []
    for block in BLOCK.finditer(document):
        line_number = document.count("\n", 0, block.start(1)) + 1
        commands = []
        for part in re.split(r"^(?=\$ )", block[1], flags=re.MULTILINE):
            if part.startswith("$ "):
                commands.append(parse_command(part, line_number))
            line_number += part.count("\n")
        sessions.append(commands)
    return sessions


def parse_command(part: str, line_number: int) -> Command:
    """A command, which goes on over lines that end in a backslash, and what it prints."""
    lines = part[2:].rstrip("\n").split("\n")
    count = 1
    while lines[count - 1].endswith("\\") and count < len(lines):
        count += 1
    output, exit_code = lines[count:], 0
    if output and re.fullmatch(r"\[\d+\]", output[-1]):
        exit_code = int(output.pop()[1:-1])
    return Command(line_number, "\n".join(lines[:count]), "\n".join(output), exit_code)


def matches(expected: str, printed: str) -> bool:
    """Trailing blanks do not count; a line of its own or a part of one may be `...`."""
    if not expected.strip():
        return True

    def tidy(text: str) -> str:
        return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))

    pattern = re.escape(tidy(expected)).replace(re.escape("..."), ".*")
    return re.fullmatch(pattern, tidy(printed), re.DOTALL) is not None


def run_session(commands: list[Command], program: Path) -> list[str]:
    """What went otherwise than the document says; a session ends at its first failure."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "examples").symlink_to(ROOT / "examples")
        path = f"{program.parent}:{os.environ['PATH']}"
        for command in commands:
            run = subprocess.run(
                ["bash", "-c", command.text],
                cwd=folder,
                env=os.environ | {"PATH": path, "NO_COLOR": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=300,
            )
            where = f"{command.line_number}: $ {command.text}"
            if run.returncode != command.exit_code:
                return [f"{where}\nexit code {run.returncode}:\n{run.stdout}"]
            if not matches(command.expected, run.stdout):
                return [f"{where}\nsaid to print:\n{command.expected}\nprints:\n{run.stdout}"]
    return []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("documents", nargs="*", type=Path, help="default: README.md and docs/")
    options = parser.parse_args()
    documents = options.documents or [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

    count, failures = 0, 0
    for document in documents:
        for session in sessions_of(document.read_text()):
            count += 1
            for failure in run_session(session, options.program.resolve()):
                failures += 1
                print(f"{document}:{failure}\n")
    print(f"documents: {count} sessions, {failures} not as written")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
