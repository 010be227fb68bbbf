"""Sentences for people in sources, with the places where they stand.

In: Python (what is marked for translation; what stands in both languages, in `Text` and `Words`), templates.
Out: sentences, whose edits are places in the file. Next: `typography`.
"""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from typography_rules import Edit, english, french

_BOTH: Final = ("Text", "Words")
_MARKED: Final = {
    "_": (0,), "gettext": (0,), "gettext_lazy": (0,), "gettext_noop": (0,), "ngettext": (0, 1),
    "ngettext_lazy": (0, 1), "pgettext": (1,), "pgettext_lazy": (1,), "npgettext": (1, 2),
}  # fmt: skip
_TRANSLATE: Final = re.compile(r"""(?:\{%\s*trans(?:late)?\s+|\b_\()(["'])(?P<text>(?:(?!\1).)*)\1""")
_BLOCK: Final = re.compile(
    r"\{%\s*blocktrans(?:late)?\b[^%]*%\}(?P<text>.*?)\{%\s*endblocktrans(?:late)?\s*%\}", re.DOTALL
)
Rules = Callable[[str], list[Edit]]


class Sentence(NamedTuple):
    """A sentence in a file: pieces of its text by where they begin, joined without what stands between."""

    pieces: tuple[tuple[int, str], ...]
    rules: Rules

    def edits(self) -> Iterator[Edit]:
        """What to change, by places in the file; an edit across two pieces is written into the first."""
        for edit in self.rules("".join(text for _, text in self.pieces)):
            at, text = 0, edit.text
            for start, piece in self.pieces:
                first, last = max(edit.start, at), min(edit.end, at + len(piece))
                if first < last or (edit.start == edit.end and at < edit.start <= at + len(piece)):
                    first = max(at, edit.start)
                    yield Edit(start + first - at, start + max(first, last) - at, text)
                    text = ""
                    if edit.start == edit.end:
                        break
                at += len(piece)


def of_python(source: str) -> Iterator[Sentence]:
    """What is marked for translation, and what stands in both languages."""
    literals = strings(source)
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in _BOTH:
            named = {keyword.arg: keyword.value for keyword in call.keywords}
            for language, rules, at in (("en", english, 0), ("fr", french, 1)):
                argument = call.args[at] if len(call.args) > at else named.get(language)
                if argument is not None:
                    yield from _parts(source, literals, argument, rules)
        for at in _MARKED.get(name, ()):
            if len(call.args) > at:
                yield from _parts(source, literals, call.args[at], english)


def _parts(
    source: str, literals: list[tuple[int, int, int, int]], node: ast.expr, rules: Rules
) -> Iterator[Sentence]:
    """The literals of an expression: one sentence where they stand side by side."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        start, end = _span(source, node)
        inside = [each for each in literals if start <= each[0] and each[1] <= end]
        pieces = tuple((first, source[first:last]) for _, _, first, last in inside)
        if pieces:
            yield Sentence(pieces, rules)
    elif isinstance(node, ast.IfExp):
        yield from _parts(source, literals, node.body, rules)
        yield from _parts(source, literals, node.orelse, rules)
    elif isinstance(node, ast.BinOp):
        yield from _parts(source, literals, node.left, rules)
        yield from _parts(source, literals, node.right, rules)


def strings(source: str) -> list[tuple[int, int, int, int]]:
    """Each string literal: where it begins and ends, where its text does."""
    lines = _lines(source)
    found: list[tuple[int, int, int, int]] = []
    opened: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        start, end = (lines[row - 1] + column for row, column in (token.start, token.end))
        kind = tokenize.tok_name[token.type]
        if kind == "FSTRING_START":  # Python 3.12 and later
            opened.append(start)
        elif kind == "FSTRING_END":
            first = opened.pop()
            if not opened:
                found.append((first, end, *_inside(source, first, end)))
        elif kind == "STRING" and not opened:
            found.append((start, end, *_inside(source, start, end)))
    return found


def _inside(source: str, start: int, end: int) -> tuple[int, int]:
    quote = re.match(r"""[A-Za-z]*(\"\"\"|'''|"|')""", source[start:end])
    if quote is None:
        return start, end
    return start + quote.end(), end - len(quote[1])


def _lines(source: str) -> list[int]:
    return [0, *(each.end() for each in re.finditer("\n", source))]


def _span(source: str, node: ast.expr) -> tuple[int, int]:
    lines = source.splitlines(keepends=True)
    starts = _lines(source)

    def place(row: int, column: int) -> int:
        return starts[row - 1] + len(lines[row - 1].encode()[:column].decode())

    return place(node.lineno, node.col_offset), place(node.end_lineno or 0, node.end_col_offset or 0)


def of_template(source: str) -> Iterator[Sentence]:
    """What is marked for translation."""
    for pattern in (_TRANSLATE, _BLOCK):
        for match in pattern.finditer(source):
            yield Sentence(((match.start("text"), match["text"]),), english)


def sentences(path: Path, source: str) -> list[Sentence]:
    """Every sentence for people in a file of sources."""
    return list(of_python(source) if path.suffix == ".py" else of_template(source))
