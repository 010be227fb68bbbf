"""French and English catalogues of the service and of the WordPress plug-in, without GNU gettext.

In: the strings marked for translation in `service/src/repit` (Python and templates) and the two `.po` files.
Out: `--check` says what is missing and exits 1; `--update` brings the `.po` files up to date and keeps what
is translated; `--compile` writes the `.mo` files. Next: Django reads the `.mo` files at run time.

The `.mo` files are committed. They are what Django reads, and nothing that could make them (GNU gettext,
Babel) is wanted on a machine that only runs Répit, nor is a write into an installed package at start, which
a read-only container would refuse. `--check` holds each one equal, byte for byte, to what its `.po` gives.
"""

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import plugin_catalogue
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize
from stable_catalogue import StableCatalogue

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "service" / "src" / "repit"
LOCALE = PACKAGE / "locale"
# English is the language of the sources: its catalogue repeats them, so that none can be forgotten either.
SOURCE_LANGUAGE = "en"
LANGUAGES = ("fr", SOURCE_LANGUAGE)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


class Found(NamedTuple):
    """A string in a source: its file in the repository, the message (a pair for plurals), its context."""

    file: str
    text: str | tuple[str, ...]
    context: str | None


def _strings_of(path: Path) -> Iterator[Found]:
    source = path.read_text(encoding="utf-8")
    if path.suffix in {".html", ".txt", ".xml"}:
        # Django turns a template into words that look like Python; within brackets, its indentation is void.
        source = f"({templatize(source)})"
    name = path.relative_to(ROOT).as_posix()
    for _line, text, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        yield Found(name, text if isinstance(text, str) else tuple(text), context)


def sources() -> list[Path]:
    """Every file of the service that may hold strings for people."""
    kept = {".py", ".html", ".txt", ".xml"}
    return sorted(path for path in PACKAGE.rglob("*") if path.suffix in kept and "locale" not in path.parts)


def template_catalogue() -> Catalog:
    """What the sources hold now, in a stable order, with file names but no line numbers, which only churn."""
    catalogue = Catalog(fuzzy=False, charset="utf-8")
    for path in sources():
        for found in _strings_of(path):
            catalogue.add(found.text, locations=[(found.file, 0)], context=found.context)
    return catalogue


def _po(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    path = _po(language)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _clean(catalogue: Catalog, language: str) -> Catalog:
    """The same messages under the stable header, with file names only."""
    clean = StableCatalogue(locale=language, fuzzy=False, charset="utf-8")
    clean.header_comment = f"# Répit, {language}. Kept up to date by tools/catalogues.py --update."
    for message in catalogue:
        if message.id:
            clean.add(
                message.id,
                message.string,
                locations=sorted({(file, 0) for file, _line in message.locations}),
                flags=message.flags,
                context=message.context,
            )
    return clean


def compiled(catalogue: Catalog) -> bytes:
    """The bytes of the `.mo` file."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def _empty(message: Message) -> bool:
    parts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return not parts or not all(parts)


def complaints(language: str) -> Iterator[str]:
    """What keeps this language's catalogue from being complete, one sentence each."""
    wanted = {(message.context, message.id) for message in template_catalogue() if message.id}
    catalogue = read(language)
    held = {(message.context, message.id): message for message in catalogue if message.id}
    for key in sorted(wanted - held.keys(), key=str):
        yield f"{language}: not in the catalogue: {key[1]!r}"
    for key in sorted(held.keys() - wanted, key=str):
        yield f"{language}: no longer in the sources: {key[1]!r}"
    for key in sorted(wanted & held.keys(), key=str):
        message = held[key]
        if message.fuzzy:
            yield f"{language}: fuzzy, to be reread: {key[1]!r}"
        elif _empty(message):
            yield f"{language}: not translated: {key[1]!r}"
        for error in message.check(catalogue):
            yield f"{language}: {error}: {key[1]!r}"
    mo = _po(language).with_suffix(".mo")
    if not mo.exists() or mo.read_bytes() != compiled(_clean(catalogue, language)):
        yield f"{language}: the compiled catalogue is not what its source gives (run --compile)"


def update(language: str) -> None:
    """Bring the `.po` file to the sources: new strings come in, gone ones leave, translations stay."""
    catalogue = read(language)
    catalogue.update(template_catalogue(), no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    clean = _clean(catalogue, language)
    if language == SOURCE_LANGUAGE:
        for message in clean:
            if message.id and _empty(message):
                message.string = message.id
    path = _po(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, clean, width=110, omit_header=False, sort_output=False, include_lineno=False)


def compile_(language: str) -> None:
    _po(language).with_suffix(".mo").write_bytes(compiled(_clean(read(language), language)))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="French and English catalogues of the service.")
    does = parser.add_mutually_exclusive_group(required=True)
    does.add_argument("--check", action="store_true", help="exit 1 if a string is missing in a language")
    does.add_argument("--update", action="store_true", help="bring the .po files up to date, then compile")
    does.add_argument("--compile", action="store_true", help="write the .mo files that Django reads")
    chosen = parser.parse_args(arguments)
    if not settings.configured:
        settings.configure(USE_I18N=False)
    if chosen.check:
        found = [complaint for language in LANGUAGES for complaint in complaints(language)]
        found += plugin_catalogue.complaints()
        sys.stderr.writelines(f"{complaint}\n" for complaint in found)
        return 1 if found else 0
    for language in LANGUAGES:
        if chosen.update:
            update(language)
        compile_(language)
    plugin_catalogue.compile_()
    return 0


if __name__ == "__main__":
    sys.exit(main())
