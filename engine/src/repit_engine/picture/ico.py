"""Windows icons and cursors: several pictures in one file, each a PNG or a headless BMP.

In: the bytes of an icon. Out: the views of every picture in it. Next: `reading`. Browsers show the largest by
what its directory says, and of equals the one of most bits; other viewers choose otherwise.
"""

import struct
from collections.abc import Iterator
from typing import Final

from repit_engine.picture.bmp import read_headless
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.png import SIGNATURE, read_png
from repit_engine.picture.refusals import damaged
from repit_engine.picture.shown import Of, Shown, Unseen

_ENTRY: Final = struct.Struct("<BBBBHHII")
_MOST_ENTRIES: Final = 20


def read_ico(content: bytes, limits: Limits, deadline: Deadline, *, colour: bool) -> Iterator[Shown | Unseen]:
    """The views of an icon. Raises `PictureRefused`."""
    count = int.from_bytes(content[4:6], "little")
    table = content[6 : 6 + _ENTRY.size * count]
    entries = [_ENTRY.unpack_from(table, at) for at in range(0, len(table) - _ENTRY.size + 1, _ENTRY.size)]
    entries.sort(key=lambda entry: ((entry[0] or 256) * (entry[1] or 256), entry[5]), reverse=True)
    seen = False
    for place, (*_, size, at) in enumerate(entries):
        if place >= _MOST_ENTRIES or deadline.used(0.5):
            yield Unseen("too-many-frames")
            break
        try:
            for view in _entry(content[at:], size, limits, deadline, colour=colour and not seen):
                yield Shown(view.picture, Of.FRAME) if seen and isinstance(view, Shown) else view
            seen = True
        except Exception:  # noqa: BLE001 - one picture that cannot be read says nothing of the others
            yield Unseen("damaged-frame")
    if not seen:
        raise damaged()


def _entry(
    body: bytes, size: int, limits: Limits, deadline: Deadline, *, colour: bool
) -> Iterator[Shown | Unseen]:
    if body.startswith(SIGNATURE):
        yield from read_png(body, limits, deadline, colour=colour)
    else:
        yield from read_headless(body, size, limits, deadline, colour=colour)
