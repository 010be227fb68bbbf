"""The rows of the second suite: the same groups, other parameters, other seeds, and harder mixtures.

In: the alteration modules. Out: `HELD_OUT_STEPS`. Next: `suite`. Nobody tunes on it: it says whether the
first was over-fitted. It holds the rows that a first prototype was weak on (contact sheets, scribbles,
tiled mark and crop, 1 × 3 collage).
"""

from typing import Final

from PIL.Image import Transpose

from bench.robustness.alterations import borders, geometry, layouts, overlays, pixels
from bench.robustness.alterations.base import Step, chain

HELD_OUT_STEPS: Final[dict[str, dict[str, Step]]] = {
    "compress": {
        "jpeg 70": pixels.recoded("JPEG", 70),
        "jpeg 35": pixels.recoded("JPEG", 35),
        "jpeg 15": pixels.recoded("JPEG", 15),
        "webp 15": pixels.recoded("WEBP", 15),
        "gif palette 32": pixels.palette(32),
        "two thirds": pixels.scaled(0.66),
        "third size": pixels.scaled(0.33),
        "one and a half": pixels.scaled(1.5),
    },
    "blur": {
        "blur 1": pixels.blurred(1),
        "blur 2.5": pixels.blurred(2.5),
        "noise 15": pixels.noisy(15),
        "noise 30": pixels.noisy(30),
        "sharpen 250": pixels.sharpened(250),
    },
    "colour": {
        "grey": pixels.grey,
        "warmer or colder": pixels.warmed(0.2),
        "negative": pixels.negative,
        "hue": pixels.hue(75),
        "saturation": pixels.saturated(0.15, 2.2),
        "brightness": pixels.brightened(0.6, 1.4),
        "contrast": pixels.contrasted(0.5, 1.7),
        "gamma": pixels.gamma(0.5, 1.9),
    },
    "mirrors and turns": {
        "mirror": geometry.transposed(Transpose.FLIP_LEFT_RIGHT),
        "transposed": geometry.transposed(Transpose.TRANSPOSE),
        "quarter turn": geometry.transposed(Transpose.ROTATE_90),
        "half turn": geometry.transposed(Transpose.ROTATE_180),
        "transversed": geometry.transposed(Transpose.TRANSVERSE),
    },
    "small rotation": {
        "rotate 1.5": geometry.rotated(1.5, fill=255),
        "rotate 4, inner": geometry.rotated(4, inner=True),
        "rotate 6": geometry.rotated(6),
        "rotate 8, inner": geometry.rotated(8, inner=True),
        "rotate 9": geometry.rotated(9, fill=128),
    },
    "crop": {
        "centre 97": geometry.cropped(0.97),
        "centre 92": geometry.cropped(0.92),
        "centre 85": geometry.cropped(0.85),
        "centre 65": geometry.cropped(0.65),
        "centre 55": geometry.cropped(0.55),
        "off centre 87": geometry.cropped_anywhere(0.87),
        "off centre 70": geometry.cropped_anywhere(0.7),
        "off centre 55": geometry.cropped_anywhere(0.55),
        "off centre 45": geometry.cropped_anywhere(0.45),
        "free 50 to 95": geometry.cropped_freely(0.5, 0.95),
        "4 to 5": geometry.cropped_to(0.8),
        "2 to 1": geometry.cropped_to(2.0),
        "9 to 16, 90": geometry.cropped_to(9 / 16, 0.9),
    },
    "side cut": {
        "fifteenth off a side": geometry.side_cut(1 / 15),
        "third off a side": geometry.side_cut(0.33),
    },
    "borders": {
        "letterbox grey": borders.bars(0.22, vertical=False, colour=(40, 40, 40)),
        "pillarbox white": borders.bars(0.12, vertical=True, colour=borders.WHITE),
        "black frame": borders.framed(0.08, borders.BLACK),
        "coloured frame": borders.framed(0.2),
        "gradient frame": borders.shaded_frame(0.12),
        "blurred fill 16 to 9": borders.blurred_fill(16 / 9, 30),
        "padded square dark": borders.padded_square((15, 15, 20)),
        "polaroid": borders.polaroid,
    },
    "screenshots": {"phone": borders.phone_screenshot, "desktop": borders.desktop_screenshot},
    "captions": {
        "caption above": borders.captioned(0.3, above=True, dark=True),
        "caption below": borders.captioned(0.1, above=False, dark=False),
    },
    "overlays": {
        "corner mark": overlays.corner_mark(0.4, 1.0),
        "diagonal mark": overlays.diagonal_mark(0.6),
        "tiled marks": overlays.tiled_marks(0.5, 0.22),
        "three stickers 8": overlays.stickered(0.08, 3),
        "sticker 20": overlays.stickered(0.2),
        "mosaic": overlays.mosaic(0.2, 6),
        "meme text": overlays.meme_text(0.16),
        "scribble": overlays.scribbled(7, 0.025),
    },
    "aspect": {"aspect": geometry.stretched(0.6, 1.6)},
    "collage": {
        "collage 1 x 3": layouts.collage(1, 3),
        "collage 2 x 1 with gaps": layouts.collage(2, 1, gap=0.03, colour=(0, 0, 0)),
        "collage 3 x 2": layouts.collage(3, 2),
        "contact sheet 4 x 3": layouts.collage(4, 3, gap=0.05),
    },
    "picture in picture": {
        "picture in picture 60": layouts.picture_in_picture(0.6),
        "picture in picture 40": layouts.picture_in_picture(0.4),
        "reaction corner": layouts.reaction_corner(0.4),
    },
    "perspective": {
        "perspective 4": geometry.perspective(0.04, fill=255),
        "perspective 8": geometry.perspective(0.08),
        "perspective 12": geometry.perspective(0.12),
        "photo of a screen": layouts.photographed(0.06, lines=14, glare=70, margin=0.08),
    },
    "chains": {
        "mirror, crop 70": chain(
            geometry.transposed(Transpose.FLIP_LEFT_RIGHT), geometry.cropped_anywhere(0.7)
        ),
        "crop 80, sticker, webp 40": chain(
            geometry.cropped_anywhere(0.8), overlays.stickered(0.06), pixels.recoded("WEBP", 40)
        ),
        "desktop, crop 85": chain(borders.desktop_screenshot, geometry.cropped_anywhere(0.85)),
        "polaroid, turned 4": chain(borders.polaroid, geometry.rotated(4, fill=200)),
        "quarter turn, pillarbox": chain(
            geometry.transposed(Transpose.ROTATE_90), borders.bars(0.18, vertical=True)
        ),
        "crop 80, caption, third size": chain(
            geometry.cropped_anywhere(0.8),
            borders.captioned(0.18, above=False, dark=False),
            pixels.scaled(0.4),
        ),
        "blurred fill, sticker, mark": chain(
            borders.blurred_fill(4 / 5), overlays.stickered(0.05), overlays.corner_mark()
        ),
        "tiled marks, crop 70": chain(overlays.tiled_marks(0.4), geometry.cropped_anywhere(0.7)),
        "mirror, grey, 2 x 2": chain(
            geometry.transposed(Transpose.FLIP_LEFT_RIGHT), pixels.grey, layouts.collage(2, 2)
        ),
        "photo of a phone": chain(borders.phone_screenshot, layouts.photographed(0.03)),
    },
}
