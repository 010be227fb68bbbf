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
from pathlib import Path

ROOT = Path(__file__).parents[1]
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
    Retired("places", "locations", CASES, but="^MAX_PLACES$(?!)"),
    Retired("cards|dealt", "bands", "^(service|engine|bench)/"),
)
"""Two words that follow one another."""
PAIRS = {("way", "back"): "recovery", ("set", "aside"): "rejected, muted"}
TEXT = {
    r"\bdoors?\b": "channel, integration",
    r"\bportes?\b(?! [àa] )": "canal, intégration",
    r"\bstakes?\b": "partner record",
    r"\basides?\b": "rejected",
}


def files(*patterns: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for path in listed.stdout.split("\n") if path and path != "tests/test_words.py"]


def names(path: str) -> Iterator[tuple[int, str]]:
    """Names of a source, with their lines; in Python those of the code, elsewhere every word like one."""
    with (ROOT / path).open(encoding="utf-8") as file:
        if path.endswith(".py"):
            for token in tokenize.generate_tokens(file.readline):
                if token.type == tokenize.NAME:
                    yield token.start[0], token.string
            return
        for number, line in enumerate(file, 1):
            yield from ((number, word) for word in re.findall(r"[A-Za-z_]\w*", line))
