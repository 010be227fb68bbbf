"""What every alteration is: a function from picture to picture, and how they chain.

In: steps. Out: one step. Next: the alteration modules and `suite`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from PIL import Image

Picture: TypeAlias = Image.Image
"""RGB, upright."""
Colour: TypeAlias = tuple[int, int, int]


@dataclass
class Context:
    """What an alteration may draw on: its own generator, and other pictures for collages.

    `used` remembers which fillers ended up in the result: a match with one of them is no false match.
    """

    rng: np.random.Generator
    fillers: Sequence[Callable[[], Picture]]
    used: list[int] = field(default_factory=list)

    def filler(self) -> Picture:
        """Another picture, never the same twice in one result."""
        left = [i for i in range(len(self.fillers)) if i not in self.used]
        chosen = int(self.rng.choice(left))
        self.used.append(chosen)
        return self.fillers[chosen]()

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def sign(self) -> int:
        return 1 if self.rng.random() < 0.5 else -1

    def one_of(self, *values: float) -> float:
        return float(self.rng.choice(np.array(values)))

    def colour(self) -> Colour:
        red, green, blue = (int(v) for v in self.rng.integers(0, 256, 3))
        return red, green, blue


Step: TypeAlias = Callable[[Picture, Context], Picture]


def chain(*steps: Step) -> Step:
    """One alteration after the other."""

    def run(picture: Picture, context: Context) -> Picture:
        for step in steps:
            picture = step(picture, context)
        return picture

    return run


def resized(picture: Picture, width: float, height: float) -> Picture:
    """Resampled with Lanczos, at least one pixel a side."""
    size = (max(1, round(width)), max(1, round(height)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def fitted(picture: Picture, width: int, height: int) -> Picture:
    """The largest copy of the picture inside a box, its proportions kept."""
    scale = min(width / picture.width, height / picture.height)
    return resized(picture, picture.width * scale, picture.height * scale)


def covering(picture: Picture, width: int, height: int) -> Picture:
    """The picture scaled to cover a box and cut to it about its centre."""
    scale = max(width / picture.width, height / picture.height)
    large = resized(picture, picture.width * scale + 0.5, picture.height * scale + 0.5)
    left, top = (large.width - width) // 2, (large.height - height) // 2
    return large.crop((left, top, left + width, top + height))
