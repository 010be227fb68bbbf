"""The rows of the main suite, group by group.

In: the alteration modules. Out: `STEPS`. Next: `suite`, which counts and seeds them.
"""

from typing import Final

from PIL.Image import Transpose

from bench.robustness.alterations import borders, geometry, layouts, overlays, pixels
from bench.robustness.alterations.base import Step, chain

STEPS: Final[dict[str, dict[str, Step]]] = {
    "compress": {
        "jpeg 50": pixels.recoded("JPEG", 50),
        "jpeg 25": pixels.recoded("JPEG", 25),
        "jpeg 10": pixels.recoded("JPEG", 10),
        "webp 30": pixels.recoded("WEBP", 30),
        "gif palette 64": pixels.palette(64),
        "half size": pixels.scaled(0.5),
        "quarter size": pixels.scaled(0.25),
        "double size": pixels.scaled(2.0),
    },
    "blur": {
        "blur 1.5": pixels.blurred(1.5),
        "blur 3": pixels.blurred(3),
        "noise 10": pixels.noisy(10),
        "noise 25": pixels.noisy(25),
        "sharpen 150": pixels.sharpened(150),
    },
    "colour": {
        "grey": pixels.grey,
        "sepia": pixels.sepia,
        "negative": pixels.negative,
        "hue": pixels.hue(40),
        "saturation": pixels.saturated(0.3, 1.8),
        "brightness": pixels.brightened(0.7, 1.3),
        "contrast": pixels.contrasted(0.6, 1.5),
        "gamma": pixels.gamma(0.6, 1.6),
    },
    "mirrors and turns": {
        "mirror": geometry.transposed(Transpose.FLIP_LEFT_RIGHT),
        "upside down mirror": geometry.transposed(Transpose.FLIP_TOP_BOTTOM),
        "quarter turn": geometry.transposed(Transpose.ROTATE_90),
        "half turn": geometry.transposed(Transpose.ROTATE_180),
        "three quarter turn": geometry.transposed(Transpose.ROTATE_270),
    },
    "small rotation": {
        "rotate 1": geometry.rotated(1),
        "rotate 3": geometry.rotated(3),
        "rotate 5, inner": geometry.rotated(5, inner=True),
        "rotate 7": geometry.rotated(7, fill=255),
        "rotate 10, inner": geometry.rotated(10, inner=True),
    },
    "crop": {
        "centre 98": geometry.cropped(0.98),
        "centre 90": geometry.cropped(0.9),
        "centre 80": geometry.cropped(0.8),
        "centre 70": geometry.cropped(0.7),
        "centre 50": geometry.cropped(0.5),
        "off centre 90": geometry.cropped_anywhere(0.9),
        "off centre 75": geometry.cropped_anywhere(0.75),
        "off centre 60": geometry.cropped_anywhere(0.6),
        "off centre 50": geometry.cropped_anywhere(0.5),
        "free 60 to 90": geometry.cropped_freely(0.6, 0.9),
        "square": geometry.cropped_to(1.0),
        "16 to 9": geometry.cropped_to(16 / 9),
        "9 to 16": geometry.cropped_to(9 / 16),
    },
    "side cut": {"tenth off a side": geometry.side_cut(0.1), "quarter off a side": geometry.side_cut(0.25)},
    "borders": {
        "letterbox": borders.bars(0.16, vertical=False),
        "pillarbox": borders.bars(0.2, vertical=True),
        "white frame": borders.framed(0.05, borders.WHITE),
        "coloured frame": borders.framed(0.14),
        "gradient frame": borders.shaded_frame(0.2),
        "blurred fill 9 to 16": borders.blurred_fill(9 / 16),
        "padded square": borders.padded_square(),
        "polaroid": borders.polaroid,
    },
    "screenshots": {"phone": borders.phone_screenshot, "desktop": borders.desktop_screenshot},
    "captions": {
        "caption above": borders.captioned(0.18, above=True, dark=False),
        "caption below": borders.captioned(0.14, above=False, dark=True),
    },
    "overlays": {
        "corner mark": overlays.corner_mark(),
        "diagonal mark": overlays.diagonal_mark(),
        "tiled marks": overlays.tiled_marks(),
        "sticker 5": overlays.stickered(0.05),
        "sticker 15": overlays.stickered(0.15),
        "mosaic": overlays.mosaic(0.12),
        "meme text": overlays.meme_text(),
        "scribble": overlays.scribbled(4),
    },
    "aspect": {"aspect": geometry.stretched(0.75, 1.33)},
    "collage": {
        "collage 1 x 2": layouts.collage(1, 2),
        "collage 2 x 2": layouts.collage(2, 2),
        "collage 3 x 3": layouts.collage(3, 3),
        "collage 2 x 2 with gaps": layouts.collage(2, 2, gap=0.04),
    },
    "picture in picture": {
        "picture in picture 50": layouts.picture_in_picture(0.5),
        "picture in picture 30": layouts.picture_in_picture(0.3),
        "reaction corner": layouts.reaction_corner(0.33),
    },
    "perspective": {
        "perspective 3": geometry.perspective(0.03),
        "perspective 6": geometry.perspective(0.06),
        "perspective 10": geometry.perspective(0.1),
        "photo of a screen": layouts.photographed(0.04),
    },
    "chains": {
        "mirror, crop 80": chain(
            geometry.transposed(Transpose.FLIP_LEFT_RIGHT), geometry.cropped_anywhere(0.8)
        ),
        "crop 75, mark, jpeg 40": chain(
            geometry.cropped_anywhere(0.75), overlays.corner_mark(), pixels.recoded("JPEG", 40)
        ),
        "phone, cut": chain(borders.phone_screenshot, geometry.side_cut(0.12)),
        "frame, caption, half size": chain(
            borders.framed(0.06), borders.captioned(0.16, above=True, dark=False), pixels.scaled(0.5)
        ),
        "mirror, letterbox, mark": chain(
            geometry.transposed(Transpose.FLIP_LEFT_RIGHT),
            borders.bars(0.14, vertical=False),
            overlays.corner_mark(),
        ),
        "rotate 3, crop 85, contrast": chain(
            geometry.rotated(3, inner=True), geometry.cropped_anywhere(0.85), pixels.contrasted(0.7, 1.3)
        ),
        "blurred fill, meme text": chain(borders.blurred_fill(9 / 16), overlays.meme_text(0.06)),
        "tiled marks, crop 80": chain(overlays.tiled_marks(), geometry.cropped_anywhere(0.8)),
        "sticker, mirror, collage": chain(
            overlays.stickered(0.05), geometry.transposed(Transpose.FLIP_LEFT_RIGHT), layouts.collage(1, 2)
        ),
        "crop 70, grey, noise, frame": chain(
            geometry.cropped_anywhere(0.7), pixels.grey, pixels.noisy(12), borders.framed(0.06)
        ),
    },
}
