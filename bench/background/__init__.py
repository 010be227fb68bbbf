"""The background set: what many unrelated pictures share, drawn by code, so that it is never evidence.

In: seeds, and an emoji font where one is at hand. Out: named pictures. Next: `tools/make_stoplist.py`
hashes their anchors into the engine's stop-list.

Nothing here is a photograph, a product's screenshot or anybody's logo: shapes are ours, text is drawn with
Pillow's own font, emoji come from a font under the SIL Open Font License that is read when the list is made
and not shipped.
"""

from collections.abc import Iterator
from pathlib import Path

from bench.background import emoji, glossy, interfaces, shapes, sheets, words
from bench.robustness.alterations.base import Picture

KINDS = ("interfaces", "sheets", "words", "shapes", "glossy", "emoji")


def pictures(font: Path | None) -> Iterator[tuple[str, Picture]]:
    """Every background picture with its kind; emoji only with a font."""
    drawers = {"interfaces": interfaces, "sheets": sheets, "words": words, "shapes": shapes, "glossy": glossy}
    for name, made in drawers.items():
        for picture in made.pictures():
            yield name, picture
    if font is not None:
        for picture in emoji.pictures(font):
            yield "emoji", picture
