"""Text for captions, marks and interfaces, drawn with the font that Pillow carries.

In: a generator, sizes. Out: sentences and drawn text. Next: `borders`, `overlays`, `background`.
"""

from functools import cache

import numpy as np
from PIL import ImageDraw, ImageFont

from bench.robustness.alterations.base import Colour, Picture

WORDS = [
    "the",
    "this",
    "that",
    "when",
    "nobody",
    "asked",
    "look",
    "what",
    "happened",
    "today",
    "best",
    "ever",
    "never",
    "again",
    "wait",
    "for",
    "it",
    "share",
    "with",
    "friends",
    "only",
    "real",
    "ones",
    "know",
    "mood",
    "every",
    "single",
    "time",
    "why",
    "are",
    "you",
    "like",
    "me",
    "and",
    "my",
    "cat",
    "on",
    "monday",
    "morning",
    "breaking",
    "news",
    "you",
    "will",
    "not",
    "believe",
    "top",
    "ten",
    "photo",
    "of",
    "the",
    "year",
    "follow",
    "for",
    "more",
    "like",
    "comment",
    "sent",
    "from",
    "attends",
    "de",
    "voir",
    "personne",
    "ne",
    "le",
    "sait",
    "encore",
    "une",
    "fois",
    "la",
    "vie",
    "est",
    "belle",
    "trop",
    "bien",
    "merci",
    "bonne",
    "nuit",
]


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The scalable font inside Pillow: the same letters on every machine."""
    return ImageFont.load_default(size)


def sentence(rng: np.random.Generator, words: int) -> str:
    return " ".join(str(w) for w in rng.choice(WORDS, words)).capitalize()


def wrapped(text: str, size: int, width: float, lines: int) -> list[str]:
    """At most `lines` lines that fit `width` pixels."""
    result, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if font(size).getlength(longer) > width and line:
            result.append(line)
            line = word
        else:
            line = longer
    return [*result, line][:lines]


def text_at(  # noqa: PLR0917 - as Pillow's own text()
    picture: Picture,
    at: tuple[float, float],
    text: str,
    size: int,
    ink: Colour,
    outline: Colour | None = None,
) -> None:
    """Draw one line, its upper left corner at `at`; with `outline`, edged as memes are."""
    width = max(1, size // 12) if outline else 0
    ImageDraw.Draw(picture).text(at, text, ink, font(size), stroke_width=width, stroke_fill=outline)
