"""Whether the French pages say what the English ones say, as far as a program can tell.

In: docs/en and docs/fr, README.md and README.fr.md. Out: a line for each difference, exit code 1 if there is
one. Next: whoever changed a page and not its other half; `make check`.

Section by section: headings of the same depth in the same order, the same code but for its comments, tables
of as many rows and columns, lists of as many points, the same figures, the same names that software reads
(settings, options, commands, paths, statuses), links to the same pages. What the words say, people read.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
ENGLISH_ONLY: Final = {
    "altered-copies.md": "measurements, for engineers",
    "moments.md": "a format, for engineers",
    "alignment.md": "a rule, for engineers",
    "pdq.md": "a format, for engineers",
    "search.md": "a method and its proof, for engineers",
    "settings.md": "written from the declarations by `repit settings`",
    "snapshot-format.md": "a format, for engineers",
}
"""Pages that have no French half, and why; French pages link to the English one. To the English index any
page may."""

_INDENT: Final = "    "
_FENCE: Final = re.compile(r"^(```+)([\w-]*)\s*$")
_HEADING: Final = re.compile(r"^(#+) (.+)$")
_CODE: Final = re.compile(r"(`+)(.+?)\1")
_LINK: Final = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_TO_ENGLISH: Final = re.compile(r"(?:\.\.|docs)/en/([\w-]+\.md)(?:#.*)?")
_GROUPED: Final = re.compile(r"(?<=\d)[   ,](?=\d{3}(?!\d))")
_NUMBER: Final = re.compile(r"(?<![\w.])\d+(?:\.\d+)*(?![\w])")
_COMMENT: Final = re.compile(r"(^|\s)(#|//|<!--|%%).*$")
_NAME: Final = re.compile(r"REPIT_|--|[/={}<>_:.]|^\d+$|^[a-z]+$")
_TRANSLATED: Final = {
    "chemin/du/fichier": "path/to/file",
    "/chemin": "/path",
    "/fr/recepisse/": "/en/receipt/",
    "/fr/abonnes/": "/en/subscribers/",
    "nom = valeur": "name = value",
    "[noms]": "[names]",
    "serveur/id": "server/id",
}
"""What is another word in French on purpose, in a span of code: addresses of pages, stand-ins."""
_WORDS: Final = re.compile(r"\b[A-ZÀ-Ý]{2,}\b|…|\.\.\.|\"[^\"]*\"|'[^']*'")
"""What stands for something else in a command line: KEY, NAME, "Camille"."""
_LABELLED: Final = ("mermaid", "text", "")
"""Languages in which code holds words for people."""


@dataclass
class Section:
    """What one heading has below it, until the next."""

    depth: int
    title: str
    line: int
    code: list[tuple[str, str]] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)

    @property
    def tables(self) -> list[tuple[int, int]]:
        """(rows, columns) of each."""
        found: list[tuple[int, int]] = []
        inside = False
        for line in self.prose:
            row = line.startswith("|")
            if row and not inside:
                found.append((0, line.replace("\\|", "").count("|") - 1))
            if row:
                found[-1] = (found[-1][0] + 1, found[-1][1])
            inside = row
        return found

    @property
    def points(self) -> int:
        """Items of its lists."""
        return sum(bool(re.match(r"\s*([-*]|\d+\.) ", line)) for line in self.prose)

    @property
    def paragraphs(self) -> int:
        """Blocks of prose; a table or a list is one."""
        text = "\n".join(line.strip() for line in self.prose)
        return len(re.findall(r"(?:.+\n?)+", text))

    @property
    def links(self) -> Counter[str]:
        """Pages that are linked to, in whichever language."""
        return Counter(_place(link) for line in self.prose for link in _LINK.findall(line))

    @property
    def names(self) -> Counter[str]:
        """Spans of code that software reads, without the words in them that stand for something else."""
        spans = (span for line in self.prose for _, span in _CODE.findall(line))
        return Counter(_WORDS.sub("…", _english(span)) for span in spans if _NAME.search(span))

    @property
    def figures(self) -> Counter[str]:
        """Numbers of its prose, in one way of writing."""
        text = "\n".join(_LINK.sub("", _CODE.sub("", line)) for line in self.prose)
        text = re.sub(r"(?m)^\s*\d+\. |https?://\S+", "", text)
        text = _GROUPED.sub("", text)
        text = re.sub(r"(?<=\d),(?=\d)", ".", text)
        return Counter(_NUMBER.findall(text))


def sections(page: str) -> list[Section]:
    """A page in its order; the first has what stands before any heading."""
    found = [Section(0, "", 1)]
    fence, language, block, before = "", "", list[str](), ""
    for number, line in enumerate([*page.splitlines(), ""], 1):
        before, above = line, before
        if not fence and line.startswith(_INDENT) and (block or not above.strip()):
            block.append(line.removeprefix(_INDENT))
            continue
        if block and not fence:
            found[-1].code.append(("sh", "\n".join(block)))
            block = []
        if fence:
            if line.strip() == fence:
                found[-1].code.append((language, "\n".join(block)))
                fence, block = "", []
            else:
                block.append(line)
        elif opening := _FENCE.match(line):
            fence, language = opening[1], opening[2]
        elif heading := _HEADING.match(line):
            found.append(Section(len(heading[1]), heading[2], number))
        else:
            found[-1].prose.append(line)
    return found


def _place(link: str) -> str:
    """Where a link leads, without its language and anchor."""
    path = link.split("#", 1)[0]
    path = re.sub(r"^(docs|\.\.)/(en|fr)/", "", path)
    return re.sub(r"^README\.fr\.md$", "README.md", path)


def _english(span: str) -> str:
    for french, english in _TRANSLATED.items():
        span = span.replace(french, english)
    return span


def _bare(language: str, code: str) -> list[str]:
    """Code without comments and, where it has words for people, without these."""
    lines = (_COMMENT.sub("", line).rstrip() for line in code.splitlines())
    if language in _LABELLED:
        lines = (re.sub(r"[^\W\d_]+|\s+", "", line) for line in lines)
    return [re.sub(r"\"[^\"]*\"", '""', line) for line in lines if line.strip()]


def _unlike(what: str, english: Counter[str], french: Counter[str]) -> Iterator[str]:
    for side, only in (("English", english - french), ("French", french - english)):
        if only:
            yield f"{what} in {side} only: {', '.join(sorted(only.elements()))}"


def _differences(english: Section, french: Section) -> Iterator[str]:
    ours, theirs = ([_bare(*block) for block in half.code] for half in (english, french))
    if ours != theirs:
        yield "code differs"
    if english.tables != french.tables:
        yield f"tables of (rows, columns) {english.tables} and {french.tables}"
    if english.points != french.points:
        yield f"{english.points} and {french.points} points"
    if english.paragraphs != french.paragraphs:
        yield f"{english.paragraphs} and {french.paragraphs} paragraphs"
    yield from _unlike("links", english.links, french.links)
    yield from _unlike("names", english.names, french.names)
    yield from _unlike("figures", english.figures, french.figures)


def compare(english: str, french: str) -> Iterator[str]:
    """Where two halves of a page differ, in words."""
    ours, theirs = sections(english), sections(french)
    depths = [[section.depth for section in page] for page in (ours, theirs)]
    if depths[0] != depths[1]:
        titles = [
            ", ".join(f"{section.depth} {section.title}" for section in page) for page in (ours, theirs)
        ]
        yield f"headings differ: {titles[0]} / {titles[1]}"
        return
    for here, there in zip(ours, theirs, strict=True):
        for difference in _differences(here, there):
            yield f"{here.line}, {there.line} ({here.title}): {difference}"


def _detours(french: str) -> list[str]:
    """English pages that a French one links to without need."""
    linked = (_TO_ENGLISH.fullmatch(link) for link in _LINK.findall(french))
    return [found[1] for found in linked if found and found[1] not in {*ENGLISH_ONLY, "index.md"}]


def pairs() -> Iterator[tuple[Path, Path]]:
    """Each page and its other half, there or not."""
    yield ROOT / "README.md", ROOT / "README.fr.md"
    names = {page.name for folder in ("en", "fr") for page in (ROOT / "docs" / folder).glob("*.md")}
    for name in sorted(names - set(ENGLISH_ONLY)):
        yield ROOT / "docs" / "en" / name, ROOT / "docs" / "fr" / name


def findings() -> Iterator[str]:
    """Everything that differs, a line each."""
    for name in ENGLISH_ONLY:
        if (ROOT / "docs" / "fr" / name).exists():
            yield f"docs/fr/{name} exists: take it out of ENGLISH_ONLY"
        if not (ROOT / "docs" / "en" / name).exists():
            yield f"docs/en/{name} is gone: take it out of ENGLISH_ONLY"
    for english, french in pairs():
        missing = [page for page in (english, french) if not page.exists()]
        if missing:
            yield from (f"{page.relative_to(ROOT)} is missing" for page in missing)
            continue
        for name in _detours(french.read_text("utf-8")):
            yield f"{french.relative_to(ROOT)} leads to the English {name}, which is there in French"
        for difference in compare(english.read_text("utf-8"), french.read_text("utf-8")):
            yield f"{french.relative_to(ROOT)}: {difference}"


def main(lines: Iterable[str]) -> int:
    """Print them; 1 if there are any."""
    found = list(lines)
    for line in found:
        print(line)  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(findings()))
