"""What is done to a clip before it is uploaded again: the rows of the benchmark.

In: a generator, the frame's size, other footage. Out: a `Change` of frames one by one. Next: `copies`.

Parameters are drawn once a clip, so that a logo stays where it is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.video.filming import BGR
from bench.video.scenes import fitted

Change: TypeAlias = Callable[[BGR], BGR]


@dataclass(frozen=True)
class Around:
    """What an alteration may draw on: its generator, the size of a frame, frames of another film."""

    rng: np.random.Generator
    width: int
    height: int
    other: Iterator[BGR]

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def colour(self) -> tuple[int, int, int]:
        blue, green, red = (int(value) for value in self.rng.integers(20, 236, 3))
        return blue, green, red


Step: TypeAlias = Callable[[Around], Change]


@dataclass(frozen=True)
class Row:
    """One row of the table: its `steps` in order.

    `speeds`: item seconds per upload second; `rates`: frames a second of the copy, in turns; `size`: the long
    edge of the copy at most; `crf`: of x264, from and to; `backwards`: played from its end.
    """

    name: str
    steps: Sequence[Step] = ()
    speeds: Sequence[float] = (1.0,)
    rates: Sequence[float] = (30.0, 25.0, 15.0)
    size: int = 640
    crf: tuple[int, int] = (26, 32)
    backwards: bool = False


def mirrored(_: Around) -> Change:
    return lambda frame: np.ascontiguousarray(frame[:, ::-1])


def turned(around: Around) -> Change:
    """A quarter, either way."""
    way = int(around.rng.choice([cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE]))
    return lambda frame: cv2.rotate(frame, way)


def cropped(share: float) -> Step:
    """To that share of each side, anywhere."""

    def step(around: Around) -> Change:
        left, top = around.rng.uniform(0, 1 - share, 2)

        def change(frame: BGR) -> BGR:
            height, width = frame.shape[:2]
            x, y = int(width * left), int(height * top)
            return np.ascontiguousarray(frame[y : y + int(height * share), x : x + int(width * share)])

        return change

    return step


def letterboxed(around: Around) -> Change:
    """Bars above and below, or at the sides."""
    share, upright = around.between(0.12, 0.3), around.rng.random() < 0.7

    def change(frame: BGR) -> BGR:
        height, width = frame.shape[:2]
        down, across = (int(height * share), 0) if upright else (0, int(width * share))
        return cv2.copyMakeBorder(frame, down, down, across, across, cv2.BORDER_CONSTANT, value=(0, 0, 0))

    return change


def blurred_fill(around: Around) -> Change:
    """A wide film in an upright frame, or the other way round, the rest filled with itself, blurred."""
    share = around.between(0.56, 0.7)

    def change(frame: BGR) -> BGR:
        height, width = frame.shape[:2]
        size = (width, int(width / share)) if width >= height else (int(height / share), height)
        small = cv2.resize(fitted(frame, *size), (size[0] // 8, size[1] // 8), interpolation=cv2.INTER_AREA)
        ground = cv2.resize(cv2.GaussianBlur(small, (0, 0), 3), size, interpolation=cv2.INTER_LINEAR)
        x, y = (size[0] - width) // 2, (size[1] - height) // 2
        ground[y : y + height, x : x + width] = frame
        return ground

    return change


def pictured(share: float) -> Step:
    """In a part of another picture: a plain ground, a still frame, or a film that goes on."""

    def step(around: Around) -> Change:
        kind, colour = int(around.rng.integers(3)), around.colour()
        left, top = around.rng.uniform(0.02, 0.98 - share, 2)
        still = next(around.other)

        def change(frame: BGR) -> BGR:
            height, width = frame.shape[:2]
            if kind == 0:
                ground = np.full_like(frame, colour)
            else:
                ground = fitted(still if kind == 1 else next(around.other), width, height)
            size = (int(width * share), int(height * share))
            x, y = int(width * left), int(height * top)
            small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
            ground[y : y + size[1], x : x + size[0]] = small
            return ground

        return change

    return step


def logo(around: Around) -> Change:
    """A sign in a corner: a box and something in it."""
    share = around.between(0.14, 0.22)
    right, low = around.rng.random(2) < 0.5
    outer, inner = around.colour(), around.colour()

    def change(frame: BGR) -> BGR:
        height, width = frame.shape[:2]
        wide, tall = int(width * share), int(height * share * 0.8)
        x = width - wide - width // 40 if right else width // 40
        y = height - tall - height // 30 if low else height // 30
        changed = frame.copy()
        cv2.rectangle(changed, (x, y), (x + wide, y + tall), outer, -1)
        cv2.circle(changed, (x + wide // 3, y + tall // 2), tall // 3, inner, -1)
        cv2.rectangle(
            changed, (x + wide // 2, y + tall // 3), (x + wide - wide // 8, y + tall // 2), inner, -1
        )
        return changed

    return change


WORDS: Final = (
    "share this",
    "everywhere",
    "wait for it",
    "follow me",
    "who is this",
    "part two",
    "full video",
)


def written(around: Around) -> Change:
    """A line of large letters with an edge, high or low."""
    text = " ".join(str(word) for word in around.rng.choice(WORDS, 2, replace=False)).upper()
    share, y = around.between(0.08, 0.13), float(around.rng.choice([0.04, 0.4, 0.8]))
    colour = around.colour()
    drawn: dict[tuple[int, int], tuple[BGR, BGR]] = {}

    def change(frame: BGR) -> BGR:
        height, width = frame.shape[:2]
        if (width, height) not in drawn:
            drawn[width, height] = _letters(text, (width, height), share, y, colour)
        letters, there = drawn[width, height]
        return np.where(there, letters, frame).astype(np.uint8)

    return change


def _letters(
    text: str, edges: tuple[int, int], share: float, y: float, colour: tuple[int, int, int]
) -> tuple[BGR, BGR]:
    width, height = edges
    picture, mask = Image.new("RGB", (width, height)), Image.new("L", (width, height))
    size = share * height
    font = ImageFont.load_default(size)
    while font.getlength(text) > width * 0.94:
        size *= 0.9
        font = ImageFont.load_default(size)
    place = ((width - font.getlength(text)) / 2, y * height)
    edge = max(1, int(size / 12))
    ImageDraw.Draw(picture).text(place, text, colour, font, stroke_width=edge, stroke_fill=(0, 0, 0))
    ImageDraw.Draw(mask).text(place, text, 255, font, stroke_width=edge, stroke_fill=255)
    return np.asarray(picture, np.uint8), np.asarray(mask, np.uint8)[..., None] > 0


ROWS: Final = (
    Row("re-encode", crf=(32, 37), size=480),
    Row("240p", size=426),
    Row("25 frames/s", rates=(25.0,)),
    Row("15 frames/s", rates=(15.0,), crf=(30, 36)),
    Row("mirror", (mirrored,)),
    Row("letterbox", (letterboxed,)),
    Row("crop 80 %", (cropped(0.8),)),
    Row("crop 60 %", (cropped(0.6),)),
    Row("logo", (logo,)),
    Row("text", (written,)),
    Row("speed 0.8", speeds=(0.8,)),
    Row("speed 1.1", speeds=(1.1,)),
    Row("speed 1.25", speeds=(1.25,)),
    Row("speed 1.5", speeds=(1.5,)),
    Row("picture-in-picture 50 %", (pictured(0.5),)),
    Row("picture-in-picture 35 %", (pictured(0.35),)),
    Row("quarter turn", (turned,)),
    Row("blurred fill", (blurred_fill,)),
    Row("crop and mirror", (cropped(0.85), mirrored)),
    Row("letterbox and text", (letterboxed, written)),
    Row("logo, speed 1.1", (logo,), speeds=(1.1,)),
    Row("mirror, speed 1.25", (mirrored,), speeds=(1.25,)),
    Row("crop, logo, speed 1.1, 240p", (cropped(0.82), logo), speeds=(1.1,), size=426, crf=(30, 34)),
    Row("mirror, letterbox, text", (mirrored, letterboxed, written), crf=(30, 34)),
    Row("quarter turn, logo, 240p", (turned, logo), size=426),
    Row("crop, mirror, speed 0.9", (cropped(0.85), mirrored), speeds=(0.9,)),
)
EXACT: Final = Row("as it was", rates=(30.0,), crf=(20, 22))
REVERSED: Final = Row("backwards", backwards=True)


def applied(row: Row, around: Around) -> Change:
    """All steps of a row, then its size."""
    changes = [step(around) for step in row.steps]

    def change(frame: BGR) -> BGR:
        for each in changes:
            frame = each(frame)
        height, width = frame.shape[:2]
        scale = row.size / max(width, height)
        if scale < 1:
            size = (int(width * scale) // 2 * 2, int(height * scale) // 2 * 2)
            frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        return frame

    return change
