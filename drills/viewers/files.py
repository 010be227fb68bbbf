"""What every format of the drill hands out, and how mutations are written.

In: dice. Out: `Made`. Next: `recipe`, which mutates it; `chromium`, which shows it.
"""

import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from PIL import Image

Way = Literal["img", "page"]
Mutation: TypeAlias = Callable[[bytes, random.Random], bytes]
"""Changes a file; gives it back as it is where it finds nothing to change."""


@dataclass(frozen=True)
class Made:
    """One file: `name` says how it was made, `declared` is its media type as a server would state it, `way`
    whether it is put into an `<img>` or opened as a page."""

    data: bytes
    name: str
    declared: str
    way: Way = "img"


@dataclass(frozen=True)
class Family:
    """One format: how its files are made, and what can be done to them."""

    name: str
    weight: int
    make: Callable[[random.Random], Made]
    mutations: Mapping[str, Mutation]


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Through Pillow's encoder."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chance(dice: random.Random, share: float) -> bool:
    """True in this share of calls."""
    return dice.random() < share
