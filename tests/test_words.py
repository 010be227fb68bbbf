"""The field's words: what was retired does not come back (ARCHITECTURE.md, "Words").

Names in the sources are divided at underscores and capitals; a retired word is one of their parts. In the
guides and templates it is a word of the text. The law's language, CHANGELOG.md, and names that belong to
other people's software keep theirs.
"""

from __future__ import annotations

import re
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = re.compile(r"""/\*.*?\*/|(?<!:)//[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`[^`]*`""", re.DOTALL)
NAME = re.compile(r"[A-Za-z_]\w*")
PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
EVERYWHERE = ""
GATE = r"^service/src/repit/platform/"
CASES = r"^service/src/repit/hotline/(cases|web/case_pages|web/desk)/"


@dataclass(frozen=True)
class Retired:
    """`word`: of names, in small letters. `where`: paths in which it meant something of ours. `but`: names
    that keep it, for they are no words of ours."""

    word: str
    instead: str
    where: str = EVERYWHERE
    but: str = r"(?!)"


NAMES = (
    Retired("doors?|doorways?", "integration, channel, access code, menu entry, endpoint"),
    Retired("stakes?", "partner record"),
    Retired("asides?", "rejected, muted"),
    Retired("writebacks?", "feedback"),
    Retired("told|untold", "record, with_record, announced, answered; a noun", but=r"^test_|^_?foretold"),
    Retired("said", "record, answer, body, text; a noun", but="^test_"),
    Retired("patience|patient", "backoff, timeout", but="^test_|^OutOfPatience"),
    Retired("one", "the noun", but=r"(?i)_|^One[A-Z]|[a-z]One"),
    Retired("wayback", "recovery"),
    Retired("meters?", "metrics", r"^service/"),
    Retired("mirror", "index store", GATE + "(gate|loops|assembly|process)"),
    Retired("arriving|arrivals?", "upload buffer, queued object", GATE),
    Retired("signals?", "indicator", GATE, but=r"^signal$|pidfd_send_signal"),
    Retired("chains?", "upstream scanner", GATE + "(integrations|settings)"),
    Retired("standings?", "status, position, workload", "^service/src/"),
    Retired("visits?|visiting", "session", CASES),
    Retired("looks|looked", "access log", CASES),
    Retired("places", "locations", CASES),
    Retired("cards|dealt", "bands", "^(service|engine|bench)/"),
)
PAIRS = {("way", "back"): "recovery", ("set", "aside"): "rejected, muted", ("storage", "hook"): "integration"}
WORDS = {
    r"doors?": "channel, integration, interface",
    r"(la|les|une|aux|cette|chaque|des) portes?": "canal, intégration",
    r"stakes?(?<!at stake)": "partner record",
    r"asides?(?<!set aside)": "rejected",
    r"standings?": "status, position, workload",
    r"way back": "recovery",
}
"""Of the guides, and of what stands in templates for those who work with them."""


def files(*patterns: str) -> list[str]:
    command = ["git", "ls-files", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in listed.split("\n") if path and path != "tests/test_words.py"]


def names(path: str) -> set[tuple[int, str]]:
    """Names in the code of a source, with their lines; what stands in comments and texts is none."""
    with (ROOT / path).open(encoding="utf-8") as file:
        if path.endswith(".py"):
            tokens = tokenize.generate_tokens(file.readline)
            return {(token.start[0], token.string) for token in tokens if token.type == tokenize.NAME}
        bare = TEXT.sub(lambda text: "\n" * text.group().count("\n"), file.read())
    return {(number, word) for number, line in enumerate(bare.split("\n"), 1) for word in NAME.findall(line)}


def retired(path: str) -> Iterator[str]:
    """Each name of a source that is retired, and what to say instead."""
    here = [term for term in NAMES if re.search(term.where, path)]
    for number, name in sorted(names(path)):
        parts = [part.lower() for part in PARTS.findall(name)]
        for term in here:
            if any(re.fullmatch(term.word, part) for part in parts) and not re.search(term.but, name):
                yield f"{path}:{number}: {name}: say {term.instead}"
        for pair in pairwise(parts):
            if pair in PAIRS:
                yield f"{path}:{number}: {name}: say {PAIRS[pair]}"


def test_no_name_in_the_code_is_a_retired_word() -> None:
    sources = files("*.py", "browser/src/*.ts", "browser/tests/*.ts", "*.php")
    assert [line for path in sources for line in retired(path)] == []


def test_no_file_is_named_by_a_retired_word() -> None:
    assert [
        path
        for path in files("*.py", "*.ts", "*.html", "docs/*.md")
        for term in NAMES
        if re.search(term.where, path)
        and any(re.fullmatch(term.word, part.lower()) for part in PARTS.findall(Path(path).stem))
        and not re.search(term.but, Path(path).stem)
    ] == []


@pytest.mark.parametrize("word", WORDS)
def test_no_guide_says_a_retired_word(word: str) -> None:
    guides = [path for path in files("*.md") if path != "CHANGELOG.md" and not path.startswith("docs/bench/")]
    said = re.compile(rf"\b{word}\b", re.IGNORECASE)
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in guides}
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}: say {WORDS[word]}"
        for path, text in texts.items()
        for match in said.finditer(text)
    ]
    assert found == []


def test_the_search_finds_what_it_should(tmp_path: Path) -> None:
    source = tmp_path / "source.py"
    source.write_text(
        "def _tell_doors(one, way_back_asked):\n    return SetAside(one.told, 'door') # a door\n"
    )
    found = [line.split(": ")[1] for line in retired(str(source))]
    assert found == ["_tell_doors", "one", "way_back_asked", "SetAside", "SetAside", "one", "told"]
