"""A sheet of files side by side: on the left what the browser shows, on the right every view of the engine's.

In: a seed and numbers of files. Out: `sheet.png` in a folder, a line for each. Next: whoever explains a
difference.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from drills.viewers.engine import Engine
from drills.viewers.judge import judged
from drills.viewers.recipe import recipe
from drills.viewers.shown import Browser
from repit_engine.errors import PictureRefused
from repit_engine.picture import Shown, all_shown

_CELL: Final = (128, 96)
_ACROSS: Final = 14
_LEFT: Final = 6


def sheet(seed: int, numbers: Sequence[int], browser: Browser, engine: Engine, folder: Path) -> None:
    """One row a file."""
    recipes = [recipe(seed, number) for number in numbers]
    files = [made_by.made() for made_by in recipes]
    drawn = Image.new("RGB", (_ACROSS * _CELL[0], len(files) * _CELL[1]), (200, 0, 200))
    for row, (made_by, file, shown) in enumerate(zip(recipes, files, browser.shown(files), strict=True)):
        outcome = judged(shown, engine.looked(file.data))
        print(made_by.number, made_by.family.name, file.name, "+".join(made_by.names) or "plain", outcome)
        ours, captions = _ours(file.data)
        print("   ", ", ".join(captions))
        theirs = [Image.fromarray(view.rgb) for view in shown.standing()]
        for column, picture in enumerate(theirs[:_LEFT]):
            drawn.paste(picture.resize(_CELL), (column * _CELL[0], row * _CELL[1]))
        for column, picture in enumerate(ours[: _ACROSS - _LEFT], _LEFT):
            drawn.paste(picture.resize(_CELL), (column * _CELL[0], row * _CELL[1]))
    folder.mkdir(parents=True, exist_ok=True)
    drawn.save(folder / "sheet.png")
    print(folder / "sheet.png")


def _ours(data: bytes) -> tuple[list[Image.Image], list[str]]:
    pictures, captions = [], []
    try:
        for view in all_shown(data, closely=True):
            if isinstance(view, Shown):
                captions.append(f"{view.of.value} {view.seconds:g} s")
                pictures.append(Image.fromarray(view.picture.luma.clip(0, 255).astype(np.uint8)))
            else:
                captions.append(f"unseen: {view.reason}")
    except PictureRefused as refusal:
        captions.append(refusal.code)
    return pictures, captions
