"""The operator's page as somebody reads it who types what stands there: numbered steps, lines of a shell.

In: docs/en/operators.md. Out: sections, each of steps, each of lines. Next: `walk`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "en" / "operators.md"
DEPLOY: Final = PAGE.with_name("deploy.md")
_HEADING: Final = re.compile(r"#{2,} (?P<title>.+)")
_STEP: Final = re.compile(r"\*\*(?P<number>\d+)\. (?P<title>[^*]+?)[.:,]?\*\*")
_OWN: Final = re.compile(r"[A-Z0-9]{2,}(?: [A-Z]{2,})+|UPLOAD")
"""What stands for something of the reader's own."""


class Unreadable(Exception):
    """The page does not say what its reader needs."""


@dataclass(frozen=True)
class Step:
    """`number` is 0 where a section has no numbered steps."""

    section: str
    number: int
    title: str
    lines: tuple[str, ...]


def steps(text: str) -> list[Step]:
    """Every step that has lines to type, in its order."""
    found, section, number, title = list[Step](), "", 0, ""
    typed: list[str] | None = None
    for line in text.splitlines():
        if typed is not None:
            if line == "```":
                found.append(Step(section, number, title, tuple(typed)))
                typed = None
            else:
                typed.append(line)
        elif line == "```sh":
            typed = []
        elif heading := _HEADING.fullmatch(line):
            section, number, title = heading["title"], 0, heading["title"]
        elif step := _STEP.match(line):
            number, title = int(step["number"]), step["title"]
    return found


def of_section(text: str, section: str) -> list[Step]:
    """The steps of one heading. Raises `Unreadable` if it has none."""
    found = [step for step in steps(text) if step.section == section]
    if not found:
        raise Unreadable(f"nothing to type under {section!r}")
    return found


def filled_in(line: str, own: Mapping[str, str]) -> str:
    """A line with what is the reader's own in place of the words that stand for it. Raises `Unreadable`
    where the reader would not know what to put."""
    for words, value in own.items():
        line = line.replace(words, value)
    if unknown := _OWN.search(line):
        raise Unreadable(f"what is {unknown[0]!r}? {line}")
    return line
