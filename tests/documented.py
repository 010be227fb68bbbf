"""What the documents tell people to type: pages, the code in them, the commands in that code.

In: README, the pages beside it, docs/en and docs/fr. Out: pages, code, `Typed` command lines. Next:
`test_documented_commands`, `test_documented_names`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ("repit", "repit-hash", "repit-scan", "make")
_CODE = re.compile(r"^```(?P<kind>\w*)\n(?P<block>.*?)^```|^    (?P<line>\S.*)$", re.S | re.M)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_SET = re.compile(r"[A-Z_]+=\S*")
_AS_THE_SERVICE = ["runuser", "-u", "repit", "--"]
_SHELLS = ("sh", "bash", "console", "")


def pages() -> list[Path]:
    """Every page that people read, but for what was written down once and stays (CHANGELOG)."""
    own = [page for page in ROOT.glob("*.md") if page.name != "CHANGELOG.md"]
    return sorted([*own, *ROOT.glob("docs/*/*.md"), *ROOT.glob("examples/*.md")])


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@dataclass(frozen=True)
class Typed:
    """A command line of a page; `whole` where it stands by itself rather than within a sentence."""

    page: str
    program: str
    words: tuple[str, ...]
    whole: bool

    def __str__(self) -> str:
        return f"{self.page}: {shlex.join([self.program, *self.words])}"


def blocks(text: str, *kinds: str) -> Iterator[str]:
    """Code that stands by itself, in these languages; lines that are set in count as a shell's."""
    for found in _CODE.finditer(text):
        if found["line"] is not None:
            yield found["line"]
        elif found["kind"] in kinds:
            yield found["block"]


def spans(text: str) -> list[str]:
    """Code within sentences."""
    return _SPAN.findall(_CODE.sub("", text))


def typed(page: Path) -> Iterator[Typed]:
    """Every line of a page that starts one of our programs."""
    text = page.read_text("utf-8")
    for block in blocks(text, *_SHELLS):
        for line in block.replace("\\\n", " ").splitlines():
            yield from _commands(page, line, whole=True)
    for span in spans(text):
        yield from _commands(page, span, whole=False)


def _commands(page: Path, line: str, *, whole: bool) -> Iterator[Typed]:
    reader = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    reader.whitespace_split, reader.commenters = True, "#"
    try:
        words = list(reader)
    except ValueError:  # code of another kind
        return
    command: list[str] = []
    for word in [*words, ";"]:
        if word and set(word) <= set("|&;<>"):
            yield from _of(page, command, whole=whole)
            command = []
        else:
            command.append(word)


def _of(page: Path, words: list[str], *, whole: bool) -> Iterator[Typed]:
    if words[: len(_AS_THE_SERVICE)] == _AS_THE_SERVICE:
        words = words[len(_AS_THE_SERVICE) :]
        words = words[1:] if words[:1] == ["env"] else words
    while words and _SET.fullmatch(words[0]):
        words = words[1:]
    program = words[0].rsplit("/", 1)[-1] if words else ""
    if program in PROGRAMS and (len(words) > 1 or whole):
        yield Typed(name_of(page), program, tuple(words[1:]), whole)
