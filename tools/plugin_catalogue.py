"""The French of the WordPress plug-in, which speaks English in its sources.

In: strings in calls of `__()` and its kin, and `languages/repit-gate-fr_FR.po`. Out: what is missing, or the
`.mo` file. Next: `catalogues`, which runs this beside its own; WordPress reads the `.mo` file.
"""

import io
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from stable_catalogue import StableCatalogue

PLUGIN = Path(__file__).resolve().parent.parent / "wordpress" / "repit-gate"
PO = PLUGIN / "languages" / "repit-gate-fr_FR.po"
_CALL = re.compile(r"\b(?:__|esc_html__|esc_attr__)\(\s*'((?:[^'\\]|\\.)*)',\s*'repit-gate'")
_PLACE = re.compile(r"%(?:\d\$)?[sd]")


def strings() -> set[str]:
    """What the plug-in says to people."""
    sources = "".join(path.read_text() for path in sorted(PLUGIN.rglob("*.php")))
    return {text.replace("\\'", "'") for text in _CALL.findall(sources)}


def read() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="fr")


def compiled() -> bytes:
    """The bytes of the `.mo` file.

    Babel writes no table of hashes and says that it begins at 0. WordPress reads from it where the strings
    begin, and takes the file for broken: the empty table stands behind the two tables of places.
    """
    stable = StableCatalogue(locale="fr", charset="utf-8")
    for message in read():
        if message.id:
            stable.add(message.id, message.string)
    out = io.BytesIO()
    write_mo(out, stable)
    raw = bytearray(out.getvalue())
    count, _originals, translations = struct.unpack_from("<3I", raw, 8)
    struct.pack_into("<2I", raw, 20, 0, translations + 8 * count)
    return bytes(raw)


def complaints() -> Iterator[str]:
    """What keeps the catalogue from being complete, one sentence each."""
    held = {str(message.id): message for message in read() if message.id}
    for text in sorted(strings() - held.keys()):
        yield f"plug-in: not in the catalogue: {text!r}"
    for text in sorted(held.keys() - strings()):
        yield f"plug-in: no longer in the sources: {text!r}"
    for text, message in sorted(held.items()):
        if not message.string or message.fuzzy:
            yield f"plug-in: not translated: {text!r}"
        elif sorted(_PLACE.findall(str(message.string))) != sorted(_PLACE.findall(text)):
            yield f"plug-in: other places for values: {text!r}"
    mo = PO.with_suffix(".mo")
    if not mo.exists() or mo.read_bytes() != compiled():
        yield "plug-in: the compiled catalogue is not what its source gives (run --compile)"


def compile_() -> None:
    PO.with_suffix(".mo").write_bytes(compiled())
