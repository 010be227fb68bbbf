"""Typography of every sentence that people read: `--check` refuses what is wrong, `--fix` writes it right.

In: both catalogues of the service, French of the WordPress plug-in, strings for translation in Python and
templates, and sentences that stand in Python in both languages (`Text`, `Words`). Out: complaints and exit
code 1; or the same files, right, with the tests that quote a sentence. Next: `make check`; whoever writes.

`--fix` twice is `--fix` once. It changes an English sentence in its source and in both catalogues alike, so
that no translation is lost; run it when all sentences are written.
"""

import argparse
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import catalogues
import plugin_catalogue
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from typography_rules import Edit, english, french, in_english, in_french, written
from typography_sources import Rules, Sentence, sentences, strings

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = ("service/src", "engine/src", "matrix", "tx")
TESTS: Final = ("service/tests", "engine/tests", "tests", "browser/tests", "drills")


def sources() -> list[Path]:
    """Files that may hold any."""
    found = [path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")]
    found += (ROOT / "service/src").rglob("*.html")
    return sorted(path for path in found if "node_modules" not in path.parts)


# --- catalogues --------------------------------------------------------------------------------------------


class Book(NamedTuple):
    """A catalogue: its file, how its translations are read and how its keys are."""

    path: Path
    language: str
    texts: Rules
    keys: bool
    """Whether its keys are English sentences of sources that `--fix` rewrites, too."""


def books() -> list[Book]:
    """All of them."""
    folder = catalogues.LOCALE
    return [
        Book(folder / "fr" / "LC_MESSAGES" / "django.po", "fr", french, keys=True),
        Book(folder / "en" / "LC_MESSAGES" / "django.po", "en", english, keys=True),
        Book(plugin_catalogue.PO, "fr", french, keys=False),
    ]


def _read(book: Book) -> Catalog:
    with book.path.open("rb") as file:
        return read_po(file, locale=book.language)


def _each(text: object, change: Callable[[str], str]) -> object:
    return tuple(change(part) for part in text) if isinstance(text, tuple | list) else change(str(text))


def _texts(book: Book) -> Iterator[str]:
    for message in _read(book):
        if message.id:
            yield from message.string if isinstance(message.string, tuple | list) else (message.string,)


def _fix_book(book: Book) -> dict[str, str]:
    """Write a catalogue right; what was said, and what is said now."""
    right = in_french if book.texts is french else in_english
    changed = {text: right(text) for text in _texts(book) if right(text) != text}
    raw = book.path.read_bytes()
    if book.keys:
        catalogue = _read(book)
        clean = Catalog(locale=book.language, fuzzy=False, charset="utf-8")
        for message in catalogue:
            if message.id:
                key, text = _each(message.id, in_english), _each(message.string, right)
                changed |= _pairs(message.id, key)
                clean.add(
                    key, text, locations=message.locations, flags=message.flags, context=message.context
                )  # type: ignore[arg-type]
        out = io.BytesIO()
        stable = catalogues._clean(clean, book.language)
        write_po(out, stable, width=110, omit_header=False, sort_output=False, include_lineno=False)
        raw = out.getvalue()
    else:
        # Written by hand, a string a line, and to stay so.
        for old, new in changed.items():
            raw = raw.replace(_quoted(old), _quoted(new))
    book.path.write_bytes(raw)
    return changed


def _quoted(text: str) -> bytes:
    return f'msgstr "{text}"'.replace("\n", "\\n").encode()


def _pairs(old: object, new: object) -> dict[str, str]:
    before, after = ((each,) if isinstance(each, str) else tuple(each) for each in (old, new))  # type: ignore[arg-type]
    return {b: a for b, a in zip(before, after, strict=True) if a != b}


# --- the two commands --------------------------------------------------------------------------------------


def complaints() -> Iterator[str]:
    """What is wrong, a line each."""
    for path in sources():
        source = path.read_text(encoding="utf-8")
        for sentence in sentences(path, source):
            if any(sentence.edits()):
                line = source.count("\n", 0, sentence.pieces[0][0]) + 1
                sentence_text = "".join(text for _, text in sentence.pieces)
                yield f"{path.relative_to(ROOT)}:{line}: {' '.join(sentence_text.split())!r}"
    for book in books():
        for text in _texts(book):
            if book.texts(text):
                yield f"{book.path.name} ({book.language}): {text!r}"


def fix() -> None:
    """Write everything right, sources before catalogues, tests last."""
    changed: dict[str, str] = {}
    for path in sources():
        source = path.read_text(encoding="utf-8")
        while found := [each for each in sentences(path, source) if any(each.edits())]:
            changed |= _changes(found)
            source = written(source, (edit for each in found for edit in each.edits()))
            path.write_text(source, encoding="utf-8")
    for book in books():
        changed |= _fix_book(book)
    for language in catalogues.LANGUAGES:
        catalogues.compile_(language)
    plugin_catalogue.compile_()
    _fix_tests(changed)


def _changes(found: list[Sentence]) -> dict[str, str]:
    texts = [("".join(text for _, text in sentence.pieces), sentence.rules) for sentence in found]
    right = {french: in_french, english: in_english}
    return {text: right[rules](text) for text, rules in texts if rules(text)}


def _fix_tests(changed: dict[str, str]) -> None:
    """Let tests quote what is said now, where they quote a sentence, or a part of one, that changed."""
    before = "\n".join(changed)
    after = "\n".join(changed.values())
    for folder in TESTS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            edits: set[Edit] = set()
            for _, _, first, last in strings(source):
                text = source[first:last]
                if len(text) < 4 or text not in before or text in after:
                    continue
                for right in (in_english, in_french):
                    if right(text) in after:
                        edits.add(Edit(first, last, right(text)))
                        break
            if edits:
                path.write_text(written(source, edits), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Typography of every sentence that people read.")
    does = parser.add_mutually_exclusive_group(required=True)
    does.add_argument("--check", action="store_true", help="exit 1 if a sentence is not right")
    does.add_argument("--fix", action="store_true", help="write every sentence right")
    chosen = parser.parse_args(arguments)
    if not settings.configured:
        settings.configure(USE_I18N=False)
    if chosen.fix:
        fix()
    found = list(complaints())
    sys.stderr.writelines(f"{complaint}\n" for complaint in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
